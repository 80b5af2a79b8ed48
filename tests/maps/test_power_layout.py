"""The bundled power network on the map: voltage levels and open ties are told to the page."""

from __future__ import annotations

from heatnet.io.bundled import bundled_path
from heatnet.io.network_folder import load_power_network
from heatnet.maps.power import power_layout


def test_lines_say_their_voltage_and_whether_they_are_open():
    network = load_power_network(bundled_path("networks") / "teda_east")
    layout = power_layout(network)
    lines = {item["id"]: item for item in layout["pipes"]}
    assert {line for line, item in lines.items() if item["open"]} == set(network.lines.index[network.lines["open"]])
    assert any(item["open"] for item in lines.values())
    by_level = {}
    for item in lines.values():
        by_level.setdefault(item["v_nom_kv"], set()).add(item["width"])
    assert set(by_level) == {10.0, 35.0, 110.0}
    assert all(len(widths) == 1 for widths in by_level.values())
    assert len(set.union(*by_level.values())) == 3
