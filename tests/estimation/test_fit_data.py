"""Faults of data are reported with their file and line, before anything is computed."""

import pytest

from middlegame.estimation.data import DataError, from_dataframe, read_data
from middlegame.estimation.fit_data import prepare_data
from middlegame.scenario import dumps, read_text
from tests.estimation.histories import CRISIS, crisis, simulated

HEADING = "threatened,fought,trade,ally\n"
GOOD = "yes,1,0.5,no\nno,0,1.5,yes\nyes,0,2,yes\n"


@pytest.fixture
def faults_of(tmp_path):
    """Return a function from a file's text to its faults, without the folder."""

    def call(text, scenario=CRISIS, cluster=None):
        path = tmp_path / "war.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        with pytest.raises(DataError) as caught:
            prepare_data(crisis(scenario), read_data(path), cluster)
        return [line.replace(f"{tmp_path}/", "") for line in caught.value.messages()]

    return call


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", ["war.csv: there are no rows of data"]),
        (HEADING, ["war.csv: there are no rows of data"]),
        (b"\xff\x00", ["war.csv:1: the file is not written in UTF-8; save it as UTF-8, or name its "
                       "encoding (--encoding cp1252)"]),
        (HEADING + "yes,1,0.5\n" + GOOD, [
            "war.csv:2: the row has 3 cells; expected 4, as many as there are headings "
            "(cells end at each comma)"]),
        ("trade," + HEADING + "1," + "yes,1,0.5,no\n", [
            "war.csv:1: the heading 'trade' stands there twice"]),
        ("threatend,fought,trade,ally\n" + GOOD, [
            "war.csv: there is no column 'threatened'; did you mean 'threatend'?"]),
        (HEADING + GOOD + "yes,1,much,no\nyes,3,1,nope\nperhaps,1,1e999,no\n", [
            "war.csv:5: trade is 'much'; expected a number",
            "war.csv:7: trade is not finite",
            "war.csv:6: ally is 'nope', which is no category; did you mean 'no'?",
            "war.csv:7: threatened is 'perhaps', which shows none of the options of threaten; "
            "expected one of no, yes",
            "war.csv:6: fought is '3', which shows none of the options of resist; "
            "expected one of 0, 1"]),
        (HEADING + GOOD.replace("0.5", "2").replace("1.5", "2"), [
            "war.csv: trade is 2 in all 3 complete rows: its effect cannot be "
            "distinguished from a constant; leave it out"]),
        (HEADING + "yes,1,0.5,no\nyes,0,1.5,yes\nyes,0,2,yes\n", [
            "war.csv: threaten is yes in all 3 rows that show it: there is nothing to learn from"]),
        (HEADING + "yes,1,,no\nno,0,1.5,\n,,2,yes\n", [
            "war.csv: no row is complete: trade is missing in 1, ally is missing in 1, "
            "nothing was observed in 1"]),
    ],
)  # fmt: skip
def test_fit_reports_data_faults_with_their_place(faults_of, text, lines):
    assert faults_of(text) == lines


def test_fit_reports_a_category_that_never_occurs(faults_of):
    text = CRISIS.replace("ally: [no, yes]", "ally: [no, yes, both]")
    text = text.replace("(ally = yes)", "(ally = both)")
    assert faults_of(HEADING + GOOD, text) == [
        "war.csv: ally is 'both' in no complete row, and a formula speaks of it"
    ]


def test_data_error_counts_faults_beyond_the_first_twenty(faults_of):
    lines = faults_of(HEADING + "yes,1,much,no\n" * 50)
    assert len(lines) == 21
    assert lines[-1] == "and 30 more faults of this kind"


def test_fit_refuses_a_scenario_without_observed_moves(faults_of):
    text = CRISIS[: CRISIS.index("  observed")]
    assert faults_of(HEADING + GOOD, text)[0].startswith(
        "the scenario does not say what the data show"
    )


def test_fit_drops_incomplete_rows_and_counts_them_by_reason(tmp_path):
    path = tmp_path / "war.csv"
    path.write_text(
        "\ufeffthreatened;fought;trade;ally;region\nyes;1.0;0.5;no;a\n\nno;0;NA;yes;a\n"
        "yes;;2;yes;b\n;;3;no;b\nno;0;4;no;\nno;0;4;no;c\n"
    )
    taken = prepare_data(crisis(), read_data(path), "region")
    assert taken.dropped_rows == {
        "trade is missing (written NA)": 1, "region is missing": 1, "nothing was observed": 1,
    }  # fmt: skip
    assert [place.removeprefix(f"{path}:") for place in taken.places] == ["2", "5", "8"]
    assert taken.unobserved_rows == {"threaten": 0, "resist": 1}
    assert taken.observations["resist"].tolist() == [[0, 1], [1, 1], [1, 0]]
    assert taken.covariates["ally"].tolist() == [0, 1, 0]
    assert taken.clusters.tolist() == [0, 1, 2]


def test_fit_reads_parquet_csv_and_dataframes_alike(tmp_path):
    history = simulated(20, unseen=0.2)
    history.to_parquet(tmp_path / "war.parquet")
    history.to_csv(tmp_path / "war.csv", index=False)
    first = prepare_data(crisis(), from_dataframe(history))
    for name in ("war.parquet", "war.csv"):
        other = prepare_data(crisis(), read_data(tmp_path / name))
        assert other.matrix == pytest.approx(first.matrix)
        assert all(
            (other.observations[n] == first.observations[n]).all() for n in first.observations
        )


def test_read_data_reports_unreadable_files(tmp_path):
    (tmp_path / "war.parquet").write_text("no parquet")
    for name in ("war.parquet", "nowhere.csv"):
        with pytest.raises(DataError, match=name):
            read_data(tmp_path / name)


COUNTRIES = """
title: A border closure
actors: {state: The state}
moves:
  close: {by: state, options: [open, close]}
interests:
  state: [{when: close = close, worth: base + other * (country = BW|NA)}]
precision: exp(10)
fit:
  coefficients: {base: free, other: free}
  columns: {country: [ZA, BW, NA]}
  observed: {close: closed}
"""


def test_a_declared_category_is_no_missing_value(tmp_path):
    path = tmp_path / "closed.csv"
    path.write_text("country,closed\nZA,open\nBW,close\nNA,close\nNA,NA\n,open\n")
    taken = prepare_data(crisis(COUNTRIES), read_data(path))
    assert taken.covariates["country"].tolist() == [0, 1, 2]
    assert taken.dropped_rows == {"country is missing": 1, "nothing was observed": 1}


def test_texts_that_mark_missing_cells_can_be_named(tmp_path):
    path = tmp_path / "war.csv"
    path.write_text(HEADING + GOOD + "yes,1,-9,no\nno,0,.,yes\n")
    taken = prepare_data(crisis(), read_data(path, missing=["-9", "."]))
    assert taken.dropped_rows == {"trade is missing (written -9, .)": 2}


@pytest.mark.parametrize("backend", ["numpy_nullable", "pyarrow"])
def test_missing_values_of_pandas_and_arrow_are_missing(backend):
    history = simulated(20, unseen=0.2)
    history.loc[3, "trade"] = None
    plain = prepare_data(crisis(), from_dataframe(history))
    other = prepare_data(crisis(), from_dataframe(history.convert_dtypes(dtype_backend=backend)))
    assert plain.dropped_rows["trade is missing"] == 1
    assert other.dropped_rows == plain.dropped_rows
    assert other.matrix == pytest.approx(plain.matrix)
    assert all((other.observations[n] == plain.observations[n]).all() for n in plain.observations)


def test_fit_reads_decimal_commas_and_says_where_they_are_ambiguous(faults_of, tmp_path):
    text = (HEADING + GOOD).replace(",", ";").replace(".", ",")
    path = tmp_path / "war.csv"
    path.write_bytes(("sep=;\r\n" + text).encode("utf-16"))
    assert prepare_data(crisis(), read_data(path)).covariates["trade"].tolist() == [0.5, 1.5, 2]
    assert faults_of(text.replace("1,5", "1.5")) == [
        "war.csv: some numbers have a decimal comma ('0,5'), others a decimal point ('1.5'); "
        "expected one of them (--decimal)"
    ]


def test_dataframe_with_repeated_headings_is_refused():
    history = simulated(5)
    with pytest.raises(DataError, match="the heading 'trade' stands there twice"):
        from_dataframe(history.rename(columns={"ally": "trade"}))


def test_texts_that_mark_missing_cells_of_one_column_stand_in_the_scenario(tmp_path):
    text = CRISIS.replace("trade: number", 'trade: {missing: ["-9", ""]}')
    text = text.replace("{column: fought,", "{column: fought, missing: 8,")
    scenario = crisis(text)
    assert read_text(dumps(scenario)).scenario == scenario
    path = tmp_path / "war.csv"
    path.write_text(HEADING + GOOD + "yes,1,-9,no\nno,8,3,yes\n")
    taken = prepare_data(scenario, read_data(path))
    assert taken.dropped_rows == {"trade is missing (written -9)": 1}
    assert taken.unobserved_rows["resist"] == 1
