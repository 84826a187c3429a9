import math

from hypothesis import given
from hypothesis import strategies as st

from middlegame.workbench.setting import Setting

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
def test_a_link_holds_everything(setting):
    assert Setting.read(setting.query()) == setting


def test_surprise_is_told_only_where_something_is_supposed():
    assert Setting(surprise=True).query() == ""
    told = Setting(supposed={"line": "balance"}, surprise=True)
    assert Setting.read(told.query()) == told


def test_what_is_no_change_is_left_out():
    query = "view=try&token=x&interests.a[0].worth=nan&a.b=word&precision=3&suppose.line=align"
    assert Setting.read(query) == Setting({"precision": 3.0}, {"line": "align"})
    assert math.isfinite(Setting.read("a.b=1e9").numbers["a.b"])


def test_a_state_is_supposed_or_observed_or_free():
    setting = Setting().with_state("line", "suppose", "align")
    assert setting == Setting(supposed={"line": "align"})
    setting = setting.with_state("line", "given", "balance")
    assert setting == Setting(given={"line": ("balance",)})
    assert not setting.with_state("line", "free", "")


def test_a_number_is_changed_and_given_back():
    setting = Setting().with_number("a.b", 2.0)
    assert setting.numbers == {"a.b": 2.0}
    assert setting.with_number("a.b", None) == Setting()
