import math

from hypothesis import given
from hypothesis import strategies as st

from middlegame.workbench.setting import Setting, unread_parts

NAMES = st.from_regex(r"[a-z][a-z_]{0,8}", fullmatch=True)
SETTINGS = st.builds(
    Setting,
    numbers=st.dictionaries(
        NAMES.map(lambda name: f"interests.{name}[0].worth"),
        st.floats(-100, 100).map(lambda value: float(f"{value:.10g}")),
        max_size=4,
    ),
    supposed=st.dictionaries(NAMES, NAMES, max_size=3),
    given=st.dictionaries(NAMES, st.lists(NAMES, min_size=1, max_size=2).map(tuple), max_size=3),
)


@given(SETTINGS)
def test_query_of_a_setting_reads_back_as_that_setting(setting):
    assert Setting.read(setting.query()) == setting


def test_query_mentions_surprise_only_where_something_is_supposed():
    assert Setting(surprise=True).query() == ""
    setting = Setting(supposed={"line": "balance"}, surprise=True)
    assert Setting.read(setting.query()) == setting


def test_parts_of_a_query_that_are_not_changes_are_ignored():
    query = "tab=what-if&token=x&interests.a[0].worth=nan&a.b=word&precision=3&suppose.line=align"
    assert Setting.read(query) == Setting({"precision": 3.0}, {"line": "align"})
    assert math.isfinite(Setting.read("a.b=1e9").numbers["a.b"])


def test_equal_settings_are_one_key_whatever_the_order_of_their_changes():
    one = Setting({"a.b": 1.0, "c.d": 2.0}, {"x": "y"})
    other = Setting({"c.d": 2.0, "a.b": 1.0}, {"x": "y"})
    assert {one: "answer"}[other] == "answer"
    assert hash(one) != hash(Setting({"a.b": 1.0}))


def test_parts_of_a_query_that_cannot_be_read_are_listed():
    query = "tab=edit&a.b=word&suppose.line=align&surprise=yes&c.d=2&precision=&foo=1"
    assert [key for key, _ in unread_parts(query)] == ["tab", "a.b", "precision", "foo"]


def test_with_state_supposes_observes_or_frees():
    setting = Setting().with_state("line", "suppose", "align")
    assert setting == Setting(supposed={"line": "align"})
    setting = setting.with_state("line", "given", "balance")
    assert setting == Setting(given={"line": ("balance",)})
    assert not setting.with_state("line", "free", "")


def test_with_number_changes_a_number_and_none_removes_the_change():
    setting = Setting().with_number("a.b", 2.0)
    assert setting.numbers == {"a.b": 2.0}
    assert setting.with_number("a.b", None) == Setting()
