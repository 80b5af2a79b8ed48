"""Compiling before it is needed: processes that begin together would each compile the same code."""

from __future__ import annotations


def compile_ahead() -> None:
    """Compile the season engine by solving one hour of a small network, unless its compiled code is saved."""
    from heatnet.model.examples import boundary_at_loads, two_source_loop
    from heatnet.simulate import simulate
    from heatnet.simulate.season.compiled import is_compiled

    if not is_compiled():
        network = two_source_loop()
        simulate(network, boundary_at_loads(network, (1.0,)), engine="season")
