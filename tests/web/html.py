"""Read a page as a browser and a screen reader would, and say what is wrong with it."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
# In SVG and HTML alike these belong to presentation, which the policy of the node leaves to the style sheet.
FORBIDDEN_ATTRIBUTES = re.compile(r"^(style|on[a-z]+)$")


@dataclass
class Page(HTMLParser):
    """The parts of a page that a person depends on."""

    open: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    headings: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    labels: set[str] = field(default_factory=set)
    inputs: list[dict[str, str | None]] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    language: str = ""
    title: str = ""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.tags.append(tag)
        self.faults += [f"<{tag} {name}>" for name in given if FORBIDDEN_ATTRIBUTES.match(name)]
        if "id" in given:
            self.ids.append(given["id"])
        for name in ("aria-labelledby", "aria-describedby", "for"):
            self.references += (given.get(name) or "").split()
        self.meet(tag, given)
        if tag not in VOID:
            self.open.append((tag, given))

    def meet(self, tag, given):
        if tag == "html":
            self.language = given.get("lang") or ""
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "label" and given.get("for"):
            self.labels.add(given["for"])
        if tag in {"input", "select", "textarea"} and given.get("type") != "hidden":
            self.inputs.append(given)
        if tag in {"script", "style", "iframe"}:
            self.faults.append(f"<{tag}>")
        if tag == "th" and given.get("scope") not in {"col", "row"}:
            self.faults.append("<th> without scope")
        if tag == "svg" and given.get("role") != "img" and not self.is_hidden(given):
            self.faults.append("<svg> that says nothing")
        if tag == "a" and not given.get("href"):
            self.faults.append("<a> without href")

    def is_hidden(self, given):
        return any(attributes.get("aria-hidden") == "true" for _tag, attributes in [*self.open, ("", given)])

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self.open or self.open[-1][0] != tag:
            self.faults.append(f"</{tag}> closes {self.open[-1][0] if self.open else 'nothing'}")
            return
        self.open.pop()

    def handle_data(self, data):
        inside = [tag for tag, _given in self.open]
        if "title" in inside and "svg" not in inside:
            self.title += data
        if data.strip():
            self.texts.append(" ".join(data.split()))

    def finish(self):
        """Add what can only be said of the whole page."""
        self.faults += [f"<{tag}> is never closed" for tag, _given in self.open]
        self.faults += [f"id {name} twice" for name in {n for n in self.ids if self.ids.count(n) > 1}]
        self.faults += [f"{name} refers to nothing" for name in self.references if name not in self.ids]
        self.faults += ["not one <main>"] if self.tags.count("main") != 1 else []
        self.faults += ["not one <h1>"] if self.headings.count(1) != 1 else []
        steps = zip([0, *self.headings], self.headings, strict=False)
        self.faults += [f"h{after} follows h{before}" for before, after in steps if after > before + 1]
        if self.tags.count("table") != self.tags.count("caption"):
            self.faults.append("<table> without caption")
        for given in self.inputs:
            if given.get("id") not in self.labels and not given.get("aria-label"):
                self.faults.append(f"input {given.get('name')} without label")
        if not self.title.strip():
            self.faults.append("no title")
        return self


def read(answer) -> Page:
    """Read the answer of a view."""
    page = Page()
    page.feed(answer.content.decode())
    page.close()
    return page.finish()
