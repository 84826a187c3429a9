import pytest

from middlegame.base.sizes import format_duration, format_size


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 bytes"), (1023, "1,023 bytes"), (1536, "1.5 KiB"), (5 * 2**20, "5.0 MiB"),
     (300 * 2**30, "300 GiB"), (2.0**200, "over a million EiB")],
)  # fmt: skip
def test_sizes_have_the_unit_that_suits_them(size, text):
    assert format_size(size) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "1 s"), (99, "99 s"), (720, "12 min"), (10_800, "3 h"), (3e5, "3 days"),
     (1e10, "317 years"), (1e30, "over a million years")],
)  # fmt: skip
def test_times_have_the_unit_that_suits_them(seconds, text):
    assert format_duration(seconds) == text
