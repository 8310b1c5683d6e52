"""The slow path of parsing: any JSON into our structs, one field at a time, so that a wrong field costs only itself.

msgspec stops at the first value of a wrong type, which is right for nearly every answer and wrong for the one with a
number as `browser.version`. This builds the same structs from the same types. A value that does not fit becomes None, a
list entry that does not fit is left out, and each gets a note.
"""

import json
import math
import re
from decimal import Decimal, InvalidOperation
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec
from msgspec import Struct

from visitors.datafast.errors import MalformedAnswer

MAX_NOTES = 50
_MAX_PATH_LENGTH = 200
# NUL, which PostgreSQL can't store as text, and halves of surrogate pairs, which UTF-8 can't encode.
_NOT_TEXT = re.compile("[\0\ud800-\udfff]")
# Far more than any amount of money needs, and few enough that the number is short when written out.
_MAX_DIGITS = 40
_MAX_EXPONENT = 20
# A float of more digits is infinite, and int() refuses more than 4,300 of them.
_MAX_WHOLE_DIGITS = 400
_MAX_DEPTH = 20  # of free-form JSON

_EXPECTED: dict[Any, str] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    Decimal: "an amount",
    bool: "true or false",
    dict: "an object",
    tuple: "a list",
}
_GOT: dict[type, str] = {
    str: "text",
    bool: "true or false",
    int: "a number",
    Decimal: "a number",
    list: "a list",
    dict: "an object",
    type(None): "null",
}


class Note(Struct, frozen=True):
    """What could not be read: its path (`activity.visitedPages[3].url`; empty for the whole answer), and why."""

    path: str
    problem: str


def is_reasonable(amount: Decimal) -> bool:
    """Whether an amount is finite and short when written out. JSON may contain "NaN" and 1e999999999."""
    return (
        amount.is_finite() and abs(amount.adjusted()) <= _MAX_EXPONENT and len(amount.as_tuple().digits) <= _MAX_DIGITS
    )


def load(body: bytes) -> tuple[Any, list[Note]]:
    """Read JSON more generously than its standard: byte order mark, bytes that are not UTF-8, NaN, numbers of any size.

    Whole numbers are int; all others are Decimal until a field's type is known, so that money keeps its digits. Raises
    MalformedAnswer for anything else, and for JSON that is nested deeper than Python can follow.
    """
    notes = []
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = body.decode("utf-8-sig", errors="replace")
        notes.append(Note("", "not UTF-8 throughout; what could not be read was replaced"))
    try:
        return json.loads(text, parse_int=_whole, parse_float=_fraction, parse_constant=Decimal), notes
    except RecursionError:
        raise MalformedAnswer("the JSON is nested too deeply") from None
    except json.JSONDecodeError as exc:
        what = "HTML" if text.lstrip().startswith("<") else "not JSON"
        raise MalformedAnswer(f"the body is {what}") from exc


def _whole(digits: str) -> int | Decimal:
    return int(digits) if len(digits) <= _MAX_WHOLE_DIGITS else Decimal(digits)


def _fraction(number: str) -> Decimal:
    try:
        return Decimal(number)
    except InvalidOperation:  # an exponent too large for Decimal
        return Decimal("NaN")


class Builder:
    """Builds structs out of loaded JSON, and collects a note for everything that does not fit."""

    def __init__(self, notes: list[Note]) -> None:
        self._notes = notes
        self._unlisted = 0

    @property
    def notes(self) -> tuple[Note, ...]:
        """At most MAX_NOTES notes, and then one with the number of the others."""
        rest = [Note("", f"and {self._unlisted} more")] if self._unlisted else []
        return (*self._notes, *rest)

    def build(self, wanted: Any, value: object, path: str = "") -> Any:
        """Return the value as the wanted type; None, with a note, if it does not fit."""
        if wanted is Any:
            return self._any(value, path)
        options = get_args(wanted) if get_origin(wanted) in {Union, UnionType} else (wanted,)
        for option in options:
            if isinstance(value, dict) and isinstance(option, type) and issubclass(option, Struct):
                return self._struct(option, value, path)
            if isinstance(value, dict) and get_origin(option) is dict:
                wanted_item = get_args(option)[1]
                return {self._text(key, path): self.build(wanted_item, value[key], f"{path}.{key}") for key in value}
            if isinstance(value, list) and get_origin(option) is tuple:
                return self._entries(get_args(option)[0], value, path)
        if isinstance(value, str) and str in options:
            return self._text(value, path)
        return self._scalar(options, value, path)

    def _struct(self, wanted: type[Struct], value: dict[str, Any], path: str) -> Struct:
        prefix = f"{path}." if path else ""
        found = {
            field.name: self.build(field.type, value[field.encode_name], prefix + field.encode_name)
            for field in msgspec.structs.fields(wanted)
            if field.encode_name in value
        }
        return wanted(**found)

    def _entries(self, wanted: Any, value: list[Any], path: str) -> tuple[Any, ...]:
        built = (self.build(wanted, item, f"{path}[{index}]") for index, item in enumerate(value))
        return tuple(entry for entry in built if entry is not None)

    def _any(self, value: object, path: str, depth: int = 0) -> Any:
        """Return any JSON with usable text and numbers; None, with a note, where it is nested too deeply."""
        if depth > _MAX_DEPTH:
            self._note(path, "nested too deeply")
            return None
        match value:
            case str():
                return self._text(value, path)
            case dict():
                return {
                    self._text(key, path): self._any(item, f"{path}.{key}", depth + 1) for key, item in value.items()
                }
            case list():
                return [self._any(item, f"{path}[{index}]", depth + 1) for index, item in enumerate(value)]
            case Decimal():
                return self._scalar((float,), value, path)
        return value

    def _scalar(self, options: tuple[Any, ...], value: object, path: str) -> Any:
        try:
            fitted = msgspec.convert(value, Union[options])  # noqa: UP007 of types that are only known now
        except (msgspec.ValidationError, UnicodeEncodeError):  # the latter for half of a surrogate pair
            is_number = type(value) is int and not {_plain(option) for option in options}.isdisjoint({int, float})
            self._note(path, "a number out of range" if is_number else _misfit(options, value))
            return None
        is_usable = is_reasonable(fitted) if isinstance(fitted, Decimal) else fitted is None or math.isfinite(fitted)
        if not is_usable:
            self._note(path, "a number out of range")
            return None
        return fitted

    def _text(self, text: str, path: str) -> str:
        cleaned = _NOT_TEXT.sub("\N{REPLACEMENT CHARACTER}", text)
        if cleaned != text:
            self._note(path, "characters that are not text were replaced")
        return cleaned

    def _note(self, path: str, problem: str) -> None:
        if len(self._notes) < MAX_NOTES:
            self._notes.append(Note(_NOT_TEXT.sub("\N{REPLACEMENT CHARACTER}", path[:_MAX_PATH_LENGTH]), problem))
        else:
            self._unlisted += 1


def _plain(option: Any) -> Any:
    """Return the Python type behind an annotated or generic one; dict for a struct."""
    origin = get_origin(option)
    if origin is Annotated:
        return get_args(option)[0]
    return origin or (dict if issubclass(option, Struct) else option)


def _misfit(options: tuple[Any, ...], value: object) -> str:
    kinds = [_plain(option) for option in options]
    if float in kinds and int in kinds:
        kinds.remove(int)
    expected = " or ".join(_EXPECTED[kind] for kind in kinds if kind in _EXPECTED)
    return f"expected {expected}, got {_GOT[type(value)]}"
