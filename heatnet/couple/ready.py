"""Compiling before it is needed: processes that begin together would each compile the same code."""

from __future__ import annotations

from collections.abc import Iterable

from heatnet.couple.season import has_pipes
from heatnet.model.network import Network


def compile_ahead(networks: Iterable[Network]) -> None:
    """Compile the engines of the pipes that some networks have, by solving an hour of a small network each.

    Nothing is done where the compiled code is saved; sites without pipes need none.
    """
    networks = list(networks)
    if any(has_pipes(network) for network in networks):
        _compile_season()
    if any(network.steam is not None for network in networks):
        _compile_steam()


def _compile_season() -> None:
    from heatnet.simulate.season.compiled import is_compiled

    if not is_compiled():
        from heatnet.model.examples import boundary_at_loads, two_source_loop
        from heatnet.simulate import simulate

        network = two_source_loop()
        simulate(network, boundary_at_loads(network, (1.0,)), engine="season")


def _compile_steam() -> None:
    from heatnet.steam.compiled import is_compiled

    if not is_compiled():
        from heatnet.model.steam_examples import steam_hours, steam_line
        from heatnet.steam import solve_steam

        network = steam_line()
        solve_steam(network, steam_hours(network, (1.0,)))
