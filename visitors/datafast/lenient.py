"""The slow path of parsing: any JSON into our structs, one field at a time. A wrong field costs that field only.

msgspec stops at the first value of a wrong type, which is right for nearly every answer and wrong for the one whose
`browser.version` is a number. This builds the same structs from the same types (read with `msgspec.inspect`), puts None
where a value does not fit, leaves out list entries that do not fit, and writes a note for each.
"""

import json
import math
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from msgspec import Struct, inspect

from visitors.datafast.errors import MalformedAnswer

MOST_NOTES = 50
_LONGEST_PATH = 200
# NUL, which no PostgreSQL text can hold, and halves of surrogate pairs, which no UTF-8 can.
_NOT_TEXT = re.compile("[\0\ud800-\udfff]")
# Far more than any amount of money needs, and little enough that writing the number out in full stays short.
_MOST_DIGITS = 40
_LARGEST_EXPONENT = 20
# A float of more digits is infinite, and int() refuses more than 4,300 of them.
_MOST_WHOLE_DIGITS = 400

_Choices = Mapping[type[inspect.Type], inspect.Type]  # what a field may hold, by kind
_Number = TypeVar("_Number", int, float, Decimal)

_OUT_OF_RANGE = "a number out of range"
_EXPECTED: dict[type[inspect.Type], str] = {
    inspect.StrType: "text",
    inspect.IntType: "a whole number",
    inspect.FloatType: "a number",
    inspect.DecimalType: "an amount",
    inspect.BoolType: "true or false",
    inspect.StructType: "an object",
    inspect.DictType: "an object",
    inspect.VarTupleType: "a list",
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
    """What could not be used: where (`activity.visitedPages[3].url`; empty means the answer as a whole), and why."""

    path: str
    problem: str


def is_reasonable(amount: Decimal) -> bool:
    """Whether an amount is finite and can be written out: the JSON may say "NaN", or 1e999999999."""
    return (
        amount.is_finite()
        and abs(amount.adjusted()) <= _LARGEST_EXPONENT
        and len(amount.as_tuple().digits) <= _MOST_DIGITS
    )


def load(body: bytes) -> tuple[Any, list[Note]]:
    """Read JSON more generously than its standard: byte order mark, bytes that are not UTF-8, NaN, numbers of any size.

    Whole numbers are int; all others are Decimal until a field says what it wants, so that money keeps its digits.
    Raises MalformedAnswer for what is still not JSON, and for JSON nested deeper than Python can follow.
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
    return int(digits) if len(digits) <= _MOST_WHOLE_DIGITS else Decimal(digits)


def _fraction(number: str) -> Decimal:
    try:
        return Decimal(number)
    except InvalidOperation:  # an exponent beyond what Decimal can hold
        return Decimal("NaN")


class _MisfitError(Exception):
    """A value does not fit its field; the text says why."""


class Builder:
    """Builds structs out of a loaded answer and collects a note for everything that did not fit."""

    def __init__(self, notes: list[Note]) -> None:
        self._notes = notes
        self._unlisted = 0

    @property
    def notes(self) -> tuple[Note, ...]:
        """What was lost: at most MOST_NOTES notes, and after them one that counts the rest."""
        rest = [Note("", f"and {self._unlisted} more")] if self._unlisted else []
        return (*self._notes, *rest)

    def build(self, wanted: inspect.Type, value: object, path: str = "") -> Any:
        """Return the value as the wanted type, or None (with a note) where it does not fit."""
        choices = wanted.types if isinstance(wanted, inspect.UnionType) else (wanted,)
        try:
            return self._fit({type(choice): choice for choice in choices}, value, path)
        except _MisfitError as misfit:
            self._note(path, str(misfit))
            return None

    def _fit(self, choices: _Choices, value: object, path: str) -> Any:
        if value is None and inspect.NoneType in choices:
            return None
        fitted = (
            self._compound(choices, value, path)
            if isinstance(value, dict | list)
            else self._scalar(choices, value, path)
        )
        if fitted is None:
            expected = dict.fromkeys(_EXPECTED[kind] for kind in choices if kind in _EXPECTED)
            if inspect.FloatType in choices:
                expected.pop(_EXPECTED[inspect.IntType], None)
            raise _MisfitError(f"expected {' or '.join(expected)}, got {_GOT[type(value)]}")
        return fitted

    def _compound(self, choices: _Choices, value: dict[str, Any] | list[Any], path: str) -> Any:
        for choice in choices.values():
            match choice, value:
                case inspect.StructType(), dict():
                    return self._struct(choice, value, path)
                case inspect.DictType(), dict():
                    return self._pairs(choice.value_type, value, path)
                case inspect.VarTupleType(), list():
                    return self._entries(choice.item_type, value, path)
        return None

    def _scalar(self, choices: _Choices, value: object, path: str) -> Any:
        match value:
            case bool():  # before int, of which Python takes it for a kind
                return value if inspect.BoolType in choices else None
            case str() if inspect.StrType in choices:
                return self._text(value, path)
            case str() | int() | Decimal():
                return _number(choices, value)
        return None

    def _struct(self, wanted: inspect.StructType, value: dict[str, Any], path: str) -> Struct:
        prefix = f"{path}." if path else ""
        found = {
            field.name: self.build(field.type, value[field.encode_name], prefix + field.encode_name)
            for field in wanted.fields
            if field.encode_name in value
        }
        return wanted.cls(**found)

    def _pairs(self, wanted: inspect.Type, value: dict[str, Any], path: str) -> dict[str, Any]:
        return {self._text(key, path): self.build(wanted, item, f"{path}.{key}") for key, item in value.items()}

    def _entries(self, wanted: inspect.Type, value: list[Any], path: str) -> tuple[Any, ...]:
        built = (self.build(wanted, item, f"{path}[{index}]") for index, item in enumerate(value))
        return tuple(entry for entry in built if entry is not None)

    def _text(self, text: str, path: str) -> str:
        cleaned = _NOT_TEXT.sub("\N{REPLACEMENT CHARACTER}", text)
        if cleaned != text:
            self._note(path, "characters that are not text were replaced")
        return cleaned

    def _note(self, path: str, problem: str) -> None:
        if len(self._notes) < MOST_NOTES:
            self._notes.append(Note(_NOT_TEXT.sub("\N{REPLACEMENT CHARACTER}", path[:_LONGEST_PATH]), problem))
        else:
            self._unlisted += 1


def _number(choices: _Choices, value: str | int | Decimal) -> int | float | Decimal | None:
    """Return the value as the kind of number that the field wants; None when it wants none that this could be."""
    if inspect.DecimalType in choices:
        try:
            amount = Decimal(value)
        except InvalidOperation:
            return None
        return _within(is_reasonable, amount)
    if isinstance(value, str):
        return None
    if isinstance(value, int) and isinstance(whole := choices.get(inspect.IntType), inspect.IntType):
        least = -math.inf if whole.ge is None else whole.ge
        most = math.inf if whole.le is None else whole.le
        return _within(lambda number: least <= number <= most, value)
    if inspect.FloatType in choices:
        try:
            return _within(math.isfinite, float(value))
        except OverflowError:
            raise _MisfitError(_OUT_OF_RANGE) from None
    return None


def _within(is_fine: Callable[[_Number], bool], number: _Number) -> _Number:
    if not is_fine(number):
        raise _MisfitError(_OUT_OF_RANGE)
    return number
