"""The base of everything that a journey is made of."""

from msgspec import Struct


class Record(Struct, frozen=True, kw_only=True, array_like=True, gc=False):
    """A frozen value that `msgspec.msgpack` stores and reads back equal, without hooks: times are in UTC.

    Stored as an array, so the order of the fields is the stored form; the store tells other ones by the code that wrote
    them, see `profiles.keys.form`. Without garbage collection, which is safe since frozen records cannot form a
    cycle, and which halves the time that ten thousand events take to make.
    """
