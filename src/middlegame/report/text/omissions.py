"""What a forecast leaves out, in sentences beside the answer."""

from typing import TYPE_CHECKING

from middlegame.equilibrium.omissions import omissions
from middlegame.report.text.grammar import capitalize_first, join_list
from middlegame.report.text.narrative import words_of
from middlegame.report.text.numbers import percent

if TYPE_CHECKING:
    from middlegame.equilibrium.equilibrium import Equilibrium

_MOST_NAMED = 5


def omission_sentences(equilibrium: "Equilibrium") -> list[str]:
    """Return sentences on actors without moves, unavailable options, and unsourced numbers."""
    found, words = omissions(equilibrium), words_of(equilibrium)
    sentences = []
    if found.idle_actors:
        names = [words.actor(actor) for actor in found.idle_actors]
        one = len(names) == 1
        sentences.append(
            f"{capitalize_first(_named(names))} {'makes' if one else 'make'} no decision; only "
            f"{'its' if one else 'their'} points are reported."
        )
    if found.unavailable:
        options = [
            f'"{words.state(move, option)}" ({words.move_phrase(move)})'
            for move, closed in found.unavailable.items()
            for option in closed
        ]
        sentences.append(
            f"{'This option is' if len(options) == 1 else 'These options are'} never available "
            f"under the scenario's own conditions: {_named(options)}."
        )
    if found.unsourced:
        share = percent(found.unsourced / found.numbers)
        sentences.append(
            f"{found.unsourced} of {found.numbers} numbers ({share}) "
            f"{'cites' if found.unsourced == 1 else 'cite'} no source."
            if found.unsourced < found.numbers
            else f"None of the {found.numbers} numbers cites a source."
        )
    return sentences


def _named(names: list[str]) -> str:
    more = len(names) - _MOST_NAMED
    return join_list([*names[:_MOST_NAMED], *([f"{more} more"] if more > 0 else [])])
