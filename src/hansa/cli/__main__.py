"""Run ``hansa``, or ``python -m hansa.cli``."""

import os
import sys
from collections.abc import Sequence

from hansa.lib.errors import HansaError, InvalidError

#: What is given wrongly ends with 2, as the shell's own commands do; what is refused or does not hold, with 1.
WRONG, REFUSED, INTERRUPTED = 2, 1, 130
TRACEBACK = "HANSA_TRACEBACK"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; say what is wrong in a sentence, never with a traceback."""
    from hansa.cli.application import app

    given = choose_node(list(sys.argv[1:] if arguments is None else arguments))
    try:
        app(args=given, prog_name="hansa")
    except HansaError as fault:
        sys.stderr.write(f"{fault.message}\n")
        if fault.remedy:
            sys.stderr.write(f"{fault.remedy}\n")
        sys.exit(WRONG if isinstance(fault, InvalidError) else REFUSED)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception as fault:
        if os.environ.get(TRACEBACK):
            raise
        sys.stderr.write(f"Hansa met an internal fault: {described(fault)}.\n")
        sys.stderr.write(f"Run it again with {TRACEBACK}=1 to see where, and report it.\n")
        sys.exit(REFUSED)


def described(fault: Exception) -> str:
    """Return what kind of fault it is; only what the operating system and the database say is told in full."""
    kind = type(fault).__name__
    return f"{kind}: {fault}" if isinstance(fault, OSError) or "Operational" in kind else kind


def choose_node(arguments: list[str]) -> list[str]:
    """Take ``--node DIRECTORY`` out of the arguments, wherever it stands, and work for that node."""
    for place, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument == "--node" and place + 1 < len(arguments):
            os.environ["HANSA_NODE"] = arguments[place + 1]
            return arguments[:place] + arguments[place + 2 :]
        if argument.startswith("--node="):
            os.environ["HANSA_NODE"] = argument.partition("=")[2]
            return arguments[:place] + arguments[place + 1 :]
    return arguments


if __name__ == "__main__":
    main()
