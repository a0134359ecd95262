"""Actions: the only way a person changes a record.

An area writes a plain function and declares who may call it, from which state it
starts, to which it leads, and which term of a clause it needs. Calling it checks
role, state and clause, changes the record, puts letters in the outbox and seals
one entry of the ledger, all in one transaction or not at all. Web form, API
endpoint, command and client method are derived from the same object.

    @action(needs="studies.approve", source=(State.PROPOSED,), target=(State.APPROVED,), permit="studies.approve")
    def approve(study: Study, *, by: Person, note: str = "") -> None:
        \"\"\"Approve the study at this institution.\"\"\"
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Concatenate, Generic, TypeVar, get_type_hints

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, create_model
from pydantic import ValidationError as InputError

from hansa.kernel.change import change
from hansa.kernel.models.people import Person
from hansa.kernel.models.records import Record
from hansa.kernel.people import has, pseudonym
from hansa.kernel.policy import granted
from hansa.lib.canonical import JSON
from hansa.lib.decision import Decision
from hansa.lib.errors import InvalidError, RefusedError

R = TypeVar("R", bound=Record)
ACTIONS: dict[str, "Action[Any]"] = {}
FIRST: dict[str, Callable[..., None]] = {}
NEW = ""


class RoleError(RefusedError):
    """The person has no role that may do this."""


class StateError(RefusedError):
    """The record is not in a state from which this can be done."""


class GivenError(InvalidError):
    """Something the person gave is missing or malformed; ``faults`` says what, field by field."""

    def __init__(self, faults: dict[str, str]) -> None:
        told = " ".join(f"{name}: {what}" for name, what in faults.items())
        super().__init__(told, _("Correct what is marked and try again; nothing was changed."))
        self.faults = faults


@dataclass(frozen=True, kw_only=True)
class Action(Generic[R]):
    """A verb on a record, with the rules for using it."""

    do_not_call_in_templates: ClassVar[bool] = True

    record: type[R]
    verb: str
    needs: str
    source: tuple[str, ...]
    target: tuple[str, ...]
    permit: str | None
    because: str
    run: Callable[Concatenate[R, ...], None]
    inputs: type[BaseModel]
    unless: Callable[[R, Person], bool] | None = None
    own: bool = False

    @property
    def noun(self) -> str:
        """Return the plural noun of the records this acts on."""
        return self.record.noun

    @property
    def name(self) -> str:
        """Return the name used in the ledger, the address and the command: noun.verb."""
        return f"{self.noun}.{self.verb}"

    @property
    def title(self) -> str:
        """Return the first line of the function's docstring, in the reader's language."""
        return _((inspect.getdoc(self.run) or self.verb).splitlines()[0])

    @property
    def explanation(self) -> str:
        """Return the rest of the docstring: what will happen, in plain words."""
        text = (inspect.getdoc(self.run) or "").partition("\n\n")[2]
        return _(" ".join(text.split())) if text else ""

    @property
    def makes(self) -> bool:
        """Return whether the action makes a new record."""
        return NEW in self.source

    def refusal(self, record: R, by: Person | None) -> RefusedError | None:
        """Return why ``by`` may not do this now, or None if role and state allow it."""
        if by is None or not has(by, self.needs):
            return RoleError(
                _("You have no role that may do this: {title}").format(title=self.title),
                _("It takes the permission {needs}; ask an administrator of this node which role gives it.").format(
                    needs=self.needs
                ),
            )
        if self.own and not record._state.adding and not record.belongs_to(by):
            return RoleError(
                _("This is somebody else's, and only they may do this: {title}").format(title=self.title),
                _("Look under your own records."),
            )
        if record.state not in self.source:
            return StateError(
                _("This is {state}; to do this it must be {source}.").format(
                    state=said(record, record.state), source=_(" or ").join(said(record, s) for s in self.source)
                ),
                _("Open it again to see what can be done now."),
            )
        return None

    def possible(self, record: R, by: Person | None) -> bool:
        """Return whether role, state and clause allow this now, and there is something left to do."""
        if by is None or self.refusal(record, by) is not None or (self.unless is not None and self.unless(record, by)):
            return False
        try:
            self._ask(record)
        except RefusedError:
            return False
        return True

    def given(self, values: dict[str, Any]) -> dict[str, Any]:
        """Return what the person gave, checked field by field."""
        try:
            checked = self.inputs.model_validate(values)
        except InputError as wrong:
            raise GivenError({str(e["loc"][0]): e["msg"] for e in wrong.errors()}) from wrong
        found = {name: getattr(checked, name) for name in self.inputs.model_fields}
        if unfit := [name for name in found if has_nul(found[name])]:
            raise GivenError(dict.fromkeys(unfit, _("It holds a character that is in no text (NUL).")))
        return found

    def __call__(self, record: R, *, by: Person | None, **values: Any) -> R:
        """Do it, or raise RefusedError or InvalidError and change nothing."""
        given = self.given(values)
        if self.name in FIRST and self.refusal(record, by) is None:
            FIRST[self.name](record, by=by, **given)
        with change({"action": self.name, "record": record.urn}) as made:
            if not record._state.adding:
                # Locked, so that of two people who decide at the same moment the second is told.
                record.refresh_from_db(from_queryset=type(record).objects.select_for_update())
            if refusal := self.refusal(record, by):
                raise refusal
            if not self.makes:
                self._ask(record)
            before = record.state
            self.run(record, by=by, **given)
            decision = self._ask(record)
            self._settle(record, before)
            if self.own and not record.belongs_to(by):
                raise AssertionError(f"{self.name} made a record that is not the person's own")
            made.cause |= {"by": pseudonym(by), **cited(decision), **({"about": record.about} if record.about else {})}  # type: ignore[arg-type]  # reason: refusal() has ruled None out
        return record

    def _ask(self, record: R) -> Decision | None:
        """Ask the memoranda, where this action needs a clause."""
        if self.permit is None:
            return None
        decision = record.judge(self.permit)
        if decision is None:
            raise RefusedError(_("This record belongs to no memorandum."), _("Propose it under a clause first."))
        return granted(decision, by_person=True)

    def _settle(self, record: R, before: str) -> None:
        """Move the record to the target state and save it."""
        if len(self.target) == 1 and record.state == before:
            record.state = self.target[0]
        if record.state not in self.target:
            raise AssertionError(f"{self.name} led to '{record.state}', which it does not declare")
        try:
            record.full_clean()
        except ValidationError as wrong:
            raise GivenError({name: " ".join(texts) for name, texts in wrong.message_dict.items()}) from wrong
        record.save()


def first(name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Do something before an action begins to change anything, which stays done if the action is refused."""

    def wrap(run: Callable[..., None]) -> Callable[..., None]:
        FIRST[name] = run
        return run

    return wrap


def has_nul(value: Any) -> bool:
    """Tell whether a text in a value holds NUL, which PostgreSQL cannot keep."""
    if isinstance(value, dict):
        return any(map(has_nul, [*value, *value.values()]))
    if isinstance(value, list | tuple):
        return any(map(has_nul, value))
    return isinstance(value, str) and "\0" in value


def said(record: Record | type[Record], state: str) -> str:
    """Return a state as people read it."""
    states: Any = getattr(record, "State", None)
    if state == NEW:
        return _("new")
    return str(states(state).label) if states is not None else state


def cited(decision: Decision | None) -> dict[str, JSON]:
    """Return what the ledger keeps of a decision: memorandum and clause."""
    if decision is None:
        return {}
    return {"agreement": decision.agreement, "clause": decision.clause}


def action(
    *,
    needs: str,
    source: tuple[str, ...],
    target: tuple[str, ...],
    permit: str | None = None,
    because: str = "",
    unless: Callable[[Any, Person], bool] | None = None,
    own: bool = False,
) -> Callable[[Callable[Concatenate[R, ...], None]], Action[R]]:
    """Turn a function into an Action; one that needs no clause says why in ``because``.

    ``unless`` tells of which records it is not offered to whom: it would be refused, or nobody wants it there.
    With ``own`` only the person to whom the record belongs may do it.
    """
    if (permit is None) == (not because):
        raise AssertionError("An action names the term it needs, or says why it needs none.")

    def wrap(run: Callable[Concatenate[R, ...], None]) -> Action[R]:
        hints = get_type_hints(run, include_extras=True)
        parameters = list(inspect.signature(run).parameters.values())
        fields: dict[str, Any] = {
            p.name: (hints[p.name], ... if p.default is p.empty else p.default)
            for p in parameters
            if p.kind is p.KEYWORD_ONLY and p.name != "by"
        }
        inputs = create_model(
            f"{run.__module__}.{run.__name__}",
            __config__=ConfigDict(extra="forbid", str_strip_whitespace=True, hide_input_in_errors=True),
            **fields,
        )
        made = Action(
            record=hints[parameters[0].name],
            verb=run.__name__,
            needs=needs,
            source=tuple(str(s) for s in source),
            target=tuple(str(s) for s in target),
            permit=permit,
            because=because,
            run=run,
            inputs=inputs,
            unless=unless,
            own=own,
        )
        ACTIONS[made.name] = made
        return made

    return wrap
