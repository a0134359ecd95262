"""Mails to groups, carried to the mail server one by one and never twice.

Before a mail is handed over, the job notes that it tries. A mail whose fate is not known afterwards, because the line
broke or the node was stopped in between, is told as such and not sent again.
"""

import smtplib
from contextlib import suppress
from email.utils import formataddr
from functools import partial
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend
from django.utils.translation import gettext as _

from hansa.areas.exchange.actions.mailings import KIND
from hansa.areas.exchange.models import Mailing
from hansa.areas.exchange.queries import mailings
from hansa.areas.exchange.states import MailState
from hansa.kernel import jobs
from hansa.kernel.identity import own
from hansa.kernel.jobs import NETWORK, Effect, WaitingError, backoff, failed, job
from hansa.kernel.models import Job

FIRST, LONGEST = 60.0, 3600.0
#: About a day.
MOST_WAITS = 24
#: Longer than a mail server may take for every step of one mail.
HOLD = 600.0
#: From here on a mail server's no is final (RFC 5321 section 4.2.1).
FINAL = 500


@job(KIND, lane=NETWORK)
def mail(row: Job) -> Effect:
    """Send one mail of a mailing."""
    mailing, number = Mailing.objects.get(pk=UUID(row.record.rpartition(":")[2])), row.data["number"]
    address = mailings.address_of(mailing.recipients[number])
    if row.data.get("tried"):
        return partial(settle, mailing, number, state=mailings.UNKNOWN)
    if not address or not settings.EMAIL_HOST:
        return partial(settle, mailing, number, state=mailings.FAILED)
    jobs.hold(row, seconds=HOLD)
    message = EmailMessage(
        subject=mailing.subject,
        body=mailing.text,
        from_email=formataddr((own().name, settings.DEFAULT_FROM_EMAIL)),
        to=[address],
    )
    try:
        state = hand_over(row, message)
    except WaitingError:
        if row.waits < MOST_WAITS:
            raise
        state = mailings.FAILED
    return partial(settle, mailing, number, state=state)


def hand_over(row: Job, message: EmailMessage) -> str:
    """Give one mail to the mail server and return what became of it, or say that it has to wait."""
    server = EmailBackend()
    try:
        reach(server, row)
        note(row, tried=True)
        return give(server, row, message=message)
    finally:
        # What the server says to the farewell changes nothing.
        with suppress(OSError):
            server.close()


def reach(server: EmailBackend, row: Job) -> None:
    """Connect to the mail server; whatever goes wrong here, nothing was handed over yet."""
    try:
        server.open()
    except OSError as fault:
        # Every fault of smtplib is an OSError.
        raise puts_off(row, fault) from None


def give(server: EmailBackend, row: Job, *, message: EmailMessage) -> str:
    """Hand a mail over and return what became of it."""
    try:
        server.send_messages([message])
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPResponseException) as fault:
        if code_of(fault) >= FINAL:
            return mailings.FAILED
        note(row, tried=False)
        raise puts_off(row, fault) from None
    except OSError:
        return mailings.UNKNOWN
    return mailings.SENT


def puts_off(row: Job, fault: OSError) -> WaitingError:
    """Return that a mail has to wait, without saying for whom it is."""
    said = _("the mail server ({fault} {code})").format(fault=type(fault).__name__, code=code_of(fault) or "")
    return WaitingError(said, seconds=backoff(row.waits, first=FIRST, longest=LONGEST))


def code_of(fault: OSError) -> int:
    """Return the code with which a mail server answered, or 0."""
    if isinstance(fault, smtplib.SMTPRecipientsRefused):
        return max(code for code, _text in fault.recipients.values())
    return int(fault.smtp_code) if isinstance(fault, smtplib.SMTPResponseException) else 0


def note(row: Job, *, tried: bool) -> None:
    """Note at once, and outside of any change, that a mail is being handed over; or that it was not taken."""
    data = {**row.data, "tried": tried}
    if not Job.objects.filter(pk=row.pk, holder=row.holder, state=Job.State.WAITING).update(data=data):
        raise jobs.TakenError(row.kind)


def settle(mailing: Mailing, number: int, *, state: str) -> None:
    """Write what became of one mail; with the last one the mailing ends."""
    mailing = Mailing.objects.select_for_update().get(pk=mailing.pk)
    mailing.recipients[number]["state"] = state
    states = [one["state"] for one in mailing.recipients]
    mailing.sent = states.count(mailings.SENT)
    mailing.trouble = mailings.trouble(mailing)
    if mailings.WAITING not in states:
        mailing.state = MailState.FAILED if mailing.trouble else MailState.SENT
    mailing.save()


@failed(KIND)
def lost(row: Job) -> None:
    """Note that a mail was given up after faults nobody foresaw."""
    settle(Mailing.objects.get(pk=UUID(row.record.rpartition(":")[2])), row.data["number"], state=mailings.FAILED)
