"""Pages that are kept ready in a process: made once, and told apart by all that they depend on."""

import time
from uuid import UUID

import pytest

from visitors.profiles import rendered

VISITOR = UUID("a3ab2331-989f-4cfa-91c6-2461c9e3c6bd")


class Maker:
    """Makes a text, and counts how often."""

    def __init__(self, text=b"<p>Ours</p>"):
        self.text, self.times = text, 0

    def __call__(self):
        self.times += 1
        return self.text


def ask(make, *, website=1, version="v1", name="minute", seconds=60):
    return rendered.rendered(website, VISITOR, version, name, seconds=seconds, make=make)


def test_a_text_is_made_once():
    make = Maker()
    assert ask(make) == ask(make) == make.text
    assert make.times == 1


def test_a_process_lets_go_of_it_when_its_time_is_over(monkeypatch):
    now = time.monotonic()
    monkeypatch.setattr(rendered.time, "monotonic", lambda: now)
    ask(Maker(b"first"), seconds=60)
    ask(Maker(b"second"), name="another", seconds=10_000)  # nothing is held for as long as that
    now += 59
    assert ask(Maker(b"later"), seconds=60) == b"first"
    now += 2
    assert ask(Maker(b"later"), seconds=60) == b"later"
    now += rendered.LONGEST_SECONDS
    ask(Maker(b"much later"), name="a third", seconds=60)
    assert [text for _, text in rendered._kept.values()] == [b"much later"]
    assert rendered._size == len(b"much later")


def test_what_is_forgotten_leaves_this_process(monkeypatch):
    other = UUID("c0ffee00-0000-4000-8000-000000000002")
    ask(Maker(b"of the visitor"))
    ask(Maker(b"of another website"), website=11)
    rendered.rendered(1, other, "v1", "minute", seconds=60, make=Maker(b"of another visitor"))
    rendered.forget(1, VISITOR)
    assert [text for _, text in rendered._kept.values()] == [b"of another website", b"of another visitor"]
    assert rendered._size == len("of another websiteof another visitor")


@pytest.mark.parametrize("other", [{"website": 2}, {"version": "v2"}, {"name": "the next minute"}])
def test_what_it_depends_on_tells_it_apart(other):
    ask(Maker(b"first"))
    assert ask(Maker(b"second"), **other) == b"second"


def test_room_is_made_by_dropping_what_nobody_asked_for_longest(monkeypatch):
    monkeypatch.setattr(rendered, "MOST_BYTES", 25)
    first, second, third = Maker(b"1" * 10), Maker(b"2" * 10), Maker(b"3" * 10)
    for make, name in ((first, "1"), (second, "2"), (first, "1"), (third, "3"), (first, "1"), (second, "2")):
        ask(make, name=name)
    assert (first.times, second.times, third.times) == (1, 2, 1)
