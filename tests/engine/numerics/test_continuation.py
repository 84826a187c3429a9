"""The end of a trace that cannot go on."""

import numpy as np
import pytest

from middlegame.engine.numerics import continuation
from middlegame.engine.numerics.continuation import TraceOutcome, trace_branch
from middlegame.engine.numerics.corrector import Controls
from middlegame.engine.numerics.linear import DenseJacobian


@pytest.mark.filterwarnings("error")
def test_branch_that_breaks_off_is_searched_for_others_few_times(monkeypatch):
    searched = []
    search = continuation.find_branches

    def count(corrector, fork, *, mirrors):
        searched.append(fork)
        return search(corrector, fork, mirrors=mirrors)

    monkeypatch.setattr(continuation, "find_branches", count)

    def equations(point):
        return point[:-1] - (point[-1] > 0.5), DenseJacobian(np.array([[1.0, 0.0]]))

    found = trace_branch(equations, np.tanh, np.zeros(1), Controls())
    assert found.outcome is TraceOutcome.STEP_TOO_SMALL
    assert found.lambda_fraction < 0.5
    assert found.lambda_fraction > 0.5 - 1e-6
    assert 1 <= len(searched) <= 3
