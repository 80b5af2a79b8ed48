"""Speed and agreement of the season engine against pandapipes, on looped networks with two sources.

Each network has one loop per 25 consumers: loops of five places with five consumers each, chained, supply and return
mirrored, the second source half-way with a given flow. A season of 2904 hours is solved with one thread and with two, small
networks three times (the median counts). pandapipes solves a sample of the same hours in the same run: one call of its pipe
flow an hour with its default tolerances, given heats, return temperatures and Colebrook friction, a warm process, hours
that do not converge counted and left out of the time. Its default of ten iterations ends without a solution on these
networks, so that it may take a hundred.
Agreement is measured on hours that the reference engine solves with tight tolerances.

Run ``python tests/benchmarks/season.py [--quick]``; the last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from typing import Any

import numpy as np
import pandas as pd

from heatnet.model.boundary import Boundary
from heatnet.model.build import build_network
from heatnet.model.network import Network
from heatnet.simulate import is_solved, simulate

HOURS = 2904
PER_LOOP = 25
HEAT_MW = 0.5
#: places on each of the two ways round a loop, and consumers at each place
SIDE_PLACES, PER_PLACE = (3, 2), 5
#: hours that pandapipes is timed on, by number of consumers
TIMED_HOURS = {25: 60, 100: 40, 400: 24, 1600: 8, 6400: 3}
PANDAPIPES_ITERATIONS = 100
#: seasons solved with each number of threads, of whose times the median counts: single runs swing on a shared machine
RUNS = {25: 3, 100: 3, 400: 3}
#: hours compared with tight tolerances
COMPARED_HOURS = {25: 12, 100: 8, 400: 4, 1600: 0, 6400: 0}


def looped_network(consumers: int) -> Network:
    """Return a chain of loops with service pipes; the second plant stands where half of the loops lie behind."""
    loops = consumers // PER_LOOP
    rng = np.random.default_rng(consumers)
    nodes, pipes, stations = ["hub_0"], [], []

    def pipe(a: str, b: str, length_m: float, inner_mm: float) -> None:
        pipes.append((f"{a}--{b}", a, b, length_m, inner_mm))

    for loop in range(loops):
        behind = (loops - loop) * PER_LOOP * HEAT_MW
        # about 1.5 m/s at 60 K in the main, from DN150 to the largest pipe that a network may have
        main_mm = float(np.clip(1e3 * np.sqrt(behind * 1e6 / 251e3 / 960.0 / 1.5 * 4 / np.pi), 150.0, 3300.0))
        start, finish = f"hub_{loop}", f"hub_{loop + 1}"
        nodes.append(finish)
        for side, places in enumerate(SIDE_PLACES):
            here = start
            for place in range(places):
                there = f"n_{loop}_{side}_{place}"
                nodes.append(there)
                pipe(here, there, float(rng.uniform(100, 300)), 0.75 * main_mm)
                here = there
                for k in range(PER_PLACE):
                    end = f"s_{loop}_{side}_{place}_{k}"
                    nodes.append(end)
                    pipe(there, end, float(rng.uniform(20, 80)), 80.0)
                    stations.append((f"c_{loop}_{side}_{place}_{k}", end, HEAT_MW * float(rng.uniform(0.6, 1.4))))
            pipe(here, finish, float(rng.uniform(100, 300)), 0.75 * main_mm)
    second = f"hub_{(loops + 1) // 2}"
    return build_network(
        f"looped_{consumers}",
        {
            "design": {"t_supply_degc": 115.0, "t_return_degc": 55.0, "t_outdoor_degc": -7.0},
            "regulation": "variable",
            "pressure_point": {"node": "hub_0", "line": "return", "p_bar": 5.0},
            "t_ground_degc": 8.0,
            "fluid": "if97",
            "pipe_defaults": {"roughness_mm": 0.5, "zeta_per_m": 0.01},
        },
        {
            "nodes": pd.DataFrame({"id": nodes, "elevation_m": rng.uniform(0.0, 5.0, len(nodes))}),
            "pipes": pd.DataFrame(
                pipes, columns=["id", "from_node", "to_node", "length_m", "inner_diameter_mm"]
            ).assign(u_w_per_mk=0.35),
            "consumers": pd.DataFrame(stations, columns=["id", "node", "design_heat_mw"]),
            "plants": pd.DataFrame(
                [
                    {"id": "first", "node": "hub_0", "kind": "source", "role": "pressure"},
                    {"id": "second", "node": second, "kind": "source", "role": "flow", "mdot_kg_per_s": 1.0},
                ]
            ),
        },
    )


def season_boundary(network: Network, hours: int) -> Boundary:
    """Return a season: load shares from 0.25 to 1 with days and spells, its supply temperature, each consumer's own swing."""
    rng = np.random.default_rng(7)
    time_index = pd.date_range("2025-11-15", periods=hours, freq="h", name="time")
    t = np.arange(hours)
    spell = np.convolve(rng.normal(0.0, 1.0, hours + 95), np.ones(96) / 9.8, mode="valid")[:hours]
    share = 0.62 - 0.2 * np.cos(2 * np.pi * t / HOURS) + 0.06 * np.cos(2 * np.pi * t / 24) + 0.05 * spell
    share = np.clip(share, 0.25, 1.0)
    own = 1.0 + 0.1 * np.sin(2 * np.pi * t[:, None] / 24 + rng.uniform(0, 6.3, len(network.consumers)))
    heat = share[:, None] * own * network.consumers["design_heat_mw"].to_numpy()
    supply = 70.0 + 45.0 * share
    back = 40.0 + 15.0 * share
    total_kg_per_s = heat.sum(axis=1) * 1e6 / (4200.0 * (supply - back))
    given = total_kg_per_s * (0.35 + 0.15 * np.sin(2 * np.pi * t / 168))

    def frame(values: np.ndarray, ids: Any) -> pd.DataFrame:
        return pd.DataFrame(values, time_index, ids)

    return Boundary(
        time_index,
        {
            "consumer_heat_mw": frame(heat, network.consumers.index),
            "consumer_t_return_degc": frame(
                np.repeat(back[:, None], len(network.consumers), 1), network.consumers.index
            ),
            "plant_t_supply_degc": frame(np.column_stack([supply, supply - 8.0]), network.plants.index),
            "plant_mdot_kg_per_s": frame(given[:, None], ["second"]),
        },
    )


def pandapipes_calls(network: Network, boundary: Boundary, rows: list[int]) -> tuple[list[float], int]:
    """Return the seconds of pandapipes' converged calls on some hours, and how many did not converge."""
    import warnings

    import pandapipes

    from heatnet.adapters.fluid import fluid_table
    from heatnet.adapters.layout import layout_of
    from heatnet.adapters.pandapipes_net import PandapipesNet
    from heatnet.simulate.controls import Controls, Hour
    from heatnet.simulate.hour import HourSolver
    from heatnet.simulate.inputs import inputs_of

    layout, fluid = layout_of(network), fluid_table(network.fluid)
    inputs = inputs_of(network, boundary)
    net = PandapipesNet(network, layout, fluid)
    solver = HourSolver(Controls(network, layout, fluid, inputs.by_flow, inputs.by_dt), net)
    seconds, failed = [], 0
    for count, row in enumerate([rows[0], *rows]):
        hour = Hour.of(inputs, row)
        active = solver._active(solver._wanted(hour), solver.controls.plants_on(hour))
        net._write(solver._first_flows(hour, active), active)
        begin = time.perf_counter()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                pandapipes.pipeflow(
                    net._net, mode="bidirectional", friction_model="colebrook", max_iter_bidirect=PANDAPIPES_ITERATIONS
                )
        except Exception:
            failed += count > 0
            continue
        # the first call warms up
        if count:
            seconds.append(time.perf_counter() - begin)
    return seconds, failed


def differences(network: Network, boundary: Boundary, season: Any, rows: list[int]) -> dict[str, float]:
    """Return the largest differences to the reference engine's tight solutions of some hours."""
    reference = simulate(network, boundary.rows(rows))
    good = [i for i, status in enumerate(reference["status"].values) if is_solved(str(status))]
    ours, theirs = season.isel(time=[rows[i] for i in good]), reference.isel(time=good)

    def largest(*names: str) -> float:
        return max(float(np.nanmax(np.abs(ours[name].values - theirs[name].values))) for name in names)

    flow = np.nanmax(np.abs(theirs["plant_mdot_kg_per_s"].values))
    return {
        "max_dt_k": largest("node_t_supply_degc", "node_t_return_degc", "consumer_t_supply_degc"),
        "max_dp_bar": largest("node_p_supply_bar", "node_p_return_bar"),
        "max_dmdot_rel": largest("pipe_mdot_kg_per_s", "pipe_mdot_return_kg_per_s", "consumer_mdot_kg_per_s") / flow,
        "compared": len(good),
        "not_solved_by_reference": len(rows) - len(good),
    }


def main() -> None:
    """Run the benchmark and print one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="only 25, 100 and 400 consumers, 484 hours")
    parser.add_argument("--sizes", type=int, nargs="*", help="numbers of consumers")
    parser.add_argument("--hours", type=int, help="hours of the season")
    options = parser.parse_args()
    sizes = options.sizes or ([25, 100, 400] if options.quick else [25, 100, 400, 1600, 6400])
    hours = options.hours or (484 if options.quick else HOURS)
    report: dict[str, Any] = {"hours": hours}
    tiny = looped_network(25)
    begin = time.perf_counter()
    simulate(tiny, season_boundary(tiny, 2), engine="season")
    report["seconds_first_call"] = round(time.perf_counter() - begin, 2)
    calls, failures, worst = 0, 0, {"max_dt_k": 0.0, "max_dp_bar": 0.0, "max_dmdot_rel": 0.0}
    speedups = {}
    # large networks last, so that the peak of memory after each size is that size's own
    for size in sorted(sizes):
        network = looped_network(size)
        boundary = season_boundary(network, hours)
        taken: dict[int, list[float]] = {1: [], 2: []}
        season = None
        for _run in range(RUNS.get(size, 1)):
            for threads in (1, 2):
                # one result in memory at a time
                del season
                begin = time.perf_counter()
                season = simulate(network, boundary, engine="season", threads=threads)
                taken[threads].append(time.perf_counter() - begin)
        seconds = {threads: float(np.median(runs)) for threads, runs in taken.items()}
        solved = sum(is_solved(str(status)) for status in season["status"].values)
        memory_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        rows = np.linspace(0, hours - 1, min(TIMED_HOURS[size], hours)).round().astype(int).tolist()
        timed, failed = pandapipes_calls(network, boundary, rows)
        calls, failures = calls + len(rows), failures + failed
        report[f"seconds_{size}"] = round(seconds[1], 3)
        report[f"seconds_two_threads_{size}"] = round(seconds[2], 3)
        report[f"not_solved_{size}"] = hours - solved
        report[f"pandapipes_ms_{size}"] = round(1e3 * float(np.mean(timed)), 1) if timed else None
        report[f"ratio_{size}"] = round(float(np.mean(timed)) * hours / seconds[1]) if timed else None
        speedups[size] = seconds[1] / seconds[2]
        if size == 1600:
            report["memory_gb_1600"] = round(memory_gb, 2)
        if COMPARED_HOURS[size]:
            picked = np.linspace(0, hours - 1, COMPARED_HOURS[size]).round().astype(int).tolist()
            found = differences(network, boundary, season, picked)
            worst = {name: max(worst[name], found[name]) for name in worst}
        print(f"{size}: {report[f'seconds_{size}']} s, {report[f'ratio_{size}']} times", file=sys.stderr)
    report |= worst
    report["pandapipes_failed_share"] = round(failures / calls, 3)
    report["thread_speedup"] = round(speedups[max(speedups)], 2)
    report["thread_speedup_by_size"] = {str(size): round(value, 2) for size, value in speedups.items()}
    print(json.dumps(report))


if __name__ == "__main__":
    main()
