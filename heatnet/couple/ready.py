"""Compiling before it is needed: processes that begin together would each compile the same code."""

from __future__ import annotations


def compile_ahead(with_steam: bool) -> None:
    """Compile the season engine, and the steam engine if wanted, by solving an hour of a small network each.

    Nothing is done where the compiled code is saved.
    """
    from heatnet.simulate.season.compiled import is_compiled as season_is_compiled
    from heatnet.steam.compiled import is_compiled as steam_is_compiled

    if not season_is_compiled():
        from heatnet.model.examples import boundary_at_loads, two_source_loop
        from heatnet.simulate import simulate

        network = two_source_loop()
        simulate(network, boundary_at_loads(network, (1.0,)), engine="season")
    if with_steam and not steam_is_compiled():
        from heatnet.model.steam_examples import steam_hours, steam_line
        from heatnet.steam import solve_steam

        network = steam_line()
        solve_steam(network, steam_hours(network, (1.0,)))
