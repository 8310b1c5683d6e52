"""SQL written out, for the few statements that stand in the way of every look-up: composing one takes Django ten times
as long as running it.

Statements are for both databases. In them, `{table}` is the model's table and `%(name)s` a value; UUIDs and aware times
become what the database at hand takes. Everything else in Journeydesk asks through the ORM.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Model

Row = TypeVar("Row", bound=Model)


def rows(model: type[Row], fields: tuple[str, ...], which: str, *, lock: bool = False, **values: object) -> list[Row]:
    """Return objects with these fields (others are read when they are asked for); `which` is what follows the WHERE.

    With `lock`, inside a transaction, nobody else changes them until it ends (SQLite locks the whole file at the
    transaction's start).
    """
    names, columns, converters = _reading(connection.vendor, model, fields, "")
    # Only names of our own tables and columns are put in; values travel beside the statement.
    statement = f"SELECT {columns} FROM {model._meta.db_table} WHERE {which}"  # noqa: S608, SLF001 names of our own
    if lock and connection.features.has_select_for_update:
        statement = f"{statement} {connection.ops.for_update_sql()}"
    with connection.cursor() as cursor:
        cursor.execute(statement, _adapted(values))
        found = cursor.fetchall()
    return [model.from_db(connection.alias, names, _converted(row, converters)) for row in found]


def one(model: type[Row], fields: tuple[str, ...], which: str, *, lock: bool = False, **values: object) -> Row | None:
    """Return the one object that there can be, or None; see `rows`."""
    return next(iter(rows(model, fields, which, lock=lock, **values)), None)


def joined(model: type[Row], alias: str, statement: str, **values: object) -> tuple[Row, tuple[Any, ...]] | None:
    """Return the one object that a whole statement finds, with all its fields, and what stands behind them, as the
    database writes it; None for none. In the statement, `{columns}` are the model's under this alias."""
    fields = tuple(field.name for field in model._meta.concrete_fields)  # noqa: SLF001
    names, columns, converters = _reading(connection.vendor, model, fields, f"{alias}.")
    with connection.cursor() as cursor:
        cursor.execute(statement.replace("{columns}", columns), _adapted(values))
        row = cursor.fetchone()
    if row is None:
        return None
    return model.from_db(connection.alias, names, _converted(row[: len(names)], converters)), row[len(names) :]


def moment(stored: datetime | str | None) -> datetime | None:
    """A moment that stands beside a row's own fields, see `joined`: SQLite keeps it as text, without its zone."""
    at = datetime.fromisoformat(stored) if isinstance(stored, str) else stored
    return at.replace(tzinfo=UTC) if at and at.tzinfo is None else at


def change(model: type[Model], statement: str, **values: object) -> int:
    """Run a statement that writes to the model's table; return how many rows it has written."""
    with connection.cursor() as cursor:
        cursor.execute(statement.replace("{table}", model._meta.db_table), _adapted(values))  # noqa: SLF001
        return int(cursor.rowcount)


# Of each column the expression that stands for it, and what the ORM would do to make a value of Python's out of it.
_Converters = list[tuple[Any, list[Callable[..., Any]]]]


@lru_cache(maxsize=64)
def _reading(
    _vendor: str, model: type[Model], fields: tuple[str, ...], prefix: str
) -> tuple[list[str], str, _Converters]:
    """The names of these fields in the model's order, their columns, and how to read those."""
    found = [field for field in model._meta.concrete_fields if field.name in fields]  # noqa: SLF001
    expressions = [field.cached_col for field in found]
    converters: _Converters = [
        (expression, connection.ops.get_db_converters(expression) + expression.get_db_converters(connection))
        for expression in expressions
    ]
    return [field.attname for field in found], ", ".join(f'{prefix}"{field.column}"' for field in found), converters


def _converted(row: tuple[Any, ...], converters: _Converters) -> list[Any]:
    values = []
    for value, (expression, converts) in zip(row, converters, strict=True):
        for convert in converts:
            value = convert(value, expression, connection)  # noqa: PLW2901
        values.append(value)
    return values


def _adapted(values: Mapping[str, object]) -> dict[str, Any]:
    adapted: dict[str, Any] = dict(values)
    for name, value in values.items():
        if isinstance(value, UUID) and not connection.features.has_native_uuid_field:
            adapted[name] = value.hex
        elif isinstance(value, datetime):
            adapted[name] = connection.ops.adapt_datetimefield_value(value)
    return adapted
