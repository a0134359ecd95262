"""Rotation: how this node changes its keys, and how it follows partners that change theirs.

The next keys are made and kept beside the present ones. The present key tells every known
partner of them, in a statement that the next key signs too (lib.rotation). A partner that
took note seals to the next key from then on and accepts what it signs; the node opens
letters sealed to either. Once every known partner has answered, the files change places.

Every step can be done again: a node killed in the middle finds the job still waiting, and
the files tell how far it came.
"""

import os
from pathlib import Path

from django.utils import timezone
from django.utils.translation import gettext as _

from hansa.kernel.change import change
from hansa.kernel.identity import NEXT, PAIR, own
from hansa.kernel.jobs import Effect, WaitingError, enqueue, job
from hansa.kernel.keyring import ROTATED
from hansa.kernel.letters import letter, send
from hansa.kernel.models import Job, Partner
from hansa.kernel.models import Letter as LetterRow
from hansa.lib import rotation
from hansa.lib.errors import RefusedError
from hansa.lib.keys import Identity, SealingKey, SigningKey
from hansa.lib.letters import Letter

SWITCH = "partners.switch"
BECAUSE = "Keys belong to the institution, whatever memoranda it has."
PAUSE = 2.0


def rotate() -> Identity:
    """Begin to change this node's keys; return those that come next, or refuse while a change is under way."""
    if under_way := Job.objects.filter(kind=SWITCH, state=Job.State.WAITING).first():
        raise RefusedError(
            _("The keys are being changed already."), under_way.waits_for or _("Wait until the node has changed them.")
        )
    make("next-signing", SigningKey.generate().pem())
    make("next-sealing", SealingKey.generate().pem())
    following = after()
    record = f"urn:hansa:keys:{following.fingerprint}"
    with change({"rotation": "begun", "record": record}):
        announce(record, following)
    return following


def path(name: str) -> Path:
    """Return the file of one of this node's keys."""
    return own().directory / "keys" / f"{name}.pem"


def make(name: str, pem: bytes) -> None:
    """Write a key that is not there yet; a file of this name is always whole and only its owner's."""
    if path(name).exists():
        return
    part = path(name).with_suffix(".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path(name))


def after() -> Identity:
    """Return who this node is once the change is over, however far it came."""
    signing, sealing = (
        path(new if path(new).exists() else old).read_bytes() for old, new in zip(PAIR, NEXT, strict=True)
    )
    return Identity(own().id, SigningKey.from_pem(signing).public, SealingKey.from_pem(sealing).public)


def announce(record: str, following: Identity) -> None:
    """Tell every known partner that was not told yet, and owe the switch, inside the change under way."""
    new = SigningKey.from_pem(path("next-signing").read_bytes())
    token = rotation.write(own().identity, following, old=own().signing, new=new, at=timezone.now())
    for partner in untold(record):
        send(partner.institution, ROTATED, record=record, body={"rotation": token})
    step = Job.objects.filter(kind=SWITCH, record=record).count()
    enqueue(SWITCH, key=f"{record} {step}", record=record, data={"next": dict(following.to_json())})


def untold(record: str) -> list[Partner]:
    """Return the known partners that no letter tells of the next keys."""
    told = LetterRow.objects.filter(record=record, direction=LetterRow.Direction.OUT).values("partner")
    return list(Partner.objects.filter(state=Partner.State.KNOWN).exclude(institution__in=told))


@job(SWITCH)
def switch(row: Job) -> Effect:
    """Change the keys once every known partner took note of the next ones."""
    if after().to_json() != row.data["next"]:
        raise RefusedError(
            _("The files of the next keys are missing or are others than those announced."),
            _("Bring back keys/next-signing.pem and keys/next-sealing.pem, or change the keys once more."),
        )
    if own().identity != after() and untold(row.record):
        # Somebody became a partner meanwhile and knows only the present keys.
        return lambda: announce(row.record, after())
    unanswered = LetterRow.objects.filter(record=row.record, state=LetterRow.State.WAITING).values("partner")
    waiting = Partner.objects.filter(state=Partner.State.KNOWN, institution__in=unanswered)
    if names := ", ".join(partner.name for partner in waiting):
        raise WaitingError(_("{names} must take note of the new keys first.").format(names=names), seconds=PAUSE)
    return install


def install() -> None:
    """Put the next keys in the place of the present ones; what a crash left undone is done the next time."""
    for old, new in zip(PAIR, NEXT, strict=True):
        if path(new).exists():
            path(new).replace(path(old))
    descriptor = os.open(path(PAIR[0]).parent, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


@letter(ROTATED, because=BECAUSE)
def rotated(said: Letter, partner: Partner) -> None:
    """Take note of the keys that a partner goes over to; its first letter with them makes them its own."""
    token = said.body.get("rotation")
    following = rotation.read(token, previous=partner.keys)  # type: ignore[arg-type]  # reason: what is no text has no signature
    partner.claimed = {"identity": following.to_json(), "address": partner.address, "rotation": token}
    partner.save(update_fields=["claimed"])
