"""The line to a node: one request, one answer or one error with a remedy."""

from collections.abc import Mapping
from typing import Any

import httpx2

from hansa.lib.canonical import parse
from hansa.lib.errors import HansaError, InvalidError, RefusedError, UnreachableError

WRONG, SERVER = (400, 404), 500
Answer = dict[str, Any]


class Line:
    """A kept-open connection to a node's API."""

    def __init__(self, url: str, token: str, *, timeout: float) -> None:
        self.url = url.rstrip("/")
        self._http = httpx2.Client(
            base_url=f"{self.url}/api", timeout=timeout, headers={"Authorization": f"Bearer {token}"}
        )

    def get(self, path: str, **asked: Any) -> Answer:
        """Ask for something."""
        given = {name: value for name, value in asked.items() if value not in ("", None)}
        return self._ask("GET", path, params=given)

    def post(self, path: str, given: Mapping[str, Any]) -> Answer:
        """Ask for something to be done."""
        return self._ask("POST", path, json=dict(given))

    def fetch(self, path: str) -> bytes:
        """Ask for a file."""
        answer = self._send("GET", path)
        if answer.is_success:
            return answer.content
        raise error(answer.status_code, content(answer, url=self.url))

    def close(self) -> None:
        """Hang up."""
        self._http.close()

    def _ask(self, method: str, path: str, **options: Any) -> Answer:
        answer = self._send(method, path, **options)
        told = content(answer, url=self.url)
        if answer.is_success:
            return told
        raise error(answer.status_code, told)

    def _send(self, method: str, path: str, **options: Any) -> httpx2.Response:
        try:
            return self._http.request(method, path, **options)
        except httpx2.HTTPError as failed:
            raise UnreachableError(
                f"{self.url} does not answer ({type(failed).__name__}).", "Check the address and whether the node runs."
            ) from failed


def content(answer: httpx2.Response, *, url: str) -> Answer:
    """Return the JSON object of an answer, or raise UnreachableError for anything else."""
    try:
        told = parse(answer.content)
    except InvalidError as wrong:
        raise UnreachableError(
            f"What answers at {url} is no Hansa node (HTTP {answer.status_code}).", "Check the address."
        ) from wrong
    return told if isinstance(told, dict) else {"": told}


def error(status: int, told: Answer) -> HansaError:
    """Return what a node refused as the error it was there."""
    message, remedy = str(told.get("message", f"HTTP {status}")), str(told.get("remedy", ""))
    if status in WRONG:
        return InvalidError(message, remedy)
    return UnreachableError(message, remedy) if status >= SERVER else RefusedError(message, remedy)
