"""A registry for tests and for closed leagues: manifests in, one catalogue out (registry 1.5.0).

What the network's registry refuses is refused here too: a credential or an address that two
institutions claim, an institution that two hosts claim, keys that are too short, manifests
that cannot be read. The first claim stands; every refusal is noted at the manifest that
made it, and everything else is kept.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from hansa.lib.errors import InvalidError
from hansa.lib.ewp import xml
from hansa.lib.ewp.client_certificates import fingerprint
from hansa.lib.ewp.hosts import REGISTRY, Api, api_element, contact_elements, institution_element
from hansa.lib.ewp.manifest import Manifest, read_manifest
from hansa.lib.ewp.rsa_keys import RsaPublicKey

make = xml.maker(REGISTRY)


@dataclass(frozen=True)
class Combined:
    """The catalogue, and what was refused of each manifest, by its address."""

    catalogue: bytes
    notes: Mapping[str, tuple[str, ...]]


def combine(manifests: Mapping[str, bytes]) -> Combined:
    """Return the catalogue of manifests given by their address, in the order in which they joined."""
    claims = _Claims()
    taken: list[Manifest] = []
    notes: dict[str, tuple[str, ...]] = {}
    for address, data in manifests.items():
        try:
            manifest = claims.settle(read_manifest(data), address=address)
        except InvalidError as wrong:
            notes[address] = (wrong.message,)
        else:
            taken.append(manifest)
            notes[address] = manifest.faults
    if not taken:
        raise InvalidError("None of the manifests can be taken.", "Read the notes of each and mend it.")
    return Combined(_catalogue(taken), notes)


@dataclass
class _Claims:
    """Who was first to claim what: a credential, an address, an institution."""

    owners: dict[str, str] = field(default_factory=dict)
    institutions: set[str] = field(default_factory=set)

    def settle(self, manifest: Manifest, *, address: str) -> Manifest:
        """Return a manifest without what belongs to others, or raise InvalidError where its institution does."""
        hei_id = manifest.institution.hei_id if manifest.institution else ""
        if hei_id in self.institutions:
            raise InvalidError(f"Another host covers {hei_id}.", "Agree which host speaks for the institution.")
        if hei_id:
            self.institutions.add(hei_id)
        owner = hei_id or address
        faults = list(manifest.faults)
        return replace(
            manifest,
            client_keys=tuple(self._keys(manifest.client_keys, owner=owner, faults=faults)),
            certificates=tuple(self._certificates(manifest.certificates, owner=owner, faults=faults)),
            apis=tuple(self._apis(manifest.apis, owner=owner, faults=faults)),
            faults=tuple(faults),
        )

    def _is_free(self, claim: str, *, owner: str) -> bool:
        return self.owners.setdefault(claim, owner) == owner

    def _keys(self, keys: Iterable[RsaPublicKey], *, owner: str, faults: list[str]) -> Iterable[RsaPublicKey]:
        for key in keys:
            if self._is_free(key.key_id, owner=owner):
                yield key
            else:
                faults.append(f"The client key {key.key_id[:16]}… belongs to {self.owners[key.key_id]}.")

    def _certificates(self, certificates: Iterable[bytes], *, owner: str, faults: list[str]) -> Iterable[bytes]:
        for one in certificates:
            name = fingerprint(one)
            if self._is_free(name, owner=owner):
                yield one
            else:
                faults.append(f"The client certificate {name[:16]}… belongs to {self.owners[name]}.")

    def _apis(self, apis: Iterable[Api], *, owner: str, faults: list[str]) -> Iterable[Api]:
        seen: set[tuple[str, int]] = set()
        for api in apis:
            others = {self.owners[url] for url in api.urls.values() if not self._is_free(url, owner=owner)}
            if (api.name, api.major) in seen:
                faults.append(f"{api.name} {api.version}: the host serves another {api.name} of this major version.")
            elif others:
                faults.append(f"{api.name} {api.version}: its address belongs to {', '.join(sorted(others))}.")
            else:
                seen.add((api.name, api.major))
                yield api


def _catalogue(taken: Iterable[Manifest]) -> bytes:
    hosts, institutions, keys = [], [], dict[str, RsaPublicKey]()
    for manifest in taken:
        hosts.append(_host(manifest))
        keys |= {key.key_id: key for key in (*manifest.client_keys, *manifest.server_keys)}
        if manifest.institution:
            institutions.append(institution_element(manifest.institution))
    binaries = [make("rsa-public-key", key.text, **{"sha-256": key_id}) for key_id, key in keys.items()]
    return xml.write(make("catalogue", hosts, make("institutions", institutions), make("binaries", binaries)))


def _host(manifest: Manifest) -> xml.Element:
    covered = [make("hei-id", manifest.institution.hei_id)] if manifest.institution else []
    certificates = [make("certificate", **{"sha-256": fingerprint(one)}) for one in manifest.certificates]
    return make(
        "host",
        contact_elements(manifest.admin_emails, provider=manifest.provider, notes=manifest.notes),
        make("apis-implemented", [api_element(api) for api in manifest.apis]),
        make("institutions-covered", covered),
        make("client-credentials-in-use", certificates, _fingerprints(manifest.client_keys)),
        make("server-credentials-in-use", _fingerprints(manifest.server_keys)),
    )


def _fingerprints(keys: Iterable[RsaPublicKey]) -> list[xml.Element]:
    return [make("rsa-public-key", **{"sha-256": key.key_id}) for key in keys]
