"""The command `middlegame new`."""

from pathlib import Path
from typing import Any

import click

from middlegame.cli.console import console, print_json, working
from middlegame.cli.options import JSON


@click.command("new")
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@click.option(
    "--like",
    metavar="NAME",
    help="Begin with an archetype from the literature (deterrence, coercion, ...) or with a "
    "historical contest (suez-1956, ...); `--list` and `middlegame cases` name them.",
)
@click.option("--list", "listing", is_flag=True, help="List the archetypes, each solved.")
@JSON
def new_command(folder: Path | None, like: str | None, listing: bool, as_json: bool) -> None:
    """Write a commented starter scenario into FOLDER."""
    if listing:
        if folder is not None or like is not None:
            raise click.UsageError("--list goes without FOLDER and --like")
        _print_archetypes(as_json)
        return
    if folder is None:
        raise click.UsageError("FOLDER is missing: name the folder of the new scenario, or --list")
    from middlegame.io.archetypes import write_starter

    path = write_starter(folder, like)
    if as_json:
        print_json({"file": path, "like": like})
        return
    click.echo(f"{path} is yours to edit. Check it with: middlegame check {_quoted(folder)}")


def _print_archetypes(as_json: bool) -> None:
    """Solve every archetype, and print its name, its title, its literature and its forecasts."""
    with working("Solving the archetypes"):
        found = _solved_archetypes()
    if as_json:
        print_json(found)
        return
    from rich.markup import escape

    out = console()
    width = max(len(each["name"]) for each in found)
    for each in found:
        out.print(f"[bold]{each['name']:<{width}}[/]  {escape(each['title'])}", highlight=False)
        forecasts = "; ".join(f"{label}: {p:.0%}" for label, p in each["questions"].items())
        for line in (forecasts, f"from {'; '.join(each['sources'])}"):
            out.print(f"{' ' * width}  {escape(line)}", highlight=False, soft_wrap=True)
    out.print(
        "\nBegin with one, or with a historical contest (middlegame cases): "
        "middlegame new FOLDER --like NAME",
        highlight=False,
        soft_wrap=True,
    )


def _solved_archetypes() -> list[dict[str, Any]]:
    from middlegame.io.archetypes import list_archetypes
    from middlegame.scenario.yaml.load import load
    from middlegame.sweeps.forecast import solve

    found = []
    for each in list_archetypes():
        scenario = load(each.path)
        probabilities = solve(scenario).questions
        labels = {
            name: question.label or name for name, question in scenario.yes_no_questions.items()
        }
        found.append(
            {
                "name": each.name,
                "title": each.title,
                "question": each.question,
                "sources": [
                    f"{source.author}, {source.title}" for source in scenario.sources.values()
                ],
                "questions": {labels[name]: p for name, p in probabilities.items()},
            }
        )
    return found


def _quoted(folder: Path) -> str:
    """Quote a path with spaces, for the shells of every system."""
    return f'"{folder}"' if " " in str(folder) else str(folder)
