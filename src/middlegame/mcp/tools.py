"""The tools: what an assistant may ask of a contest. Each returns JSON of bounded size."""

import datetime as dt
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mcp.server.mcpserver import Context, MCPServer

from middlegame.base.errors import QueryError
from middlegame.base.progress import ProgressCallback
from middlegame.equilibrium.omissions import omissions
from middlegame.mcp.answers import answer_text
from middlegame.mcp.folder import Folder, is_text
from middlegame.mcp.running import run
from middlegame.sweeps.forecast import forecast

if TYPE_CHECKING:
    from middlegame.equilibrium.equilibrium import Equilibrium
    from middlegame.ledger.ledger import Ledger

LEDGER_FILE = "ledger.sqlite3"
"""The ledger's file in the folder."""
MAX_WORLDS = 100_000
_CONTEST = "`contest`: a file of the folder, a shipped contest's name, or a scenario's whole text."


def add_tools(server: MCPServer, folder: Folder) -> None:
    """Register the tools with a server."""
    tools = Tools(folder)
    for tool in (
        tools.check, tools.solve, tools.suppose, tools.why, tools.sweep, tools.drivers,
        tools.dominoes, tools.hypotheses, tools.compare, tools.ledger_record, tools.ledger_list,
        tools.ledger_score, tools.draft_worksheet, tools.save_contest,
    ):  # fmt: skip
        text = inspect.getdoc(tool) or ""
        takes_contest = "contest" in tool.__annotations__
        description = f"{text}\n\n{_CONTEST}" if takes_contest else text
        server.add_tool(tool, description=description, structured_output=False)


class Tools:
    """The tools over one folder."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder

    async def check(self, context: Context, contest: str) -> str:
        """Find every fault in a contest, each with line and column; count its sourced numbers."""
        from middlegame.equilibrium.check import check, check_loaded

        def work(_: ProgressCallback) -> dict[str, Any]:
            if is_text(contest):
                return check_loaded(self.folder.read(contest)).to_dict()
            return check(self.folder.contest(contest)).to_dict()

        return answer_text(await run(context, work))

    async def solve(
        self,
        context: Context,
        contest: str,
        ask: list[str] | None = None,
        suppose: dict[str, str] | None = None,
        given: list[str] | None = None,
        storylines: int = 5,
    ) -> str:
        """Solve a contest: forecasts, questions, storylines, points, as means over worlds.

        `ask` are questions' names or conditions (`cuba = falls and line = balance`); `suppose`
        fixes states of moves and factors, announced; `given` are conditions that were observed.
        """

        def work(progress: ProgressCallback) -> dict[str, Any]:
            from middlegame.analysis.outcomes import question_probability

            found = forecast(self._solve(contest, suppose, given), progress=progress)
            asked = {each: question_probability(found, each) for each in ask or ()}
            answer = found.to_dict(min(max(storylines, 0), 50))
            return answer | {"omissions": omissions(found).to_dict(), "asked": asked}

        return answer_text(await run(context, work))

    async def suppose(
        self, context: Context, contest: str, states: dict[str, str], surprise: bool = False
    ) -> str:
        """Fix moves or factors, and return every forecast before and after.

        Announced, unless it is a `surprise`: then nobody expects it, and policies stay.
        """

        def work(progress: ProgressCallback) -> dict[str, Any]:
            before = forecast(self._solve(contest), progress=progress)
            after = before.suppose(states, fixed_policies=surprise)
            return {
                "supposed": states,
                "announced": not surprise,
                "questions": _beside(before.questions, after.questions),
                "forecasts": {
                    name: _beside(forecast, after.forecasts[name])
                    for name, forecast in before.forecasts.items()
                },
                "points": _beside(before.points, after.points),
            }

        return answer_text(await run(context, work))

    async def why(
        self,
        context: Context,
        contest: str,
        name: str,
        option: str | None = None,
        rather_than: str | None = None,
    ) -> str:
        """Say why a move's option is chosen, interest by interest, or what drives a factor."""
        from middlegame.analysis.reasons import why

        return await self._analyse(
            context, contest, lambda e, p: why(e, name, option, rather_than, progress=p)
        )

    async def sweep(self, context: Context, contest: str, worlds: int = 1024, seed: int = 0) -> str:
        """Draw worlds from all ranges, solve each: means and 90% intervals. Reports progress."""
        from middlegame.sweeps.run import sweep

        n = min(max(worlds, 1), MAX_WORLDS)
        return await self._analyse(
            context, contest, lambda e, p: sweep(e, n, seed=seed, progress=p)
        )

    async def drivers(
        self, context: Context, contest: str, questions: list[str] | None = None
    ) -> str:
        """Find the judgements behind each answer, and what would flip it. Reports progress."""
        from middlegame.analysis.drivers import drivers

        return await self._analyse(
            context, contest, lambda e, p: drivers(e, tuple(questions or ()), progress=p)
        )

    async def dominoes(self, context: Context, contest: str) -> str:
        """Set each move and factor to each state, and see what falls with it. Reports progress."""
        from middlegame.analysis.dominoes import dominoes

        return await self._analyse(context, contest, lambda e, p: dominoes(e, None, progress=p))

    async def hypotheses(self, context: Context, contest: str) -> str:
        """Return the posterior of each hidden factor, and what each piece of evidence weighs.

        Reports progress.
        """
        from middlegame.analysis.hypotheses import hypotheses

        return await self._analyse(context, contest, lambda e, p: hypotheses(e, progress=p))

    async def compare(self, context: Context, contests: list[str]) -> str:
        """Compare rival analysts: the views in one contest, or two or more contests by name."""
        from middlegame.analysis.analysts import collect_analysts
        from middlegame.analysis.comparison import compare

        def work(progress: ProgressCallback) -> dict[str, Any]:
            analysts = collect_analysts([self.folder.contest(each) for each in contests])
            return compare(*analysts, progress=progress).to_dict()

        return answer_text(await run(context, work))

    async def ledger_record(
        self, context: Context, contest: str, by: str | None = None, note: str = ""
    ) -> str:
        """Record a contest's answers in the folder's ledger, to be scored later."""
        from middlegame.equilibrium.equilibrium import solve
        from middlegame.ledger.entries import read_scenario
        from middlegame.sweeps.run import sweep

        def work(progress: ProgressCallback) -> dict[str, Any]:
            if is_text(contest):
                raise QueryError("only a saved contest is recorded: save it, and give its name")
            found = read_scenario(self.folder.contest(contest))
            answers = sweep(solve(found.scenario), progress=progress)
            with self._ledger() as ledger:
                (record,) = ledger.add([found.entry(answers, note, by)])
            return record.to_dict()

        return answer_text(await run(context, work))

    async def ledger_list(self, context: Context) -> str:
        """List the records of the folder's ledger, and the questions with their outcomes."""

        def work(_: ProgressCallback) -> dict[str, Any]:
            with self._ledger() as ledger:
                outcomes = {each.question.key: each for each in ledger.resolutions()}
                return {
                    "records": [each.to_dict() for each in ledger.records()],
                    "questions": [
                        each.to_dict(outcomes.get(each.key)) for each in ledger.questions()
                    ],
                }

        return answer_text(await run(context, work))

    async def ledger_score(self, context: Context) -> str:
        """Score the resolved questions of the folder's ledger."""

        def work(_: ProgressCallback) -> dict[str, Any]:
            with self._ledger() as ledger:
                return ledger.score().to_dict()

        return answer_text(await run(context, work))

    async def draft_worksheet(
        self, context: Context, article: str, output: str | None = None
    ) -> str:
        """Find candidates for a contest in an article, by rules.

        `article` is a file of the folder (text, Markdown, HTML, PDF, Word) or the text itself.
        With `output`, a folder's name, the worksheet is written there as a scenario with gaps.
        """
        from middlegame.drafting.article import article_from_text, read_article
        from middlegame.drafting.worksheet import make_worksheet, write_draft

        def work(_: ProgressCallback) -> dict[str, Any]:
            read = (
                article_from_text(article)
                if is_text(article)
                else read_article(self.folder.place(article))
            )
            worksheet = make_worksheet(read, dt.date.today())
            found = worksheet.to_dict()
            if output is not None:
                path = write_draft(self.folder.place(output), worksheet.text, read)
                found["file"] = path.relative_to(self.folder.path).as_posix()
            return found

        return answer_text(await run(context, work))

    async def save_contest(
        self, context: Context, file: str, text: str, replace: bool = False
    ) -> str:
        """Write a scenario's text to a .yaml file of the folder, and check it."""
        from middlegame.equilibrium.check import check

        def work(_: ProgressCallback) -> dict[str, Any]:
            return check(self.folder.save(file, text, replace=replace)).to_dict()

        return answer_text(await run(context, work))

    async def _analyse(self, context: Context, contest: str, analysis: Callable[..., Any]) -> str:
        """Run an analysis of the contest's forecast."""

        def work(progress: ProgressCallback) -> dict[str, Any]:
            found: dict[str, Any] = analysis(forecast(self._solve(contest)), progress).to_dict()
            return found

        return answer_text(await run(context, work))

    def _solve(
        self, contest: str, suppose: dict[str, str] | None = None, given: list[str] | None = None
    ) -> "Equilibrium":
        from middlegame.equilibrium.equilibrium import solve

        diagram, scenario = self.folder.open(contest)
        equilibrium = solve(diagram, scenario=scenario)
        if suppose:
            equilibrium = equilibrium.suppose(suppose)
        for condition in given or ():
            equilibrium = equilibrium.given(condition)
        return equilibrium

    def _ledger(self) -> "Ledger":
        from middlegame.ledger.ledger import Ledger

        return Ledger.open(self.folder.path / LEDGER_FILE)


def _beside(before: Any, after: Any) -> dict[str, Any]:
    """Return each value before and after, by its name."""
    return {name: {"before": value, "after": after[name]} for name, value in before.items()}
