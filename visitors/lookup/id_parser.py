"""Find visitor ids in pasted text: an id, a cookie header, a link, JSON, a whole forwarded message.

A visitor id is a version 4 UUID. It is also recognized without its hyphens and across a line break. The name in front
of a UUID decides how much it is trusted: one of DataFast's own names first, then a general name (`visitorId`), then no
name (free in a message or in the path of a link). A UUID under another name (`ajs_anonymous_id`, `userId`) belongs to
another tool or object: it counts only when the text contains nothing better. When several candidates remain, the user
chooses.
The names are those of DataFast's web SDK, version 3.0.18.

Parsing takes linear time for text of any size, hostile text included: every expression here either consumes what it
matches or looks ahead and behind by a fixed number of characters.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import IntEnum
from urllib.parse import unquote
from uuid import UUID

MAX_CANDIDATES = 50
MAX_HOSTS = 50

_EXAMPLE = "a3ab2331-989f-4cfa-91c6-2461c9e3c6bd"

# What mail clients and chat programs insert into an id: invisible characters (soft hyphen, zero width, direction
# marks), and typographic dashes instead of hyphens.
_INVISIBLE = [0x00AD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF]
_DASHES = [*range(0x2010, 0x2016), 0x2212, 0xFE58, 0xFE63, 0xFF0D]
_REPAIRS = dict.fromkeys(_INVISIBLE) | dict.fromkeys(_DASHES, "-")

# Only runs of real escapes: `unquote` alone takes a second for a megabyte of bare percent signs.
_ESCAPES = re.compile(r"(?:%[0-9a-f]{2})+", re.ASCII | re.IGNORECASE)

_UUID = re.compile(
    r"(?<![0-9a-f])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-f])", re.ASCII | re.IGNORECASE
)
# A UUID that was split by a line break, with the marks that mail programs add there, or by blanks. Away from a hyphen,
# at least three hex digits must follow, one of them a decimal digit; otherwise an id that was cut off would take the
# next words ("a day", "24 hours") for its end.
_BREAK = r"(?:[ \t\xa0]{0,4}=?\r?\n[ \t>]{0,8}|[ \t\xa0]{1,4})"
_PIECE = rf"(?:=\r?\n|{_BREAK}(?=[0-9a-f-]{{3}})(?=[0-9a-f-]{{0,35}}[0-9]))?"
_HYPHEN = rf"(?:{_BREAK})?-(?:{_BREAK})?"
_SPLIT_UUID = re.compile(
    r"(?<![\w-])" + _HYPHEN.join(_PIECE.join(["[0-9a-f]"] * length) for length in (8, 4, 4, 4, 12)) + r"(?![\w-])",
    re.ASCII | re.IGNORECASE,
)
_NOT_HEX = re.compile(r"[^0-9a-f]", re.ASCII | re.IGNORECASE)
# A UUID without hyphens must be a separate token in the form of version 4: a hex digest is then rarely taken for one.
_BARE_UUID = re.compile(
    r"(?<![\w.@%+-])[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}(?![\w@%+-]|\.\w)", re.ASCII | re.IGNORECASE
)
_VISITOR_PATH = re.compile(r"/visitors?/$", re.IGNORECASE)
_HEX_RUN = re.compile(r"[0-9a-f-]{14,}", re.ASCII | re.IGNORECASE)
_HEX_DIGIT = re.compile(r"[0-9a-f]", re.ASCII | re.IGNORECASE)
_UUID_SHAPE = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"

_VISIBLE = re.compile(r"[^\s\x00-\x1f\x7f]")
_EMAIL = re.compile(r"(?<=[\w.+-])@(?=[\w-]{1,63}\.\w)")
# A host after a scheme, with or without a user name; or a host with a path but no scheme, as DataFast writes URLs.
_HOST = re.compile(
    r"""https?://(?:[^\s/?#@"'<>]{0,256}@)?(?P<after_scheme>[\w.-]{1,253})"""
    r"""|(?<![^\s"'(<=])(?P<before_path>[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})/""",
    re.IGNORECASE,
)

_LABEL = re.compile(r"[\w-][\"'\s]{0,3}[=:][\"'\s]{0,3}$")

# The text in front of a UUID, matched backwards so that the match begins at a known place: quotes and brackets, a
# separator, quotes and brackets again, a word, and the word before that.
_QUOTES = r"""\s"'`“”‘’«»\\\[\](){}"""
_NAME_BACKWARDS = re.compile(
    rf"(?P<opening>[{_QUOTES}]{{0,16}})(?P<separator>>?[=:]|)(?P<closing>[{_QUOTES}]{{0,16}})"
    r"(?P<word>[\w.$-]{1,64})(?P<before>[^\w]?)(?P<earlier>\w{0,32})"
)
_NAME_DISTANCE = 200

_DATAFAST_NAMES = {"datafastvisitorid", "xdatafastvisitorid", "dfvisitorid", "dfvid"}
_VISITOR_NAMES = {"visitorid", "visitorids", "visitoruuid"}
_SESSION_NAMES = {"datafastsessionid", "dfsid", "sessionid"}


class Trust(IntEnum):
    """How certain it is that a UUID is a visitor id; lower is more certain."""

    DATAFAST = 0
    NAMED = 1
    FREE = 2
    BARE = 3  # free and without hyphens: it may be a digest
    OTHER_NAME = 4
    SESSION = 5  # the id of a session: never a visitor id


@dataclass(frozen=True, slots=True)
class Candidate:
    """A visitor id (36 characters, lower case) and where it was found: "the datafast_visitor_id cookie", "the text"."""

    visitor_id: str
    source: str
    trust: Trust


@dataclass(frozen=True, slots=True)
class ParsedText:
    """What a pasted text contains: either candidates, or a problem, which is a sentence for the user.

    `candidates` are distinct, most certain first, at most MAX_CANDIDATES (`is_truncated`: there were more). `remark` is
    a sentence about ids that were rejected although the user may have meant them, or "". `hosts` are the hosts of the
    links in the text: lower case, distinct, in order, at most MAX_HOSTS.
    """

    candidates: tuple[Candidate, ...]
    problem: str
    hosts: tuple[str, ...]
    is_truncated: bool
    remark: str = ""

    @property
    def unambiguous(self) -> Candidate | None:
        """The candidate to open without asking: the only one, and not under a name that belongs to something else.

        An `ajs_anonymous_id` beside a visitor id that was cut off must not open the page of a wrong person.
        """
        if len(self.candidates) == 1 and self.candidates[0].trust != Trust.OTHER_NAME:
            return self.candidates[0]
        return None


def parse(text: str) -> ParsedText:
    """Find the visitor ids in a pasted text. Never raises, whatever the text."""
    variants = _decode(text)
    accepted: dict[str, Candidate] = {}
    rejected: list[Candidate] = []
    for variant in variants:
        in_variant: dict[str, Candidate] = {}
        for found in _find_uuids(variant):
            if found.trust == Trust.SESSION or not _is_version_4(found.visitor_id):
                rejected.append(found)
            elif found.visitor_id not in in_variant or found.trust < in_variant[found.visitor_id].trust:
                in_variant[found.visitor_id] = found
        # The decoded variants come first and show names as they are meant, so they win.
        accepted = in_variant | accepted

    ranked = sorted(accepted.values(), key=lambda found: found.trust)  # stable: in the text's order within one trust
    if ranked and ranked[0].trust <= Trust.FREE:
        ranked = [found for found in ranked if found.trust != Trust.BARE]
    if ranked and ranked[0].trust <= Trust.NAMED:
        ranked = [found for found in ranked if found.trust != Trust.OTHER_NAME]
    return ParsedText(
        candidates=tuple(ranked[:MAX_CANDIDATES]),
        problem="" if ranked else _explain_failure(variants[0], rejected),
        hosts=_find_hosts(variants[0]),
        is_truncated=len(ranked) > MAX_CANDIDATES,
        remark=_remark(rejected) if ranked else "",
    )


def parse_single(text: str) -> UUID:
    """Return the only visitor id in a pasted text. Raises ValueError with a sentence for the user."""
    parsed = parse(text)
    if parsed.unambiguous:
        return UUID(parsed.unambiguous.visitor_id)
    raise ValueError(parsed.problem or "Name one visitor at a time.")


def _decode(text: str) -> list[str]:
    """Return the text percent-decoded twice, once and not at all, where these differ; each with repaired hyphens.

    The less decoded variants matter for a text like "100%a3ab2331-…", in which decoding destroys the id. They add no
    false ids: in them, an id that follows an escape such as %3D follows a hex digit, and is not matched.
    """
    variants = [text]
    for _ in range(2):
        decoded = _ESCAPES.sub(lambda escapes: unquote(escapes[0]), variants[0])
        if decoded == variants[0]:
            break
        variants.insert(0, decoded)
    return [variant.translate(_REPAIRS) for variant in variants]


def _find_uuids(text: str) -> Iterator[Candidate]:
    def before(match: re.Match[str]) -> str:
        return text[max(0, match.start() - _NAME_DISTANCE) : match.start()]

    for match in _UUID.finditer(text):
        if before(match).endswith(("s", "S")):
            yield Candidate(match[0].lower(), "a session id", Trust.SESSION)
        else:
            yield _classify(match[0].lower(), before(match))
    for match in _SPLIT_UUID.finditer(text):
        if len(match[0]) > len(_UUID_SHAPE):  # shorter ones are not split: they were found above
            yield _classify(_hyphenate(_NOT_HEX.sub("", match[0])), before(match))
    for match in _BARE_UUID.finditer(text):
        bare = _classify_bare(_hyphenate(match[0]), before(match))
        if bare:
            yield bare


def _hyphenate(digits: str) -> str:
    """Return the canonical form of 32 hexadecimal digits."""
    digits = digits.lower()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _classify(uuid: str, before: str) -> Candidate:
    """Decide by the text in front of a UUID what it is, and how certain that is."""
    free = Candidate(uuid, "the path of a link" if before.endswith("/") else "the text", Trust.FREE)
    name = _NAME_BACKWARDS.match(before[::-1])
    if name is None:
        return free
    word = name["word"][::-1]
    separator = name["separator"][::-1]
    key = _normalize(word.rpartition(".")[2])
    if key == "id" and name["before"] == " " and name["earlier"]:  # "Visitor ID: …", as people write it
        word = f"{name['earlier'][::-1]} {word}"
        key = _normalize(word)
    is_in_query = separator == "=" and name["before"] in {"?", "&"}

    if key in _SESSION_NAMES:
        return Candidate(uuid, "a session id", Trust.SESSION)
    source = f"the link’s {word} parameter" if is_in_query or key == "dfvid" else f"the field {word}"
    if key in _DATAFAST_NAMES:
        is_cookie = word == "datafast_visitor_id" and separator == "=" and not is_in_query and not name["closing"]
        return Candidate(uuid, f"the {word} cookie" if is_cookie else source, Trust.DATAFAST)
    if key in _VISITOR_NAMES:
        return Candidate(uuid, source, Trust.NAMED)
    return Candidate(uuid, source, Trust.OTHER_NAME) if _is_field_name(name) else free


def _classify_bare(uuid: str, before: str) -> Candidate | None:
    """The same for a UUID without hyphens. None where it is more likely a digest, a key or an order number."""
    found = _classify(uuid, before)
    if found.trust != Trust.FREE:
        return None if found.trust == Trust.OTHER_NAME else found
    if _LABEL.search(before):
        return None
    if before.endswith("/"):
        return found if _VISITOR_PATH.search(before) else None
    return replace(found, trust=Trust.BARE)


def _is_field_name(name: re.Match[str]) -> bool:
    """Whether the word in front of a UUID names a field, and does not end a sentence ("Here you go: …")."""
    word = name["word"][::-1]
    if "=" in name["separator"]:
        return True
    is_identifier = "_" in word or re.search(r"[a-z][A-Z]", word) is not None
    if ":" in name["separator"]:
        return is_identifier or not (name["closing"] == "" or name["closing"].isspace())
    return is_identifier and "\t" in name["opening"] + name["closing"]  # a row of a browser's table of cookies


def _normalize(name: str) -> str:
    """Return a name without case and punctuation: `_df_vid`, `dfVid` and `DF-VID` are equal."""
    return re.sub(r"[\W_]", "", name).lower()


def _is_version_4(uuid: str) -> bool:
    """Whether this is version 4 with the variant of RFC 9562."""
    return uuid[14] == "4" and uuid[19] in "89ab"


def _find_hosts(text: str) -> tuple[str, ...]:
    hosts: dict[str, None] = {}
    for match in _HOST.finditer(text):
        host = (match["after_scheme"] or match["before_path"]).lower().strip(".")
        if host:
            hosts[host] = None
        if len(hosts) == MAX_HOSTS:
            break
    return tuple(hosts)


def _explain_failure(text: str, rejected: list[Candidate]) -> str:
    """Return the sentence that helps the user most with a text without a visitor id."""
    if not _VISIBLE.search(text):
        return "Nothing was pasted. Paste a visitor id, or a text that holds one."
    if any(found.trust == Trust.SESSION for found in rejected):
        return "This is the session id of the visitor (it starts with s). Paste datafast_visitor_id instead."
    if rejected:
        return _explain_version(rejected[0].visitor_id)
    if partial := _explain_partial_uuid(text):
        return partial
    if _EMAIL.search(text):
        return "This is an email address. DataFast finds visitors by their id only, not by email."
    return f"No visitor id in this text. A visitor id is a UUID such as {_EXAMPLE}, 36 characters."


def _remark(rejected: list[Candidate]) -> str:
    """Describe the UUIDs of other versions that were rejected beside the candidates, except those under other names."""
    versions = list(dict.fromkeys(found.visitor_id for found in rejected if found.trust <= Trust.FREE))
    if not versions:
        return ""
    if len(versions) == 1:
        return f"{versions[0]} was passed over. {_explain_version(versions[0])}"
    return f"{len(versions):,} other UUIDs were passed over: visitor ids are version 4."


def _explain_version(uuid: str) -> str:
    if not uuid.strip("0-"):
        return "This UUID is all zeros, which names nobody."
    if uuid[14] == "4":
        return f"This UUID is not a valid version 4: its 20th character must be 8, 9, a or b, and is {uuid[19]}."
    if uuid[14] not in "1235678":
        return "This has the shape of a UUID but no valid version; visitor ids are version 4."
    return f"This UUID is version {uuid[14]}; visitor ids are version 4."


def _explain_partial_uuid(text: str) -> str:
    """Describe the first part of the text that is most of a UUID, or longer than one; "" without one."""
    for match in _HEX_RUN.finditer(text):
        run = match[0].strip("-")
        shape = _HEX_DIGIT.sub("x", run[: len(_UUID_SHAPE)])
        if len(run) > len(_UUID_SHAPE) and shape == _UUID_SHAPE:
            return f"This id is too long: {len(run):,} characters, where a visitor id has 36."
        # At least two hyphens: dates and telephone numbers look like the beginning of a UUID.
        if shape.count("-") > 1 and (_UUID_SHAPE.startswith(shape) or _UUID_SHAPE.endswith(shape)):
            return f"This visitor id is cut off: {len(run)} of its 36 characters are here."
    return ""
