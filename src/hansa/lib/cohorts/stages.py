"""The temporary tables of a compiled cohort, one after the other."""

from hansa.lib.errors import InvalidError


class Stages:
    """Collect statements, each of which makes one temporary table."""

    def __init__(self, cdm: str, prefix: str, *, location_history: bool = False) -> None:
        self.cdm = cdm
        self._located = location_history
        self.statements: list[str] = []
        self.names: list[str] = []
        self._prefix = prefix

    def name(self, stage: str) -> str:
        """Return the name of a stage's table."""
        return f"{self._prefix}_{stage}"

    def add(self, stage: str, select: str) -> str:
        """Add a stage and return the name of its table."""
        name = self.name(stage)
        self.statements.append(f"create temporary table {name} as {select}")
        self.names.append(name)
        return name

    def need_location_history(self, construct: str) -> None:
        """Refuse a construct that asks where people or care sites were, unless the data set says so."""
        if not self._located:
            raise InvalidError(
                f"The cohort expression cannot be honoured: {construct} needs the table location_history,"
                " which OMOP CDM 5.4 does not have.",
                "Leave the place out of the cohort, or compile it for data with that table.",
            )

    def number(self) -> int:
        """Return a number that no stage has yet."""
        return len(self.names)
