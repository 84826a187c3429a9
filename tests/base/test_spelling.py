import pytest

from middlegame.base.spelling import nearest


@pytest.mark.parametrize(
    ("name", "expected"),
    [("valey", "valley"), ("VALLEY", "valley"), ("oil-fields", "oil_fields"), ("zzz", "")],
)
def test_nearest_finds_closest_name_or_none(name, expected):
    assert nearest(name, ["valley", "oil_fields"]) == expected


def test_nearest_of_very_long_name_is_none():
    assert nearest("valley" * 100, ["valley"]) == ""
