"""The command `middlegame draft`."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from middlegame.cli.console import console, counting, print_json, working
from middlegame.cli.options import JSON

if TYPE_CHECKING:
    from middlegame.drafting.article import Article


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
@click.option(
    "--model",
    metavar="PROVIDER:NAME",
    help="Draft with a language model, such as openai:gpt-5, anthropic:claude-sonnet-4-5 or "
    "ollama:qwen3; keys and addresses come from the provider's usual environment variables.",
)
@click.option(
    "--max-tokens",
    type=click.IntRange(1000),
    default=400_000,
    show_default=True,
    help="Stop once all questions and answers together take this many tokens.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(1),
    default=300,
    show_default=True,
    help="Seconds to wait for the answer to one step.",
)
@JSON
def draft_command(
    article: Path,
    folder: Path | None,
    model: str | None,
    max_tokens: int,
    timeout: float,
    as_json: bool,
) -> None:
    """Draft a contest from ARTICLE: text, Markdown, HTML, PDF or Word.

    Without --model, rules find candidates for actors, moves, factors, interests and evidence, and
    every judgement is left open; nothing leaves this machine. With --model, the article is sent to
    that model, which drafts the contest with a quote for every part. Its numbers stay marked as
    unreviewed until you confirm them.
    """
    from middlegame.drafting.article import read_article

    with working(f"Reading {article}"):
        read = read_article(article)
    folder = folder or Path(article.stem)
    if model is None:
        _write_worksheet(read, folder, as_json)
    else:
        _draft(read, folder, model, max_tokens, timeout, as_json)


def _write_worksheet(article: "Article", folder: Path, as_json: bool) -> None:
    from middlegame.drafting.worksheet import make_worksheet, write_draft
    from middlegame.scenario.syntax import GAP

    worksheet = make_worksheet(article, dt.date.today())
    path = write_draft(folder, worksheet.text, article)
    if as_json:
        print_json({"file": path, **worksheet.to_dict()})
        return
    found = worksheet.candidates
    cited = {each.paragraph for each in found.sentences}
    click.echo(
        f"{path} has {len(found.actors)} actors and {len(found.sentences)} candidates from "
        f"{len(cited)} of {len(article.paragraphs)} paragraphs."
    )
    click.echo(
        f"Fill its {worksheet.gaps} gaps, marked {GAP}. Check it with: middlegame check {folder}"
    )


def _draft(
    article: "Article", folder: Path, model: str, max_tokens: int, timeout: float, as_json: bool
) -> None:
    from middlegame.drafting.draft import draft
    from middlegame.drafting.language_model import LanguageModel

    asked = LanguageModel(model, timeout=timeout, max_tokens=max_tokens)
    with counting(f"Asking {model}") as progress:
        result = draft(article, folder, asked, today=dt.date.today(), progress=progress)
    if as_json:
        print_json(result.to_dict())
    else:
        from middlegame.report.terminal.show import show

        show(result, console())
    if result.faults:
        raise SystemExit(1)
