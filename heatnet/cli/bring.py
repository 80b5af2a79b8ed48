"""`heatnet init` and `heatnet check`: example files to begin with, and one's own files held against the formats."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from heatnet.errors import InputError, Problem
from heatnet.i18n import _, pick

if TYPE_CHECKING:
    from heatnet.model.network import Network
    from heatnet.model.power_network import PowerNetwork


def add_commands(app: typer.Typer) -> None:
    """Add `init` and `check`."""

    @app.command(
        help=_("Copy the bundled networks, layers and studies into a folder of your own."),
        epilog=_("Example: heatnet init mystudies"),
    )
    def init(
        directory: Annotated[Path, typer.Argument(metavar="DIR", help=_("New or empty folder."))],
    ) -> None:
        initialise(directory)

    @app.command(
        help=_("Check a network folder or a study, and report every problem at once."),
        epilog=_("Examples: heatnet check networks/teda_east · heatnet check studies/teda_2025"),
    )
    def check(
        path: Annotated[Path, typer.Argument(metavar="PATH", help=_("Network folder, study folder or study.yaml."))],
    ) -> None:
        check_path(path)


def initialise(directory: Path) -> None:
    """Copy the bundled examples; refuse a folder that holds something."""
    import shutil

    from heatnet.cli.show import say
    from heatnet.io.bundled import PARTS, bundled_path

    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise InputError(
            [Problem(str(directory), _("is not empty"), _("A new or empty folder"), _("Name another one."))]
        )
    for part in PARTS:
        shutil.copytree(bundled_path(part), directory / part)
    say(_("Wrote {parts} to {directory}.").format(parts=", ".join(PARTS), directory=directory))
    say(_("Next: heatnet check {path}").format(path=directory / "networks" / "teda_east"))


def check_path(path: Path) -> None:
    """Check a network or a study and print what it holds."""
    from heatnet.cli.show import say, warn
    from heatnet.io.network_folder import is_network_folder, is_power_folder, load_network, load_power_network

    if is_power_folder(path):
        for line in describe_power(load_power_network(path)):
            say(line)
        return
    if is_network_folder(path):
        network = load_network(path)
        _check_steam_data(network)
        for line in describe(network):
            say(line)
        return
    from heatnet.study.load import LINE_FILE, load_study

    if path.name == LINE_FILE or (path / LINE_FILE).is_file():
        _check_line(path)
        return
    if path.is_dir() and not (path / "study.yaml").is_file():
        found = _("holds neither network.yaml nor study.yaml")
        raise InputError([Problem(str(path), found, _("A network folder or a study folder"))])
    from heatnet.study.weather_notes import weather_notes

    study = load_study(path)
    say(_("Study {name}: {title}").format(name=study.id, title=pick(study.config.title.both())))
    for name, case in study.cases.items():
        say(f"  {name}: {pick(case.case.label.both())}")
    for network in next(iter(study.cases.values())).networks.values():
        for line in describe(network):
            say(line)
    for note in weather_notes(study):
        warn(note)
    say(_("No problems found."))


def _check_steam_data(network: Network) -> None:
    """Raise what `heatnet steam` would refuse of a network's steam pipes; without pipes steam is a balance."""
    steam = network if network.carrier == "steam" else network.steam
    if steam is None or not len(steam.pipes):
        return
    from heatnet.steam import check_data

    check_data(steam)


def _check_line(path: Path) -> None:
    """Check a study of one steam line and print what it holds."""
    from heatnet.cli.show import say
    from heatnet.study.steam_line import load_steam_line

    study = load_steam_line(path)
    say(_("Study {name}: {title}").format(name=study.id, title=pick(study.config.title.both())))
    say("  " + ", ".join(f"DN{dn}" for dn in study.config.pipes))
    say(_("No problems found."))


def _consumer_line(network: Network) -> str:
    consumers = network.consumers
    count, heat, area = len(consumers), consumers["design_heat_mw"].sum(), consumers["area_m2"].sum() / 1e6
    if not area:  # process users
        return _("  {count} consumers, {heat:.1f} MW at design").format(count=count, heat=heat)
    return _("  {count} consumers, {heat:.1f} MW at design, {area:.2f} million m²").format(
        count=count, heat=heat, area=area
    )


def describe(network: Network) -> list[str]:
    """Return a few lines on what a network holds."""
    pipes = network.pipes
    lines = [
        _("Network {name} ({carrier}): {nodes} nodes, {pipes} pipes, {km:.1f} km of route").format(
            name=pick(network.name),
            carrier=network.carrier,
            nodes=len(network.nodes),
            pipes=len(pipes),
            km=pipes["length_m"].sum() / 1000,
        ),
        _consumer_line(network),
        _("  {count} plants: {names}").format(
            count=len(network.plants),
            names=", ".join(f"{plant} ({row['kind']})" for plant, row in network.plants.iterrows()),
        ),
    ]
    design, capacity = network.consumers["design_heat_mw"].sum(), network.plants["capacity_mw"].sum(skipna=False)
    if capacity < design:
        lines.append(
            _("  Warning: the plants give {capacity:.1f} MW, the consumers need {design:.1f} MW at design").format(
                capacity=capacity, design=design
            )
        )
    lines += describe(network.steam) if network.steam is not None else []
    return lines + (describe_power(network.electric) if network.electric is not None else [])


def describe_power(network: PowerNetwork) -> list[str]:
    """Return a few lines on what a power network holds."""
    from heatnet.model.power_warnings import power_warnings

    voltages = " / ".join(f"{voltage:g}" for voltage in sorted(set(network.buses["v_nom_kv"]), reverse=True))
    return [
        _("Power network {name}: buses {buses} ({voltages} kV), lines {lines}, transformers {transformers}").format(
            name=pick(network.name),
            buses=len(network.buses),
            voltages=voltages,
            lines=len(network.lines),
            transformers=len(network.transformers),
        ),
        _(
            "  loads {loads}, {load:.1f} MW at most; generators {generators}, {generation:.1f} MW; batteries {batteries}"
        ).format(
            loads=len(network.loads),
            load=network.loads["p_mw"].sum(),
            generators=len(network.generators),
            generation=network.generators["capacity_mw"].sum(),
            batteries=len(network.batteries),
        ),
        *(f"  {_('Warning')}: {text}" for text in power_warnings(network)),
    ]
