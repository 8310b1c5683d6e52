"""Marks in texts that are made once and filled in for each reader."""

import pytest

from visitors.views.marks import filled, mark


def test_each_mark_is_filled_in_wherever_it_stands():
    text = f"{mark('name')}: {mark('age')}, {mark('name')}"
    assert filled(text, name="Mina", age="3 s") == "Mina: 3 s, Mina"


def test_what_is_filled_in_is_not_searched_for_marks():
    assert filled(mark("name"), name=mark("age"), age="secret") == mark("age")


def test_a_mark_without_a_text_is_a_mistake_of_ours():
    with pytest.raises(KeyError):
        filled(mark("name"))
