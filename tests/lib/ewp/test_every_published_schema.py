import pytest

from tests.conformance import SHARED, conformance
from tests.lib.ewp.schemas import faults, index, schemas_of, validate

DOCUMENTS = sorted((SHARED / "ewp" / "documents").rglob("*.xml")) or [None]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name if path else "absent")
def test_every_published_document_is_held_against_its_schema(path):
    conformance("ewp")
    data = path.read_bytes()

    found = faults(data)

    assert bool(found) == (b"SERVER-KEY-PLACEHOLDER-SECONDARY" in data), found


def test_every_published_schema_is_loaded():
    loaded = [namespace for namespace in index() if schemas_of(namespace)]

    assert len(loaded) == len(index()) > 100


def test_faults_are_found_inside_of_manifest_entries():
    manifest = (conformance("ewp") / "documents" / "manifests" / "a-bit-weird-but-valid.xml").read_bytes()

    validate(manifest)
    found = faults(manifest.replace(b"https://example.com", b"http://example.com"))

    assert any("discovery" in fault or "HTTPS" in fault for fault in found)


def test_faults_name_an_unknown_namespace():
    assert faults(b"<a xmlns='urn:unknown'/>") == ["no published schema has the namespace urn:unknown"]
