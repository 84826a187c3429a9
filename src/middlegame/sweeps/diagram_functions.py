"""Functions of a diagram: from parameter values to equilibria, and to their answers.

They are compiled, or run in NumPy for many samples at once: as many samples need. Only the way from
parameter values to tables is the diagram's own. The rest takes tables as they are, and is compiled
once for all diagrams of a structure, such as one contest with other numbers.
"""

import pickle
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from hashlib import sha256
from typing import Any, NamedTuple, Self

import numpy as np

from middlegame.base.numbers import Floats
from middlegame.diagram import Diagram, Tables
from middlegame.engine.backend import jax, jnp
from middlegame.engine.batch import outcomes
from middlegame.engine.batch.lambda_ramp import Ramp, solve_batch, solve_batch_in_numpy
from middlegame.engine.batch.levels import solve_levels_batch
from middlegame.engine.batch.outcomes import BatchEvidence
from middlegame.engine.compiled_function import CompiledFunction
from middlegame.engine.graph.layout import Game, layout_of
from middlegame.engine.graph.structure import Structure
from middlegame.equilibrium.engine_input import (
    engine_input,
    fix_states,
    flatten_numbers,
    flatten_samples,
)
from middlegame.equilibrium.levels import reasoning_of, reasons_by_levels
from middlegame.sweeps.perceived_solver import perceived_contest
from middlegame.sweeps.queries import Query

Answers = dict[str, dict[str, Any]]
"""Arrays with the samples as their first axis, by kind (`forecasts`, `queries`, `points`,
`evidence`) and name."""


class DiagramFunctions(NamedTuple):
    """The functions of one diagram.

    Attributes:
        diagram: the diagram.
        fix: from a sample's tables to those with the announced interventions.
        constant: the engine's input at the medians; all but its tables and lambdas holds in every
            sample.
        game: from parameter values `[samples, parameters]` to the engine's input, as actors see it.
        truth: from parameter values and that input to the input under which it is answered, which
            differs from it in private numbers.
        settle: from parameter values and that input to residuals `[samples]` and policies
            `[rows, options, samples]`.
        answer: from the engine's input, policies and each query's weights to answers.
    """

    diagram: Diagram
    fix: Callable[[Tables], Tables]
    constant: Game
    game: Callable[[Floats], Game]
    truth: Callable[[Floats, Game], Game]
    settle: Callable[[Floats, Game], tuple[Any, Any]]
    answer: Callable[[Game, Any, Mapping[str, list[Floats]]], Answers]


def diagram_functions(
    diagram: Diagram,
    ramp: Ramp,
    queries: Mapping[str, Query],
    supposed: Mapping[str, str],
    known: Mapping[str, Sequence[str]],
    compiles: bool,
) -> DiagramFunctions:
    """Return a diagram's functions, from a cache where they are there already.

    Args:
        diagram: the diagram to solve.
        ramp: the path of lambda from 0 to its target.
        queries: the expectations to compute in every sample, by name.
        supposed: the states at which nodes are fixed before play, everybody knowing it.
        known: for each observed node the states that it may be in.
        compiles: whether the functions are compiled, or run in NumPy.
    """
    scopes = tuple(
        (name, tuple(over for over, _ in query.tables), query.complement)
        for name, query in queries.items()
    )
    conditions = _Conditions(
        tuple(supposed.items()), tuple((name, tuple(states)) for name, states in known.items())
    )
    return _diagram_functions(_DiagramKey(diagram), ramp, scopes, conditions, compiles)


class _DiagramKey:
    """A diagram compared by identity, so that its compiled functions can be cached."""

    def __init__(self, diagram: Diagram) -> None:
        self.diagram = diagram

    def __hash__(self) -> int:
        return id(self.diagram)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _DiagramKey) and other.diagram is self.diagram


_Scopes = tuple[tuple[str, tuple[tuple[str, ...], ...], bool], ...]
"""For each query its name, the nodes of each of its functions, and whether it is a complement."""


class _Conditions(NamedTuple):
    """The interventions and the evidence that hold in all samples."""

    supposed: tuple[tuple[str, str], ...]
    known: tuple[tuple[str, tuple[str, ...]], ...]


@lru_cache(maxsize=8)
def _diagram_functions(
    key: _DiagramKey, ramp: Ramp, scopes: _Scopes, conditions: _Conditions, compiles: bool
) -> DiagramFunctions:
    diagram = key.diagram
    structure = diagram.structure
    supposed = dict(conditions.supposed)
    evidence = {
        diagram.index[name]: np.isin(diagram.nodes[diagram.index[name]].states, states)[:, None]
        * 1.0
        for name, states in conditions.known
    }

    def fix(tables: Tables) -> Tables:
        return fix_states(diagram, tables, supposed)

    def settler(of: Structure, here: Game) -> Callable[[Game], tuple[Any, Any]]:
        opens = tuple(map(tuple, np.asarray(here.opens).tolist()))
        reached = tuple(np.asarray(here.reached).tolist())
        return _settle_function(of, ramp, opens, reached, compiles)

    constant = engine_input(diagram, fix(diagram.tables()))
    played = _numbers_function(diagram, supposed, compiles, as_played=True)
    true = _numbers_function(diagram, supposed, compiles, as_played=False)
    settle_written: Callable[[Game], tuple[Any, ...]] = (
        partial(solve_levels_batch, reasoning_of(diagram), ramp=ramp)
        if reasons_by_levels(diagram)
        else settler(structure, constant)
    )
    perceived = [
        perceived_contest(
            diagram, each, supposed,
            _numbers_function(each.diagram, supposed, compiles, as_played=True), settler,
        )
        for each in diagram.perceptions
    ]  # fmt: skip
    answer_with = _answer_function(structure, _Names.of(diagram), scopes, compiles)

    def game(parameter_values: Floats) -> Game:
        tables, lambdas = played(parameter_values)
        return constant._replace(tables=tables, lambdas=lambdas)

    def settle(parameter_values: Floats, here: Game) -> tuple[Any, Any]:
        residual, policies, *_ = settle_written(here)
        written = policies
        for each in perceived:
            gap, policies = each.put_in(parameter_values, np.asarray(policies))
            residual = np.maximum(residual, gap)
        return residual, written if not perceived else policies

    def truth(parameter_values: Floats, here: Game) -> Game:
        if not diagram.private_numbers:
            return here
        return here._replace(tables=true(parameter_values)[0])

    def answer(here: Game, policies: Any, weights: Mapping[str, Any]) -> Answers:
        return answer_with(here, policies, weights, evidence)

    return DiagramFunctions(diagram, fix, constant, game, truth, settle, answer)


def _numbers_function(
    diagram: Diagram, supposed: Mapping[str, str], compiles: bool, *, as_played: bool
) -> Callable[[Floats], tuple[Any, Any]]:
    """Return the function from parameter values `[samples, parameters]` to flat numbers."""
    diagram = replace(diagram, perceptions=())  # whose numbers have functions of their own

    def numbers_of(theta: Any) -> tuple[Any, Any]:
        tables = fix_states(diagram, diagram.tables(theta, jnp), supposed)
        return flatten_numbers(diagram, tables, jnp, as_played=as_played)

    def numbers_in_numpy(values: Floats) -> tuple[Any, Any]:
        tables = fix_states(diagram, diagram.tables(values.T), supposed)
        return flatten_samples(diagram, tables, len(values), as_played=as_played)

    if not compiles:
        return numbers_in_numpy
    # Pickled twice, since what is pickled first may share objects that equal ones do not.
    content = pickle.dumps(pickle.loads(pickle.dumps((diagram, dict(supposed)))))
    depends_on = "numbers", sha256(content).hexdigest(), as_played
    return CompiledFunction(jax.vmap(numbers_of, out_axes=-1), *depends_on)


class _Names(NamedTuple):
    """The names of what is answered, in the structure's order.

    Attributes:
        nodes: all nodes.
        utility_owners: the owner of each utility.
        owners: all owners.
    """

    nodes: tuple[str, ...]
    utility_owners: tuple[str, ...]
    owners: tuple[str, ...]

    @classmethod
    def of(cls, diagram: Diagram) -> Self:
        """Return a diagram's names."""
        return cls(
            tuple(node.name for node in diagram.nodes),
            tuple(utility.owner for utility in diagram.utilities),
            tuple(diagram.owners),
        )


@lru_cache(maxsize=8)
def _settle_function(
    structure: Structure,
    ramp: Ramp,
    opens: tuple[tuple[float, ...], ...],
    reached: tuple[bool, ...],
    compiles: bool,
) -> Callable[[Game], tuple[Any, Any]]:
    """Return the ramp for constant open options and reach: compiled, faster than as arguments."""
    shape = layout_of(structure).row_count, layout_of(structure).max_options
    constant = np.array(opens).reshape(shape), np.array(reached, bool)
    solve = solve_batch if compiles else solve_batch_in_numpy

    def settle(tables: Any, lambdas: Any) -> tuple[Any, Any]:
        settled = solve(structure, Game(tables, *constant, lambdas), ramp)
        return settled.residual, settled.policies

    depends_on = "settle", structure, ramp, opens, reached
    ready = CompiledFunction(settle, *depends_on) if compiles else settle
    return lambda game: ready(game.tables, game.lambdas)


@lru_cache(maxsize=8)
def _answer_function(
    structure: Structure, names: _Names, scopes: _Scopes, compiles: bool
) -> Callable[..., Answers]:
    index = {name: node for node, name in enumerate(names.nodes)}
    probabilities_of, expectations = (
        (outcomes.outcome_probabilities, outcomes.expectations)
        if compiles
        else (outcomes.outcome_probabilities_in_numpy, outcomes.expectations_in_numpy)
    )
    xp: Any = jnp if compiles else np

    def answer(
        here: Game, policies: Any, weights: Mapping[str, Any], evidence: BatchEvidence
    ) -> Answers:
        probability, nodes, utilities = probabilities_of(structure, here, policies, evidence)
        possible = xp.where(probability > 0, probability, xp.nan)

        def expected(functions: dict[str, tuple[tuple[int, ...], Any]]) -> dict[str, Any]:
            """Compute expectations, those of functions of the same nodes together."""
            alike: dict[tuple[int, ...], list[str]] = {}
            for name, (over, _) in functions.items():
                alike.setdefault(over, []).append(name)
            found: dict[str, Any] = {}
            for over, members in alike.items():
                stacked = xp.stack([functions[name][1] for name in members])
                if len(over) == 1:
                    values = (stacked * nodes[over[0]]).sum(axis=1)
                else:
                    values = expectations(structure, here, policies, over, stacked, evidence)
                found |= dict(zip(members, values / possible, strict=True))
            return found

        answers: dict[str, Any] = {}
        single: dict[str, tuple[tuple[int, ...], Any]] = {}
        for name, over_names, complement in scopes:
            over = [tuple(index[n] for n in scope) for scope in over_names]
            tables = [table[..., None] for table in weights[name]]
            if len(over) == 1 and not complement:
                single[name] = over[0], tables[0]
                continue
            more = list(zip(over[1:], tables[1:], strict=True))
            (value,) = expectations(
                structure, here, policies, over[0], tables[0][None], evidence, more
            )
            answers[name] = 1 - value / possible if complement else value / possible
        answers |= expected(single)
        zero = xp.zeros(policies.shape[-1])
        return {
            "forecasts": {
                name: (found / possible).T for name, found in zip(names.nodes, nodes, strict=True)
            },
            "queries": {name: answers[name] for name, _, _ in scopes},
            "points": {
                owner: sum(
                    (
                        utilities[k] / possible
                        for k, utility_owner in enumerate(names.utility_owners)
                        if utility_owner == owner
                    ),
                    zero,
                )
                for owner in names.owners
            },
            "evidence": {"probability": probability},
        }

    depends_on = "answer", structure, names, scopes
    return CompiledFunction(answer, *depends_on) if compiles else answer
