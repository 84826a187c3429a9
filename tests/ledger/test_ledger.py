"""What goes in comes out, on both databases; what may not go in is told in a sentence."""

import datetime as dt
import sqlite3
from dataclasses import replace

import pytest
from alembic import command as alembic
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from middlegame.ledger import Forecast, Ledger, LedgerError, location
from middlegame.ledger.dates import beginning, parse_day, today
from middlegame.ledger.errors import sentences
from middlegame.ledger.location import WRITING
from middlegame.ledger.records import Drawn
from middlegame.ledger.schema import VERSION_TABLE, metadata
from tests.ledger.entries import entry, question, scenario

DAY = parse_day("2026-03-01")


def test_what_goes_in_comes_out(ledger: Ledger) -> None:
    first, second = question("a"), question("ä/b", None)
    put = replace(
        entry(note="why", theta={"x": 0.1, "y": -2.5}, version="1", scenario=scenario("Ü\r\n")),
        drawn=Drawn(worlds=2**40, method="latin", seed=10**30),
        made_at=dt.datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=dt.UTC),
        forecasts=(
            Forecast(question=second, probability=1 / 3, low=0.1, high=0.7, label="L", will="w",
                     resolves="r"),
            Forecast(question=first, probability=0.0),
        ),
    )  # fmt: skip
    (got,) = ledger.add([put])
    assert ledger.get(got.id) == got
    assert ledger.records(whole=True) == [got]
    assert got.id == 1
    for name in (
        "forecaster",
        "made_at",
        "forecasts",
        "scenario",
        "theta",
        "version",
        "note",
        "uid",
    ):
        assert getattr(got, name) == getattr(put, name), name
    assert list(got.theta) == ["x", "y"]
    assert ledger.records()[0].scenario == replace(scenario("Ü\r\n"), text=None)
    assert abs(got.recorded_at - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=1)


def test_what_is_put_in_again_is_there_once(ledger: Ledger) -> None:
    put = entry()
    assert ledger.add([put]) == ledger.add([put]) == ledger.records(whole=True)


def test_a_list_goes_in_whole_or_not_at_all(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="by 2026-06-30"):
        ledger.add([entry(), entry(question=question(by="2027-01-01"))])
    assert ledger.records() == []
    assert ledger.questions() == []


@pytest.mark.parametrize("table", sorted(metadata.tables))
def test_nothing_is_changed_or_removed(ledger: Ledger, table: str) -> None:
    ledger.add([entry(scenario=scenario(), theta={"x": 1.0})])
    ledger.resolve("q", "yes", on=DAY, source="x")
    before = ledger.records(whole=True), ledger.resolutions()
    column = next(iter(metadata.tables[table].columns)).name
    commands = [f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"]
    if ledger.engine.dialect.name == "postgresql":
        commands.append(f"TRUNCATE {table} CASCADE")
    else:
        commands.append(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
    for command in commands:
        with (
            pytest.raises(LedgerError, match="append-only"),
            sentences(ledger.place),
            ledger.engine.begin() as connection,
        ):
            connection.execute(text(command))
    assert (ledger.records(whole=True), ledger.resolutions()) == before


def test_the_database_itself_refuses_what_is_no_probability(ledger: Ledger) -> None:
    ledger.add([entry(), entry(question=question("r"))])
    for values in ("1.5, NULL, NULL", "0.5, 0.9, 0.1"):
        command = (
            "INSERT INTO ledger_forecast (record_id, question_id, place, probability, low, high) "
            f"VALUES (1, 2, 1, {values})"
        )
        with pytest.raises(DBAPIError), ledger.engine.begin() as connection:
            connection.execute(text(command))


def test_the_migrations_make_what_the_program_expects(ledger: Ledger) -> None:
    with ledger.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, metadata) == []


def test_a_ledger_of_the_first_form_is_renewed_with_all_that_is_in_it(place: str) -> None:
    engine = location.connect(location.locate(place))
    config = Config()
    config.set_main_option("script_location", "middlegame.ledger:migrations")
    with engine.connect().execution_options(**{WRITING: True}) as connection, connection.begin():
        config.attributes["connection"] = connection
        alembic.upgrade(config, "0001")
        connection.execute(
            text(
                "INSERT INTO ledger_record (id, uid, forecaster, made_at, recorded_at, note) "
                "VALUES (1, 'u', 'anna', '2026-01-01 00:00', '2026-01-01 00:00', 'kept')"
            )
        )
    engine.dispose()
    with Ledger.open(place) as renewed:
        (record,) = renewed.records()
        assert (record.note, record.drawn) == ("kept", None)
        with pytest.raises(DBAPIError, match="append-only"), renewed.engine.begin() as connection:
            connection.execute(text("UPDATE ledger_record SET view = 'hawk'"))


def test_a_newer_ledger_is_left_alone(ledger: Ledger, place: str) -> None:
    ledger.add([entry()])
    with ledger.engine.begin() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '0099'"))
    with pytest.raises(LedgerError, match="newer middlegame"):
        Ledger.open(place)


def test_resolving(ledger: Ledger) -> None:
    ledger.add(
        [entry(), entry(question=question("q", scenario="other")), entry(question=question("r"))]
    )
    with pytest.raises(LedgerError, match="say s/q or other/q"):
        ledger.resolve("q", "yes", on=DAY, source="x")
    first = ledger.resolve("s/q", "yes", on=DAY, source="Reuters", uid="u")
    assert ledger.resolve("s/q", "yes", on=DAY, source="Reuters", uid="u") == first
    with pytest.raises(LedgerError, match=r"s/q is resolved: yes on 2026-03-01, after 'Reuters'"):
        ledger.resolve("s/q", "no", on=DAY, source="x")
    second = ledger.resolve("s/q", "no", on=DAY, source="court", supersede="the report was false")
    assert ledger.resolutions() == [second]
    third = ledger.resolve("s/q", "void", on=DAY, source="x", supersede="nobody knows")
    assert ledger.resolutions() == [third]
    assert ledger.resolutions(superseded=True) == [first, second, third]
    with pytest.raises(LedgerError, match="nothing to supersede"):
        ledger.resolve("r", "no", on=DAY, source="x", supersede="why")


def test_another_program_replaces_nothing_either(file_ledger: Ledger) -> None:
    file_ledger.add([entry(scenario=scenario(), theta={"x": 1.0})])
    file_ledger.resolve("q", "yes", on=DAY, source="x")
    # Recursive triggers are off unless asked for: INSERT OR REPLACE then removes rows in silence.
    other = sqlite3.connect(file_ledger.place)
    for table in metadata.tables:
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            other.execute(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
    other.close()


def test_rights_to_read_and_add_are_enough(postgres) -> None:
    place = postgres.new()
    with Ledger.open(place) as owners:
        with owners.engine.begin() as connection:
            schema = connection.scalar(text("SELECT current_schema()"))
            for command in (
                f"CREATE ROLE {schema}r LOGIN",
                f"GRANT USAGE ON SCHEMA {schema} TO {schema}r",
                f"GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA {schema} TO {schema}r",
                f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {schema}r",
            ):
                connection.execute(text(command))
        with Ledger.open(place.replace("postgres@", f"{schema}r@")) as theirs:
            put = entry(scenario=scenario(), theta={"x": 1.0})
            assert theirs.add([put]) == theirs.add([put])
            theirs.resolve("q", "yes", on=DAY, source="x")
            with pytest.raises(DBAPIError), theirs.engine.begin() as connection:
                connection.execute(text("DROP TRIGGER ledger_record_no_change ON ledger_record"))
        assert len(owners.records()) == 1


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"question": "depot"}, "no question 'depot'; did you mean 'depots'?"),
        ({"question": "s/deppots"}, "did you mean 's/depots'?"),
        ({"question": ""}, "no question ''"),
        ({"outcome": "maybe"}, "expected yes, no or void"),
        ({"on": today() + dt.timedelta(days=1)}, "in the future"),
        ({"source": " "}, "needs a source"),
        ({"source": "a\0b"}, "NUL"),
        ({"by": " "}, "no name"),
    ],
)
def test_resolutions_that_cannot_be(file_ledger: Ledger, change, told: str) -> None:
    file_ledger.add([entry(question=question("depots"))])
    call = {"question": "depots", "outcome": "yes", "on": DAY, "source": "x"} | change
    with pytest.raises(LedgerError) as error:
        file_ledger.resolve(call.pop("question"), call.pop("outcome"), **call)
    assert told in str(error.value)
    assert file_ledger.resolutions() == []


def test_an_empty_ledger_says_so(file_ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="the ledger is empty"):
        file_ledger.resolve("q", "yes", on=DAY, source="x")
    for number in (1, 0, -1, 2**80):
        with pytest.raises(LedgerError, match="the ledger is empty"):
            file_ledger.get(number)


def forecast(probability: float, low: float | None = None, high: float | None = None) -> Forecast:
    return Forecast(question=question(), probability=probability, low=low, high=high)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"forecasts": ()}, "no question"),
        ({"forecasts": (forecast(1.01),)}, "not within 0..1"),
        ({"forecasts": (forecast(float("nan")),)}, "not within 0..1"),
        ({"forecasts": (forecast(0.5, 0.6, 0.4),)}, "no interval"),
        ({"forecasts": (forecast(0.5, 0.4),)}, "one end only"),
        ({"forecasts": (forecast(0.5), forecast(0.4))}, "answered twice"),
        ({"forecasts": (Forecast(question=question(scenario="a/b"), probability=0),)}, "no '/'"),
        ({"forecaster": " "}, "no name"),
        ({"made_at": beginning(today() + dt.timedelta(days=2))}, "in the future"),
        ({"made_at": dt.datetime(2026, 1, 1)}, "no time zone"),
        ({"note": "\ud800"}, "half a sign"),
        ({"theta": {"x": float("inf")}}, "expected a finite one"),
        ({"uid": "u" * 65}, "at most 64"),
    ],
)
def test_entries_that_cannot_be(file_ledger: Ledger, change, told: str) -> None:
    with pytest.raises(LedgerError) as error:
        file_ledger.add([entry(), replace(entry(), **change)])
    assert told in str(error.value)
    assert file_ledger.records() == []
