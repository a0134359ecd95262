"""Write docs/reference from the registries of the code: ``python -m docs.generate``.

Nothing in docs/reference is written by hand. tests/test_docs.py writes it anew and compares, so an action,
a command, a limit or an error without its line in the reference cannot get in.
"""

import os
import sys
from pathlib import Path

REFERENCE = Path(__file__).parent / "reference"
MARK = "<!-- Written by python -m docs.generate from the code; change the code, not this file. -->"


def written() -> dict[str, str]:
    """Return every page of the reference by file name."""
    from django.utils import translation  # noqa: PLC0415 -- Django is started first, by main or by the tests

    from docs import attacks, lists, sources  # noqa: PLC0415 -- as above

    with translation.override("en"):
        pages = {**lists.pages(), **sources.pages(), **attacks.pages()}
    index = "\n".join(f"- [{title_of(text)}]({name})" for name, text in pages.items())
    pages["README.md"] = f"# Reference\n\nWritten from the code by `python -m docs.generate`.\n\n{index}\n"
    return {name: f"{MARK}\n\n{text.strip()}\n" for name, text in pages.items()}


def title_of(text: str) -> str:
    """Return the title of a page."""
    return text.strip().splitlines()[0].removeprefix("# ")


def main(*given: str) -> None:
    """Write the reference, here or into a directory that is given, and remove pages that are no longer made."""
    os.environ["HANSA_NODE"] = str(Path(__file__).parent / "no-node")
    os.environ["DJANGO_SETTINGS_MODULE"] = "hansa.node.settings"
    import django  # noqa: PLC0415 -- only now the settings may be read

    django.setup()
    pages, place = written(), Path(given[0]) if given else REFERENCE
    place.mkdir(exist_ok=True)
    for old in place.glob("*.md"):
        if old.name not in pages:
            old.unlink()
    for name, text in pages.items():
        path = place / name
        path.write_text(text, encoding="utf-8")
        # A node's own files are closed to others; these are for everybody.
        path.chmod(0o644)
    sys.stdout.write(f"{len(pages)} pages in {place}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
