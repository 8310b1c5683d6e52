"""One thing that the doctor has to say."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class Level(StrEnum):
    """How bad it is: well, worth a look, or in need of mending."""

    OK = "ok"
    WARN = "warn"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """A sentence, and what to do about it ("" where there is nothing to do). `ends_here` says that there is nothing
    behind it to look at."""

    level: Level
    text: str
    advice: str = ""
    ends_here: bool = False

    @classmethod
    def ok(cls, text: str) -> Self:
        """As it should be."""
        return cls(Level.OK, text)

    @classmethod
    def warn(cls, text: str, advice: str, *, ends_here: bool = False) -> Self:
        """It works, and somebody should look at it."""
        return cls(Level.WARN, text, advice, ends_here)

    @classmethod
    def wrong(cls, text: str, advice: str) -> Self:
        """Something does not work, or is not safe."""
        return cls(Level.WRONG, text, advice)
