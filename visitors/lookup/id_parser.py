"""Find visitor ids in pasted text: an id, a cookie header or export, a link, JSON, a whole forwarded message.

A visitor id is a version 4 UUID. It is also recognized without its hyphens and across a line break. The name of a UUID
decides how much it is trusted: one of DataFast's own names first, then a general name (`visitorId`), then no name (free
in a message or in the path of a link). The name is in front of it (`name=…`), or beside it in the same object
(`{"name": …, "value": …}`). A UUID under another name (`ajs_anonymous_id`, `userId`) belongs to another tool or object:
it counts only when the text contains nothing better. When several candidates remain, the user chooses.
The names are those of DataFast's web SDK, version 3.0.18.

Parsing takes linear time for text of any size, hostile text included: the text is scanned a fixed number of times, by
expressions that consume what they match or look ahead and behind by a fixed number of characters. What costs more per
match is done for a fixed number of matches (the constants with LIMIT in their names).
"""

import re
from binascii import a2b_qp
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import chain, islice
from uuid import UUID

MAX_CANDIDATES = 50
MAX_HOSTS = 50
# Of more UUIDs, only those after a name that says "visitor" are read, and at most as many again.
_UUID_LIMIT = 2_000
_HOST_LIMIT = 2_000
_PARTIAL_LIMIT = 1_000
_SPLIT_LIMIT = 50_000  # characters that may contain a UUID with breaks inside

_TOKEN_PASTED = "This is {}, which is a secret. Paste a visitor id instead."  # noqa: S105 a sentence
_EXAMPLE = "a3ab2331-989f-4cfa-91c6-2461c9e3c6bd"

# What mail clients and chat programs insert into an id: invisible characters (soft hyphen, zero width, direction
# marks), and typographic dashes instead of hyphens.
_INVISIBLE = [0x00AD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF]
_DASHES = [*range(0x2010, 0x2016), 0x2212, 0xFE58, 0xFE63, 0xFF0D]
_REPAIRS = dict.fromkeys(_INVISIBLE) | dict.fromkeys(_DASHES, "-")

_UUID_REST = r"-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-f])"
# Not the percent sign of "100%a3ab2331-…": decoding would destroy the id.
_ESCAPE = re.compile(rf"%(?=[0-9a-f]{{2}})(?![0-9a-f]{{8}}{_UUID_REST})", re.ASCII | re.IGNORECASE)
# Here and below, an expression starts with what it consumes and then looks behind: that makes searching fast.
_UUID = re.compile(rf"[0-9a-f](?<![0-9a-f]{{2}})[0-9a-f]{{7}}{_UUID_REST}", re.ASCII | re.IGNORECASE)
# A UUID that was split by a line break, with the marks that mail programs add there, or by blanks. Away from a hyphen,
# at least three hex digits must follow, one of them a decimal digit; otherwise an id that was cut off would take the
# next words ("a day", "24 hours") for its end.
_BREAK = r"(?:[ \t\xa0]{0,4}=?\r?\n[ \t>]{0,8}|[ \t\xa0]{1,4})"
_PIECE = rf"(?:=\r?\n|{_BREAK}(?=[0-9a-f-]{{3}})(?=[0-9a-f-]{{0,35}}[0-9]))?+"
_HYPHEN = rf"(?:{_BREAK})?-(?:{_BREAK})?"
_SPLIT_UUID = re.compile(
    r"(?<![\w-])" + _HYPHEN.join(_PIECE.join(["[0-9a-f]"] * length) for length in (8, 4, 4, 4, 12)) + r"(?![\w-])",
    re.ASCII | re.IGNORECASE,
)
# Everything that such a UUID consists of.
_SPLIT_RUN = re.compile(r"[0-9a-f\s\xa0=>-](?<![0-9a-f\s\xa0=>-]{2})[0-9a-f\s\xa0=>-]{36,}+", re.ASCII | re.IGNORECASE)
_NOT_HEX = re.compile(r"[^0-9a-f]", re.ASCII | re.IGNORECASE)
# A UUID without hyphens must be a separate token in the form of version 4: a hex digest is then rarely taken for one.
_BARE_UUID = re.compile(
    r"[0-9a-f](?<![\w.@%+-].)[0-9a-f]{11}4[0-9a-f]{3}[89ab][0-9a-f]{15}(?![\w@%+-]|\.\w)", re.ASCII | re.IGNORECASE
)
_VISITOR_PATH = re.compile(r"/visitors?/$", re.IGNORECASE)
_HEX_RUN = re.compile(r"[0-9a-f-](?<![0-9a-f-]{2})[0-9a-f-]{13,}+", re.ASCII | re.IGNORECASE)
_HEX_DIGIT = re.compile(r"[0-9a-f]", re.ASCII | re.IGNORECASE)
_UUID_SHAPE = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"

_VISIBLE = re.compile(r"[^\s\x00-\x1f\x7f]")
_EMAIL = re.compile(r"@(?<=[\w.+-]@)(?=[\w-]{1,63}\.\w)")
# The token of a website or an account, as DataFast makes them.
_TOKEN = re.compile(r"df(?<![\w-]df)t?_[0-9A-Za-z]{16}", re.ASCII)
# A token of our own: of a user, or of a panel.
_ACCESS_TOKEN = re.compile(r"jd(?<![\w-]jd)p?_[\w-]{43}", re.ASCII)
# A host after a scheme, with or without a user name.
_LINK = re.compile(
    r"""://(?:(?<=http://)|(?<=https://))(?:[^\s/?#@"'<>]{0,256}+@)?(?P<host>[\w.-]{1,253}+)""", re.IGNORECASE
)
# Any name with dots: a domain, or a host with a path but no scheme, as DataFast writes URLs. Not the domain of an email
# address.
_DOTTED_NAME = re.compile(
    r"(?P<host>[\w-](?<![\w@-].)(?<![\w@.-]\..)[\w-]{0,62}+(?:\.[\w-]{1,63}+){1,8}+)(?![\w@-])(?P<path>/)?"
)
_JOURNEY_PATH = re.compile(r"/(?P<slug>[\w-]{1,50})/visitors/$", re.ASCII)

_LABEL = re.compile(r"[\w-][\"'\s]{0,3}[=:][\"'\s]{0,3}$")

# The text in front of a UUID, matched backwards so that the match starts at a known place: quotes and brackets, a
# separator, quotes and brackets again, a word, and the word before that.
_QUOTES = r"""\s"'`“”‘’«»\\\[\](){}"""
_NAME_BACKWARDS = re.compile(
    rf"(?P<opening>[{_QUOTES}]{{0,16}})(?P<separator>>?[=:]|[,;|│>]|)(?P<closing>[{_QUOTES}]{{0,16}})"
    r"(?P<word>[\w.$-]{1,64})(?P<before>[^\w]?)(?P<earlier>\w{0,32})"
)
_NAME_DISTANCE = 200
# What says that the neighbor of a value is its name: a pair in JSON, YAML, XML or HTML. A name in quotes may have
# blanks.
_VALUE_KEYS = {"value", "val", "v", "content", "contentraw", "cookievalue"}
_PAIR = re.compile(
    r"""(?<![\w-])(?:(?:(?:cookie_?)?name(?:[ ]raw)?|key|k|field|label|property|title)"""
    r"""[\s"'\\]{0,16}(?:=>|[=:>])[\s"'\\]{0,16}(?P<name>(?<=["'])[\w.$ -]{1,64}(?=["'\\])|[\w.$-]{1,64})"""
    r"""|(?:(?:cookie_?)?value|content(?:[ ]raw)?|val|v)["'\\]{0,16}\s{0,16}[=:>])""",
    re.IGNORECASE,
)
_PAIR_DISTANCE = 400
# The key of an object: `"datafast_visitor_id": {"value": …}`.
_KEY_OF_OBJECT = re.compile(r"""(?<![\w.$-])(?P<key>[\w.$-]{1,64})["'\\]{1,16}\s{0,4}(?:=>|[=:])\s{0,4}$""")
# Where the next item of a list begins in formats without brackets: a dash, a blank line, or a header in brackets.
_NEXT_ITEM = re.compile(r"\n[ \t]{0,16}(?:-[ \t]|\[|\r?\n)")
# What separates a name from its value in a row: a tab, or the blanks that aligned columns are filled with.
_COLUMN_GAP = re.compile(r"\t| {2}")

_DATAFAST_NAMES = {"datafastvisitorid", "xdatafastvisitorid", "dfvisitorid", "dfvid"}
_VISITOR_NAMES = {"visitorid", "visitorids", "visitoruuid"}
_SESSION_NAMES = {"datafastsessionid", "dfsid", "sessionid"}
_NAME_HINTS = ("visitor", "df_vid", "dfvid")

# How far a line or an object is searched for the website that a UUID in it belongs to.
_NEAR_DISTANCE = 1_000


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
    """A visitor id (36 characters, lower case) and where it was found: "the datafast_visitor_id cookie", "the text".

    `slug` is the website's in a link to a journey page, or "". `hosts` are the names with dots in the same object or
    line, such as the `domain` in an export of cookies: lower case, distinct, in order.
    """

    visitor_id: str
    source: str
    trust: Trust
    slug: str = ""
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedText:
    """What a pasted text contains: either candidates, or a problem, which is a sentence for the user.

    `candidates` are distinct, most certain first, at most MAX_CANDIDATES (`is_truncated`: there were more). `remark` is
    a sentence about ids that were rejected although the user may have meant them, or "". `hosts` are the hosts of the
    links in the text, then its other names with dots: lower case, distinct, at most MAX_HOSTS. `has_token`: the text
    contains a token, so it must not be shown. `looks_like_id`: there are no candidates, and the problem is one
    of a UUID that is cut off, or of another version.
    """

    candidates: tuple[Candidate, ...]
    problem: str
    hosts: tuple[str, ...]
    is_truncated: bool
    remark: str = ""
    has_token: bool = False
    looks_like_id: bool = False

    @property
    def unambiguous(self) -> Candidate | None:
        """The candidate to open without asking: the only one, and not under a name that belongs to something else.

        An `ajs_anonymous_id` beside a visitor id that was cut off must not open the page of a wrong person.
        """
        if len(self.candidates) == 1 and self.candidates[0].trust != Trust.OTHER_NAME:
            return self.candidates[0]
        return None


@dataclass(frozen=True, slots=True)
class _Found:
    """A UUID in the text: what it is, and its place."""

    uuid: str
    source: str
    trust: Trust
    start: int
    end: int


def parse(text: str) -> ParsedText:
    """Find the visitor ids in a pasted text. Never raises, whatever the text."""
    text = _decode(text)
    accepted: dict[str, _Found] = {}
    rejected: list[_Found] = []
    for found in _find_uuids(text):
        if found.trust == Trust.SESSION or not _is_version_4(found.uuid):
            rejected.append(found)
        elif found.uuid not in accepted or found.trust < accepted[found.uuid].trust:
            accepted[found.uuid] = found

    ranked = sorted(accepted.values(), key=lambda found: found.trust)  # stable: in the text's order within one trust
    if ranked and ranked[0].trust <= Trust.FREE:
        ranked = [found for found in ranked if found.trust != Trust.BARE]
    if ranked and ranked[0].trust <= Trust.NAMED:
        ranked = [found for found in ranked if found.trust != Trust.OTHER_NAME]
    token = "a DataFast API key" if _TOKEN.search(text) else "an access token" if _ACCESS_TOKEN.search(text) else ""
    has_token = bool(token)
    near_id = "" if ranked or has_token else _explain_near_id(text, rejected)
    problem = ""
    if not ranked:
        problem = _TOKEN_PASTED.format(token) if has_token else near_id or _explain_absence(text)
    return ParsedText(
        candidates=tuple(_make_candidate(text, found) for found in ranked[:MAX_CANDIDATES]),
        problem=problem,
        hosts=_find_hosts(text),
        is_truncated=len(ranked) > MAX_CANDIDATES,
        remark=_remark(rejected) if ranked else "",
        has_token=has_token,
        looks_like_id=bool(near_id),
    )


def parse_single(text: str) -> UUID:
    """Return the only visitor id in a pasted text. Raises ValueError with a sentence for the user."""
    parsed = parse(text)
    if parsed.unambiguous:
        return UUID(parsed.unambiguous.visitor_id)
    raise ValueError(parsed.problem or "Enter one visitor at a time.")


def _decode(text: str) -> str:
    """Return the text percent-decoded twice, with repaired hyphens.

    `unquote` takes a second for a megabyte of escapes. The decoder of quoted-printable text is written in C, and only
    has another sign for the escapes.
    """
    for _ in range(2):
        quoted, count = _ESCAPE.subn("=", text.replace("=", "=3D"))
        if not count:
            break
        text = a2b_qp(quoted.encode("utf-8", "replace")).decode("utf-8", "replace")
    return text if text.isascii() else text.translate(_REPAIRS)


def _find_uuids(text: str) -> Iterator[_Found]:
    """Yield the UUIDs of the text: those with hyphens, then those that were split, then those without hyphens."""
    count = 0
    for match in chain(_UUID.finditer(text), _find_split_uuids(text), _BARE_UUID.finditer(text)):
        if count >= _UUID_LIMIT:
            before = text[max(0, match.start() - _NAME_DISTANCE) : match.start()].lower()
            if not any(hint in before for hint in _NAME_HINTS):
                continue
        if count == 2 * _UUID_LIMIT:
            break
        count += 1
        found = _classify(text, _hyphenate(_NOT_HEX.sub("", match[0])), match.start(), match.end())
        if match.re is not _BARE_UUID:
            yield found
        elif plausible := _classify_without_hyphens(text, found):
            yield plausible


def _find_split_uuids(text: str) -> Iterator[re.Match[str]]:
    budget = _SPLIT_LIMIT
    for run in _SPLIT_RUN.finditer(text):
        if run[0].count("-") < 4 or run[0].isspace():
            continue
        end = min(run.end() + 1, run.start() + budget)
        for match in _SPLIT_UUID.finditer(text, run.start(), end):
            if len(match[0]) > len(_UUID_SHAPE):  # shorter ones are not split
                yield match
        budget -= len(run[0])
        if budget <= 0:
            break


def _hyphenate(digits: str) -> str:
    """Return the canonical form of 32 hexadecimal digits."""
    digits = digits.lower()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def _classify(text: str, uuid: str, start: int, end: int) -> _Found:  # noqa: PLR0911 one for each kind
    """Decide by the text around a UUID what it is, and how certain that is."""
    before = text[max(0, start - _NAME_DISTANCE) : start]
    free = _Found(uuid, "the path of a link" if before.endswith("/") else "the text", Trust.FREE, start, end)
    session = replace(free, source="a session id", trust=Trust.SESSION)
    if before.endswith(("s", "S")):
        return session
    name = _NAME_BACKWARDS.match(before[::-1])
    if name is None:
        return free
    word = name["word"][::-1]
    separator = name["separator"][::-1]
    is_pair = separator in {",", ";"}
    is_in_query = separator == "=" and name["before"] in {"?", "&"}
    is_named = _is_field_name(name)
    key = _normalize(word.rpartition(".")[2])
    if key in {"id", "raw"} and name["before"] == " " and name["earlier"]:  # "Visitor ID: …", as people write it
        word = f"{name['earlier'][::-1]} {word}"
        key = _normalize(word)
    if key in _VALUE_KEYS and separator:
        openings = "{}<" if separator == "=" else "{}"  # of an element of HTML, or of an object
        if name_of_value := _find_name_of_value(text, start - name.end("word"), end, openings):
            word = name_of_value
            is_pair = is_named = True
            key = _normalize(word.rpartition(".")[2])
        elif not is_in_query:
            return free

    if key in _SESSION_NAMES:
        return session
    source = f"the link’s {word} parameter" if is_in_query or key == "dfvid" else f"the field {word}"
    if key in _DATAFAST_NAMES:
        is_header = separator == "=" and not is_in_query and not name["closing"]
        is_cookie = word == "datafast_visitor_id" and (is_header or is_pair)
        return replace(free, source=f"the {word} cookie" if is_cookie else source, trust=Trust.DATAFAST)
    if key in _VISITOR_NAMES:
        return replace(free, source=source, trust=Trust.NAMED)
    return replace(free, source=source, trust=Trust.OTHER_NAME) if is_named else free


def _find_name_of_value(text: str, start: int, end: int, openings: str) -> str:
    """Return the name that belongs to a value in the same object, or "". The value and its key are at [start:end]."""
    before = text[max(0, start - _PAIR_DISTANCE) : start]
    opening = max(map(before.rfind, openings))
    pairs = list(_PAIR.finditer(_NEXT_ITEM.split(before[opening + 1 :])[-1]))
    if pairs and pairs[-1]["name"]:
        return pairs[-1]["name"]
    after = re.split("[{}>]", text[end : end + _PAIR_DISTANCE], maxsplit=1)[0]
    pair = _PAIR.search(_NEXT_ITEM.split(after, maxsplit=1)[0])
    if pair and pair["name"]:
        return pair["name"]
    of_object = (
        _KEY_OF_OBJECT.search(before[max(0, opening - 100) : opening]) if before[opening : opening + 1] == "{" else None
    )
    return of_object["key"] if of_object and _is_identifier(of_object["key"]) else ""


def _classify_without_hyphens(text: str, found: _Found) -> _Found | None:
    """Return what 32 digits are. None where they are more likely a digest, a key or an order number."""
    before = text[max(0, found.start - _NAME_DISTANCE) : found.start]
    if found.trust != Trust.FREE:
        return None if found.trust == Trust.OTHER_NAME else found
    if _LABEL.search(before):
        return None
    if before.endswith("/"):
        return found if _VISITOR_PATH.search(before) else None
    return replace(found, trust=Trust.BARE)


def _is_field_name(name: re.Match[str]) -> bool:
    """Whether the word in front of a UUID names a field, and does not end a sentence ("Here you go: …")."""
    word, separator = name["word"][::-1], name["separator"]
    if "=" in separator:
        return True
    is_identifier = _is_identifier(word)
    if ":" in separator:
        return is_identifier or not (name["closing"] == "" or name["closing"].isspace())
    if separator in {",", ";"}:  # the arguments of a function, or a row of a CSV file
        return is_identifier and not name["opening"].isspace()
    if separator == ">":  # an element of XML
        return is_identifier and name["before"] == "<"
    # A row of a browser's table of cookies, of a table in Markdown, or a table of which each cell became a line.
    gap = name["opening"] + name["closing"]
    is_line = "\n" in gap and name["before"] in {"", "\n"}
    return is_identifier and (separator in {"|", "│"} or _COLUMN_GAP.search(gap) is not None or is_line)


def _is_identifier(word: str) -> bool:
    return "_" in word or re.search(r"[a-z][A-Z]", word) is not None


def _normalize(name: str) -> str:
    """Return a name without case and punctuation: `_df_vid`, `dfVid` and `DF-VID` are equal."""
    return re.sub(r"[\W_]", "", name).lower()


def _is_version_4(uuid: str) -> bool:
    """Whether this is version 4 with the variant of RFC 9562."""
    return uuid[14] == "4" and uuid[19] in "89ab"


def _make_candidate(text: str, found: _Found) -> Candidate:
    path = _JOURNEY_PATH.search(text, max(0, found.start - _NAME_DISTANCE), found.start)
    return Candidate(
        found.uuid, found.source, found.trust, path["slug"].lower() if path else "", _find_hosts_near(text, found)
    )


def _find_hosts_near(text: str, found: _Found) -> tuple[str, ...]:
    """Return the hosts of the link that contains a UUID, the innermost first, then those in its object or its line."""
    before = text[max(0, found.start - _NEAR_DISTANCE) : found.start]
    after = text[found.end : found.end + _NEAR_DISTANCE]
    word = (before.split() or [""])[-1] if not before[-1:].isspace() else ""
    of_link = _find_hosts(word)[::-1] if "://" in word else ()
    opening, closing = before.rfind("{"), after.find("}")
    if before.rfind("}") < opening and closing >= 0 and "{" not in after[:closing]:
        around = f"{before[opening:]} {after[:closing]}"
    else:
        around = before[before.rfind("\n") + 1 :] + " " + after.partition("\n")[0]
    return tuple(dict.fromkeys(of_link + _find_hosts(around)))


def _find_hosts(text: str) -> tuple[str, ...]:
    """Return the hosts of the links in a text, then its other names with dots."""
    linked = [(match.start("host"), match["host"]) for match in islice(_LINK.finditer(text), _HOST_LIMIT)]
    bare: list[tuple[int, str]] = []
    for match in islice(_DOTTED_NAME.finditer(text), _HOST_LIMIT):
        (linked if match["path"] else bare).append((match.start(), match["host"]))
    hosts = (host.lower().strip(".") for _, host in [*sorted(linked), *bare])
    # Not numbers and versions.
    return tuple(dict.fromkeys(host for host in hosts if host and not host.rpartition(".")[2].isdecimal()))[:MAX_HOSTS]


def _explain_near_id(text: str, rejected: list[_Found]) -> str:
    """Return what is wrong with something that looks like a visitor id and is none; "" if there is nothing like it."""
    if any(found.trust == Trust.SESSION for found in rejected):
        return "This is a session id (it starts with s). Paste the datafast_visitor_id instead."
    if rejected:
        return _explain_version(rejected[0].uuid)
    return _explain_partial_uuid(text)


def _explain_absence(text: str) -> str:
    """Return the sentence that helps the user most with a text without anything like a visitor id."""
    if not _VISIBLE.search(text):
        return "Paste a visitor id, or any text that contains one."
    if _EMAIL.search(text):
        return "This is an email address. DataFast finds visitors by id only."
    return f"No visitor id in this text. A visitor id is a UUID such as {_EXAMPLE}, 36 characters."


def _remark(rejected: list[_Found]) -> str:
    """Describe the UUIDs of other versions that were rejected beside the candidates, except those under other names."""
    versions = list(dict.fromkeys(found.uuid for found in rejected if found.trust <= Trust.FREE))
    if not versions:
        return ""
    if len(versions) == 1:
        return f"{versions[0]} was ignored. {_explain_version(versions[0])}"
    return f"{len(versions):,} other UUIDs were ignored: visitor ids are version 4."


def _explain_version(uuid: str) -> str:
    if not uuid.strip("0-"):
        return "This UUID is all zeros, so it is not a visitor id."
    if uuid[14] == "4":
        return f"This UUID is not a valid version 4: its 20th character must be 8, 9, a or b, and is {uuid[19]}."
    if uuid[14] not in "1235678":
        return "This looks like a UUID but has no valid version. Visitor ids are version 4."
    return f"This UUID is version {uuid[14]}; visitor ids are version 4."


def _explain_partial_uuid(text: str) -> str:
    """Describe the first part of the text that is most of a UUID, or longer than one; "" without one."""
    for match in islice(_HEX_RUN.finditer(text), _PARTIAL_LIMIT):
        run = match[0].strip("-")
        shape = _HEX_DIGIT.sub("x", run[: len(_UUID_SHAPE)])
        if len(run) > len(_UUID_SHAPE) and shape == _UUID_SHAPE:
            return f"This id is too long: {len(run):,} characters, where a visitor id has 36."
        # At least two hyphens: dates and telephone numbers look like the beginning of a UUID.
        if shape.count("-") > 1 and (_UUID_SHAPE.startswith(shape) or _UUID_SHAPE.endswith(shape)):
            return f"This visitor id is cut off: {len(run)} of its 36 characters are here."
    return ""
