"""A boundary of three rows for the tiny network, as a folder."""

from __future__ import annotations

STAMPS = ("2025-01-15T07:00", "2025-01-15T08:00", "2025-01-15T09:00")
SECONDS = (0, 900, 1800)
HEAT = "time,c1,c2,c3\n{},3.0,2.0,3.5\n{},2.0,1.5,2.5\n{},1.0,0.5,1.5\n"


def boundary_of(folder, times=STAMPS, **files):
    folder.mkdir()
    (folder / "consumer_heat_mw.csv").write_text(HEAT.format(*times))
    (folder / "boundary.yaml").write_text("plant_heat_mw: {heat_pump: 0.5}\n")
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text)
    return folder


def names_in(folder):
    return {file.name for file in folder.iterdir()}
