"""Recording and reading on both databases, and refusals of invalid entries."""

import datetime as dt
import sqlite3
from dataclasses import replace

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from middlegame.ledger import Ledger, LedgerError, RecordedForecast
from middlegame.ledger.errors import sentences
from middlegame.ledger.records import SampleDesign
from middlegame.ledger.schema import VERSION_TABLE, metadata
from middlegame.ledger.validation import parse_day, start_of_day, today
from tests.ledger.entries import entry, make_older, priced, question, scenario

DAY = parse_day("2026-03-01")


def test_add_returns_record_equal_to_entry_and_to_what_is_read(ledger: Ledger) -> None:
    first, second = question("a"), question("ä/b", None)
    put = replace(
        entry(note="why", theta={"x": 0.1, "y": -2.5}, version="1", scenario=scenario("Ü\r\n")),
        sample=SampleDesign(worlds=2**40, method="latin", seed=10**30),
        made_at=dt.datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=dt.UTC),
        forecasts=(
            RecordedForecast(question=second, probability=1 / 3, low=0.1, high=0.7, label="L",
                             will="w", resolves="r"),
            RecordedForecast(question=first, probability=0.0),
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


def test_add_with_known_uid_records_once(ledger: Ledger) -> None:
    put = entry()
    assert ledger.add([put]) == ledger.add([put]) == ledger.records(whole=True)


def test_add_records_all_entries_or_none(ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="by 2026-06-30"):
        ledger.add([entry(), entry(question=question(by="2027-01-01"))])
    assert ledger.records() == []
    assert ledger.questions() == []


@pytest.mark.parametrize("table", sorted(metadata.tables))
def test_database_refuses_update_delete_and_replace_in_each_table(
    ledger: Ledger, table: str
) -> None:
    ledger.add([entry(scenario=scenario(), theta={"x": 1.0}), priced()])
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


def test_database_refuses_invalid_probability_and_interval(ledger: Ledger) -> None:
    ledger.add([entry(), entry(question=question("r"))])
    for values in ("1.5, NULL, NULL", "0.5, 0.9, 0.1"):
        command = (
            "INSERT INTO ledger_forecast (record_id, question_id, place, probability, low, high) "
            f"VALUES (1, 2, 1, {values})"
        )
        with pytest.raises(DBAPIError), ledger.engine.begin() as connection:
            connection.execute(text(command))


def test_migrations_make_tables_of_schema(ledger: Ledger) -> None:
    with ledger.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, metadata) == []


def test_open_upgrades_first_revision_and_keeps_its_records(place: str) -> None:
    make_older(
        place,
        "0001",
        "INSERT INTO ledger_record (uid, forecaster, made_at, recorded_at, note) "
        "VALUES ('u', 'anna', '2026-01-01 00:00', '2026-01-01 00:00', 'kept')",
    )
    with Ledger.open(place) as renewed:
        (record,) = renewed.records()
        assert (record.note, record.sample) == ("kept", None)
        with pytest.raises(DBAPIError, match="append-only"), renewed.engine.begin() as connection:
            connection.execute(text("UPDATE ledger_record SET view = 'hawk'"))


def test_open_refuses_ledger_of_newer_version(ledger: Ledger, place: str) -> None:
    ledger.add([entry()])
    with ledger.engine.begin() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '0099'"))
    with pytest.raises(LedgerError, match="newer middlegame"):
        Ledger.open(place)


def test_resolve_needs_unambiguous_question_and_reason_to_supersede(ledger: Ledger) -> None:
    ledger.add(
        [entry(), entry(question=question("q", scenario="other")), entry(question=question("r"))]
    )
    with pytest.raises(LedgerError, match="write s/q or other/q"):
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


def test_sqlite_refuses_replace_by_other_program(file_ledger: Ledger) -> None:
    file_ledger.add([entry(scenario=scenario(), theta={"x": 1.0}), priced()])
    file_ledger.resolve("q", "yes", on=DAY, source="x")
    # Recursive triggers are off unless asked for: INSERT OR REPLACE then removes rows in silence.
    other = sqlite3.connect(file_ledger.place)
    for table in metadata.tables:
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            other.execute(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
    other.close()


def test_postgres_role_with_select_and_insert_can_record_and_resolve(postgres) -> None:
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
    ("change", "message"),
    [
        ({"question": "depot"}, "no question 'depot'; did you mean 'depots'?"),
        ({"question": "s/deppots"}, "did you mean 's/depots'?"),
        ({"question": ""}, "no question ''"),
        ({"outcome": "maybe"}, "expected yes, no or void"),
        ({"on": today() + dt.timedelta(days=2)}, "in the future"),
        ({"source": " "}, "needs a source"),
        ({"source": "a\0b"}, "NUL"),
        ({"by": " "}, "the resolver's name is missing"),
    ],
)
def test_resolve_refuses_invalid_argument(file_ledger: Ledger, change, message: str) -> None:
    file_ledger.add([entry(question=question("depots"))])
    call = {"question": "depots", "outcome": "yes", "on": DAY, "source": "x"} | change
    with pytest.raises(LedgerError) as error:
        file_ledger.resolve(call.pop("question"), call.pop("outcome"), **call)
    assert message in str(error.value)
    assert file_ledger.resolutions() == []


def test_resolve_and_get_on_empty_ledger_say_it_is_empty(file_ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match="the ledger is empty"):
        file_ledger.resolve("q", "yes", on=DAY, source="x")
    for number in (1, 0, -1, 2**80):
        with pytest.raises(LedgerError, match="the ledger is empty"):
            file_ledger.get(number)


def forecast(
    probability: float, low: float | None = None, high: float | None = None
) -> RecordedForecast:
    return RecordedForecast(question=question(), probability=probability, low=low, high=high)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"forecasts": ()}, "no question"),
        ({"forecasts": (forecast(1.01),)}, "not within 0..1"),
        ({"forecasts": (forecast(float("nan")),)}, "not within 0..1"),
        ({"forecasts": (forecast(0.5, 0.6, 0.4),)}, "no interval"),
        ({"forecasts": (forecast(0.5, 0.4),)}, "one end only"),
        ({"forecasts": (forecast(0.5), forecast(0.4))}, "answered twice"),
        (
            {"forecasts": (RecordedForecast(question=question(scenario="a/b"), probability=0),)},
            "no '/'",
        ),
        ({"forecaster": " "}, "name is missing"),
        ({"made_at": start_of_day(today() + dt.timedelta(days=2))}, "in the future"),
        ({"made_at": dt.datetime(2026, 1, 1)}, "no time zone"),
        ({"note": "\ud800"}, "half a character"),
        ({"theta": {"x": float("inf")}}, "expected a finite one"),
        ({"uid": "u" * 65}, "at most 64"),
    ],
)
def test_add_refuses_invalid_entry(file_ledger: Ledger, change, message: str) -> None:
    with pytest.raises(LedgerError) as error:
        file_ledger.add([entry(), replace(entry(), **change)])
    assert message in str(error.value)
    assert file_ledger.records() == []
