"""The archive of a study: report, result, protocol and proof in one file that describes itself."""

import json
import zipfile
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from hansa import __version__
from hansa.kernel import bundles
from hansa.kernel.models import PartyDecision, Verdict
from hansa.lib.canonical import canonical
from hansa.lib.letters import moment
from hansa.lib.ro_crate import METADATA, File, Step, Study, metadata
from hansa.web.report_pdf import pdf

# The phases of the profile that decisions of parties are.
PHASES = {
    Verdict.PROPOSED: ("The study was proposed", "ValidationPhase"),
    Verdict.APPROVED: ("A data steward approved it", "SignOff"),
    Verdict.RELEASED: ("The result was looked at and signed", "DisclosureCheck"),
}
FIRST = (1980, 1, 1, 0, 0, 0)


def crate(report: Mapping[str, Any]) -> bytes:
    """Return a zip file with everything of a released study, described as a Five Safes RO-Crate."""
    record = report["record"]
    contents = {
        "report.pdf": ("The report", "application/pdf", pdf(report)),
        "result.json": ("The result that every party signed", "application/json", canonical(record.proof())),
        "protocol.json": ("The protocol", "application/json", canonical(record.protocol)),
        "protocol.txt": ("The protocol as it was written", "text/plain", record.source_text.encode()),
        "bundle.json": ("The proof bundle, for hansa verify", "application/json", bundles.export(record)),
    }
    files = [
        File(name=name, title=title, kind=kind, size=len(content)) for name, (title, kind, content) in contents.items()
    ]
    rows = PartyDecision.objects.filter(record=record.urn, verdict__in=list(PHASES)).order_by("at", "party")
    steps = [_step(row) for row in rows]
    described = metadata(
        Study(
            urn=record.urn,
            title=str(record),
            question=record.question,
            lead=record.lead,
            parties=list(zip(record.parties, report["hospitals"], strict=True)),
            agreement=record.agreement,
            clause=record.clause,
            published=moment(record.updated),
            steps=steps,
            files=files,
        ),
        version=__version__,
    )
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        text = json.dumps(described, indent=2, ensure_ascii=False).encode()
        for name, content in ((METADATA, text), *((name, one[2]) for name, one in contents.items())):
            archive.writestr(zipfile.ZipInfo(name, FIRST), content, zipfile.ZIP_DEFLATED)
    return written.getvalue()


def _step(row: PartyDecision) -> Step:
    name, phase = PHASES[Verdict(row.verdict)]
    return Step(name=name, kind=phase, party=row.party, at=moment(row.at))
