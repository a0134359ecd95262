"""The description of an archive of a study: a Five Safes RO-Crate.

Sources: RO-Crate 1.2 (Soiland-Reyes et al. 2022, Data Science 5, 97) and the profile Five Safes RO-Crate 0.4
(TRE-FX): the root data set names the profile, who asked, under which agreement, and as actions the phases of
validation, sign-off, workflow execution and disclosure check.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

CONTEXT = "https://w3id.org/ro/crate/1.2/context"
SPECIFICATION = "https://w3id.org/ro/crate/1.2"
PROFILE = "https://w3id.org/5s-crate/0.4"
METADATA = "ro-crate-metadata.json"
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
SHP = "https://w3id.org/shp#"


@dataclass(frozen=True, kw_only=True)
class File:
    """One file of the archive."""

    name: str
    title: str
    kind: str
    size: int


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step that a party took: which, who, when, and what it decided."""

    name: str
    kind: str
    party: str
    at: str


@dataclass(frozen=True, kw_only=True)
class Study:
    """What an archive says of a study."""

    urn: str
    title: str
    question: str
    lead: str
    parties: Sequence[tuple[str, str]]
    agreement: str
    clause: str
    published: str
    steps: Sequence[Step]
    files: Sequence[File]


def metadata(study: Study, *, version: str) -> dict[str, Any]:
    """Return the JSON-LD that describes an archive, in the order in which a reader wants it."""
    steps = [_step(step, place) for place, step in enumerate(study.steps)]
    execution = {
        "@id": "#execution",
        "@type": "CreateAction",
        "name": "Sums were computed where the data are, added, and the result derived by every party",
        "actionStatus": "http://schema.org/CompletedActionStatus",
        "agent": {"@id": study.lead},
        "instrument": {"@id": "#workflow"},
        "object": {"@id": "protocol.json"},
        "result": [{"@id": "result.json"}],
        "endTime": study.published,
    }
    graph = [
        {
            "@id": METADATA,
            "@type": "CreativeWork",
            "conformsTo": {"@id": SPECIFICATION},
            "about": {"@id": "./"},
        },
        _root(study, steps=[*steps, execution]),
        {"@id": PROFILE, "@type": "CreativeWork", "name": "Five Safes RO-Crate profile"},
        {"@id": LICENCE, "@type": "CreativeWork", "name": "Creative Commons Attribution 4.0"},
        *({"@id": party, "@type": "Organization", "name": name} for party, name in study.parties),
        {
            "@id": study.agreement,
            "@type": "CreativeWork",
            "name": f"Memorandum of understanding, clause {study.clause}",
        },
        {
            "@id": "#workflow",
            "@type": ["SoftwareApplication", "ComputationalWorkflow"],
            "name": "Hansa",
            "softwareVersion": version,
        },
        execution,
        *steps,
        *(_file(file) for file in study.files),
    ]
    return {"@context": CONTEXT, "@graph": graph}


def _root(study: Study, *, steps: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {
        "@id": "./",
        "@type": "Dataset",
        "identifier": study.urn,
        "name": study.title,
        "description": study.question,
        "datePublished": study.published,
        "license": {"@id": LICENCE},
        "conformsTo": {"@id": PROFILE},
        "mainEntity": {"@id": "#workflow"},
        "sourceOrganization": {"@id": study.lead},
        "contributor": [{"@id": party} for party, _name in study.parties],
        "isBasedOn": {"@id": study.agreement},
        "mentions": [{"@id": step["@id"]} for step in steps],
        "hasPart": [{"@id": file.name} for file in study.files],
    }


def _step(step: Step, place: int) -> dict[str, Any]:
    return {
        "@id": f"#step-{place + 1}",
        "@type": "AssessAction",
        "additionalType": {"@id": f"{SHP}{step.kind}"},
        "name": step.name,
        "agent": {"@id": step.party},
        "endTime": step.at,
        "actionStatus": "http://schema.org/CompletedActionStatus",
        "object": {"@id": "./"},
    }


def _file(file: File) -> dict[str, Any]:
    return {
        "@id": file.name,
        "@type": "File",
        "name": file.title,
        "encodingFormat": file.kind,
        "contentSize": str(file.size),
    }
