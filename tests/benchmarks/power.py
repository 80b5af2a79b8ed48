"""Speed and agreement of batch power flow against pandapower's time series, on a network of 500 buses.

The network is drawn with a fixed seed: a 110 kV ring with one infeed, a 35 kV ring below it, eleven 10 kV busbars with
radial feeders whose ends could be tied (open lines), cables and overhead lines of standard types, two transformers at each
busbar, PV on every sixth bus and some batteries. A heating season of 2904 hours is solved with one thread and with two,
three times each (the median counts); building the net and the model is timed apart. Then the same with tap changers at all
busbars, and with one generator that holds a voltage. On a busy machine the processor time of one thread says more.

pandapower solves a sample of the same hours in the same run: ``run_timeseries`` with `ConstControl` for loads, generators
and batteries and an `OutputWriter` of voltages and loadings, with its defaults (numba where it is installed), but pi
equivalents and angles, so that both solve the same equations. A first run of two hours warms it up and is not counted.

Run ``python tests/benchmarks/power.py [--quick]``; the last line is one JSON object.
"""

from __future__ import annotations

import argparse
import copy
import importlib.util
import json
import resource
import sys
import time
from typing import Any

import numpy as np
import pandas as pd

from heatnet.electric.model import OK, PowerModel, compare_with_pandapower
from heatnet.electric.setpoints import setpoints_of
from heatnet.model.boundary import Boundary
from heatnet.model.power_build import build_power_network
from heatnet.model.power_network import PowerNetwork

HOURS = 2904
BUSES = 500
#: buses of the 110 kV ring, of which the first is the infeed, and stations of the 35 kV ring
HIGH_BUSES, MIDDLE_STATIONS = 6, 6
FEEDER_BUSES = 9
RUNS = 3
#: hours that pandapower is timed on, and hours solved again one by one with tight tolerances
TIMED_HOURS, COMPARED_HOURS = 72, 6
LOAD_MW = 0.45
#: voltage of the 10 kV busbars where tap changers hold it
V_SET_PU = 1.03


class _Draft:
    """Rows of the tables while a network is drawn."""

    def __init__(self) -> None:
        self.rng = np.random.default_rng(BUSES)
        self.rows: dict[str, list[dict[str, Any]]] = {
            name: [] for name in ("buses", "lines", "transformers", "loads", "generators", "batteries")
        }

    def bus(self, name: str, v_nom_kv: float) -> str:
        self.rows["buses"].append({"id": name, "v_nom_kv": v_nom_kv})
        return name

    def line(self, first: str, second: str, std_type: str, low_m: float, high_m: float, **columns: Any) -> None:
        row = {"id": f"{first}--{second}", "from_bus": first, "to_bus": second, "std_type": std_type}
        self.rows["lines"].append(row | {"length_m": float(self.rng.uniform(low_m, high_m))} | columns)

    def pair_of_transformers(self, high: str, low: str, std_type: str, tap_pos: int, v_set_pu: float | None) -> None:
        row = {"id": f"t_{low}", "hv_bus": high, "lv_bus": low, "std_type": std_type, "parallel": 2}
        self.rows["transformers"].append(row | {"tap_pos": tap_pos, "v_set_pu": v_set_pu})

    def feeders(self, busbar: str, count: int) -> None:
        """Hang `count` buses on a busbar, in feeders; the ends of two neighbours could be tied."""
        end = None
        for first in range(0, count, FEEDER_BUSES):
            here = busbar
            for number in range(first, min(first + FEEDER_BUSES, count)):
                there = self.bus(f"{busbar}_{number}", 10.0)
                self.line(here, there, "YJV22-8.7/15-3x300", 150, 700)
                self._customer(there, number)
                here = there
            if end is not None:
                self.line(end, here, "YJV22-8.7/15-3x240", 300, 900, open=True)
            end = here

    def _customer(self, bus: str, number: int) -> None:
        load = {"id": f"l_{bus}", "bus": bus, "p_mw": LOAD_MW * float(self.rng.uniform(0.5, 1.5))}
        self.rows["loads"].append(load | {"cos_phi": float(self.rng.uniform(0.9, 0.98))})
        if number % 6 == 0:
            pv = {"id": f"pv_{bus}", "bus": bus, "capacity_mw": float(self.rng.uniform(0.2, 1.0))}
            self.rows["generators"].append(pv)
        if number == 20:
            self.rows["batteries"].append({"id": f"b_{bus}", "bus": bus, "power_mw": 1.5, "energy_mwh": 6.0})


def meshed_network(tap_changers: bool = False, held: bool = False) -> PowerNetwork:
    """Return the network; with tap changers at its busbars, or a generator that holds the voltage of a 35 kV station."""
    draft = _Draft()
    v_set_pu = V_SET_PU if tap_changers else None
    high = [draft.bus(f"h{i}", 110.0) for i in range(HIGH_BUSES)]
    for i, bus in enumerate(high):
        draft.line(bus, high[(i + 1) % HIGH_BUSES], "LGJ-300/110", 4000, 12_000)
    heads = [draft.bus(f"m{i}", 35.0) for i in (1, 4)]
    for head, upper in zip(heads, (high[1], high[4]), strict=True):
        draft.pair_of_transformers(upper, head, "SZ11-50000/110/35", 6, 1.02 if tap_changers else None)
    stations = [draft.bus(f"s{i}", 35.0) for i in range(MIDDLE_STATIONS)]
    half = MIDDLE_STATIONS // 2
    ring = [heads[0], *stations[:half], heads[1], *stations[half:]]
    for i, bus in enumerate(ring):
        draft.line(bus, ring[(i + 1) % len(ring)], "YJV22-26/35-3x400", 2000, 5000, parallel=2)
    busbars = []
    for upper in high[1:]:
        busbars.append(draft.bus(f"a{upper}", 10.0))
        draft.pair_of_transformers(upper, busbars[-1], "SZ11-31500/110", 3, v_set_pu)
    for upper in stations:
        busbars.append(draft.bus(f"b{upper}", 10.0))
        draft.pair_of_transformers(upper, busbars[-1], "SZ11-20000/35", 1, v_set_pu)
    shares = np.diff(np.linspace(0, BUSES - len(draft.rows["buses"]), len(busbars) + 1).astype(int))
    for busbar, count in zip(busbars, shares, strict=True):
        draft.feeders(busbar, int(count))
    if held:
        wind = {"id": "wind", "bus": stations[1], "kind": "wind", "capacity_mw": 20.0, "p_mw": 8.0, "v_pu": 1.01}
        draft.rows["generators"].append(wind)
    tables = {name: pd.DataFrame(rows) for name, rows in draft.rows.items()}
    tables["grids"] = pd.DataFrame([{"id": "infeed", "bus": high[0], "v_pu": 1.02}])
    network = build_power_network("meshed", {"carrier": "electric"}, tables)
    assert len(network.buses) == BUSES
    return network


def season_boundary(network: PowerNetwork, hours: int) -> Boundary:
    """Return a winter: loads with days, weeks and their own swing, short PV days with clouds, batteries in cycles."""
    rng = np.random.default_rng(7)
    times = pd.date_range("2025-11-15", periods=hours, freq="h", name="time")
    t = np.arange(hours)[:, None]
    hour = t % 24
    share = 0.6 + 0.2 * np.sin(2 * np.pi * (hour - 9) / 24) - 0.05 * (t // 24 % 7 >= 5)
    swing = 1 + 0.25 * np.sin(2 * np.pi * t / 24 + rng.uniform(0, 6.3, len(network.loads)))
    noise = 1 + 0.05 * rng.standard_normal((hours, len(network.loads)))
    sun = np.maximum(np.sin(np.pi * (hour - 7.5) / 9), 0) * ((hour > 7) & (hour < 17))
    clouds = np.repeat(rng.uniform(0.2, 0.8, (hours // 24 + 1, 1)), 24, axis=0)[:hours]
    pv = network.generators[network.generators["kind"] == "pv"]
    cycle = np.where(hour < 6, -0.5, np.where((hour >= 17) & (hour < 21), 0.7, 0.0))

    def frame(values: np.ndarray, ids: Any) -> pd.DataFrame:
        return pd.DataFrame(values, times, ids)

    return Boundary(
        times,
        {
            "load_p_mw": frame(share * swing * noise * network.loads["p_mw"].to_numpy(), network.loads.index),
            "generator_p_mw": frame(sun * clouds * pv["capacity_mw"].to_numpy(), pv.index),
            "battery_p_mw": frame(cycle * network.batteries["power_mw"].to_numpy(), network.batteries.index),
        },
    )


def timed(model: PowerModel, boundary: Boundary, threads: int, runs: int) -> tuple[float, float, Any]:
    """Return the medians of the time and of the processor time for solving all rows, and the result."""
    seconds, processor = [], []
    for _run in range(runs):
        begin, begin_processor = time.perf_counter(), time.process_time()
        solved = model.solve(boundary, threads)
        seconds.append(time.perf_counter() - begin)
        processor.append(time.process_time() - begin_processor)
    return float(np.median(seconds)), float(np.median(processor)), solved


def pandapower_series(model: PowerModel, boundary: Boundary, rows: list[int]) -> tuple[float, pd.DataFrame]:
    """Return the time that pandapower's time series takes for some hours, and its voltages (hours, buses)."""
    from pandapower.control import ConstControl
    from pandapower.timeseries import DFData, OutputWriter
    from pandapower.timeseries.run_time_series import run_timeseries

    given = setpoints_of(model.network, boundary.rows(rows))
    net = copy.deepcopy(model.net)
    profiles = {
        ("load", "p_mw"): given.load_p_mw,
        ("load", "q_mvar"): given.load_q_mvar,
        ("sgen", "p_mw"): given.generator_p_mw,
        ("storage", "p_mw"): -given.battery_p_mw,
    }
    for (table, column), values in profiles.items():
        names = [f"{table}_{i}" for i in net[table].index]
        ConstControl(
            net,
            element=table,
            variable=column,
            element_index=list(net[table].index),
            data_source=DFData(pd.DataFrame(values, columns=names)),
            profile_name=names,
        )
    writer = OutputWriter(net, time_steps=range(len(rows)), output_path=None)
    for table, column in (("res_bus", "vm_pu"), ("res_line", "loading_percent"), ("res_trafo", "loading_percent")):
        writer.log_variable(table, column)
    options = {"verbose": False, "trafo_model": "pi", "calculate_voltage_angles": True}
    run_timeseries(net, time_steps=range(2), **options)
    begin = time.perf_counter()
    run_timeseries(net, time_steps=range(len(rows)), **options)
    return time.perf_counter() - begin, writer.output["res_bus.vm_pu"]


def main() -> None:
    """Run the benchmark and print one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="484 hours, one run each, 24 hours of pandapower")
    parser.add_argument("--hours", type=int, help="hours of the season")
    options = parser.parse_args()
    hours = options.hours or (484 if options.quick else HOURS)
    runs, sample = (1, 24) if options.quick else (RUNS, TIMED_HOURS)
    report: dict[str, Any] = {"hours": hours, "buses": BUSES}
    network = meshed_network()
    boundary = season_boundary(network, hours)
    rows = np.linspace(0, hours - 1, min(sample, hours)).round().astype(int).tolist()
    tight = rows[:: max(len(rows) // COMPARED_HOURS, 1)]

    def say(text: str) -> None:
        print(text, file=sys.stderr)

    begin = time.perf_counter()
    model = PowerModel(network)
    report["seconds_build"] = round(time.perf_counter() - begin, 2)
    model.solve(boundary.rows([0]))
    one, processor, solved = timed(model, boundary, 1, runs)
    two, _processor, _solved = timed(model, boundary, 2, runs)
    report["seconds_2904"] = round(one, 3)
    report["processor_seconds_2904"] = round(processor, 3)
    report["seconds_2904_two_threads"] = round(two, 3)
    report["not_solved"] = int((solved["status"] != OK).sum())
    report["v_min_pu"], report["v_max_pu"] = (round(float(solved["bus_v_pu"].reduce(f)), 4) for f in (np.min, np.max))
    loadings = solved["line_loading_share"], solved["transformer_loading_share"]
    report["max_loading_share"] = round(max(float(loading.max()) for loading in loadings), 3)
    report["max_residual_mw"] = float(np.abs(solved["power_residual_mw"]).max())
    say(
        f"{hours} hours, {BUSES} buses: {one:.2f} s on one thread, {two:.2f} s on two; model built in {report['seconds_build']} s"
    )

    seconds, voltages = pandapower_series(model, boundary, rows)
    ours = solved["bus_v_pu"].isel(time=rows).to_numpy()
    report["pandapower_hours"] = len(rows)
    report["pandapower_ms_per_hour"] = round(1e3 * seconds / len(rows), 1)
    report["pandapower_numba"] = importlib.util.find_spec("numba") is not None
    report["ratio_pandapower"] = round(seconds / len(rows) / (one / hours), 1)
    report["max_dv_pu"] = float(np.abs(voltages.to_numpy(float) - ours).max())
    report["max_dv_pu_tight"] = compare_with_pandapower(model, boundary, solved, tight).max_dv_pu
    say(f"pandapower: {report['pandapower_ms_per_hour']} ms an hour, {report['ratio_pandapower']} times as long")

    for name, changed in (("taps", meshed_network(tap_changers=True)), ("held", meshed_network(held=True))):
        model = PowerModel(changed)
        model.solve(boundary.rows([0]))
        one, processor, solved = timed(model, boundary, 1, runs)
        two, _processor, _solved = timed(model, boundary, 2, runs)
        report[f"seconds_2904_{name}"] = round(one, 3)
        report[f"processor_seconds_2904_{name}"] = round(processor, 3)
        report[f"seconds_2904_{name}_two_threads"] = round(two, 3)
        report[f"not_solved_{name}"] = int((solved["status"] != OK).sum())
        report[f"max_dv_pu_{name}"] = compare_with_pandapower(model, boundary, solved, tight).max_dv_pu
        say(f"{name}: {one:.2f} s on one thread, {two:.2f} s on two")
    report["memory_gb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2)
    print(json.dumps(report))


if __name__ == "__main__":
    main()
