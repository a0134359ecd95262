"""What a participant takes along: credential and transcript in the forms that other programs read."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from django.utils.translation import gettext as _

from hansa.areas.exchange.models import Mobility
from hansa.areas.exchange.states import Channel
from hansa.kernel.joint import names
from hansa.lib.canonical import canonical
from hansa.lib.errors import RefusedError
from hansa.lib.exchange import baking

#: Under which name the signatures of a stay hold its credential as a JWT.
JWT = "credential"
JSON, TOKEN, PICTURE, PICTURE_OF_TOKEN = FORMS = ("json", "jwt", "svg", "jwt.svg")


def credential_of(mobility: Mobility, form: str) -> tuple[str, bytes]:
    """Return the credential of a stay in one form, with its media type, or refuse while there is none."""
    if mobility.credential is None or form not in WRITERS:
        raise RefusedError(
            _("This stay has no credential of this form."), _("The host issues it with the transcript, after the stay.")
        )
    return WRITERS[form](mobility)


def elmo_of(mobility: Mobility) -> tuple[str, bytes]:
    """Return the transcript of a stay as ELMO, with its media type, or refuse while there is none."""
    if mobility.channel != Channel.LETTERS or not mobility.raw:
        raise RefusedError(
            _("This stay has no transcript as ELMO."),
            _("A host that is a member of Erasmus Without Paper writes it with the transcript; ask its office."),
        )
    return "application/xml", mobility.raw.encode()


def _json(mobility: Mobility) -> tuple[str, bytes]:
    return "application/vc+ld+json", canonical(mobility.credential)


def _jwt(mobility: Mobility) -> tuple[str, bytes]:
    return "application/vc+jwt", str(mobility.signatures[JWT]).encode()


def _picture(mobility: Mobility) -> tuple[str, bytes]:
    return baking.MEDIA_TYPE, baking.bake(mobility.credential, **_shown(mobility))


def _picture_of_token(mobility: Mobility) -> tuple[str, bytes]:
    return baking.MEDIA_TYPE, baking.bake_jwt(str(mobility.signatures[JWT]), **_shown(mobility))


def _shown(mobility: Mobility) -> dict[str, str]:
    return {"title": str(mobility.credential["name"]), "issuer": names([mobility.receiving])[0]}


WRITERS: Mapping[str, Callable[[Mobility], tuple[str, bytes]]] = MappingProxyType(
    {JSON: _json, TOKEN: _jwt, PICTURE: _picture, PICTURE_OF_TOKEN: _picture_of_token}
)
