"""Of any number of devices so many are kept, and what a person has marked or looks at is never let go."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from sqsview.ui.device_pages import DevicePages
from tests.ui.company import device


def test_the_oldest_are_let_go_beyond_the_bound_and_all_are_counted() -> None:
    pages = DevicePages(5)
    for first in (0, 3, 6):
        pages.add([device(first + number) for number in range(3)], ())
    assert [each.arn for each in pages.all] == [device(number).arn for number in (4, 5, 6, 7, 8)]
    assert pages.read == 9


def test_what_is_needed_stays() -> None:
    pages = DevicePages(3)
    pages.add([device(0), device(1), device(2)], ())
    pages.add([device(3), device(4)], {device(1).arn})
    assert [each.arn for each in pages.all] == [device(number).arn for number in (1, 3, 4)]


def test_a_device_is_shown_as_it_is_now_and_forgotten_once_it_is_gone() -> None:
    pages = DevicePages(3)
    pages.add([device(0), device(1)], ())
    pages.put(replace(device(0), enabled=False))
    assert [each.enabled for each in pages.all] == [False, True] and pages.read == 2
    pages.put(device(2))
    pages.drop(device(0).arn)
    pages.drop(device(7).arn)
    assert [each.arn for each in pages.all] == [device(1).arn, device(2).arn] and pages.read == 2
    pages.clear()
    assert not list(pages.all) and pages.read == 0


@given(st.lists(st.integers(0, 20), max_size=20), st.integers(1, 30))
def test_however_pages_come_no_more_than_the_bound_or_the_page_is_kept(sizes: list[int], most: int) -> None:
    pages, number = DevicePages(most), 0
    for size in sizes:
        pages.add([device(number + each) for each in range(size)], ())
        number += size
        assert len(list(pages.all)) <= max(most, size)
    assert pages.read == number
