"""Ask a language model for a typed answer, by pydantic-ai; nothing else here knows a provider."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from middlegame.base.errors import MiddlegameError
from middlegame.drafting.answers import STEPS, Answer
from middlegame.drafting.article import missing_library
from middlegame.drafting.conversation import Exchange, Usage

RETRIES = 2
"""How often a model may mend an answer that does not have the form that was asked for."""
_MAX_ANSWER_TOKENS = 16_000
_MAX_MESSAGE = 300


class DraftingFailed(MiddlegameError):
    """A language model gave no usable answer; what it answered before is kept."""

    status = "no_answer"


@dataclass(frozen=True)
class LanguageModel:
    """A model by its name, or one of pydantic-ai's own objects.

    Attributes:
        model: `provider:name`, such as `openai:gpt-5`; keys come from the usual variables.
        timeout: seconds for one step, with its retries.
        max_tokens: tokens of all questions and answers together.
    """

    model: Any
    timeout: float = 300.0
    max_tokens: int = 400_000

    @property
    def name(self) -> str:
        """The model's name."""
        return str(self.model if isinstance(self.model, str) else self.model.model_name)

    def ask(self, step: str, instructions: str, prompt: str, spent: Usage) -> Exchange:
        """Ask for the answer of one step.

        Args:
            step: the step, with its round.
            instructions: what the model must do.
            prompt: the question, with the article.
            spent: what has been used before.

        Raises:
            DraftingFailed: there was no usable answer, in time and within the tokens.
            MiddlegameError: the model is unknown, or pydantic-ai is not installed.
        """
        try:
            from pydantic_ai import Agent, UsageLimits
            from pydantic_ai.exceptions import AgentRunError, UserError
        except ModuleNotFoundError as error:
            raise missing_library(str(error.name)) from None
        left = self.max_tokens - spent.tokens
        if left <= 0:
            raise DraftingFailed(
                self._failure_message(step, f"all {self.max_tokens} tokens are used")
            )
        kind: type[Answer] = STEPS[step.partition("/")[0]]
        try:
            agent = Agent(
                self.model,
                output_type=kind,
                instructions=instructions,
                retries=RETRIES,
                model_settings={"max_tokens": min(left, _MAX_ANSWER_TOKENS), "temperature": 0.0},
            )
            limits = UsageLimits(request_limit=RETRIES + 1, total_tokens_limit=left)
            # A loop of its own for each question: `run_sync` leaves its loop open.
            found = asyncio.run(agent.run(prompt, usage_limits=limits, timeout=self.timeout))
        except TimeoutError:
            raise DraftingFailed(
                self._failure_message(step, f"no end after {self.timeout:g} s")
            ) from None
        except AgentRunError as error:
            raise DraftingFailed(self._failure_message(step, _first_line(error))) from None
        except (UserError, ImportError, ValueError) as error:
            raise MiddlegameError(f"{self.name}: {_first_line(error)}") from None
        used = found.usage
        usage = Usage(
            used.requests,
            used.input_tokens,
            used.output_tokens,
            None if used.cost is None else float(used.cost),
        )
        messages = json.loads(found.all_messages_json())
        return Exchange(step, found.output.model_dump(mode="json"), messages, usage)

    def _failure_message(self, step: str, reason: str) -> str:
        return (
            f"{self.name} gave no usable answer to the step '{step}': {reason}. The answers before "
            "it are kept: run the same command again to go on from there"
        )


def _first_line(error: Exception) -> str:
    """Return an error's message without what follows its first line, shortened."""
    line = (str(error).strip() or type(error).__name__).splitlines()[0]
    return line if len(line) <= _MAX_MESSAGE else f"{line[:_MAX_MESSAGE]} ..."
