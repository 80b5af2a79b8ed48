"""Size, opening time and slider steps of the map, measured in headless Chromium, on results of the season engine.

The network is the season benchmark's chain of loops: 63 loops with 2,016 pipes and 1,575 stations, whose 2,904 hours the
season engine solves (shares of the sources are made up); with 168 hours its copies side by side make 20,160 pipes. A slider
step is the time from frame to frame while every frame moves the hour, so at least the 17 ms of a screen: the median and the
slowest of 60; no graphics card helps. Opening is from asking for the file until the first hour is drawn.

Run ``python tests/benchmarks/map.py [--quick]``; the last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import runpy
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from heatnet.io.network_folder import save_network
from heatnet.io.results_store import table_file, write_table
from heatnet.maps import build_map
from heatnet.model.build import build_network
from heatnet.model.network import Network
from heatnet.simulate import simulate
from heatnet.study.states import in_single_precision

HERE = Path(__file__).parent
HOURS, FEW_HOURS, COPIES = 2904, 168, 10
LOOPS = 63
STEPS = 60
#: metres a degree, for places on the map
_M_PER_DEG = 111_200.0
_ORIGIN = (117.70, 39.00)


def placed(network: Network, copies: int) -> Network:
    """Return a network with geographic places, so many times side by side; each copy has ids and an origin of its own."""
    at = _places(network)
    tables: dict[str, list[dict[str, Any]]] = {"nodes": [], "pipes": [], "consumers": [], "plants": []}
    for copy in range(copies):
        place = {node: (x, y + 0.012 * copy) for node, (x, y) in at.items()}
        for node, row in network.nodes.iterrows():
            point = {"type": "Point", "coordinates": place[str(node)]}
            tables["nodes"].append({"id": f"{node}_{copy}", "elevation_m": row["elevation_m"], "geometry": point})
        for pipe, row in network.pipes.iterrows():
            tables["pipes"].append(
                {
                    "id": f"{pipe}_{copy}",
                    "from_node": f"{row['from_node']}_{copy}",
                    "to_node": f"{row['to_node']}_{copy}",
                }
                | {"length_m": row["length_m"], "inner_diameter_mm": row["inner_diameter_mm"], "u_w_per_mk": 0.35}
            )
        if copy:
            link = {"id": f"link_{copy}", "from_node": "hub_0_0", "to_node": f"hub_0_{copy}", "length_m": 1300.0 * copy}
            tables["pipes"].append(link | {"inner_diameter_mm": 1000.0, "u_w_per_mk": 0.35})
        for consumer, row in network.consumers.iterrows():
            heat = {"design_heat_mw": row["design_heat_mw"]}
            tables["consumers"].append({"id": f"{consumer}_{copy}", "node": f"{row['node']}_{copy}"} | heat)
        for plant, row in network.plants.iterrows():
            role = {"role": "pressure" if (plant, copy) == ("first", 0) else "flow", "mdot_kg_per_s": 1.0}
            tables["plants"].append({"id": f"{plant}_{copy}", "node": f"{row['node']}_{copy}", "kind": "source"} | role)
    meta = {"name": {"en": "Benchmark"}, "carrier": "water", "crs": "EPSG:4326", "fluid": "if97", "t_ground_degc": 8.0}
    meta |= {
        "design": {"t_supply_degc": 115.0, "t_return_degc": 55.0, "t_outdoor_degc": -7.0},
        "regulation": "variable",
    }
    meta |= {"pressure_point": {"node": "hub_0_0", "line": "return", "p_bar": 5.0}, "format_version": 1}
    return build_network("benchmark", meta, {name: _frame(rows) for name, rows in tables.items()})


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    from shapely.geometry import shape

    frame = pd.DataFrame(rows)
    if "geometry" in frame:
        frame["geometry"] = [shape(one) for one in frame["geometry"]]
    return frame


def _places(network: Network) -> dict[str, tuple[float, float]]:
    """Return a place of each node: loops in rows of nine, places along their sides, stations beside these."""
    at: dict[str, tuple[float, float]] = {}
    for node in network.nodes.index:
        parts = str(node).split("_")
        loop = int(parts[1])
        row, column = divmod(loop, 9)
        x, y = 600.0 * (column if row % 2 == 0 else 9 - column), 170.0 * row
        step = 1.0 if row % 2 == 0 else -1.0
        if parts[0] != "hub":
            side, place = int(parts[2]), int(parts[3])
            x += step * 150.0 * (place + 0.6)
            y += 45.0 if side else -45.0
        if parts[0] == "s":
            x += 18.0 * (int(parts[4]) - 2)
            y += 28.0 if int(parts[2]) else -28.0
        at[str(node)] = (_ORIGIN[0] + x / _M_PER_DEG / 0.777, _ORIGIN[1] + y / _M_PER_DEG)
    return at


def solved(loops: int, hours: int) -> tuple[Network, dict[str, pd.DataFrame]]:
    """Return the network of the season benchmark and its tables of a season, in single precision."""
    season = runpy.run_path(str(HERE / "season.py"))
    network = season["looped_network"](loops * season["PER_LOOP"])
    boundary = season["season_boundary"](network, hours)
    states = in_single_precision(simulate(network, boundary, engine="season", threads=2))
    tables = {str(name): v.to_pandas() for name, v in states.data_vars.items() if v.ndim == 2}
    tables |= _shares(tables["consumer_heat_mw"], loops)
    return network, tables | {"network": pd.DataFrame({"status": states["status"].to_series().astype(str)})}


def _shares(heat: pd.DataFrame, loops: int) -> dict[str, pd.DataFrame]:
    """Return made-up shares of two sources: the first one's falls along the chain, and its border moves by the week."""
    along = heat.columns.str.split("_").str[1].astype(int).to_numpy() / loops
    border = 0.5 + 0.2 * np.sin(2 * np.pi * np.arange(len(heat)) / 168.0)
    first = np.clip(0.5 + 4.0 * (border[:, np.newaxis] - along), 0.0, 1.0).astype(np.float32)
    return {
        f"consumer_share_{plant}": pd.DataFrame(share, heat.index, heat.columns)
        for plant, share in (("first", first), ("second", 1.0 - first))
    }


def write_results(folder: Path, network: Network, tables: dict[str, pd.DataFrame], copies: int, hours: int) -> None:
    """Write a results folder of one case; copies of an element have its values."""
    case = folder / "case"
    whole = placed(network, copies)
    save_network(whole, case / "inputs" / "benchmark")
    water = case / "benchmark" / "water"
    for name, table in tables.items():
        rows = table.iloc[:hours]
        if name == "network":
            write_table(rows.assign(label=["design", *[""] * (len(rows) - 1)]), table_file(water, name))
        elif name.startswith("consumer_share_"):
            for copy in range(copies):
                shares = {
                    f"{column}_{other}": rows[column] * (other == copy) for other in range(copies) for column in rows
                }
                if copy < 2:  # two sources of the first two copies are enough to name
                    write_table(pd.DataFrame(shares), table_file(water, f"{name}_{copy}"))
        else:
            parts = [rows.add_suffix(f"_{copy}") for copy in range(copies)]
            write_table(pd.concat(parts, axis=1), table_file(water, name))
    summary = {
        "format_version": 1,
        "title": {"en": "Benchmark"},
        "networks": {"benchmark": {"name": {"en": "Benchmark"}}},
    }
    summary["cases"] = {"case": {"status": "ok", "label": {"en": "Case"}}}
    (folder / "summary.json").write_text(json.dumps(summary), encoding="utf-8")


def measured(page: Path) -> dict[str, float]:
    """Return seconds until the page shows its first hour, and milliseconds of its slider's steps."""
    chromium = runpy.run_path(str(HERE.parent / "browser" / "chromium.py"))
    with tempfile.TemporaryDirectory() as profile, chromium["browser"](Path(profile)) as browser:
        start = time.perf_counter()
        browser.open(page)
        opened = time.perf_counter() - start
        times = browser.run(f"""(async () => {{
          const slider = document.getElementById("time"), took = [], many = Number(slider.max);
          let last = await new Promise(requestAnimationFrame);
          for (let i = 1; i <= {STEPS}; i++) {{
            slider.value = String(Math.floor((i * many) / {STEPS}));
            slider.dispatchEvent(new Event("input"));
            const now = await new Promise(requestAnimationFrame);
            took.push(now - last);
            last = now;
          }}
          return took;
        }})()""")
        click = browser.run("""(async () => {
          const start = performance.now(), item = heatnet.page.groups.find((group) => group.kind === "pipes").items[7];
          const find = document.getElementById("find");
          find.value = item.id;
          find.dispatchEvent(new Event("change"));
          while (document.getElementById("details").dataset.ready !== item.id) await new Promise((done) => setTimeout(done, 10));
          return performance.now() - start;
        })()""")
        assert browser.console == [], browser.console
        assert browser.requests == [], browser.requests
    return {"open_s": opened, "step_ms": float(np.median(times)), "slowest_ms": max(times), "first_click_ms": click}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a tenth of the loops, a week of hours")
    quick = parser.parse_args().quick
    network, tables = solved(LOOPS // 10 if quick else LOOPS, FEW_HOURS if quick else HOURS)
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for name, copies, hours in (("2000", 1, HOURS), ("20000", COPIES, FEW_HOURS)):
            folder = Path(scratch) / name
            write_results(folder, network, tables, copies, hours)
            start = time.perf_counter()
            page = build_map(folder, folder / "map.html", "en")
            found[f"map_build_s_{name}"] = round(time.perf_counter() - start, 1)
            found[f"map_mb_{name}"] = round(page.stat().st_size / 1e6, 2)
            for key, value in measured(page).items():
                found[f"map_{key}_{name}"] = round(value, 2)
            print({key: value for key, value in found.items() if key.endswith(f"_{name}")}, flush=True)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
