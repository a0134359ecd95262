"""Joint studies from Python: propose, wait, read the result."""

import sys
import time
from pathlib import Path

from hansa.client.records import Record, Records, key_of
from hansa.client.result import Result
from hansa.lib.errors import RefusedError, UnreachableError

#: A study in one of these states goes no further by itself.
ENDED = {"declined", "withdrawn", "failed"}
RELEASED = "released"


class Studies(Records):
    """The joint studies of a node."""

    def propose(self, protocol: str | Path, *, agreement: str = "", note: str = "") -> Record:
        """Propose a study: give the protocol as text, or the path of its file."""
        given = protocol.read_text(encoding="utf-8") if isinstance(protocol, Path) else protocol
        body = {"protocol": given, "agreement": agreement, "note": note}
        return Record(self._line.post("/studies/propose", body))

    def result(self, study: Record | str) -> Result:
        """Return the result of a study that was released."""
        found = self.get(study)
        kept = found.get("result")
        if not kept:
            raise RefusedError(
                f"There is no result to read yet; the study is {found['state_in_words']}.",
                "Wait for it: node.studies.wait(study).",
            )
        return Result(kept["result"], title=str(found["title"]), signed=kept.get("signed"))

    def export(self, study: Record | str, file: str | Path) -> Path:
        """Write the file that proves the study to a stranger; check it with: hansa verify FILE."""
        path = Path(file)
        path.write_bytes(self._line.fetch(f"/studies/{key_of(study)}/bundle"))
        return path

    def wait(
        self, study: Record | str, *, seconds: float = 3600.0, every: float = 0.25, progress: bool = True
    ) -> Result:
        """Wait until the result is released and return it; say on the way where the study stands."""
        until = time.monotonic() + seconds
        told = ""
        while True:
            found = self.get(study)
            if progress and found["state_in_words"] != told:
                told = found["state_in_words"]
                sys.stderr.write(f"{found['title']}: {told}\n")
            if found["state"] == RELEASED:
                return self.result(found)
            if found["state"] in ENDED:
                raise RefusedError(
                    f"The study is {found['state_in_words']}. {reason(found)}".rstrip(), "No result follows."
                )
            if time.monotonic() > until:
                raise UnreachableError(f"The study is still {found['state_in_words']}.", "Wait for it again later.")
            time.sleep(every)


def reason(study: Record) -> str:
    """Return why a study ended, as the party that ended it says."""
    if study.get("trouble"):
        return str(study["trouble"])
    said = [f"{one['name']}: {one['reason']}" for one in study.get("decisions", []) if one["verdict"] in ENDED]
    return " ".join(said)
