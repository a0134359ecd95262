"""The temporary tables of a compiled cohort, one after the other."""


class Stages:
    """Collect statements, each of which makes one temporary table."""

    def __init__(self, cdm: str, prefix: str) -> None:
        self.cdm = cdm
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

    def number(self) -> int:
        """Return a number that no stage has yet."""
        return len(self.names)
