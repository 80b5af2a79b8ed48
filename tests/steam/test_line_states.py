"""States along a line: those that arrive at the ends of its parts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from heatnet.errors import NotSolvableError
from heatnet.physics.water import saturation_temperature_degc
from heatnet.steam.line import line_arrival, line_capacity_kg_per_s, pipe_line
from heatnet.steam.line_states import line_states, parted

LINE = pipe_line(3000.0, 412.0, zeta=10.0, u_w_per_mk=0.5, rise_m=20.0)
PARTS = 12
#: a march over parts begins anew at each: what the tolerance of its steps, 1e-8, adds up to
AGREE = 1e-6


def first_share(share: float):
    """The line from its inlet to a share of its length."""
    return replace(LINE, length_m=share * LINE.length_m, zeta=share * LINE.zeta, rise_m=share * LINE.rise_m)


@pytest.mark.parametrize("mdot", [0.9, 5.0, 28.0], ids=["condenses", "calm", "near the largest flow"])
def test_each_is_what_arrives_of_a_shorter_line(mdot):
    states = line_states(parted(LINE, PARTS), mdot, 13.0, 300.0)
    assert len(states) == PARTS + 1
    np.testing.assert_allclose(states["distance_m"], np.linspace(0.0, 3000.0, PARTS + 1), rtol=1e-12)
    first = (0.0, 13.0, 300.0, 300.0 - float(saturation_temperature_degc(13.0)), 1.0)
    assert tuple(states.iloc[0]) == pytest.approx(first, rel=AGREE)
    for i in range(1, PARTS + 1):
        # only the whole line ends at a trap
        line = replace(first_share(i / PARTS), trap_at_end=np.array([i == PARTS]))
        one = line_arrival(line, mdot, 13.0, 300.0)
        for name in ("p_bar", "t_degc", "dryness_share"):
            assert states[name][i] == pytest.approx(getattr(one, name), rel=AGREE)
        assert states["superheat_k"][i] == pytest.approx(one.superheat_k, abs=AGREE * 300.0)


def test_they_end_where_the_flow_chokes():
    mdot = 1.1 * line_capacity_kg_per_s(LINE, 13.0, 300.0)
    states = line_states(parted(LINE, PARTS), mdot, 13.0, 300.0)
    reached = len(states) - 1
    assert 0 < reached < PARTS
    line_arrival(first_share(reached / PARTS), mdot, 13.0, 300.0)
    with pytest.raises(NotSolvableError):
        line_arrival(first_share((reached + 1) / PARTS), mdot, 13.0, 300.0)


def test_traps_along_a_pipe_have_their_places():
    with pytest.raises(ValueError, match="traps"):
        parted(replace(LINE, trap_spacing_m=np.array([500.0])), PARTS)
