"""Finds visitor ids in whatever an agent pastes: an id, a cookie header, a link, JSON, a whole forwarded message.

A visitor id is a version 4 UUID, and is read without its hyphens and over a line break as well. A UUID under one of
DataFast's names for it is trusted most, then one under a general name (`visitorId`), then one that stands free in a
message or in the path of a link. One under another name (`ajs_anonymous_id`, `userId`) belongs to another tool or
thing: it counts only where nothing is named as a visitor id.
Several candidates are the reader's choice, never ours. The names are those of DataFast's web SDK, 3.0.18.

Text of any size and malice costs linear time: every expression here either consumes what it reads or looks no further
than a fixed number of characters.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import IntEnum, StrEnum
from urllib.parse import unquote

MOST_CANDIDATES = 50
MOST_HOSTS = 50

_EXAMPLE = "a3ab2331-989f-4cfa-91c6-2461c9e3c6bd"

# What mail clients and chat programs put into an id: invisible characters (soft hyphen, zero width, direction marks)
# and typographic dashes in place of hyphens.
_INVISIBLE = [0x00AD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF]
_DASHES = [*range(0x2010, 0x2016), 0x2212, 0xFE58, 0xFE63, 0xFF0D]
_MENDED = dict.fromkeys(_INVISIBLE) | dict.fromkeys(_DASHES, "-")

# Runs of true escapes only: `unquote` alone takes a second for a megabyte of bare percent signs.
_ESCAPES = re.compile(r"(?:%[0-9a-f]{2})+", re.ASCII | re.IGNORECASE)

_UUID = re.compile(
    r"(?<![0-9a-f])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-f])", re.ASCII | re.IGNORECASE
)
# One that something broke in two: a line's end, with the marks that mails put there, or blanks. Where that is not
# beside a hyphen, three digits at least must follow, not all of them letters, so that an id that was cut off does not
# take the next word ("a day", "24 hours") for its end.
_BREAK = r"(?:[ \t\xa0]{0,4}=?\r?\n[ \t>]{0,8}|[ \t\xa0]{1,4})"
_PIECE = rf"(?:=\r?\n|{_BREAK}(?=[0-9a-f-]{{3}})(?=[0-9a-f-]{{0,35}}[0-9]))?"
_HYPHEN = rf"(?:{_BREAK})?-(?:{_BREAK})?"
_BROKEN = re.compile(
    r"(?<![\w-])" + _HYPHEN.join(_PIECE.join(["[0-9a-f]"] * length) for length in (8, 4, 4, 4, 12)) + r"(?![\w-])",
    re.ASCII | re.IGNORECASE,
)
_NO_DIGIT = re.compile(r"[^0-9a-f]", re.ASCII | re.IGNORECASE)
# One without hyphens is a token of its own that looks like version 4, so that hardly a hex digest is taken for one.
_BARE = re.compile(
    r"(?<![\w.@%+-])[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}(?![\w@%+-]|\.\w)", re.ASCII | re.IGNORECASE
)
_BARE_IN_PATH = re.compile(r"/visitors?/$", re.IGNORECASE)
_HEX_RUN = re.compile(r"[0-9a-f-]{14,}", re.ASCII | re.IGNORECASE)
_HEX_DIGIT = re.compile(r"[0-9a-f]", re.ASCII | re.IGNORECASE)
_UUID_SHAPE = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"

_VISIBLE = re.compile(r"[^\s\x00-\x1f\x7f]")
_EMAIL = re.compile(r"(?<=[\w.+-])@(?=[\w-]{1,63}\.\w)")
# A host after a scheme, perhaps behind a user's name; or with a path but no scheme, as DataFast writes addresses.
_HOST = re.compile(
    r"""https?://(?:[^\s/?#@"'<>]{0,256}@)?(?P<after_scheme>[\w.-]{1,253})"""
    r"""|(?<![^\s"'(<=])(?P<before_path>[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})/""",
    re.IGNORECASE,
)

_NAMED = re.compile(r"[\w-][\"'\s]{0,3}[=:][\"'\s]{0,3}$")

# What stands in front of a UUID, read backwards from it so that the match begins at a known place: quotes and brackets,
# a separator, quotes and brackets again, a word, and the word in front of that.
_QUOTES = r"""\s"'`“”‘’«»\\\[\](){}"""
_NAME_BACKWARDS = re.compile(
    rf"(?P<opening>[{_QUOTES}]{{0,16}})(?P<separator>>?[=:]|)(?P<closing>[{_QUOTES}]{{0,16}})"
    r"(?P<word>[\w.$-]{1,64})(?P<before>[^\w]?)(?P<earlier>\w{0,32})"
)
_NAME_REACH = 200

_DATAFAST_NAMES = {"datafastvisitorid", "xdatafastvisitorid", "dfvisitorid", "dfvid"}
_VISITOR_NAMES = {"visitorid", "visitorids", "visitoruuid"}
_SESSION_NAMES = {"datafastsessionid", "dfsid", "sessionid"}


class Trust(IntEnum):
    """How sure it is that a UUID is meant as a visitor id; the smaller the surer."""

    DATAFAST = 0
    NAMED = 1
    FREE = 2
    BARE = 3  # free, and without hyphens: it could be a digest
    OTHER_NAME = 4


@dataclass(frozen=True, slots=True)
class Candidate:
    """A visitor id (36 characters, lower case) and where it stood: "the datafast_visitor_id cookie", "the text"."""

    visitor_id: str
    source: str
    trust: Trust


class ProblemKind(StrEnum):
    """Why a text names no visitor."""

    EMPTY = "empty"
    SESSION = "session"
    VERSION = "version"
    INCOMPLETE = "incomplete"
    TOO_LONG = "too long"
    EMAIL = "email"
    NO_ID = "no id"


@dataclass(frozen=True, slots=True)
class Problem:
    """What was understood of a text without a visitor id: its kind, and one sentence for the reader (plain text)."""

    kind: ProblemKind
    sentence: str


@dataclass(frozen=True, slots=True)
class Pasted:
    """What a pasted text holds. Exactly one of `candidates` and `problem` is there.

    `candidates` are distinct and surest first, at most MOST_CANDIDATES (`truncated` says whether there were more).
    `remark` is a sentence about what was passed over although it may have been meant, "" for nothing. `hosts` are those
    of the links in the text, lower case and distinct, in their order, at most MOST_HOSTS.
    """

    candidates: tuple[Candidate, ...]
    problem: Problem | None
    hosts: tuple[str, ...]
    truncated: bool
    remark: str = ""

    @property
    def obvious(self) -> Candidate | None:
        """The candidate to go to without asking: there is no other, and its name does not say it is something else.

        An `ajs_anonymous_id` beside a visitor id that was cut off must not open the page of a wrong person.
        """
        if len(self.candidates) == 1 and self.candidates[0].trust != Trust.OTHER_NAME:
            return self.candidates[0]
        return None


@dataclass(frozen=True, slots=True)
class _Found:
    """One UUID in the text: a candidate for a visitor id, or the id of a session."""

    uuid: str
    source: str
    trust: Trust
    is_session: bool = False


def read(text: str) -> Pasted:
    """Reads a pasted text; any text at all is fine and nothing raises."""
    layers = _layers(text)
    found: dict[str, _Found] = {}
    refused: list[_Found] = []
    for layer in layers:
        in_layer: dict[str, _Found] = {}
        for one in _uuids(layer):
            if one.is_session or not _is_version_4(one.uuid):
                refused.append(one)
            elif one.uuid not in in_layer or one.trust < in_layer[one.uuid].trust:
                in_layer[one.uuid] = one
        found = in_layer | found  # the decoded text shows names as they are meant, so it has the last word

    ranked = sorted(found.values(), key=lambda one: one.trust)  # stable: the text's order within one trust
    if ranked and ranked[0].trust <= Trust.FREE:
        ranked = [one for one in ranked if one.trust != Trust.BARE]
    if ranked and ranked[0].trust <= Trust.NAMED:
        ranked = [one for one in ranked if one.trust != Trust.OTHER_NAME]
    candidates = tuple(Candidate(one.uuid, one.source, one.trust) for one in ranked[:MOST_CANDIDATES])
    return Pasted(
        candidates=candidates,
        problem=None if candidates else _problem(layers[0], refused),
        hosts=_hosts(layers[0]),
        truncated=len(ranked) > MOST_CANDIDATES,
        remark=_remark(refused) if candidates else "",
    )


def _layers(text: str) -> list[str]:
    """The text percent-decoded twice, once and not at all, where that makes a difference; each with mended hyphens.

    The outer layers matter for a text like "100%a3ab2331-…", in which decoding destroys the id. They add no false ones:
    what stands behind an escape such as %3D stands behind a hex digit.
    """
    layers = [text]
    for _ in range(2):
        decoded = _ESCAPES.sub(lambda escapes: unquote(escapes[0]), layers[0])
        if decoded == layers[0]:
            break
        layers.insert(0, decoded)
    return [layer.translate(_MENDED) for layer in layers]


def _uuids(text: str) -> Iterator[_Found]:
    for match in _UUID.finditer(text):
        uuid, start = match[0].lower(), match.start()
        if text[start - 1 : start] in {"s", "S"}:
            yield _Found(uuid, "a session id", Trust.OTHER_NAME, is_session=True)
        else:
            yield _named(uuid, text[max(0, start - _NAME_REACH) : start])
    for match in _BROKEN.finditer(text):
        if len(match[0]) > len(_UUID_SHAPE):  # the others are found already
            uuid = _hyphened(_NO_DIGIT.sub("", match[0]).lower())
            yield _named(uuid, text[max(0, match.start() - _NAME_REACH) : match.start()])
    for match in _BARE.finditer(text):
        before = text[max(0, match.start() - _NAME_REACH) : match.start()]
        found = _named(_hyphened(match[0].lower()), before)
        # Whatever else has a name or stands in a path is a digest, a key, an order.
        if found.trust == Trust.FREE and not _NAMED.search(before):
            if not before.endswith("/"):
                yield replace(found, trust=Trust.BARE)
            elif _BARE_IN_PATH.search(before):
                yield found
        elif found.trust <= Trust.NAMED or found.is_session:
            yield found


def _hyphened(digits: str) -> str:
    """The canonical form of 32 hexadecimal digits."""
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _named(uuid: str, before: str) -> _Found:
    """A UUID judged by the text in front of it."""
    name = _NAME_BACKWARDS.match(before[::-1])
    if name is None:
        return _free(uuid, before)
    word = name["word"][::-1]
    separator = name["separator"][::-1]
    key = _squashed(word.rpartition(".")[2])
    if key == "id" and name["before"] == " " and name["earlier"]:  # "Visitor ID: …", as people write it
        word = f"{name['earlier'][::-1]} {word}"
        key = _squashed(word)
    in_query = separator == "=" and name["before"] in {"?", "&"}

    if key in _SESSION_NAMES:
        return _Found(uuid, "a session id", Trust.OTHER_NAME, is_session=True)
    source = f"the link’s {word} parameter" if in_query or key == "dfvid" else f"the field {word}"
    if key in _DATAFAST_NAMES:
        is_cookie = word == "datafast_visitor_id" and separator == "=" and not in_query and not name["closing"]
        return _Found(uuid, f"the {word} cookie" if is_cookie else source, Trust.DATAFAST)
    if key in _VISITOR_NAMES:
        return _Found(uuid, source, Trust.NAMED)
    return _Found(uuid, source, Trust.OTHER_NAME) if _is_field(name) else _free(uuid, before)


def _is_field(name: re.Match[str]) -> bool:
    """Whether the word in front of a UUID is the name of a field, and not the end of a sentence ("Here you go: …")."""
    word = name["word"][::-1]
    if "=" in name["separator"]:
        return True
    is_identifier = "_" in word or re.search(r"[a-z][A-Z]", word) is not None
    if ":" in name["separator"]:
        return is_identifier or not (name["closing"] == "" or name["closing"].isspace())
    return is_identifier and "\t" in name["opening"] + name["closing"]  # a row of a browser's table of cookies


def _free(uuid: str, before: str) -> _Found:
    return _Found(uuid, "the path of a link" if before.endswith("/") else "the text", Trust.FREE)


def _squashed(name: str) -> str:
    """A name without case and punctuation: `_df_vid`, `dfVid` and `DF-VID` are one."""
    return re.sub(r"[\W_]", "", name).lower()


def _is_version_4(uuid: str) -> bool:
    """Version 4 with the variant of RFC 9562."""
    return uuid[14] == "4" and uuid[19] in "89ab"


def _hosts(text: str) -> tuple[str, ...]:
    hosts: dict[str, None] = {}
    for match in _HOST.finditer(text):
        host = (match["after_scheme"] or match["before_path"]).lower().strip(".")
        if host:
            hosts[host] = None
        if len(hosts) == MOST_HOSTS:
            break
    return tuple(hosts)


def _problem(text: str, refused: list[_Found]) -> Problem:
    """What to tell the reader of a text without a visitor id: the most telling thing that is in it."""
    if not _VISIBLE.search(text):
        return Problem(ProblemKind.EMPTY, "Nothing was pasted. Paste a visitor id, or a text that holds one.")
    if any(one.is_session for one in refused):
        return Problem(
            ProblemKind.SESSION,
            "This is the session id of the visitor (it starts with s). Paste datafast_visitor_id instead.",
        )
    if refused:
        return Problem(ProblemKind.VERSION, _version_sentence(refused[0].uuid))
    if broken := _broken_uuid(text):
        return broken
    if _EMAIL.search(text):
        return Problem(
            ProblemKind.EMAIL, "This is an email address. DataFast finds visitors by their id only, not by email."
        )
    return Problem(
        ProblemKind.NO_ID, f"No visitor id in this text. A visitor id is a UUID such as {_EXAMPLE}, 36 characters."
    )


def _remark(refused: list[_Found]) -> str:
    """What was passed over beside ids that were found; ids under the names of other things are none of ours."""
    versions = {one.uuid: None for one in refused if not one.is_session and one.trust <= Trust.FREE}
    if not versions:
        return ""
    first = next(iter(versions))
    if len(versions) == 1:
        return f"{first} was passed over. {_version_sentence(first)}"
    return f"{len(versions):,} other UUIDs were passed over: visitor ids are version 4."


def _version_sentence(uuid: str) -> str:
    if not uuid.strip("0-"):
        return "This UUID is all zeros, which names nobody."
    if uuid[14] == "4":
        return f"This UUID is not a valid version 4: its 20th character must be 8, 9, a or b, and is {uuid[19]}."
    if uuid[14] not in "1235678":
        return "This has the shape of a UUID but no valid version; visitor ids are version 4."
    return f"This UUID is version {uuid[14]}; visitor ids are version 4."


def _broken_uuid(text: str) -> Problem | None:
    """The first piece of text that is most of a UUID, or more than one."""
    for match in _HEX_RUN.finditer(text):
        run = match[0].strip("-")
        shape = _HEX_DIGIT.sub("x", run[: len(_UUID_SHAPE)])
        if len(run) > len(_UUID_SHAPE) and shape == _UUID_SHAPE:
            return Problem(
                ProblemKind.TOO_LONG, f"This id is too long: {len(run):,} characters, where a visitor id has 36."
            )
        # Two hyphens at least: dates and telephone numbers have the beginning of the shape.
        if shape.count("-") > 1 and (_UUID_SHAPE.startswith(shape) or _UUID_SHAPE.endswith(shape)):
            return Problem(
                ProblemKind.INCOMPLETE, f"This visitor id is cut off: {len(run)} of its 36 characters are here."
            )
    return None
