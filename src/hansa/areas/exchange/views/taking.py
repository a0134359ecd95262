"""What participants and offices take along from a stay: the credential and the transcript, in forms programs read."""

from functools import partial

from django.utils.translation import gettext as _

from hansa.areas.exchange.models import Mobility
from hansa.areas.exchange.queries import credentials
from hansa.areas.exchange.states import Channel
from hansa.kernel.models import Person, Record
from hansa.kernel.pages import Download

#: The names of the files, by the form of the credential.
NAMES = {
    credentials.JSON: "credential.json",
    credentials.TOKEN: "credential.jwt",
    credentials.PICTURE: "credential.svg",
    credentials.PICTURE_OF_TOKEN: "credential.jwt.svg",
}


def downloads(record: Record, _person: Person) -> list[Download]:
    """Return the files that can be made of a stay now; who may see the stay may take them."""
    if not isinstance(record, Mobility):
        return []
    words = {
        credentials.JSON: _("Credential (Open Badge 3.0), JSON"),
        credentials.TOKEN: _("Credential as a token (JWT)"),
        credentials.PICTURE: _("Credential as a picture with the signed data inside"),
        credentials.PICTURE_OF_TOKEN: _("Credential as a picture with the token inside"),
    }
    made = [
        Download(title=title, name=NAMES[form], build=partial(credentials.credential_of, record, form))
        for form, title in words.items()
        if record.credential is not None
    ]
    if record.channel == Channel.LETTERS and record.raw:
        build = partial(credentials.elmo_of, record)
        made.append(Download(title=_("Transcript (ELMO, XML)"), name="transcript.elmo.xml", build=build))
    return made
