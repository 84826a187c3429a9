"""The commands `middlegame ledger ...`."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from middlegame.cli.console import console, counting, print_data, print_json, tracing
from middlegame.cli.options import (
    FILE,
    JSON,
    OUTPUT,
    SEED,
    WORLDS,
    table_form,
    table_options,
)

if TYPE_CHECKING:
    from middlegame.equilibrium.equilibrium import Equilibrium
    from middlegame.ledger.ledger import Ledger
    from middlegame.ledger.records import Outcome
    from middlegame.sweeps.result import Sweep

_BY = click.option("--by", metavar="NAME", help="The name to record; otherwise yours.")
_SCENARIO = click.option("--scenario", metavar="NAME", help="Only this scenario.")


def _read_outcome(
    _context: click.Context, _parameter: click.Parameter, text: str
) -> "Outcome | float":
    """Read yes, no, void, or the value of a question for one; any other text is wrong usage."""
    from middlegame.ledger.errors import LedgerError
    from middlegame.ledger.validation import parse_outcome

    try:
        return parse_outcome(text)
    except LedgerError as error:
        raise click.BadParameter(str(error)) from None


@click.group("ledger")
def ledger_commands() -> None:
    """Keep dated forecasts, resolve their questions, and score them.

    The ledger is a file in your data folder, or the path or the URL of a PostgreSQL database that
    MIDDLEGAME_LEDGER names. Nothing in it is ever changed or removed.
    """


@ledger_commands.command("record")
@FILE
@click.option("--note", default="", help="Free text to keep with the record.")
@_BY
@click.option("--as", "name", metavar="NAME", help="The scenario's name in the ledger.")
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
    """Solve FILE and record the answers to its questions.

    The answers are means over worlds drawn from its ranges, with their 90% intervals. FILE#VIEW
    is one of its views, recorded under its analyst's name.
    """
    from middlegame.ledger.entries import read_scenario

    found = read_scenario(file, name)
    # The ledger is opened first, so that one that cannot be used is reported without waiting.
    with _open_ledger() as ledger:
        with tracing(f"Solving {found.scenario.title}"):
            from middlegame.equilibrium.equilibrium import solve

            equilibrium = solve(found.scenario)
        answers: Equilibrium | Sweep = equilibrium
        if not middle:
            with counting("Solving worlds") as progress:
                from middlegame.sweeps.run import sweep

                answers = sweep(equilibrium, worlds, seed=seed, progress=progress)
                if answers.interrupted:
                    raise KeyboardInterrupt
        (record,) = ledger.add([found.entry(answers, note, by)])
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
    """List the records, and the questions with their outcomes."""
    with _open_ledger() as ledger:
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
                "questions": [each.to_dict(outcomes.get(each.key)) for each in questions],
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

    with _open_ledger() as ledger:
        record, resolutions = ledger.get(number), ledger.resolutions()
    if text:
        if record.scenario is None:
            raise LedgerError(f"record {number} came without a scenario")
        print_data(record.scenario.text or "")
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

    To find which judgement moved the forecast, the older scenario is solved again with each changed
    number alone switched to its newer value.
    """
    with _open_ledger() as ledger:
        first, second = ledger.get(older), ledger.get(newer)
    with counting("Solving with one number switched at a time") as progress:
        from middlegame.ledger.difference import difference

        found = difference(first, second, progress)
    if as_json:
        print_json(found.to_dict())
        return
    from middlegame.report.terminal.ledger_difference import show_difference

    show_difference(found, console())


@ledger_commands.command("resolve")
@click.argument("question", metavar="QUESTION")
@click.argument("outcome", metavar="yes|no|void|NUMBER", callback=_read_outcome)
@click.option("--on", "day", metavar="DATE", required=True, help="The day it was settled.")
@click.option("--source", required=True, help="Where it is documented: a title, an address.")
@click.option("--supersede", metavar="WHY", help="Why the earlier resolution no longer counts.")
@_BY
@JSON
def resolve_command(
    question: str,
    outcome: "Outcome | float",
    day: str,
    source: str,
    supersede: str | None,
    by: str | None,
    as_json: bool,
) -> None:
    """Record how a question turned out.

    A question for a value on a scale takes a number. Void is for a question that cannot be decided,
    was badly worded, or asked for a value where there is none. QUESTION is its name, or
    SCENARIO/QUESTION where several scenarios use the name.
    """
    from middlegame.ledger.validation import parse_day

    on = parse_day(day)
    with _open_ledger() as ledger:
        resolution = ledger.resolve(
            question, outcome, on=on, source=source, by=by, supersede=supersede
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
    "--bins", type=click.IntRange(1, 100), default=10, show_default=True, help="Calibration bins."
)
@click.option("--why", is_flag=True, help="Attribute the misses to judgements.")
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
    """Score all forecasts of resolved questions.

    With --why, each recorded scenario is solved again as it was, to find by how much another value
    of a number would have scored better, and which part of each range has become unlikely.
    """
    with _open_ledger() as ledger:
        scores = ledger.score(scenario=scenario, bins=bins)
        records = ledger.records(whole=True) if why else []
    attributions = []
    if why:
        with counting("Solving worlds of each record") as progress:
            from middlegame.ledger.attribution import attribute_misses

            attributions = attribute_misses(
                records, scores, worlds=worlds, seed=seed, progress=progress
            )
    if as_json:
        more = {"why": [each.to_dict() for each in attributions]} if why else {}
        print_json(scores.to_dict() | more)
        return
    from middlegame.report.terminal.ledger_scores import show_scores

    out = console()
    show_scores(scores, out)
    if why:
        from middlegame.report.terminal.attribution import show_attributions

        out.print()
        show_attributions(attributions, out)


@ledger_commands.command("calibrate")
@click.argument("forecaster", metavar="[FORECASTER]", required=False)
@JSON
def calibrate_command(forecaster: str | None, as_json: bool) -> None:
    """Show how far FORECASTER's probabilities should be moved, learnt from scored forecasts.

    Only forecasts count that were recorded before their questions resolved. Open questions are
    shown both ways; what is recorded stays as it is.
    """
    from middlegame.ledger.calibration import recalibrate

    with _open_ledger() as ledger:
        scores, records = ledger.score(), ledger.records()
        found = recalibrate(scores, records, ledger.resolutions(), forecaster)
    if as_json:
        print_json(found.to_dict())
        return
    from middlegame.report.terminal.show import show

    show(found, console())


@ledger_commands.command("import")
@click.argument("file", metavar="CSV", type=click.Path(path_type=Path))
@table_options
@JSON
def import_command(
    file: Path, separator: str | None, decimal: str | None, encoding: str | None, as_json: bool
) -> None:
    """Add other forecasters' forecasts from a CSV file.

    They answer questions that are in the ledger. The file's first row names its columns:
    forecaster, question, probability, date, and optionally scenario, value, low, high, note. A
    forecast of a value has a row for each value, with its probability. A row that was imported
    before is not added again.
    """
    from middlegame.ledger.import_export import import_csv

    with _open_ledger() as ledger:
        found = import_csv(ledger, file, table_form(separator, decimal, encoding))
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
@OUTPUT
@JSON
def export_command(form: str, output: Path | None, as_json: bool) -> None:
    """Write all forecasts as a table, or all records as JSON."""
    if output is None and (form == "parquet" or as_json):
        why = "a Parquet file is no text" if form == "parquet" else "--json reports what is written"
        raise click.UsageError(f"{why}: give the file to write to with -o")
    from middlegame.ledger.import_export import to_csv, to_json, to_parquet

    with _open_ledger() as ledger:
        records = ledger.records(whole=form == "json")
        resolutions = ledger.resolutions(superseded=form == "json")
    write = {"csv": to_csv, "json": to_json, "parquet": to_parquet}[form]
    content = write(records, resolutions)
    if output is None:
        print_data(content.decode())
        return
    from middlegame.base.files import write_whole

    write_whole(output, content)
    if as_json:
        print_json({"file": str(output), "form": form, "records": len(records)})
    else:
        click.echo(f"{output} holds {len(records)} record{'' if len(records) == 1 else 's'}.")


def _open_ledger() -> "Ledger":
    from middlegame.ledger.ledger import Ledger

    return Ledger.open()
