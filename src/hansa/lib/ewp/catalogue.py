"""The registry's catalogue: who is in the network, what they serve, and by which keys they are known.

The document has a few megabytes (registry 1.5.0, catalogue.xsd). It is read once into tables,
so that the questions of every request (whose key is this, where does that institution serve
this API) are answered without a search. A part that is malformed is left out and named in
``faults``: one careless host must not cut us off from all others.
"""

import hashlib
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from hansa.lib.errors import InvalidError
from hansa.lib.ewp import xml
from hansa.lib.ewp.hosts import (
    EMAIL,
    NOTES,
    PROVIDER,
    REGISTRY,
    Api,
    ApiReader,
    Host,
    Institution,
    read_institution,
)
from hansa.lib.ewp.rsa_keys import RsaPublicKey, decode

ROOT = f"{{{REGISTRY}}}catalogue"
#: 3,000 institutions with one host each and twenty APIs would have 90 MB; the registry is configured, not a stranger.
MOST_BYTES = 256 * 1024 * 1024
_MOST_FOUND = 50


@dataclass(frozen=True, slots=True)
class Served:
    """An API together with the host that serves it, whose server keys alone may sign its responses."""

    api: Api
    host: Host


@dataclass(frozen=True)
class Catalogue:
    """The network as the registry describes it, indexed and never changed."""

    institutions: Mapping[str, Institution] = field(default_factory=dict)
    hosts: tuple[Host, ...] = ()
    faults: tuple[str, ...] = ()
    _keys: Mapping[str, RsaPublicKey] = field(default_factory=dict, repr=False)
    _served: Mapping[tuple[str, str, int], Served] = field(default_factory=dict, repr=False)
    _hosts: Mapping[str, tuple[Host, ...]] = field(default_factory=dict, repr=False)
    _majors: Mapping[tuple[str, str], tuple[int, ...]] = field(default_factory=dict, repr=False)
    _by_key: Mapping[str, frozenset[str]] = field(default_factory=dict, repr=False)
    _by_certificate: Mapping[str, frozenset[str]] = field(default_factory=dict, repr=False)
    _by_other_id: Mapping[tuple[str, str], str] = field(default_factory=dict, repr=False)
    _words: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    def api(self, hei_id: str, name: str, *, major: int) -> Served | None:
        """Return the newest version of an API that an institution serves in one major, if any."""
        return self._served.get((hei_id, name, major))

    def majors(self, hei_id: str, name: str) -> tuple[int, ...]:
        """Return the major versions of an API that an institution serves, the newest first."""
        return self._majors.get((hei_id, name), ())

    def hosts_of(self, hei_id: str) -> tuple[Host, ...]:
        """Return the hosts that cover an institution, whose administrators can be written to."""
        return self._hosts.get(hei_id, ())

    def heis_of_key(self, key_id: str) -> frozenset[str]:
        """Return the institutions for which a client with this key may speak."""
        return self._by_key.get(key_id, frozenset())

    def heis_of_certificate(self, fingerprint: str) -> frozenset[str]:
        """Return the institutions for which a client with this TLS certificate may speak."""
        return self._by_certificate.get(fingerprint, frozenset())

    def key(self, key_id: str) -> RsaPublicKey | None:
        """Return a published key, whether of a client or of a server."""
        return self._keys.get(key_id)

    def client_key(self, key_id: str) -> RsaPublicKey | None:
        """Return a key with which requests may be signed, for ``verify_request``."""
        return self.key(key_id) if key_id in self._by_key else None

    def server_key(self, served: Served) -> Callable[[str], RsaPublicKey | None]:
        """Return how to find a key with which this host may sign its responses, for ``verify_response``."""
        return lambda key_id: self.key(key_id) if key_id in served.host.server_keys else None

    def institution(self, kind: str, value: str) -> Institution | None:
        """Return the institution with another identifier: erasmus, pic, erasmus-charter, previous-schac."""
        return self.institutions.get(self._by_other_id.get((kind, value), ""))

    def search(self, text: str, *, most: int = _MOST_FOUND) -> list[Institution]:
        """Return institutions whose names or identifiers hold every word, those that begin with the text first."""
        wanted = folded(text)
        words = wanted.split()
        found = [(hei_id, known) for hei_id, known in self._words if all(word in known for word in words)]
        found.sort(key=lambda pair: (not pair[1].startswith(wanted), pair[1]))
        return [self.institutions[hei_id] for hei_id, _known in found[:most]] if words else []


def folded(text: str) -> str:
    """Return a text without case and accents, for searching."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(letter for letter in apart if not unicodedata.combining(letter)).split())


def read_catalogue(data: bytes) -> Catalogue:
    """Read a catalogue, or raise InvalidError where it is none at all."""
    root = xml.parse(data, root=ROOT, most=MOST_BYTES)
    reading = _Reading()
    hosts = tuple(reading.host(element) for element in root.iterchildren(_tag("host")))
    institutions = reading.institutions(root.iterchildren(_tag("institutions")))
    keys = reading.keys(root.iterchildren(_tag("binaries")))
    return indexed(hosts, institutions=institutions, keys=keys, faults=tuple(reading.faults))


def _tag(local: str) -> str:
    return f"{{{REGISTRY}}}{local}"


_APIS, _COVERED = _tag("apis-implemented"), _tag("institutions-covered")
_CLIENT, _SERVER = _tag("client-credentials-in-use"), _tag("server-credentials-in-use")
_KEY, _CERTIFICATE = _tag("rsa-public-key"), _tag("certificate")


@dataclass
class _Reading:
    """Read the parts of a catalogue and keep what is wrong with them."""

    apis: ApiReader = field(default_factory=ApiReader)
    faults: list[str] = field(default_factory=list)

    def host(self, element: xml.Element) -> Host:
        parts: dict[object, xml.Element] = {child.tag: child for child in element}
        emails = tuple((child.text or "").strip() for child in element.iterchildren(EMAIL))
        heis = tuple((child.text or "").strip() for child in parts.get(_COVERED, ()))
        client = parts.get(_CLIENT, ())
        return Host(
            admin_emails=emails,
            provider=_text(parts.get(PROVIDER)),
            notes=_text(parts.get(NOTES)),
            apis=tuple(self._apis(parts.get(_APIS, ()), of=", ".join(heis[:3]) or "a host of no institution")),
            heis=heis,
            client_keys=tuple(child.get("sha-256", "") for child in client if child.tag == _KEY),
            certificates=tuple(child.get("sha-256", "") for child in client if child.tag == _CERTIFICATE),
            server_keys=tuple(child.get("sha-256", "") for child in parts.get(_SERVER, ())),
        )

    def _apis(self, entries: Iterable[xml.Element], *, of: str) -> Iterable[Api]:
        for entry in entries:
            try:
                yield self.apis.read(entry)
            except InvalidError as wrong:
                self.faults.append(f"{of}: {wrong.message}")

    def institutions(self, lists: Iterable[xml.Element]) -> dict[str, Institution]:
        found: dict[str, Institution] = {}
        for element in (element for one in lists for element in one):
            try:
                institution = read_institution(element)
            except InvalidError as wrong:
                self.faults.append(wrong.message)
            else:
                found[institution.hei_id] = institution
        return found

    def keys(self, lists: Iterable[xml.Element]) -> dict[str, RsaPublicKey]:
        found: dict[str, RsaPublicKey] = {}
        for element in (element for one in lists for element in one):
            key_id = element.get("sha-256", "")
            try:
                der = decode(element.text or "")
            except InvalidError:
                der = b""
            if hashlib.sha256(der).hexdigest() == key_id:
                found[key_id] = RsaPublicKey(der)
            else:
                self.faults.append(f"The key {key_id[:16]}… is not what its fingerprint says.")
        return found


def _text(element: xml.Element | None) -> str:
    return "" if element is None else (element.text or "").strip()


def indexed(
    hosts: tuple[Host, ...],
    *,
    institutions: Mapping[str, Institution],
    keys: Mapping[str, RsaPublicKey],
    faults: tuple[str, ...] = (),
) -> Catalogue:
    """Return a catalogue with its tables."""
    served = _newest(hosts)
    return Catalogue(
        institutions=institutions,
        hosts=hosts,
        faults=faults,
        _keys=keys,
        _served=served,
        _hosts=_covering(hosts),
        _majors=_majors(served),
        _by_key=_speakers((key, host) for host in hosts for key in host.client_keys),
        _by_certificate=_speakers((one, host) for host in hosts for one in host.certificates),
        _by_other_id={other: one.hei_id for one in institutions.values() for other in one.other_ids},
        _words=tuple((one.hei_id, _searched(one)) for one in institutions.values()),
    )


def _newest(hosts: Iterable[Host]) -> dict[tuple[str, str, int], Served]:
    found: dict[tuple[str, str, int], Served] = {}
    for host in hosts:
        for api in host.apis:
            served, number = Served(api, host), api.number
            for hei_id in host.heis:
                place = (hei_id, api.name, number[0])
                if place not in found or found[place].api.number < number:
                    found[place] = served
    return found


def _covering(hosts: Iterable[Host]) -> dict[str, tuple[Host, ...]]:
    found: dict[str, tuple[Host, ...]] = {}
    for host in hosts:
        for hei_id in host.heis:
            found[hei_id] = (*found.get(hei_id, ()), host)
    return found


def _majors(served: Iterable[tuple[str, str, int]]) -> dict[tuple[str, str], tuple[int, ...]]:
    found: dict[tuple[str, str], tuple[int, ...]] = {}
    for hei_id, name, major in sorted(served, reverse=True):
        found[hei_id, name] = (*found.get((hei_id, name), ()), major)
    return found


def _speakers(pairs: Iterable[tuple[str, Host]]) -> dict[str, frozenset[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for known_by, host in pairs:
        found[known_by].update(host.heis)
    return {known_by: frozenset(heis) for known_by, heis in found.items()}


def _searched(institution: Institution) -> str:
    names = " ".join(name.text for name in institution.names)
    ids = " ".join(value for _kind, value in institution.other_ids)
    return folded(f"{names} {institution.hei_id} {ids}")
