"""Marks in texts that are made once and filled in for each reader."""

import pytest

from visitors.journey_page.marks import filled, mark


def test_each_mark_is_filled_in_wherever_it_stands():
    text = f"{mark('name')}: {mark('age')}, {mark('name')}".encode()
    assert filled(text, name="Zoë", age=b"3 s").decode() == "Zoë: 3 s, Zoë"


def test_what_is_filled_in_is_not_searched_for_marks():
    assert filled(mark("name").encode(), name=mark("age"), age="secret") == mark("age").encode()


def test_a_mark_without_a_text_is_a_mistake_of_ours():
    with pytest.raises(KeyError):
        filled(mark("name").encode())
