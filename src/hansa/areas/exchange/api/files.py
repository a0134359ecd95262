"""Files that agreements name (file 1.0.0): only the partner of the agreement gets them, and they never change."""

from uuid import UUID

from hansa.areas.exchange.api.door import NOWHERE, Caller, Given, Sent, endpoint
from hansa.areas.exchange.models import Iia
from hansa.kernel.models.files import File
from hansa.lib.ewp.answers import AnswerError
from hansa.lib.ewp.parameters import required

#: A file is named by its content, so it may be kept for as long as somebody likes.
FOREVER = "private, max-age=31536000, immutable"


@endpoint(required("file_id"), methods=("GET",))
def file(caller: Caller, given: Given) -> Sent:
    """Return a file that the caller was told of; any other is not there."""
    digest = given["file_id"][0]
    found = next((one for one in File.objects.filter(digest=digest) if is_shared(one, caller)), None)
    if found is None:
        raise AnswerError("file_id: there is no such file.", "Take the id from an answer of this node.", status=NOWHERE)
    headers = {"Cache-Control": FOREVER, "ETag": f'"{found.digest}"'}
    return Sent(content=bytes(found.content), media_type=found.media_type, headers=headers)


def is_shared(file: File, caller: Caller) -> bool:
    """Tell whether a file belongs to an agreement with the caller."""
    prefix, _colon, key = file.record.rpartition(":")
    if prefix != "urn:hansa:iias":
        return False
    return Iia.objects.filter(pk=UUID(key), partner__in=caller.heis).exists()
