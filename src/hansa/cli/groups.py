"""Commands that areas bring in their ``commands.py``, loaded only when somebody asks for them.

An area's ``GROUPS`` names groups of commands. Those under a noun stand beside the verbs
derived from its actions; others have a line in ``GROUPS`` here, so that ``hansa --help``
needs neither Django nor any area. A test holds this table against the areas.
"""

from typing import Any

from typer.core import TyperGroup
from typer.main import get_group

from hansa.cli.session import enter

#: Groups of commands that belong to no noun, and their help.
GROUPS: dict[str, str] = {"network": "Erasmus Without Paper, the network of universities: join it, look at it."}


def written(name: str) -> dict[str, Any]:
    """Return the commands that areas wrote for a group."""
    enter(made=False)
    from hansa.kernel.areas import modules

    groups = [module.GROUPS[name] for module in modules("commands") if name in module.GROUPS]
    return {verb: command for group in groups for verb, command in get_group(group).commands.items()}


class AreaGroup(TyperGroup):
    """A group whose commands an area wrote, found when they are needed."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all commands of the group."""
        return sorted(written(str(self.name)))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command of the group."""
        return written(str(self.name)).get(cmd_name)
