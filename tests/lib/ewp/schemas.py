"""Hold a document against the published schemas beside the project, without any network.

    validate(data)          # skips the test where ../shared is absent, fails it with every fault
    faults(data)            # the same as a list of sentences, for documents that must be refused

The schema is picked by the namespace of the root. Manifests and catalogues are held
against the manifest entries and security entries of every API as well.
"""

import re
from functools import cache
from pathlib import Path

from lxml import etree

from tests.conformance import conformance

RAW = re.compile(r"https://raw\.githubusercontent\.com/[^/]+/([^/]+)/(?:stable-)?v([0-9.]+)/(.+)")
#: Two schemas import an address that is not in the folder; its next patch release is.
ALIASES = {"ewp-specs-types-address-v1.0.1": "ewp-specs-types-address-v1.0.2"}
XML_COPY = "http://www.w3.org/2001/03/xml.xsd"
OPEN_ENDED = ("ewp-specs-api-discovery/", "ewp-specs-api-registry/")


def folder() -> Path:
    return conformance("ewp") / "schemas"


@cache
def index() -> dict[str, tuple[str, ...]]:
    """Return the schema files of each namespace; the two majors of ELMO share one.

    The namespace is read from the schema itself: for ELMO and the statistics of learning
    agreements the index names another one.
    """
    found: dict[str, tuple[str, ...]] = {}
    for entry in etree.parse(folder() / "__index__.xml").getroot():
        uri = entry.get("uri")
        namespace = namespace_of(uri)
        found[namespace] = (*found.get(namespace, ()), uri)
    return found


def namespace_of(uri: str) -> str:
    return etree.parse(folder() / uri).getroot().get("targetNamespace")


def local(url: str) -> Path:
    """Return the local file of a schema's address, absolute or relative to another schema."""
    raw = RAW.fullmatch(url)
    if raw:
        repository, version, path = raw.groups()
        newest = max(folder().glob(f"{repository}-v{version}*"), key=by_version)
        return newest / path
    if url == XML_COPY:
        return folder() / "xml.xsd"
    for wrong, right in ALIASES.items():
        url = url.replace(wrong, right)
    return Path(url.removeprefix("file://"))


def by_version(path: Path) -> list[int]:
    return [int(part) for part in re.findall(r"[0-9]+", path.name.rpartition("-v")[2])]


class Offline(etree.Resolver):
    """Answer every import from the folder, and no import from the network."""

    def resolve(self, system_url, public_id, context):
        path = local(system_url)
        if not path.is_file():
            raise AssertionError(f"{system_url} is not among the published schemas")
        return self.resolve_filename(str(path), context)


def reader() -> etree.XMLParser:
    parser = etree.XMLParser(no_network=True)
    parser.resolvers.add(Offline())
    return parser


@cache
def schema(*uris: str) -> etree.XMLSchema:
    """Return one compiled schema made of the files given, each of another namespace."""
    imports = "".join(f'<xs:import namespace="{namespace_of(uri)}" schemaLocation="{folder() / uri}"/>' for uri in uris)
    whole = f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{imports}</xs:schema>'
    return etree.XMLSchema(etree.fromstring(whole, reader()))


def entries() -> list[str]:
    """Return the schema files of what manifests and catalogues hold inside."""
    return [
        files[-1]
        for files in index().values()
        if files[-1].endswith(("/manifest-entry.xsd", "/security-entries.xsd", "/schema.xsd"))
        and files[-1].startswith(("ewp-specs-api-", "ewp-specs-sec-"))
    ]


def schemas_of(namespace: str) -> list[etree.XMLSchema]:
    files = index().get(namespace, ())
    inside = entries() if any(part in namespace for part in OPEN_ENDED) else []
    return [schema(uri, *(entry for entry in inside if entry != uri)) for uri in files]


def faults(data: bytes) -> list[str]:
    """Return what the published schemas find wrong, nothing if one schema of the namespace accepts it."""
    root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
    namespace = etree.QName(root).namespace or ""
    found = [f"no published schema has the namespace {namespace}"]
    for candidate in schemas_of(namespace):
        if candidate.validate(root):
            return []
        found = [f"line {fault.line}: {fault.message}" for fault in candidate.error_log]
    return found


def validate(data: bytes) -> None:
    """Fail the test with every fault that the published schemas find."""
    found = faults(data)
    assert not found, "\n".join(found)
