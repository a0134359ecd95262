"""Who this host is: its manifest (discovery 6.0.0), the echo (2.0.1), and the registry of a closed league."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from hansa.areas.exchange.api import agreements
from hansa.areas.exchange.api.door import NOWHERE, Caller, Given, endpoint
from hansa.areas.exchange.models import Catalogue
from hansa.areas.exchange.network.membership import Membership, certificate_file, keys, membership
from hansa.areas.exchange.network.profiles import profile
from hansa.kernel.identity import own
from hansa.lib.errors import RefusedError
from hansa.lib.ewp import answers
from hansa.lib.ewp.echo import ECHO, Echo, write_echo
from hansa.lib.ewp.hosts import Institution, Name
from hansa.lib.ewp.manifest import Manifest, ours, write_manifest
from hansa.lib.ewp.rsa_keys import RsaPublicKey

NOT_MODIFIED = 304
#: How long a catalogue may be kept without asking again (registry 1.5.0 advises a quarter of an hour).
MINUTES = 15


@endpoint(open_to_all=True)
def manifest(caller: Caller, given: Given) -> bytes:
    """Return what this host tells the registry."""
    return write_manifest(manifest_of(caller.member))


def manifest_of(member: Membership) -> Manifest:
    """Return this node as it describes itself."""
    told = profile()
    others = (("erasmus", member.erasmus_code),) if member.erasmus_code else ()
    public = public_keys()
    return Manifest(
        Institution(member.hei, (Name(told.name if told else own().name, ""),), others),
        # Until an officer says who answers, it is whom RFC 5321, section 4.5.1, lets every domain have.
        admin_emails=(told.email if told else f"postmaster@{member.hei}",),
        apis=ours(member.url("").rstrip("/"), limits={"max-iia-ids": agreements.ONE}),
        client_keys=public,
        certificates=(certificate_file().read_bytes(),) if certificate_file().exists() else (),
        server_keys=public,
    )


def public_keys() -> tuple[RsaPublicKey, ...]:
    """Return this node's public key in the network, if it has one yet."""
    try:
        return (keys().public,)
    except RefusedError:
        return ()


@endpoint(ECHO)
def echo(caller: Caller, given: Given) -> bytes:
    """Say for whom the caller speaks, and repeat what it said."""
    return write_echo(Echo(tuple(caller.heis), given[ECHO.name]))


@require_safe
def registry(request: HttpRequest) -> HttpResponse:
    """Return the catalogue of a closed league to whoever asks; a real registry's is at its own address."""
    member = membership()
    row = Catalogue.objects.filter(registry=member.catalogue_url).first() if member and member.is_registry else None
    if row is None:
        return HttpResponse(status=NOWHERE)
    headers = {"ETag": row.etag, "Cache-Control": f"public, max-age={MINUTES * 60}"}
    if row.etag and row.etag in [tag.strip() for tag in request.headers.get("If-None-Match", "").split(",")]:
        return HttpResponse(status=NOT_MODIFIED, headers=headers)
    return HttpResponse(bytes(row.document), content_type=answers.XML_TYPE, headers=headers)
