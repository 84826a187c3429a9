"""The command `middlegame draft`."""

import datetime as dt
from pathlib import Path

import click

from middlegame.cli.console import print_json, working
from middlegame.cli.options import JSON


@click.command("draft")
@click.argument("article", metavar="ARTICLE", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "-o",
    "--output",
    "folder",
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder to write to; named after the article unless given.",
)
@JSON
def draft_command(article: Path, folder: Path | None, as_json: bool) -> None:
    """Make a worksheet of ARTICLE (text, Markdown, HTML, PDF, Word): candidates with paragraphs.

    Rules find actors, dated events, hedged and conditional sentences. Judgements are left open.
    """
    from middlegame.drafting.article import read_article
    from middlegame.drafting.worksheet import make_worksheet, write_draft

    with working(f"Reading {article}"):
        worksheet = make_worksheet(read_article(article), dt.date.today())
    path = write_draft(folder or Path(article.stem), worksheet.text, worksheet.article)
    if as_json:
        print_json({"file": path, **worksheet.to_dict()})
        return
    found = worksheet.candidates
    cited = {each.paragraph for each in found.sentences}
    click.echo(
        f"{path} has {len(found.actors)} actors and {len(found.sentences)} candidates from "
        f"{len(cited)} of {len(worksheet.article.paragraphs)} paragraphs."
    )
    click.echo(
        f"Fill its {worksheet.gaps} gaps, marked <?>. Check it with: middlegame check {path.parent}"
    )
