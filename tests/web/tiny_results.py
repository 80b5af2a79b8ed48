"""A small results folder as a study writes it, made with pandas and json alone: two water networks, one with a steam
line, a site without pipes, a base case, a project case and a case that failed. The numbers are simple on purpose:
loads follow a sine of the year, flows follow a tree, so that a test can work out what a page must show.
"""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd

from heatnet.io.network_folder import load_network
from heatnet.io.results_store import read_table, write_table

CP_J_PER_KGK = 4200.0
TIME = pd.date_range("2025-01-01", periods=8760, freq="h", name="time")
SEASON = (TIME.month >= 11) | (TIME.month <= 3)
T_OUTDOOR = pd.Series(
    12.0
    - 16.0 * np.cos(2 * np.pi * (TIME.dayofyear - 15) / 365)
    - 3.0 * np.cos(2 * np.pi * (TIME.hour - 15) / 24 + np.pi),
    index=TIME,
    name="t_outdoor_degc",
)
#: hours that stand for the season, the one of highest load first as pages show them
HOURS = {"design": "2025-01-16 05:00", "p20": "2025-02-10 08:00", "p95": "2025-03-28 14:00", "p50": "2025-11-25 12:00"}
#: hours that the tables hold beside them, without a label
OTHER_HOURS = ("2025-01-15 05:00", "2025-01-16 06:00", "2025-12-24 18:00")
#: share of each plant's heat that is waste heat, by kind
WASTE_SHARE = {"sewage_heat_pump": 1.0, "steam_exchange": 0.5}
#: would mark the page's root element if any part of it ever ran
HOSTILE = "</script><script>document.documentElement.id='broken'</script><img src=x onerror=document.documentElement.id='broken'>"
FORMULA = '=HYPERLINK("http://example.invalid","x")'

_POINTS = {"n0": (0.0, 0.0), "n1": (0.01, 0.0), "n2": (0.02, 0.0), "n3": (0.01, 0.01), "n4": (0.02, 0.01)}
_PIPES = (("a", "n0", "n1", 300), ("b", "n1", "n2", 200), ("c", "n1", "n3", 250), ("d", "n3", "n4", 150))


def _collection(rows: list[dict], kind: str | None) -> dict:
    features = []
    for row in rows:
        xy = row.pop("xy", None)
        geometry = None if xy is None else {"type": kind, "coordinates": xy}
        features.append({"type": "Feature", "properties": row, "geometry": geometry})
    return {"type": "FeatureCollection", "features": features}


def _dump(path: Path, data: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")


def _names(english: str, chinese: str) -> dict[str, str]:
    return {"x_name_en": english, "x_name_zh": chinese}


def write_network(folder: Path, origin: tuple[float, float], english: str, chinese: str, plants: list[dict]) -> None:
    """Write a water network of five nodes at an origin (longitude, latitude)."""
    east, north = origin
    place = {node: (round(east + x, 6), round(north + y, 6)) for node, (x, y) in _POINTS.items()}
    folder.mkdir(parents=True, exist_ok=True)
    meta = {
        "format_version": 1,
        "name": {"en": english, "zh": chinese},
        "carrier": "water",
        "crs": "EPSG:4326",
        "design": {"t_supply_degc": 120, "t_return_degc": 60, "t_outdoor_degc": -7},
        "regulation": "quality",
        "heating_curve": [
            {"load_share": 0.2, "t_supply_degc": 55, "t_return_degc": 40},
            {"load_share": 1.0, "t_supply_degc": 120, "t_return_degc": 60},
        ],
        "pressure_point": {"node": "n0", "line": "return", "p_bar": 5.0},
        "t_ground_degc": 8,
        "fluid": "if97",
        "pipe_defaults": {"roughness_mm": 0.5, "zeta_per_m": 0.01},
    }
    _dump(folder / "network.yaml", meta)  # JSON is YAML
    _dump(folder / "nodes.geojson", _collection([{"id": n, "xy": xy} for n, xy in place.items()], "Point"))
    pipes = [
        {"id": f"pipe_{i}", "from_node": a, "to_node": b, "dn": dn, "u_w_per_mk": 0.4, "source": "illustrative"}
        | _names(f"Main {i}", f"干管{i}")
        | {"xy": [place[a], place[b]]}
        for i, a, b, dn in _PIPES
    ]
    _dump(folder / "pipes.geojson", _collection(pipes, "LineString"))
    consumers = [
        {"id": f"hx_{n}", "node": n, "kind": "residential", "area_m2": area, "index_w_per_m2": 40.0}
        | {"t_return_degc": 60.0, "source": "plan", "as_printed": f"{area / 1e4:.0f}万m2"}
        | _names(f"Station {n}", f"{n}换热站")
        for n, area in (("n2", 1.0e6), ("n3", 4.0e5), ("n4", 6.0e5))
    ]
    _dump(folder / "consumers.geojson", _collection(consumers, None))
    _dump(folder / "plants.geojson", _collection([dict(plant) for plant in plants], None))


def _east_plants(pump_mw: float) -> list[dict]:
    boiler = {"id": "plant4", "node": "n0", "kind": "coal_boiler", "role": "pressure", "capacity_mw": 90.0}
    pump = {"id": "sewage", "node": "n3", "kind": "sewage_heat_pump", "role": "heat", "connection": "return_preheat"}
    exchange = {"id": "exchange", "node": "n1", "kind": "steam_exchange", "role": "heat", "capacity_mw": 20.0}
    return [
        boiler | {"efficiency_share": 0.8, "lhv_mwh_per_t": 5.8, "source": "plan"} | _names("Plant 4", "热源四厂"),
        pump
        | {"capacity_mw": pump_mw, "t_source_degc": 13, "mdot_source_kg_per_s": 400, "t_source_min_degc": 5}
        | {"carnot_share": 0.5, "t_supply_max_degc": 80, "source": "typical"}
        | _names("Sewage heat pump", "污水源热泵"),
        exchange | {"source": "typical"} | _names("Steam exchange", "汽水换热站"),
    ]


def _west_plants() -> list[dict]:
    boiler = {"id": "plant2", "node": "n0", "kind": "gas_boiler", "role": "pressure", "capacity_mw": 120.0}
    return [boiler | {"efficiency_share": 0.92, "source": "plan"} | _names("Plant 2", "热源二厂")]


def _write_steam(folder: Path, origin: tuple[float, float]) -> None:
    east, north = origin
    meta = {"format_version": 1, "name": {"en": "Steam", "zh": "蒸汽管线"}, "carrier": "steam", "crs": "EPSG:4326"}
    _dump(folder / "network.yaml", meta | {"t_ground_degc": 8})
    place = {"s0": (east - 0.01, north + 0.01), "s1": (east + 0.005, north + 0.002)}
    _dump(folder / "nodes.geojson", _collection([{"id": n, "xy": xy} for n, xy in place.items()], "Point"))
    pipe = {
        "id": "steam_pipe",
        "from_node": "s1",
        "to_node": "s0",
        "dn": 400,
        "line": "supply",
        "source": "illustrative",
    }
    _dump(folder / "pipes.geojson", _collection([pipe | {"xy": [place["s1"], place["s0"]]}], "LineString"))
    plant = {"id": "chp", "node": "s0", "kind": "chp_steam", "role": "pressure", "capacity_mw": 25.0, "z_share": 0.27}
    plant |= {"steam_mwh_per_t": 0.65, "mdot_base_kg_per_s": 3.0, "mdot_season_kg_per_s": 10.0, "source": "plan"}
    _dump(folder / "plants.geojson", _collection([plant | _names("CHP steam", "热电厂蒸汽")], None))
    users = {"id": "users", "node": "s1", "kind": "process_steam", "design_heat_mw": 5.0, "source": "plan"}
    _dump(folder / "consumers.geojson", _collection([users | _names("Steam users", "用汽企业")], None))


def _write_site(folder: Path) -> None:
    meta = {"format_version": 1, "name": {"en": "Works", "zh": "工厂"}, "carrier": "site", "crs": "none"}
    _dump(folder / "network.yaml", meta | {"t_ground_degc": 8})
    _dump(folder / "nodes.geojson", _collection([{"id": "gate"}], None))
    plant = {"id": "kiln", "node": "gate", "kind": "process_waste_heat", "role": "pressure", "capacity_mw": 3.0}
    plant |= {"steam_mwh_per_t": 0.65, "mdot_kg_per_s": 1.0}
    _dump(folder / "plants.geojson", _collection([plant | {"source": "plan"} | _names("Kiln", "窑炉")], None))
    user = {"id": "hall", "node": "gate", "kind": "factory", "design_heat_mw": 3.0, "source": "plan"}
    _dump(folder / "consumers.geojson", _collection([user | _names("Hall", "车间")], None))


def water_quantities(network, hours: pd.DatetimeIndex) -> dict[str, pd.DataFrame]:
    """Return quantities of a radial flow from the pressure plant; heat by outdoor temperature, ΔT 60 K at design."""
    design = network.design
    load = ((18.0 - T_OUTDOOR[hours]) / (18.0 - design.t_outdoor_degc)).clip(0.05, 1.0)
    t_supply = design.t_return_degc * 0 + 30 + (design.t_supply_degc - 30) * load**0.8
    t_return = 25 + (design.t_return_degc - 25) * load**0.8
    graph = nx.Graph()
    for pipe, row in network.pipes.iterrows():
        graph.add_edge(row["from_node"], row["to_node"], pipe=pipe, weight=row["length_m"])
    root = network.plants.at[network.pressure_plant, "node"]
    paths = nx.single_source_dijkstra_path(graph, root)
    heat = pd.DataFrame({c: load * row["design_heat_mw"] for c, row in network.consumers.iterrows()})
    mdot = heat.mul(1e6).div(CP_J_PER_KGK * (t_supply - t_return), axis=0)
    flow = pd.DataFrame(0.0, index=hours, columns=network.pipes.index)
    for consumer, row in network.consumers.iterrows():
        path = paths[row["node"]]
        for a, b in pairwise(path):
            pipe = graph.edges[a, b]["pipe"]
            flow[pipe] += mdot[consumer] * (1 if network.pipes.at[pipe, "from_node"] == a else -1)
    area = np.pi / 4 * (network.pipes["inner_diameter_mm"] / 1000) ** 2
    velocity = flow.div(950.0 * area, axis=1)
    dp = (0.03 * velocity * velocity.abs() * 475).mul(
        network.pipes["length_m"] / (network.pipes["inner_diameter_mm"] / 1000), axis=1
    ) / 1e5
    lost_k = network.pipes["length_m"] * 0.0002
    nodes = {node: [] for node in network.nodes.index}
    p_root = 13.0
    frames = {name: {} for name in ("ts", "tr", "ps", "pr")}
    for node in nodes:
        path = paths.get(node, [root])
        drop, cooled = pd.Series(0.0, index=hours), 0.0
        for a, b in pairwise(path):
            pipe = graph.edges[a, b]["pipe"]
            drop, cooled = drop + dp[pipe].abs(), cooled + lost_k[pipe]
        frames["ts"][node], frames["tr"][node] = t_supply - cooled, t_return - cooled
        frames["ps"][node], frames["pr"][node] = p_root - drop, 5.0 + drop
    ts, tr, ps, pr = (pd.DataFrame(frames[name]) for name in ("ts", "tr", "ps", "pr"))
    at = network.consumers["node"]
    loss = pd.DataFrame({p: 0.4 * network.pipes.at[p, "length_m"] * (t_supply - 8) / 1e6 for p in network.pipes.index})
    total = heat.sum(axis=1) + 1.6 * loss.sum(axis=1)
    plants = list(network.plants.index[network.plants["connection"].isin(["supply", "return_preheat"])])
    shares = pd.Series(1.0 / len(plants), index=plants)

    def by_plant(series: pd.Series) -> pd.DataFrame:
        return pd.DataFrame({plant: series * share for plant, share in shares.items()})

    return {
        "node_t_supply_degc": ts,
        "node_t_return_degc": tr,
        "node_p_supply_bar": ps,
        "node_p_return_bar": pr,
        "pipe_mdot_kg_per_s": flow,
        "pipe_velocity_m_per_s": velocity,
        "pipe_dp_supply_bar": dp,
        "pipe_loss_supply_mw": loss,
        "pipe_loss_return_mw": loss * 0.6,
        "consumer_heat_mw": heat,
        "consumer_mdot_kg_per_s": mdot,
        "consumer_t_supply_degc": pd.DataFrame({c: ts[n] for c, n in at.items()}),
        "consumer_t_return_degc": pd.DataFrame({c: tr[n] for c, n in at.items()}),
        "consumer_dp_bar": pd.DataFrame({c: ps[n] - pr[n] for c, n in at.items()}),
        "consumer_shortfall_mw": heat * 0.0,
        "plant_heat_mw": by_plant(total),
        "plant_mdot_kg_per_s": by_plant(mdot.sum(axis=1)),
        "plant_t_supply_degc": pd.DataFrame(dict.fromkeys(plants, t_supply)),
        "plant_t_return_degc": pd.DataFrame(dict.fromkeys(plants, t_return)),
        "plant_pump_mw": by_plant(mdot.sum(axis=1) * 8e5 / 950 / 0.75 / 1e6),
        **{f"consumer_share_{plant}": heat * 0.0 + share for plant, share in shares.items()},
        "network": pd.DataFrame(
            {
                "heat_loss_mw": 1.6 * loss.sum(axis=1),
                "stored_heat_mwh": 100.0,
                "mass_residual_kg_per_s": 1e-9,
                "energy_residual_mw": 1e-7,
                "status": "ok",
            },
            index=hours,
        ),
    }


def schedule(network, order: list[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return yearly heat by plant, filled in the given order up to capacity, and the balance."""
    share = pd.Series(np.where(SEASON, ((18.0 - T_OUTDOOR) / 25.0).clip(0, 1), 0.0), index=TIME)
    base = 1.0 if network.carrier != "water" else 0.0
    demand = network.consumers["design_heat_mw"].sum() * (share if base == 0 else base + 0 * share)
    loss = 0.03 * demand
    left, heat = demand + loss, {}
    for plant in order:
        heat[plant] = left.clip(upper=float(network.plants.at[plant, "capacity_mw"]))
        left = left - heat[plant]
    frame = pd.DataFrame(heat, index=TIME)
    balance = pd.DataFrame(
        {"demand_mw": demand + loss, "loss_mw": loss, "unmet_mw": left, "dumped_mw": 0.0}, index=TIME
    )
    return frame, balance


def write_case_network(case: Path, name: str, hours: dict[str, str]) -> dict[str, float]:
    """Write one network's results of a case from its snapshot; returns heat_by_plant_mwh."""
    network = load_network(case / "inputs" / name)
    heat_mwh: dict[str, float] = {}
    parts = [(network, network.carrier, "")] + ([(network.steam, "steam", "steam/")] if network.steam else [])
    for part, carrier, prefix in parts:
        waste_first = sorted(part.plants.index, key=lambda p: "boiler" in str(part.plants.at[p, "kind"]))
        heat, balance = schedule(part, waste_first)
        write_table(heat, case / name / carrier / "dispatch_heat_mw.parquet")
        write_table(balance, case / name / carrier / "dispatch_balance_mw.parquet")
        heat_mwh |= {f"{name}/{prefix}{plant}": float(heat[plant].sum()) for plant in heat}
    if network.carrier == "water":
        # half of what the exchange station passes on is waste heat
        waste = {plant: WASTE_SHARE.get(str(kind), 0.0) for plant, kind in network.plants["kind"].items()}
        write_table(pd.DataFrame(waste, index=TIME), case / name / "water" / "dispatch_waste_share.parquet")
        labels = dict.fromkeys(pd.DatetimeIndex(OTHER_HOURS), "")
        labels |= {pd.Timestamp(time): label for label, time in hours.items()}
        times = pd.DatetimeIndex(sorted(labels), name="time")
        for quantity, frame in water_quantities(network, times).items():
            if quantity == "network":
                frame["label"] = [labels[time] for time in times]
            else:
                frame = frame.astype(np.float32)
            write_table(frame, case / name / "water" / f"{quantity}.parquet")
    return heat_mwh


#: hours of the steam line: those of the water network, and a summer hour of its own
STEAM_HOURS = HOURS | {"smallest": "2025-07-06 04:00"}
STEAM_FLOW_KG_PER_S = (10.0, 8.0, 6.0, 5.0, 2.0)
STEAM_STATUS = ("ok", "ok", "out_of_range", "ok", "ok_wet")


def write_steam_season(case: Path) -> None:
    """Write solved hours of East's steam line: 13 bar and 300 °C at the plant, straight to the users, 20 K lost per 10 kg/s.

    The third hour has no solution. In the summer hour steam condenses from 1000 m on: 5 % of it drips out at the users.
    """
    folder = case / "east" / "steam"
    times = pd.DatetimeIndex(list(STEAM_HOURS.values()), name="time")
    flow = pd.Series(STEAM_FLOW_KG_PER_S, index=times)
    wet = pd.Series([label == "smallest" for label in STEAM_HOURS], index=times)
    solved = pd.Series([status.startswith("ok") for status in STEAM_STATUS], index=times)
    p_end = 13.0 - 0.2 * flow
    t_end = (300.0 - 200.0 / flow).where(~wet, 190.0)
    superheat = (t_end - 188.0).where(~wet, 0.0)
    tables = {
        "node_p_bar": {"s0": 13.0, "s1": p_end},
        "node_t_degc": {"s0": 300.0, "s1": t_end},
        "node_superheat_k": {"s0": 108.4, "s1": superheat},
        "node_dryness_share": {"s0": 1.0, "s1": 1.0},
        # the steam flows against the pipe's direction
        "pipe_mdot_kg_per_s": {"steam_pipe": -flow.where(~wet, 0.95 * flow)},
        "pipe_mdot_end_kg_per_s": {"steam_pipe": -flow},
        "pipe_velocity_m_per_s": {"steam_pipe": 2.0 * flow},
        "pipe_loss_mw": {"steam_pipe": 0.3},
        "pipe_dryness_share": {"steam_pipe": (0.0 * flow + 1.0).where(~wet, 0.95)},
        "pipe_condensate_kg_per_s": {"steam_pipe": (0.05 * flow).where(wet, 0.0)},
        "pipe_condensation_m": {"steam_pipe": (0.0 * flow + 1000.0).where(wet)},
        "consumer_heat_mw": {"users": 1.5 * flow, "exchange": 0.5 * flow},
        "consumer_mdot_kg_per_s": {"users": 0.7 * flow, "exchange": 0.25 * flow},
        "consumer_p_bar": {"users": p_end, "exchange": p_end},
        "consumer_p_margin_bar": {"exchange": p_end - 4.0},
        "consumer_t_supply_degc": {"users": t_end, "exchange": t_end},
        "consumer_superheat_k": {"users": superheat, "exchange": superheat},
        "consumer_dryness_share": {"users": 1.0, "exchange": 1.0},
        "plant_heat_mw": {"chp": 2.3 * flow},
        "plant_mdot_kg_per_s": {"chp": flow},
        "plant_p_bar": {"chp": 13.0},
        "plant_t_supply_degc": {"chp": 300.0},
    }
    order = times.sort_values()
    for name, columns in tables.items():
        frame = pd.DataFrame(columns, index=times).where(solved, np.nan, axis=0)
        write_table(frame.loc[order].astype(np.float32), folder / f"{name}.parquet")
    network = pd.DataFrame({"heat_loss_mw": 0.3, "status": STEAM_STATUS, "label": list(STEAM_HOURS)}, index=times)
    write_table(network.loc[order], folder / "network.parquet")


def steam_account() -> dict:
    """Return the account of a steam line in summary.json."""
    return {
        "hours_simulated": 8760,
        "hours_ok": 8700,
        "hours_by_status": {"ok": 8600, "ok_wet": 100, "out_of_range": 60},
        "heat_mwh": {"plants": 150000.0, "process": 90000.0, "stations": 54000.0, "lost": 6000.0},
        "steam_t": {"plants": 200000.0, "process": 125000.0, "stations": 74000.0, "condensate": 1000.0},
        "loss_mwh": 5500.0,
        "loss_share": 0.0367,
        "loss_difference_share": 0.01,
        "least_margin": {
            "p_bar": -0.25,
            "id": "exchange",
            "name": {"en": "Steam exchange", "zh": "汽水换热站"},
            "time": HOURS["design"],
        },
        "hours_below_pressure": 12,
        "hours_wet": 100,
        "largest_velocity": {
            "m_per_s": 41.5,
            "id": "steam_pipe",
            "name": {"en": "Steam pipe", "zh": "蒸汽管"},
            "time": HOURS["design"],
        },
        "max_relative_residual": 3.0e-8,
        "contracts": {
            "east/steam/chp": {
                "steam_t": 200000.0,
                "heat_mwh_per_t": 0.752,
                "year_max_t": 250000.0,
                "take_year_min_t": None,
                "take_min_t_per_h": 20.0,
                "power_lost_mwh": 43000.0,
                "hours_at_minimum": 321,
                "dumped_t": 0.0,
                "line_limit_hours": 17,
            }
        },
    }


def add_steam(folder: Path) -> Path:
    """Add solved steam to the project case of a small results folder; the base case keeps its balance. Returns the folder."""
    write_steam_season(folder / "project")
    file = folder / "summary.json"
    summary = json.loads(file.read_text(encoding="utf-8"))
    summary["cases"]["project"]["by_network"]["east"]["steam"] = steam_account()
    _dump(file, summary)
    return folder


def shift_hour(folder: Path) -> Path:
    """Give the label p20 of the base case's East to an hour that had none; returns the folder."""
    file = folder / "base" / "east" / "water" / "network.parquet"
    table = read_table(file)
    table.loc[table["label"] == "p20", "label"] = ""
    table.loc[pd.Timestamp(OTHER_HOURS[0]), "label"] = "p20"
    write_table(table, file)
    return folder


def _variants(rate: float) -> dict:
    """Return substitution by set, counting, denominator and period around a headline rate."""
    by_set = {"strict": 0.0, "plan": rate, "broad": rate * 1.2}
    by_counting = {"delivered": 1.0, "recovered": 0.8, "displaced": 0.7}
    by_denominator = {"space": 1.0, "with_process": 0.75}
    return {
        s: {
            c: {
                d: {"season": fs * fc * fd / 0.8, "year": None if c == "displaced" else fs * fc * fd * 0.95 / 0.8}
                for d, fd in by_denominator.items()
            }
            for c, fc in by_counting.items()
        }
        for s, fs in by_set.items()
    }


def _ranges(variants: dict) -> dict:
    return {
        s: {
            c: {
                d: {p: None if v is None else [0.8 * v, 1.3 * v] for p, v in periods.items()}
                for d, periods in denominators.items()
            }
            for c, denominators in countings.items()
        }
        for s, countings in variants.items()
    }


def case_entry(
    label: tuple[str, str], rate: float, heat_mwh: dict[str, float], zones: list[str], water: list[str]
) -> dict:
    """Return a case of summary.json."""
    coal_mwh = sum(v for k, v in heat_mwh.items() if k.endswith("plant4")) / 0.8
    gas_mwh = sum(v for k, v in heat_mwh.items() if k.endswith(("plant2", "plant5"))) / 0.92
    fuel_co2 = coal_mwh * 0.34 + gas_mwh * 0.2
    costs = {
        "fuel_gas_cny": gas_mwh * 300,
        "fuel_coal_cny": coal_mwh * 130,
        "power_cny": 4.0e6,
        "power_lost_cny": 2.0e6,
    }
    costs |= {"co2_cny": 0.0, "unmet_cny": 0.0}
    design = {"time": HOURS["design"], "heat_mw": 81.5, "t_supply_degc": 120.0, "t_return_degc": 60.0}
    design |= {"mdot_kg_per_s": 330.0, "head_bar": 8.0, "pump_mw": 0.4, "loss_mw": 0.2, "max_velocity_m_per_s": 2.1}
    design |= {"max_specific_friction_pa_per_m": 140.0, "max_specific_friction_pipe": "pipe_d"}
    worst = {"id": "hx_n4", "name": {"en": "Station n4", "zh": "n4换热站"}, "dp_bar": 1.1, "time": HOURS["design"]}
    network = {"worst_consumer": worst, "design_hour": design, "hours_simulated": 7, "hours_ok": 6}
    network |= {"hours_by_status": {"not_converged": 1, "ok": 6}}
    check = {"check": "velocity", "place": "pipe_a", "time": HOURS["design"], "value": 3.9, "limit": 3.5, "sense": "<="}
    network |= {"compliance": [check | {"unit": "m/s", "passed": False}]}
    network |= {"season_loss_share": 0.03, "season_pump_mwh": 700.0, "season_shortfall_mwh": 12.5}
    network |= {"hours_undersupplied": 2}
    counts = {
        "hours": 3,
        "compared": 2,
        "unsolved_by_reference": 1,
        "solved_by_reference_alone": 0,
        "status_differs": 0,
    }
    largest = {
        "max_temperature_difference_k": 0.02,
        "max_pressure_difference_bar": 2e-5,
        "max_flow_difference_share": 0.0,
    }
    of_all = {key: value * len(water) for key, value in counts.items()} | largest
    return {
        "status": "ok",
        "reason": "",
        "label": {"en": label[0], "zh": label[1]},
        "cost": {"total_cny": sum(costs.values())} | costs,
        "co2": {
            counting: {"fuel_t_co2": fuel_co2, "power_t_co2": p, "power_lost_t_co2": q, "total_t_co2": fuel_co2 + p + q}
            for counting, p, q in (("average", 4000.0, 2000.0), ("marginal", 6000.0, 3000.0))
        },
        "fuel": {"gas_mwh": gas_mwh, "gas_m3": gas_mwh * 100, "coal_mwh": coal_mwh, "coal_t": coal_mwh / 5.8},
        "coal_by_network_t": {name: coal_mwh / 5.8 if i == 0 else 0.0 for i, name in enumerate(water)},
        "heat_by_plant_mwh": heat_mwh,
        "space_heat_by_source_mwh": {unit: mwh for unit, mwh in heat_mwh.items() if unit.startswith(tuple(water))},
        "by_source": {
            unit: {
                "heat_gj": 3.6 * mwh,
                "cny_per_gj": 50.0,
                "t_co2_per_gj_average": 0.06,
                "t_co2_per_gj_marginal": 0.07,
            }
            for unit, mwh in heat_mwh.items()
        },
        "demand_by_balance_mwh": {f"{name}/water": 2.0e5 for name in water},
        "unmet_share": 0.0,
        "zones": {
            zone: {"substitution": _variants(rate), "substitution_range": _ranges(_variants(rate))} for zone in zones
        },
        "by_network": dict.fromkeys(water, network),
        "reference_check": of_all | {"engine": "pandapipes", "by_network": dict.fromkeys(water, counts | largest)},
        "balance": {"max_relative_residual": 1.2e-9},
    }


def failed_entry(label: tuple[str, str], reason: str) -> dict:
    """Return a case of summary.json that could not be solved."""
    return {"status": "infeasible", "reason": reason, "label": {"en": label[0], "zh": label[1]}}


CLAIMS = [
    {
        "id": "dc_area",
        "claim": {"en": "Data-centre heat warms 1 million m²", "zh": "数据中心余热可供100万平方米"},
        "as_printed": "供热面积100万m2",
        "claimed": 1.0e6,
        "computed": 2.9e5,
        "unit": "m²",
        "verdict": "overstated",
        "reason": {"en": "0.087 GJ/m² against 0.25–0.35 of housing", "zh": "0.087 GJ/m²，远低于住宅的0.25–0.35"},
    },
    {
        "id": "definition",
        "claim": {"en": "Substitution rate of 15 %", "zh": "工业余热替代率15%"},
        "as_printed": "15%",
        "claimed": 0.15,
        "computed": None,
        "unit": "1",
        "verdict": "undefined",
        "reason": {"en": "No denominator is given", "zh": "未给出分母"},
    },
]
IDENTITY = {
    "network": "east",
    "coal_t": 66300.0,
    "lhv_gj_per_t": 20.9,
    "efficiency_share": 0.83,
    "gate_heat_pj": 1.15,
    "index_w_per_m2": 40.0,
    "implied_area_mm2": 3.6,
    "full_load_hours": 2222.0,
}
ASSUMPTIONS = [
    {"item": "Gas price", "value": 3.1, "unit": "CNY/m³", "source": "typical", "note": "non-residential"},
    {"item": "Grid factor", "value": "0.7", "unit": "t CO₂/MWh", "source": "standard", "note": ""},
]
HEADLINE = {"set": "plan", "counting": "recovered", "denominator": "space", "period": "season", "zone": "east_west"}


def write_summary(folder: Path, networks: dict[str, dict[str, str]], cases: dict[str, dict]) -> None:
    """Write summary.json and study.yaml."""
    first = next(iter(networks))
    summary = {
        "format_version": 1,
        "study": folder.name,
        "title": {"en": "Waste heat of two zones", "zh": "两区余热利用"},
        "versions": {"heatnet": "0.1.0", "pandapipes": "0.16.0"},
        "target_share": 0.15,
        "headline": HEADLINE,
        "networks": {name: {"name": names} for name, names in networks.items()},
        "cases": cases,
        "plan_claims": CLAIMS,
        "baseline_identity": [IDENTITY | {"network": first}],
        "assumptions": ASSUMPTIONS,
    }
    _dump(folder / "summary.json", summary)
    _dump(folder / "study.yaml", {"format_version": 1, "base_case": next(iter(cases))})


def write_tiny_results(folder: Path, east_name: str = "East", case_label: str = "Project") -> Path:
    """Write the small results folder; names may be hostile. Returns the folder."""
    networks = {"east": {"en": east_name, "zh": "东区"}, "west": {"en": "West", "zh": "西区"}}
    cases: dict[str, dict] = {}
    for case, label, rate, pump in (
        ("base", ("Baseline", "基准"), 0.05, 0.0),
        ("project", (case_label, "项目"), 0.18, 12.0),
    ):
        root = folder / case
        write_network(root / "inputs" / "east", (117.70, 39.04), east_name, "东区", _east_plants(pump))
        _write_steam(root / "inputs" / "east" / "steam", (117.70, 39.04))
        write_network(root / "inputs" / "west", (117.53, 39.08), "West", "西区", _west_plants())
        _write_site(root / "inputs" / "works")
        write_table(T_OUTDOOR.to_frame(), root / "weather.parquet")
        heat: dict[str, float] = {}
        for name in ("east", "west", "works"):
            heat |= write_case_network(root, name, HOURS)
        zones = ["east", "west", "works", "east_west", "teda"]
        cases[case] = case_entry(label, rate, heat, zones, ["east", "west"])
    cases["outage"] = failed_entry(("Outage", "停炉"), "unmet heat above the limit on 2025-01-16")
    write_summary(folder, networks | {"works": {"en": "Works", "zh": "工厂"}}, cases)
    return folder


#: what the data centre of `add_direct_plant` gives in each hour, MW
DIRECT_MW = 4.5


def add_direct_plant(folder: Path) -> Path:
    """Add a data centre that heats stations n3 and n4 of East past the pipes; it is built in the base case only.

    In the first hour of the base case no primary water flows to n4, in the second to neither: it stands at 3.4 degC.
    """
    for case, capacity_mw in (("base", 6.0), ("project", 0.0)):
        file = folder / case / "inputs" / "east" / "plants.geojson"
        table = json.loads(file.read_text(encoding="utf-8"))
        plant = {"id": "dc", "node": "n4", "kind": "data_centre_heat", "role": "heat", "connection": "branch"}
        plant |= {"capacity_mw": capacity_mw, "t_source_degc": 22, "carnot_share": 0.5, "t_supply_max_degc": 60}
        plant |= {"serves": "hx_n3 hx_n4", "source": "typical"} | _names("Data centre", "数据中心")
        table["features"].append({"type": "Feature", "properties": plant, "geometry": None})
        _dump(file, table)
        water = folder / case / "east" / "water"
        heat = pd.read_parquet(water / "dispatch_heat_mw.parquet").set_index("time")
        write_table(heat.assign(dc=DIRECT_MW if capacity_mw else 0.0), water / "dispatch_heat_mw.parquet")
    water = folder / "base" / "east" / "water"
    for file in water.glob("consumer_*.parquet"):
        name = file.name.removesuffix(".parquet")
        standing = 3.4 if name.endswith("_degc") else 0.0
        if name == "consumer_dp_bar":
            continue
        values = pd.read_parquet(file).set_index("time")
        values.iloc[:2, values.columns.get_loc("hx_n4")] = standing
        values.iloc[1, values.columns.get_loc("hx_n3")] = standing
        write_table(values.astype(np.float32), file)
    return folder
