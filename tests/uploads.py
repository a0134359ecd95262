"""An action made for tests that takes files, on a kind of record that keeps them."""

from collections.abc import Iterator
from contextlib import contextmanager

from hansa.areas.studies.models import Dataset
from hansa.kernel.actions import ACTIONS, action
from hansa.kernel.files import Upload, keep
from hansa.kernel.models import File, Person

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20
JPEG = b"\xff\xd8\xff\xe0" + b"\x00" * 20


@contextmanager
def attaching() -> Iterator[None]:
    """Let data sets keep files, and people attach them."""

    @action(needs="datasets.remove", source=("connected",), target=("connected",), because="A test.")
    def attach(dataset: Dataset, *, by: Person, document: Upload, more: list[Upload] = [], note: str = "") -> None:  # noqa: B006 -- read as the default of an input, never changed
        """Attach a file."""
        for upload in (document, *more):
            keep(dataset, upload, role="test")

    def files(self: Dataset) -> list[File]:
        return list(File.objects.filter(record=self.urn))

    Dataset.files = files  # type: ignore[method-assign]  # reason: a kind of record that keeps files, for this test
    try:
        yield
    finally:
        del Dataset.files, ACTIONS[attach.name]
