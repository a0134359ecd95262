from hansa.lib.ro_crate import PROFILE, File, Step, Study, metadata

STUDY = Study(
    urn="urn:hansa:studies:1",
    title="Bleeding",
    question="Who bleeds?",
    lead="https://ror.org/001w7jn25",
    parties=[("https://ror.org/001w7jn25", "Charité"), ("https://ror.org/056d84691", "Karolinska Institutet")],
    agreement="sha256:aa",
    clause="4.1",
    published="2026-11-25T12:00:00.000Z",
    steps=[Step(name="A data steward approved it", kind="SignOff", party="https://ror.org/056d84691", at="2026-11-24")],
    files=[File(name="result.json", title="The result", kind="application/json", size=12)],
)


def test_metadata_names_every_entity_once_and_points_to_nothing_that_is_not_there():
    graph = metadata(STUDY, version="0.1.0")["@graph"]
    there = [entity["@id"] for entity in graph]

    def pointed(value):
        inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        if isinstance(value, dict) and set(value) == {"@id"}:
            yield value["@id"]
        else:
            yield from (one for each in inside for one in pointed(each))

    assert len(set(there)) == len(there)
    ours = {
        one for entity in graph for one in pointed(entity) if not one.startswith(("https://w3id.org", "http://schema"))
    }
    assert ours - {"protocol.json"} <= set(there)


def test_root_names_profile_asker_agreement_and_the_phases():
    graph = {entity["@id"]: entity for entity in metadata(STUDY, version="0.1.0")["@graph"]}
    root = graph["./"]

    assert root["conformsTo"] == {"@id": PROFILE}
    assert root["sourceOrganization"] == {"@id": STUDY.lead}
    assert root["isBasedOn"] == {"@id": "sha256:aa"}
    assert [one["@id"] for one in root["mentions"]] == ["#step-1", "#execution"]
    assert graph["#step-1"]["additionalType"]["@id"].endswith("#SignOff")
    assert graph["#execution"]["actionStatus"].endswith("CompletedActionStatus")
    assert graph["result.json"]["contentSize"] == "12"
