"""The manifest by which a host tells the registry who it is and what it serves (discovery 6.0.0).

manifest = Manifest(institution, admin_emails=("ewp@example.org",), apis=ours("https://ewp.example.org"), ...)
write_manifest(manifest)
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hansa.lib.errors import HansaError, InvalidError
from hansa.lib.ewp import xml
from hansa.lib.ewp.client_certificates import check_certificate, der_of
from hansa.lib.ewp.hosts import (
    AGAIN,
    BY_DEFAULT,
    EMAIL,
    NOTES,
    OPEN,
    OURS,
    PROVIDER,
    REGISTRY,
    Api,
    ApiReader,
    Institution,
    Security,
    api_element,
    check_api,
    contact_elements,
    institution_element,
    read_institution,
)
from hansa.lib.ewp.rsa_keys import RsaPublicKey, decode
from hansa.lib.ewp.specifications import ALL, ORIGIN, Specification

NAMESPACE = f"{ORIGIN}/ewp-specs-api-discovery/tree/stable-v6"
#: How many ids a request to a Hansa node may carry where the node does not say otherwise.
LIMIT = 50

make = xml.maker(NAMESPACE)


@dataclass(frozen=True)
class Manifest:
    """One host as it describes itself; certificates are in PEM or DER."""

    institution: Institution | None
    admin_emails: tuple[str, ...]
    provider: str = "Hansa"
    notes: str = ""
    apis: tuple[Api, ...] = ()
    client_keys: tuple[RsaPublicKey, ...] = ()
    certificates: tuple[bytes, ...] = ()
    server_keys: tuple[RsaPublicKey, ...] = ()
    #: What was wrong in parts that were left out when reading.
    faults: tuple[str, ...] = ()


def ours(
    address: str,
    *,
    security: Security = OURS,
    limits: Mapping[str, int] | None = None,
    among: Iterable[Specification] = ALL,
    manifest_url: str = "",
) -> tuple[Api, ...]:
    """Return the APIs of a node at an address, each under ``/<name>/v<major>/`` of it."""
    chosen = {part.name: LIMIT for one in among for part in one.fields if part.is_limit} | dict(limits or {})
    served = [_served(one, address=address.rstrip("/"), limits=chosen, security=security) for one in among]
    if not manifest_url:
        return tuple(served)
    return tuple(
        Api(one.name, one.version, one.namespace, {"url": manifest_url}) if one.name == "discovery" else one
        for one in served
    )


def _served(one: Specification, *, address: str, limits: Mapping[str, int], security: Security) -> Api:
    parts = {}
    for part in one.fields:
        if part.is_limit:
            parts[part.name] = str(limits[part.name])
        else:
            parts[part.name] = path_of(one, part=part.name, address=address) if part.is_url else ""
    return Api(one.name, one.version, one.namespace, parts, BY_DEFAULT if one.name in OPEN else security)


def path_of(one: Specification, *, part: str = "url", address: str = "") -> str:
    """Return where a node serves an endpoint: ``get-url`` of iias 7 at ``/iias/v7/get``."""
    endpoint = part.removesuffix("url").removesuffix("-")
    return f"{address}/{one.name}/v{one.major}" + (f"/{endpoint}" if endpoint else "")


def write_manifest(manifest: Manifest) -> bytes:
    """Return the document ``manifest``."""
    covered = institution_element(manifest.institution) if manifest.institution else None
    certificates = [make("certificate", RsaPublicKey(der_of(one)).text) for one in manifest.certificates]
    clients = [make("rsa-public-key", key.text) for key in manifest.client_keys]
    servers = [make("rsa-public-key", key.text) for key in manifest.server_keys]
    host = make(
        "host",
        contact_elements(manifest.admin_emails, provider=manifest.provider, notes=manifest.notes),
        xml.maker(REGISTRY)("apis-implemented", [api_element(api) for api in manifest.apis]),
        make("institutions-covered", covered) if covered is not None else None,
        make("client-credentials-in-use", certificates, clients) if certificates or clients else None,
        make("server-credentials-in-use", servers) if servers else None,
    )
    return xml.write(make("manifest", host))


def read_manifest(data: bytes) -> Manifest:
    """Read the manifest of another host; parts that are wrong are left out and named in ``faults``.

    InvalidError is raised where nothing can be taken: no manifest, no host, nobody who answers for it.
    """
    root = xml.parse(data, root=_tag("manifest"))
    host = root.find(_tag("host"))
    if host is None:
        raise InvalidError("The manifest describes no host.", AGAIN)
    emails = tuple((child.text or "").strip() for child in host.iterchildren(EMAIL))
    if not all("@" in email for email in emails) or not emails:
        raise InvalidError("The manifest names no admin-email.", AGAIN)
    if not host.findtext(PROVIDER, "").strip():
        raise InvalidError("The manifest names no admin-provider.", AGAIN)
    reading = _Reading()
    return Manifest(
        institution=reading.institution(host),
        admin_emails=emails,
        provider=host.findtext(PROVIDER, "").strip(),
        notes=host.findtext(NOTES, "").strip(),
        apis=tuple(reading.apis(host)),
        client_keys=tuple(reading.keys(host, of="client")),
        certificates=tuple(reading.certificates(host)),
        server_keys=tuple(reading.keys(host, of="server")),
        faults=tuple(reading.faults),
    )


def _tag(local: str) -> str:
    return f"{{{NAMESPACE}}}{local}"


@dataclass
class _Reading:
    """Read the parts of a manifest and keep what is wrong with them."""

    faults: list[str] = field(default_factory=list)

    def institution(self, host: xml.Element) -> Institution | None:
        found = host.findall(f"{_tag('institutions-covered')}/{{{REGISTRY}}}hei")
        if len(found) > 1:
            raise InvalidError("The manifest covers more than one institution.", "Publish one manifest for each.")
        return read_institution(found[0]) if found else None

    def apis(self, host: xml.Element) -> Iterable[Api]:
        reader = ApiReader()
        for entry in host.findall(f"{{{REGISTRY}}}apis-implemented/*"):
            try:
                api = reader.read(entry)
                check_api(api)
            except InvalidError as wrong:
                self.faults.append(wrong.message)
            else:
                yield api

    def keys(self, host: xml.Element, *, of: str) -> Iterable[RsaPublicKey]:
        path = f"{_tag(f'{of}-credentials-in-use')}/{_tag('rsa-public-key')}"
        for number, element in enumerate(host.iterfind(path), start=1):
            try:
                yield RsaPublicKey.from_text(element.text or "")
            except HansaError as wrong:
                self.faults.append(f"The {of} key no. {number}: {wrong.message}")

    def certificates(self, host: xml.Element) -> Iterable[bytes]:
        path = f"{_tag('client-credentials-in-use')}/{_tag('certificate')}"
        for number, element in enumerate(host.iterfind(path), start=1):
            try:
                found = der_of(decode(element.text or ""))
                check_certificate(found)
            except InvalidError as wrong:
                self.faults.append(f"The client certificate no. {number}: {wrong.message}")
            else:
                yield found
