"""Forms derived from actions: the inputs of a function become the fields of a page.

An action already says which inputs it takes and of which types. From that this module
makes a form: a choice becomes a list, a secret a password field, a list of roles boxes
to tick. What the action itself finds wrong is shown beside the field it is about, in
the same way as what the form finds.
"""

import types
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from html import escape
from typing import Any, Literal, Union, get_args, get_origin

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import SecretStr
from pydantic.fields import FieldInfo

from hansa.kernel.actions import Action, GivenError
from hansa.kernel.choices import choices_of as registered
from hansa.kernel.files import Upload
from hansa.lib.errors import HansaError, InvalidError
from hansa.lib.uploads import ENDINGS
from hansa.web import words
from hansa.web.rows import RowsField

#: How many wishes a form asks for at most.
MOST_RANKS = 5
#: From how many choices on a list is written at once.
LONG = 100
Maker = Callable[..., forms.Field]
Choices = Mapping[str, list[tuple[str, Any]]]


class ActionForm(forms.Form):
    """The inputs of one action, as fields."""

    def given(self) -> dict[str, Any]:
        """Return what was filled in; what was left empty takes the action's own default."""
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "", [])}

    def blame(self, fault: HansaError) -> None:
        """Show what the action found wrong, beside the field it is about."""
        faults = fault.faults if isinstance(fault, GivenError) else {}
        for name, what in faults.items():
            self.add_error(name if name in self.fields else None, what)
        if not faults:
            self.add_error(None, str(fault))
        self.mark()

    def mark(self) -> None:
        """Tie each faulty field to its message, for those who hear the page."""
        for name in self.errors:
            if name in self.fields:
                told = [f"{self[name].auto_id}_helptext"] if self[name].help_text else []
                told.append(f"{self[name].auto_id}_error")
                self.fields[name].widget.attrs["aria-describedby"] = " ".join(told)


def form_for(
    action: Action[Any],
    *,
    choices: Choices,
    data: Any = None,
    files: Any = None,
    initial: dict[str, Any] | None = None,
) -> ActionForm:
    """Return the form of an action, empty or filled with what was sent."""
    made = ActionForm(data=data, files=files, initial=initial)
    for name, about in action.inputs.model_fields.items():
        made.fields[name] = field_for(name, about=about, choices=choices.get(name), of=action.name)
    return made


def field_for(
    name: str, *, about: FieldInfo, choices: list[tuple[str, Any]] | None = None, of: str = ""
) -> forms.Field:
    """Return the field for one input of the action ``of``; ``choices`` narrows what may be chosen."""
    kind = plain(about.annotation)
    given: dict[str, Any] = {
        "label": about.title or words.label(name, of=of),
        "help_text": about.description or words.found("HELP", name, of=of) or "",
        "required": about.is_required() and kind is not bool,
    }
    if not about.is_required():
        given["initial"] = about.get_default(call_default_factory=True)
    choices = choices or list(registered(about).items()) or choices_of(name, kind=kind)
    if parts := words.found("ROWS", name, of=of):
        return RowsField(parts=parts, **given)
    if choices and words.holds("RANKED", name, of=of):
        return RankedField(choices=choices, **given)
    if choices:
        return choice_field(kind, choices=choices, **given)
    if kind is str:
        return text_field(name, of=of, **given)
    maker: Maker = MAKERS.get(kind, json_field)
    return maker(**given)


def plain(annotation: Any) -> Any:
    """Return the type inside ``X | None``."""
    if get_origin(annotation) in (Union, types.UnionType):
        return next((part for part in get_args(annotation) if part is not type(None)), str)
    return annotation


def choices_of(name: str, *, kind: Any) -> list[tuple[str, Any]]:
    """Return the choices of an input in words, or none where anything may be written."""
    inside = get_args(kind)[0] if get_origin(kind) in (list, tuple, set, frozenset) else kind
    if get_origin(inside) is Literal:
        return [(value, words.choice(name, value)) for value in get_args(inside)]
    return []


def choice_field(kind: Any, *, choices: Iterable[tuple[str, Any]], **given: Any) -> forms.Field:
    """Return a list to choose one from, or boxes to tick where many may be chosen."""
    if get_origin(kind) in (list, tuple, set, frozenset):
        return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **given)
    choices = list(choices)
    if given.get("initial") is None and (not given["required"] or len(choices) > 1):
        # Without it a browser would choose the first one by itself.
        choices = [("", "–"), *(pair for pair in choices if pair[0] != "")]
    widget = LongSelect if len(choices) > LONG else forms.Select
    return forms.ChoiceField(choices=choices, widget=widget, **given)


def text_field(name: str, *, of: str = "", **given: Any) -> forms.Field:
    """Return a line of text, or a box for several."""
    if words.holds("SOURCES", name, of=of):
        widget = forms.Textarea(attrs={"class": "source", "spellcheck": "false"})
        return forms.CharField(widget=widget, strip=False, **given)
    if words.holds("LONG", name, of=of):
        return forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), **given)
    return forms.CharField(**given)


def password_field(**given: Any) -> forms.Field:
    """Return a field that does not show what is typed."""
    return forms.CharField(widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), strip=False, **given)


def day_field(**given: Any) -> forms.Field:
    """Return a field for a day."""
    # The browser shows a day as its reader writes days, but takes it in this one form only (HTML, section 2.3.5.2).
    return forms.DateField(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **given)


def lines_field(**given: Any) -> forms.Field:
    """Return a box in which every line is one entry."""
    return LinesField(widget=forms.Textarea(attrs={"rows": 4}), **given)


def json_field(**given: Any) -> forms.Field:
    """Return a box for JSON."""
    return forms.JSONField(widget=forms.Textarea(attrs={"class": "source", "spellcheck": "false"}), **given)


def pairs_field(**given: Any) -> forms.Field:
    """Return a box in which every line says what belongs to what."""
    return PairsField(widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}), **given)


class PairsField(forms.CharField):
    """Names and what belongs to them, one pair a line: ``age = alter``."""

    def prepare_value(self, value: Any) -> Any:
        """Return the pairs as lines."""
        return "\n".join(f"{name} = {what}" for name, what in value.items()) if isinstance(value, dict) else value

    def clean(self, value: Any) -> Any:
        """Return the pairs, or say which line is none."""
        pairs: dict[str, str] = {}
        for line in filter(str.strip, str(super().clean(value)).splitlines()):
            name, sign, what = (part.strip() for part in line.partition("="))
            if not (name and sign and what):
                raise forms.ValidationError(
                    _("Write each line as: name = what it is here. This is none: %(line)s") % {"line": line}
                )
            pairs[name] = what
        return pairs or None


class LinesField(forms.CharField):
    """Several texts, one a line."""

    def prepare_value(self, value: Any) -> Any:
        """Return the lines as one text."""
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> Any:
        """Return the lines that are not empty."""
        return [line.strip() for line in str(super().clean(value)).splitlines() if line.strip()]


class LongSelect(forms.Select):
    """A list of thousands, written at once instead of one template an option."""

    def render(self, name: str, value: Any, **given: Any) -> SafeString:  # type: ignore[override] # Django gives the rest by name
        """Return the list."""
        attrs = self.build_attrs({"name": name, **self.attrs}, given.get("attrs") or {})
        marks = [(key, held) for key, held in attrs.items() if held not in (False, None)]
        written = format_html_join("", ' {}="{}"', ((key, key if held is True else held) for key, held in marks))
        told = str(value or "")
        # The plain function of Python, because one of Django asks of every text whether it is escaped already.
        lines = (
            f'<option value="{escape(str(key))}"{" selected" if str(key) == told else ""}>{escape(str(words))}</option>'
            for key, words in self.choices
        )
        return format_html("<select{}>{}</select>", written, mark_safe("\n".join(lines)))  # noqa: S308 -- escaped just above


class RankedSelects(forms.Select):
    """As many lists as there are ranks, the first choice first."""

    use_fieldset = True
    draws_itself = True

    def value_from_datadict(self, *given: Any) -> list[str]:
        """Return what was chosen, in order, each once."""
        data, _files, name = given
        return list(dict.fromkeys(value for value in data.getlist(name) if value))

    def render(self, name: str, value: Any, **given: Any) -> SafeString:  # type: ignore[override] # Django gives the rest by name
        """Return the lists, each with a label of its own."""
        attrs, chosen = given.get("attrs") or {}, list(value or [])
        rest = {key: held for key, held in attrs.items() if key not in ("id", "required")}
        lines = []
        for place in range(min(MOST_RANKS, len(list(self.choices)) - 1)):
            id_ = f"{attrs.get('id', name)}_{place}"
            now = chosen[place] if place < len(chosen) else ""
            lines.append((id_, place + 1, super().render(name, now, attrs={**rest, "id": id_})))
        return format_html_join("\n", '<label class="choice" for="{}">{}. {}</label>', lines)


class RankedField(forms.MultipleChoiceField):
    """Several choices in an order: the first, the second, and so on."""

    widget = RankedSelects

    def __init__(self, *, choices: Iterable[tuple[str, Any]], **given: Any) -> None:
        super().__init__(choices=[("", "–"), *choices], **given)


class UploadField(forms.FileField):
    """A file from the person's own computer."""

    def __init__(self, **given: Any) -> None:
        super().__init__(widget=FileInput(attrs={"accept": ACCEPTED}), **given)

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Return the file, or say in plain words why it is not taken."""
        found = super().clean(data, initial)
        return uploaded(found) if found else None


class UploadsField(UploadField):
    """Several files at once."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.widget.allow_multiple_selected = True
        self.widget.attrs["multiple"] = True

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Return the files that were chosen."""
        given = data if isinstance(data, list) else [data]
        return [file for file in (super(UploadsField, self).clean(one, initial) for one in given or [None]) if file]


class FileInput(forms.FileInput):
    """A file field that may take several files."""

    def value_from_datadict(self, *given: Any) -> Any:
        """Return the file that was chosen, or all of them."""
        _data, files, name = given
        return files.getlist(name) if self.allow_multiple_selected and files else files.get(name)


def uploaded(found: Any) -> Upload:
    """Return what a browser sent as a file that may be taken."""
    try:
        return Upload.of(found.name, found.read())
    except InvalidError as wrong:
        raise forms.ValidationError(wrong.message) from None


ACCEPTED = ",".join(ending for endings in ENDINGS.values() for ending in endings)
MAKERS: dict[Any, Maker] = {
    SecretStr: password_field,
    bool: forms.BooleanField,
    int: forms.IntegerField,
    float: forms.FloatField,
    date: day_field,
    datetime: forms.DateTimeField,
    list[str]: lines_field,
    dict[str, str]: pairs_field,
    Upload: UploadField,
    list[Upload]: UploadsField,
}


class SignInForm(forms.Form):
    """Name and password."""

    username = forms.CharField(
        label=gettext_lazy("User name"),
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = forms.CharField(strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}))

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["password"].label = _("Password")
