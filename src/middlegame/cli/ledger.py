"""The commands `middlegame ledger ...`: parse, call, show. Heavy imports wait until they run."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from middlegame.cli.console import console, counting, print_json, working
from middlegame.cli.options import FILE, JSON, SEED, WORLDS

if TYPE_CHECKING:
    from middlegame.equilibrium.equilibrium import Equilibrium
    from middlegame.ledger.ledger import Ledger
    from middlegame.ledger.records import Outcome
    from middlegame.sweeps.result import Sweep

_BY = click.option("--by", metavar="NAME", help="Who says so; otherwise you.")
_SCENARIO = click.option("--scenario", metavar="NAME", help="Only this scenario.")


@click.group("ledger")
def ledger_commands() -> None:
    """Keep dated forecasts, resolve their questions, and score them.

    The ledger is a file of yours, or what MIDDLEGAME_LEDGER names: a path, or the URL of a
    PostgreSQL database. Nothing in it is ever changed or removed.
    """


@ledger_commands.command("record")
@FILE
@click.option("--note", default="", help="Anything that is worth remembering with it.")
@_BY
@click.option("--as", "name", metavar="NAME", help="What the ledger calls the scenario.")
@WORLDS
@SEED
@click.option(
    "--middle",
    is_flag=True,
    help="Only the middle world, every number at its median: quicker, and without intervals.",
)
@JSON
def record_command(
    file: str,
    note: str,
    by: str | None,
    name: str | None,
    worlds: int | Literal["auto"],
    seed: int,
    middle: bool,
    as_json: bool,
) -> None:
    """Solve FILE and keep the answers to its questions.

    They are the means over worlds drawn from its ranges, with their 90% intervals. FILE#VIEW is
    one of its views, recorded as its analyst's.
    """
    from middlegame.ledger.entries import read_scenario

    found = read_scenario(file, name)
    with _opened() as ledger:
        # JAX is imported with this, so a ledger that cannot be used is told without waiting.
        with working(f"Solving {found.scenario.title}"):
            from middlegame.equilibrium.equilibrium import solve

            equilibrium = solve(found.scenario)
        answers: Equilibrium | Sweep = equilibrium
        if not middle:
            with counting("Solving worlds") as told:
                from middlegame.sweeps.run import sweep

                answers = sweep(equilibrium, worlds, seed=seed, progress=told)
                if answers.interrupted:
                    raise click.Abort
        record = ledger.record(
            answers,
            text=found.text,
            note=note,
            by=found.forecaster if by is None else by,
            name=found.name,
            view=found.view,
        )
        earlier = ledger.records()
    if as_json:
        print_json(record.to_dict())
        return
    from middlegame.report.terminal.ledger_records import show_recorded

    show_recorded(record, earlier, ledger.place, console())


@ledger_commands.command("list")
@_SCENARIO
@JSON
def list_command(scenario: str | None, as_json: bool) -> None:
    """List the records, and the questions with how they stand."""
    with _opened() as ledger:
        records, resolutions = ledger.records(), ledger.resolutions()
        questions = ledger.questions()
    if scenario is not None:
        from middlegame.ledger.validation import check_scenario

        check_scenario(scenario, questions)
        questions = [each for each in questions if each.scenario == scenario]
        records = [each for each in records if scenario in each.scenarios]
    if as_json:
        outcomes = {resolution.question.key: resolution for resolution in resolutions}
        print_json(
            {
                "ledger": ledger.place,
                "records": [record.to_dict() for record in records],
                "questions": [
                    {
                        "scenario": each.scenario,
                        "question": each.name,
                        "by": each.by,
                        "on": each.on,
                        "resolution": outcomes[each.key].to_dict()
                        if each.key in outcomes
                        else None,
                    }
                    for each in questions
                ],
            }
        )
        return
    from middlegame.report.terminal.ledger_records import show_list

    show_list(records, questions, resolutions, ledger.place, console())


@ledger_commands.command("show")
@click.argument("number", metavar="ID", type=int)
@click.option("--text", is_flag=True, help="Print the scenario's text, and nothing else.")
@JSON
def show_command(number: int, text: bool, as_json: bool) -> None:
    """Show one record: what was forecast, by whom, from what."""
    from middlegame.ledger.errors import LedgerError

    with _opened() as ledger:
        record, resolutions = ledger.get(number), ledger.resolutions()
    if text:
        if record.scenario is None:
            raise LedgerError(f"record {number} came without a scenario")
        click.echo(record.scenario.text, nl=False)
    elif as_json:
        print_json(record.to_dict())
    else:
        from middlegame.report.terminal.ledger_records import show_record

        show_record(record, resolutions, console())


@ledger_commands.command("diff")
@click.argument("older", metavar="ID", type=int)
@click.argument("newer", metavar="ID", type=int)
@JSON
def diff_command(older: int, newer: int, as_json: bool) -> None:
    """Show what changed between two records, and why.

    Which judgement moved the forecast is found by solving the older scenario again with each
    changed number alone switched to its newer value.
    """
    with _opened() as ledger:
        first, second = ledger.get(older), ledger.get(newer)
    with working("Solving with each number switched alone"):
        from middlegame.ledger.difference import difference

        found = difference(first, second)
    if as_json:
        print_json(found.to_dict())
        return
    from middlegame.report.terminal.ledger_difference import show_difference

    show_difference(found, console())


@ledger_commands.command("resolve")
@click.argument("question", metavar="QUESTION")
@click.argument("outcome", type=click.Choice(["yes", "no", "void"]))
@click.option("--on", "day", metavar="DATE", required=True, help="The day it was settled.")
@click.option("--source", required=True, help="Who says so: a title, an address.")
@click.option("--supersede", metavar="WHY", help="Why an earlier resolution no longer counts.")
@_BY
@JSON
def resolve_command(
    question: str,
    outcome: "Outcome",
    day: str,
    source: str,
    supersede: str | None,
    by: str | None,
    as_json: bool,
) -> None:
    """Say how a question turned out.

    Void is what cannot be said, or was badly put. QUESTION is its name, or SCENARIO/QUESTION where
    several scenarios use the name.
    """
    from middlegame.ledger.validation import parse_day

    on = parse_day(day)
    with _opened() as ledger:
        resolution = ledger.resolve(
            question,
            outcome,
            on=on,
            source=source,
            by=by,
            supersede=supersede,
        )
        records = ledger.records()
    if as_json:
        print_json(resolution.to_dict())
        return
    from middlegame.report.terminal.ledger_records import show_resolved

    show_resolved(resolution, records, console())


@ledger_commands.command("score")
@_SCENARIO
@click.option(
    "--bins", type=click.IntRange(1, 100), default=10, show_default=True, help="For calibration."
)
@click.option("--why", is_flag=True, help="Say which judgements the misses are owed to.")
@click.option(
    "-n",
    "--worlds",
    type=click.IntRange(16, 100_000),
    default=1024,
    show_default=True,
    help="With --why: worlds to draw from the ranges.",
)
@SEED
@JSON
def score_command(
    scenario: str | None, bins: int, why: bool, worlds: int, seed: int, as_json: bool
) -> None:
    """Score everybody's forecasts of what has been resolved.

    With --why, each scenario that was recorded is solved again as it was: by how much another
    number would have scored better, and which part of each range reality has made unlikely.
    """
    with _opened() as ledger:
        scores = ledger.score(scenario=scenario, bins=bins)
        records = ledger.records(whole=True) if why else []
    reasons = []
    if why:
        with counting("Solving worlds of each record") as told:
            from middlegame.ledger.attribution import attribute_misses

            reasons = attribute_misses(records, scores, worlds=worlds, seed=seed, progress=told)
    if as_json:
        more = {"why": [each.to_dict() for each in reasons]} if why else {}
        print_json(scores.to_dict() | more)
        return
    from middlegame.report.terminal.ledger_scores import show_scores

    out = console()
    show_scores(scores, out)
    if why:
        from middlegame.report.terminal.attribution import show_why

        out.print()
        show_why(reasons, out)


@ledger_commands.command("import")
@click.argument("file", metavar="CSV", type=click.Path(path_type=Path))
@JSON
def import_command(file: Path, as_json: bool) -> None:
    """Add other forecasters' forecasts from a CSV file.

    They answer questions that the ledger knows. The file's first row names its columns: forecaster,
    question, probability, date; and, if wanted, scenario, low, high, note. The same file twice adds
    nothing twice.
    """
    from middlegame.ledger.import_export import import_csv

    with _opened() as ledger:
        found = import_csv(ledger, file)
    if as_json:
        print_json(
            {
                "added": found.added,
                "known": found.duplicates,
                "records": [record.id for record in found.records],
            }
        )
        return
    from middlegame.report.terminal.ledger_records import show_imported

    show_imported(found, console())


@ledger_commands.command("export")
@click.option("--to", "form", type=click.Choice(["csv", "json", "parquet"]), required=True)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to this file instead of the terminal.",
)
@JSON
def export_command(form: str, output: Path | None, as_json: bool) -> None:
    """Write all forecasts as a table, or everything as JSON."""
    from middlegame.ledger import exports

    if output is None and (form == "parquet" or as_json):
        why = "a Parquet file is no text" if form == "parquet" else "--json tells what was written"
        raise click.UsageError(f"{why}: say where to write it with -o")
    with _opened() as ledger:
        records = ledger.records(whole=form == "json")
        resolutions = ledger.resolutions(superseded=form == "json")
    write = {"csv": exports.to_csv, "json": exports.to_json, "parquet": exports.to_parquet}[form]
    content = write(records, resolutions)
    if output is None:
        click.echo(content.decode(), nl=False)
        return
    from middlegame.base.files import write_whole

    write_whole(output, content)
    if as_json:
        print_json({"file": str(output), "form": form, "records": len(records)})
    else:
        click.echo(f"{output} holds {len(records)} record{'' if len(records) == 1 else 's'}.")


@contextmanager
def _opened() -> Iterator["Ledger"]:
    from middlegame.ledger.ledger import Ledger

    with Ledger.open() as ledger:
        yield ledger
