"""What manifests and the registry's catalogue have in common: hosts, institutions, APIs and their security.

Sources: registry 1.5.0 (catalogue.xsd), discovery 6.0.0 (manifest.xsd), sec-intro 2.0.2 (HttpSecurityOptions).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from lxml import etree

from hansa.lib.errors import InvalidError
from hansa.lib.ewp import xml
from hansa.lib.ewp.specifications import BY_NAMESPACE, ORIGIN, is_limit, is_url

REGISTRY = f"{ORIGIN}/ewp-specs-api-registry/tree/stable-v1"
SHARED_TYPES = f"{ORIGIN}/ewp-specs-architecture/blob/stable-v1/common-types.xsd"
SECURITY = f"{ORIGIN}/ewp-specs-sec-intro/tree/stable-v2"
EMAIL = f"{{{SHARED_TYPES}}}admin-email"
NOTES = f"{{{SHARED_TYPES}}}admin-notes"
PROVIDER = f"{{{SHARED_TYPES}}}admin-provider"
HEI_NAME = f"{{{REGISTRY}}}name"
HEI_OTHER_ID = f"{{{REGISTRY}}}other-id"
#: The attribute by which sec-cliauth-tlscert says that a certificate needs no authority.
SELF_SIGNED = "allows-self-signed"
#: Entries of these have no security options: anybody may read what they serve.
OPEN = ("discovery", "registry")
AGAIN = "Ask its host to mend the manifest."

#: Where a method of each aspect is defined; the names stand in the order of the schema.
ASPECTS: Mapping[str, Mapping[str, str]] = {
    "client-auth-methods": {
        "httpsig": "sec-cliauth-httpsig",
        "tlscert": "sec-cliauth-tlscert",
        "anonymous": "sec-cliauth-none",
    },
    "server-auth-methods": {"httpsig": "sec-srvauth-httpsig", "tlscert": "sec-srvauth-tlscert"},
    "request-encryption-methods": {"tls": "sec-reqencr-tls", "ewp-rsa-aes128gcm": "sec-reqencr-rsa-aes128gcm"},
    "response-encryption-methods": {"tls": "sec-resencr-tls", "ewp-rsa-aes128gcm": "sec-resencr-rsa-aes128gcm"},
}
_METHODS = {
    f"{{{ORIGIN}/ewp-specs-{repository}/tree/stable-v1}}{name}": (aspect, name)
    for aspect, methods in ASPECTS.items()
    for name, repository in methods.items()
}
_VERSION = re.compile(r"[0-9]{1,5}\.[0-9]{1,5}\.[0-9]{1,5}", re.ASCII)
# Plain http to this very machine cannot be overheard; a closed league on one machine tries the network that way.
# A node of the real network never calls such an address (areas/exchange/network/client.py).
_ADDRESS = re.compile(r"(https://[^\s/?#@]+|http://(localhost|127\.0\.0\.1)(:[0-9]{1,5})?)([/?#]\S*)?")
_MOST_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Security:
    """Which methods an API takes; the defaults are those of sec-intro 2.0.2."""

    client: tuple[str, ...] = ("tlscert",)
    server: tuple[str, ...] = ("tlscert",)
    request: tuple[str, ...] = ("tls",)
    response: tuple[str, ...] = ("tls",)


BY_DEFAULT = Security()
_DEFAULTS = (BY_DEFAULT.client, BY_DEFAULT.server, BY_DEFAULT.request, BY_DEFAULT.response)
#: What a Hansa node offers.
OURS = Security(client=("httpsig", "tlscert"), server=("httpsig", "tlscert"))


@dataclass(frozen=True, slots=True)
class Api:
    """One API that a host serves: its version, addresses and limits."""

    name: str
    version: str
    namespace: str
    parts: Mapping[str, str]
    security: Security = BY_DEFAULT
    admin_emails: tuple[str, ...] = ()
    admin_notes: str = ""

    @property
    def number(self) -> tuple[int, ...]:
        """Return the version as numbers that compare."""
        return tuple(int(part) for part in self.version.split("."))

    @property
    def major(self) -> int:
        """Return the first number of the version."""
        return self.number[0]

    @property
    def urls(self) -> dict[str, str]:
        """Return the addresses by the name of their element, such as ``get-url``."""
        return {name: text for name, text in self.parts.items() if is_url(name)}

    def limit(self, name: str) -> int:
        """Return how many values one request may carry, one where the host does not say."""
        return int(self.parts.get(name, "1"))


@dataclass(frozen=True, slots=True)
class Name:
    """The name of an institution, in a language if it says which."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Institution:
    """One institution of the network, by its SCHAC code."""

    hei_id: str
    names: tuple[Name, ...]
    other_ids: tuple[tuple[str, str], ...] = ()

    def name(self, language: str = "en") -> str:
        """Return the name in a language, else the first one, else the code."""
        chosen = [name.text for name in self.names if name.language[:2].lower() == language[:2].lower()]
        return (chosen or [name.text for name in self.names] or [self.hei_id])[0]

    def ids(self, kind: str) -> tuple[str, ...]:
        """Return the identifiers of one kind: erasmus, pic, erasmus-charter, previous-schac."""
        return tuple(value for given, value in self.other_ids if given == kind)


@dataclass(frozen=True, slots=True)
class Host:
    """One host: which institutions it speaks for, by which keys, and what it serves."""

    admin_emails: tuple[str, ...] = ()
    provider: str = ""
    notes: str = ""
    apis: tuple[Api, ...] = ()
    heis: tuple[str, ...] = ()
    client_keys: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    server_keys: tuple[str, ...] = ()


@dataclass
class ApiReader:
    """Read the entries of APIs; remembers security options, which are nearly always the same."""

    known: dict[bytes, Security] = field(default_factory=dict)

    def read(self, entry: xml.Element) -> Api:
        """Return an API from its entry, or raise InvalidError saying which part is wrong."""
        namespace, _brace, name = str(entry.tag).removeprefix("{").rpartition("}")
        version = entry.get("version", "")
        if not namespace or not _VERSION.fullmatch(version):
            raise InvalidError(f"{name}: it has no namespace, or its version is not three numbers.", AGAIN)
        security, emails, notes, parts = BY_DEFAULT, [], "", dict[str, str]()
        for child in entry:
            if child.tag == EMAIL:
                emails.append(_text(child))
            elif child.tag == NOTES:
                notes = _text(child)
            elif child.tag == f"{{{namespace}}}http-security":
                security = self._security(child)
            else:
                _add(parts, child=child, of=name)
        return Api(name, version, namespace, parts, security, tuple(emails), notes)

    def _security(self, element: xml.Element) -> Security:
        key = etree.tostring(element, with_tail=False)
        if key not in self.known:
            self.known[key] = read_security(element)
        return self.known[key]


def _text(element: xml.Element) -> str:
    return (element.text or "").strip()


def _add(parts: dict[str, str], *, child: xml.Element, of: str) -> None:
    local, text = str(child.tag).rpartition("}")[2], _text(child)
    if local in parts:
        raise InvalidError(f"{of}/{local}: this element is there twice.", AGAIN)
    if is_url(local) and not _ADDRESS.fullmatch(text):
        raise InvalidError(f"{of}/{local}: this is not an address that begins with https.", AGAIN)
    if is_limit(local) and not is_count(text):
        raise InvalidError(f"{of}/{local}: this is not a whole number above zero.", AGAIN)
    parts[local] = text


def is_count(text: str) -> bool:
    """Tell whether a text is a whole number above zero."""
    return text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS and int(text) > 0


def read_security(element: xml.Element) -> Security:
    """Return the methods of an ``http-security`` element; methods that nobody knows are left out."""
    found: dict[str, tuple[str, ...]] = {}
    for aspect in element:
        methods = [_METHODS.get(str(method.tag)) for method in aspect]
        local = str(aspect.tag).removeprefix(f"{{{SECURITY}}}")
        found[local] = tuple(known[1] for known in methods if known and known[0] == local)
    given = [found.get(aspect) for aspect in ASPECTS]
    return Security(*(default if one is None else one for one, default in zip(given, _DEFAULTS, strict=True)))


def read_institution(element: xml.Element) -> Institution:
    """Return an institution from an ``hei`` element, or raise InvalidError."""
    hei_id = element.get("id", "").strip()
    names, ids = [], []
    for child in element:
        if child.tag == HEI_NAME:
            names.append(Name(_text(child), child.get(xml.LANG, "")))
        elif child.tag == HEI_OTHER_ID:
            ids.append((child.get("type", ""), _text(child)))
    if not hei_id or not names:
        raise InvalidError(f"An institution {f'“{hei_id}” has no name' if hei_id else 'has no id'}.", AGAIN)
    return Institution(hei_id, tuple(names), tuple(ids))


def check_api(api: Api) -> None:
    """Raise InvalidError where an API of a known specification lacks a part that it requires."""
    known = BY_NAMESPACE.get(api.namespace)
    if known is None:
        return
    if api.name != known.name or api.major != known.major:
        raise InvalidError(f"{api.name} {api.version}: its namespace is that of {known.name} {known.major}.x.", AGAIN)
    missing = [part.name for part in known.fields if part.is_required and part.name not in api.parts]
    if missing:
        raise InvalidError(f"{api.name} {api.version}: {', '.join(missing)} is missing.", AGAIN)


def api_element(api: Api) -> xml.Element:
    """Return the entry of an API, its parts in the order of their specification."""
    known = BY_NAMESPACE.get(api.namespace)
    names = [part.name for part in known.fields] if known else list(api.parts)
    make, shared = xml.maker(api.namespace), xml.maker(SHARED_TYPES)
    return make(
        api.name,
        [shared("admin-email", email) for email in api.admin_emails],
        shared("admin-notes", api.admin_notes) if api.admin_notes else None,
        security_element(api) if api.security != BY_DEFAULT and api.name not in OPEN else None,
        [make(name, api.parts[name]) for name in names if name in api.parts],
        version=api.version,
    )


def security_element(api: Api) -> xml.Element:
    """Return the ``http-security`` element of an API, every aspect said."""
    given = (api.security.client, api.security.server, api.security.request, api.security.response)
    aspects = [
        xml.maker(SECURITY)(aspect, [_method(aspect, name=name) for name in names])
        for aspect, names in zip(ASPECTS, given, strict=True)
        if names
    ]
    return xml.maker(api.namespace)("http-security", aspects)


def _method(aspect: str, *, name: str) -> xml.Element:
    make = xml.maker(f"{ORIGIN}/ewp-specs-{ASPECTS[aspect][name]}/tree/stable-v1")
    # The certificates of this network need no authority: the registry publishes their fingerprints.
    return make(name, **({SELF_SIGNED: "true"} if aspect.startswith("client") and name == "tlscert" else {}))


def institution_element(institution: Institution) -> xml.Element:
    """Return the ``hei`` element of an institution."""
    make = xml.maker(REGISTRY)
    return make(
        "hei",
        [make("other-id", value, type=kind) for kind, value in institution.other_ids],
        [make("name", name.text, lang=name.language) for name in institution.names],
        id=institution.hei_id,
    )


def contact_elements(emails: Iterable[str], *, provider: str, notes: str) -> list[xml.Element]:
    """Return who answers for a host, in the order of both schemas."""
    make = xml.maker(SHARED_TYPES)
    given = [("admin-provider", provider), ("admin-notes", notes)]
    return [make("admin-email", email) for email in emails] + [make(name, text) for name, text in given if text]
