"""Letters at the end of a stay: transcript, recognition, and the signatures of both under it."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from hansa.areas.exchange import stays
from hansa.areas.exchange.actions.transcripts import RESULT
from hansa.areas.exchange.letters.reading import Body, about, read, settle, step_back
from hansa.areas.exchange.models import Mobility
from hansa.areas.exchange.network import transcripts as network_transcripts
from hansa.areas.exchange.queries import gate
from hansa.areas.exchange.queries.credentials import JWT
from hansa.areas.exchange.rules import RECOGNISE, TRANSCRIBE
from hansa.areas.exchange.states import MobilityState as State
from hansa.kernel.identity import own
from hansa.kernel.letters import letter, refused
from hansa.kernel.models import Letter as LetterRow
from hansa.kernel.models import Partner
from hansa.lib.errors import RefusedError
from hansa.lib.exchange import credentials, recognition, transcript
from hansa.lib.exchange.did_keys import did
from hansa.lib.keys import VerifyingKey
from hansa.lib.letters import SKEW, Letter, moment
from hansa.lib.signatures import assemble, sign_general, verify_general


class Transcribed(Body):
    """A transcript and the credential that the participant takes along."""

    transcript: dict[str, Any]
    credential: dict[str, Any]
    jwt: str
    elmo: str = ""


class Recognised(Body):
    """What the sending institution counts, with its signature."""

    recognition: dict[str, Any]
    signature: dict[str, str]


class Acknowledged(Body):
    """The host's signature under the recognition."""

    signature: dict[str, str]


@letter("mobilities.transcribed", permit=TRANSCRIBE)
def transcribed(said: Letter, partner: Partner) -> None:
    """Keep the host's transcript and the credential, for our office to recognise."""
    body = read(Transcribed, said)
    mobility = about(said, State.DEPARTED, sender="receiving")
    transcript.check(body.transcript)
    if body.transcript["mobility"] != mobility.urn:
        raise RefusedError(_("The transcript is one of another stay."), _("Send the transcript of this stay."))
    demand_credential(mobility, body, key=partner.keys.signing)
    if body.elmo:
        network_transcripts.demand_elmo(body.elmo, mobility=mobility)
    mobility.raw = body.elmo
    mobility.transcript, mobility.credential = body.transcript, body.credential
    mobility.signatures = {**mobility.signatures, JWT: body.jwt}
    settle(mobility, body, state=State.TRANSCRIBED)


def demand_credential(mobility: Mobility, body: Transcribed, *, key: VerifyingKey) -> None:
    """Refuse a credential that does not hold, is not the host's own, or is another in its second form."""
    wrong = list(credentials.verify(body.credential, now=timezone.now() + SKEW))
    bare = {name: value for name, value in body.credential.items() if name != "proof"}
    if not wrong and (bare["issuer"].get("id"), bare.get("id")) != (did(key), f"{mobility.urn}:credential"):
        wrong.append(_("It is another institution's, or that of another stay."))
    if not wrong and credentials.read_jwt(body.jwt) != bare:
        wrong.append(_("The JWT says something else."))
    if wrong:
        raise RefusedError(
            _("The credential does not hold: {why}").format(why=wrong[0]), _("Issue it again and send the transcript.")
        )


@letter("mobilities.recognised", permit=RECOGNISE)
def recognised(said: Letter, partner: Partner) -> None:
    """Keep what the sending institution counts, sign that it stands on our transcript, and tell it so."""
    body = read(Recognised, said)
    mobility = about(said, State.TRANSCRIBED, sender="sending")
    recognition.check(body.recognition, transcript=mobility.transcript)
    plan = gate.plan_in_force(mobility)
    if body.recognition["plan"] != (plan.digest if plan is not None else None):
        raise RefusedError(_("The recognition names another plan."), _("Decide on the plan that all three signed."))
    demand_signature(body.recognition, body.signature, key=partner.keys.signing, party=partner.institution)
    header = {"party": own().id, "at": moment(timezone.now())}
    ours = dict(sign_general(body.recognition, key=own().signing, kind=RESULT, header=header))
    keep(mobility, body.recognition, sending=body.signature, receiving=ours)
    settle(mobility, body, state=State.RECOGNISED)
    stays.tell(mobility, "mobilities.acknowledged", body={"signature": ours}, permit=TRANSCRIBE)


@letter("mobilities.acknowledged", permit=TRANSCRIBE)
def acknowledged(said: Letter, partner: Partner) -> None:
    """Keep the host's signature under the recognition: both have signed."""
    body = read(Acknowledged, said)
    mobility = about(said, State.DECIDED, sender="receiving")
    demand_signature(mobility.recognition, body.signature, key=partner.keys.signing, party=partner.institution)
    keep(mobility, mobility.recognition, sending=mobility.signatures["sending"], receiving=body.signature)
    settle(mobility, body, state=State.RECOGNISED)


def demand_signature(document: dict[str, Any], signature: dict[str, str], *, key: VerifyingKey, party: str) -> None:
    """Refuse a recognition that the partner did not sign."""
    signed = verify_general(assemble(document, [signature]), keys={key.kid: key}, kind=RESULT)
    if signed[key.kid].get("party") != party:
        raise RefusedError(_("The signature names another institution."), _("Sign it yourself."))


def keep(mobility: Mobility, document: dict[str, Any], *, sending: dict[str, str], receiving: dict[str, str]) -> None:
    """Keep a recognition with both signatures, as one document that anybody can check."""
    mobility.recognition = document
    mobility.signatures = {
        **mobility.signatures,
        "sending": sending,
        "receiving": receiving,
        "recognition": assemble(document, [sending, receiving]),
    }


@refused("mobilities.transcribed")
def transcript_refused(row: LetterRow) -> None:
    """Take back a transcript that the sending institution's node would not take, and show why."""
    step_back(row, now=State.TRANSCRIBED, to=State.DEPARTED)


@refused("mobilities.recognised")
def recognition_refused(row: LetterRow) -> None:
    """Take back a recognition that the host's node would not sign, and show why."""
    step_back(row, now=State.DECIDED, to=State.TRANSCRIBED)
