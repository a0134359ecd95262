"""Keep the registry's catalogue: fetch it, or make it where this node is the registry of a closed league.

Asked for every quarter of an hour, as registry 1.5.0 advises, and only sent where it has changed. While the registry
is away, or sends what cannot be read, the last good one stands; the trouble is noted beside it.
"""

import hashlib
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from hansa.areas.exchange.models import Catalogue
from hansa.areas.exchange.network import client
from hansa.areas.exchange.network.membership import Membership, demand_membership, membership
from hansa.kernel.jobs import NETWORK, Effect, WaitingError, hold, job
from hansa.kernel.models import Job
from hansa.lib.errors import HansaError
from hansa.lib.ewp.catalogue import MOST_BYTES, read_catalogue
from hansa.lib.ewp.manifest import path_of, read_manifest
from hansa.lib.ewp.registry import combine
from hansa.lib.ewp.specifications import BY_NAME

JOB = "exchange.catalogue"
EVERY, SOON = 15 * 60.0, 30.0
HELD = 600.0
NOT_MODIFIED = 304


@job(JOB, lane=NETWORK, standing=True)
def look(row: Job) -> Effect:
    """Look for a new catalogue, then wait for the next time."""
    if membership() is None:
        raise WaitingError(_("This node is no member of Erasmus Without Paper."), seconds=EVERY)
    hold(row, seconds=HELD)
    trouble = refresh()
    raise WaitingError(_("The next look at the catalogue."), seconds=SOON if trouble else EVERY)


def refresh() -> str:
    """Bring the catalogue up to date and return what was in the way, if anything was."""
    member = demand_membership()
    try:
        return league(member) if member.is_registry else fetch(member.registry)
    except HansaError as no:
        keep(member.catalogue_url, trouble=str(no))
        return str(no)


def fetch(url: str) -> str:
    """Ask the registry for a newer catalogue."""
    kept = Catalogue.objects.filter(registry=url).first()
    answer = client.plain(url, etag=kept.etag if kept else "", who=_("The registry"), most=MOST_BYTES)
    if kept is not None and answer.status == NOT_MODIFIED:
        keep(url, at=timezone.now())
        return ""
    client.check(answer, who=_("The registry"))
    read_catalogue(answer.content)
    etag = next((value for name, value in answer.headers if name.lower() == "etag"), "")
    keep(url, document=answer.content, etag=etag, at=timezone.now())
    return ""


def keep(url: str, *, trouble: str = "", **found: Any) -> None:
    """Keep a document of the network, or only what was in the way of a newer one."""
    values = {"trouble": trouble, **found}
    Catalogue.objects.update_or_create(
        registry=url, defaults=values, create_defaults={"document": b"", "at": timezone.now(), **values}
    )


def league(member: Membership) -> str:
    """Make the catalogue of a closed league from the manifests of its members, and return what is wrong with them."""
    urls = list(dict.fromkeys((own_url(member), *member.league)))
    documents = {url: content for url in urls if (content := manifest(url))}
    combined = combine(documents)
    etag = f'"{hashlib.sha256(combined.catalogue).hexdigest()[:32]}"'
    faults = [f"{url}: {note}" for url, notes in combined.notes.items() for note in notes]
    missing = Catalogue.objects.filter(registry__in=urls).exclude(trouble="").values_list("registry", flat=True)
    faults += [_("{url} does not answer with a manifest.").format(url=url) for url in missing]
    trouble = " ".join(faults)
    keep(member.catalogue_url, document=combined.catalogue, etag=etag, at=timezone.now(), trouble=trouble)
    return trouble


def own_url(member: Membership) -> str:
    """Return where this node's own manifest is read, by this node like by everybody else."""
    return member.url(path_of(BY_NAME["discovery", 6]).lstrip("/"))


def manifest(url: str) -> bytes:
    """Return the manifest at an address: as it is now, or the last good one where it cannot be had."""
    try:
        answer = client.plain(url, who=url)
        client.check(answer, who=url)
        read_manifest(answer.content)
    except HansaError as no:
        keep(url, trouble=str(no))
    else:
        keep(url, document=answer.content, at=timezone.now())
    return bytes(Catalogue.objects.get(registry=url).document)
