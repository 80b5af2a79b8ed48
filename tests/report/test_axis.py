"""Grid lines of pictures: round, and never more than asked for, whatever the span."""

from __future__ import annotations

import pytest

from heatnet.report.steam_picture import axis_step


@pytest.mark.parametrize(
    ("span", "step"), [(0.3, 0.1), (1.0, 0.2), (5.0, 1.0), (12.0, 2.0), (60.0, 10.0), (700.0, 200.0), (8300.0, 2000.0)]
)
def test_steps_are_round_and_as_many_as_fit(span, step):
    assert axis_step(span, 6) == step
    assert span / step <= 6
