"""People who use a node by its pages alone: they sign in, follow addresses, and fill in forms."""

import re
from html import unescape
from typing import Any

import httpx2

from tests.functional.nodes import PASSWORD, LiveNode

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
TAGS = re.compile(r"<script.*?</script>|<style.*?</style>|<[^>]+>", re.DOTALL)


class Visitor:
    """Somebody with a browser that understands forms and remembers cookies."""

    def __init__(self, node: LiveNode, role: str) -> None:
        self.address = f"http://127.0.0.1:{node.port}"
        self.line = httpx2.Client(timeout=30, follow_redirects=True, headers={"Accept-Language": "en"})
        self.fill("/login/", username=role, password=PASSWORD)

    def see(self, path: str) -> str:
        """Open a page and return its text, without what only machines read."""
        return readable(self.open(path).text)

    def open(self, path: str) -> httpx2.Response:
        """Open a page."""
        answer = self.line.get(self.address + path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer

    def fill(self, path: str, **fields: Any) -> str:
        """Fill in the form of a page and send it; return the text of the page that follows."""
        token = TOKEN.search(self.open(path).text)
        assert token is not None, f"There is no form on {path}."
        given = {"csrfmiddlewaretoken": token.group(1), **fields}
        answer = self.line.post(self.address + path, data=given, headers={"Referer": self.address + path})
        assert answer.status_code in (200, 409, 422), (path, answer.status_code)
        self.at = answer.url.path
        return readable(answer.text)


def readable(page: str) -> str:
    """Return what a person reads of a page, in one line."""
    return " ".join(unescape(TAGS.sub(" ", page)).split())
