"""Files that agreements name (file 1.0.0): only the partner of the agreement gets them, and they never change."""

from hansa.areas.exchange.api.door import NOWHERE, Caller, Given, Sent, endpoint
from hansa.areas.exchange.models import Iia
from hansa.kernel.models.files import File
from hansa.lib.ewp.answers import AnswerError
from hansa.lib.ewp.parameters import required

#: A file is named by its content, so it may be kept for as long as somebody likes.
FOREVER = "private, max-age=31536000, immutable"


@endpoint(required("file_id"), methods=("GET",))
def file(caller: Caller, given: Given) -> Sent:
    """Return a file of an agreement with the caller; any other is not there."""
    agreements = Iia.objects.filter(partner__in=caller.heis).only("pk")
    urns = [agreement.urn for agreement in agreements]
    found = File.objects.filter(record__in=urns, digest=given["file_id"][0]).first()
    if found is None:
        raise AnswerError("file_id: there is no such file.", "Take the id from an answer of this node.", status=NOWHERE)
    headers = {"Cache-Control": FOREVER, "ETag": f'"{found.digest}"'}
    return Sent(content=bytes(found.content), media_type=found.media_type, headers=headers)
