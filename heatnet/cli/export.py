"""`heatnet export`: an hour of a case for QGIS, pandapipes or pandapower."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from heatnet.cli.choices import choose, hour_asked, refuse, refuse_unsolved, solved_cases
from heatnet.i18n import _

if TYPE_CHECKING:
    import pandas as pd

    from heatnet.report.context import Context
    from heatnet.web.results_view import CaseResults, NetworkResults


class Format(StrEnum):
    """What is written."""

    GPKG = "gpkg"
    PANDAPIPES = "pandapipes"
    PANDAPOWER = "pandapower"


def add_commands(app: typer.Typer) -> None:
    """Add `export`."""

    @app.command(
        help=_(
            "Write an hour of a case as a GeoPackage with styles for QGIS, or as a net of pandapipes or pandapower."
        ),
        epilog=_(
            "Examples: heatnet export results/teda_2025/plan_2025 --format gpkg · heatnet export results/teda_2025/plan_2025 "
            "--format pandapipes --network teda_east --hour '2025-01-16 05:00' --out east.json"
        ),
    )
    def export(
        results: Annotated[
            Path, typer.Argument(metavar="RESULTS", help=_("Results folder of a study, or of one of its cases."))
        ],
        format_: Annotated[Format, typer.Option("--format", help=_("What is written."))] = Format.GPKG,
        hour: Annotated[str, typer.Option("--hour", help=_("Time, or a label such as design or p53."))] = "design",
        network: Annotated[
            str | None, typer.Option("--network", help=_("Network; all of them in a GeoPackage, else the first one."))
        ] = None,
        out: Annotated[Path | None, typer.Option("--out", help=_("File; in the case's folder by default."))] = None,
    ) -> None:
        write_export(results, format_, hour, network, out)


def write_export(results: Path, format_: Format, hour: str, network: str | None, out: Path | None) -> None:
    """Write the file and say where it lies, and how near a solved net is to the results."""
    from heatnet.cli.show import say
    from heatnet.io.results_store import results_root
    from heatnet.report.context import Context
    from heatnet.web.results_view import load_study

    root, named = results_root(results)
    context = Context(load_study(root))
    known = solved_cases(context)
    case = known[choose(str(results), named or context.shown_case, list(known))]
    if named is None:
        say(_("Case: {case} ({id})").format(case=context.label(case), id=case.id))
    if network is not None:
        choose("--network", network, list(case.networks))
    write = {Format.GPKG: _geopackage, Format.PANDAPIPES: _pandapipes, Format.PANDAPOWER: _pandapower}[format_]
    write(context, case, hour, network, out)


def _geopackage(context: Context, case: CaseResults, hour: str, network: str | None, out: Path | None) -> None:
    from heatnet.cli.show import say
    from heatnet.io.geopackage import write_geopackage
    from heatnet.report.geopackage import case_layers, unsolved_folders

    time = _time(hour, case, network)
    root = context.study.folder
    layers = case_layers(root, case, time, network)
    if not layers:
        refuse(case.id, _("has no network with coordinates"), _("A network with crs EPSG:4326 or local"))
    unsolved = unsolved_folders(root, case, time, network)
    if unsolved and all(unsolved.values()):
        refuse_unsolved(case, time)
    path = write_geopackage(layers, out or root / case.id / f"{case.id}.gpkg")
    say(_("GeoPackage of {time}: {path}").format(time=f"{time:%Y-%m-%d %H:%M}", path=path))
    if any(unsolved.values()):
        names = ", ".join(name for name, is_missing in unsolved.items() if is_missing)
        say(_("Without values of this hour: {networks}").format(networks=names))


def _time(hour: str, case: CaseResults, network: str | None) -> pd.Timestamp:
    """Return the hour; a label is that of the chosen network, else of the first one that was solved."""
    solved = [one for name, one in case.networks.items() if network in (None, name) and len(one.hours)]
    solved = solved or [one for one in case.networks.values() if len(one.hours)]
    if solved:
        return hour_asked(hour, solved[0].hours)
    schedule = next(frame for one in case.networks.values() for frame in one.schedule_mw.values())
    if hour == "design":
        return schedule.sum(axis=1).idxmax()
    return hour_asked(hour, schedule.iloc[:0].assign(label=[]))


def _chosen(case: CaseResults, network: str | None, known: list[str], missing: str) -> NetworkResults:
    if not known:
        refuse(case.id, missing, _("A case with solved networks"))
    return case.networks[choose("--network", network, known) if network else known[0]]


def _title(context: Context, case: CaseResults, network: str, time: pd.Timestamp) -> str:
    return f"{context.network_name(network)}, {context.label(case)}, {time:%Y-%m-%d %H:%M}"


def _file(out: Path | None, usual: Path) -> Path:
    """Return the file to write, its folder made."""
    path = out or usual
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _pandapipes(context: Context, case: CaseResults, hour: str, network: str | None, out: Path | None) -> None:
    from heatnet.adapters.pandapipes_file import write_net
    from heatnet.cli.show import say
    from heatnet.report.export import water_net

    solved = [name for name, one in case.networks.items() if one.network.carrier == "water" and len(one.hours)]
    results = _chosen(case, network, solved, _("has no network whose water pipes were solved"))
    time = hour_asked(hour, results.hours)
    folder = context.study.folder / case.id / results.id
    made = water_net(folder / "water", results.network, time, _title(context, case, results.id, time))
    if made is None:
        refuse_unsolved(case, time)
    path = _file(out, folder / "pandapipes.json")
    write_net(made.net, path)
    say(_("pandapipes net of {time}: {path}").format(time=f"{time:%Y-%m-%d %H:%M}", path=path))
    say(
        _("Largest difference to the results: {dp} bar, {dt} K").format(
            dp=f"{made.max_pressure_difference_bar:.1e}", dt=f"{made.max_temperature_difference_k:.1e}"
        )
    )


def _pandapower(context: Context, case: CaseResults, hour: str, network: str | None, out: Path | None) -> None:
    from heatnet.adapters.power_net import write_net
    from heatnet.cli.show import say
    from heatnet.report.export import power_net

    solved = [name for name, one in case.networks.items() if one.network.electric is not None and one.electric]
    results = _chosen(case, network, solved, _("has no power network that was solved"))
    time = _time(hour, case, results.id)
    folder = context.study.folder / case.id / results.id
    power = results.network.electric
    made = power_net(folder / "electric", power, time, _title(context, case, results.id, time)) if power else None
    if made is None:
        refuse_unsolved(case, time)
    path = _file(out, folder / "pandapower.json")
    write_net(made[0], path)
    say(_("pandapower net of {time}: {path}").format(time=f"{time:%Y-%m-%d %H:%M}", path=path))
    say(_("Largest difference of a voltage to the results: {dv} p.u.").format(dv=f"{made[1]:.1e}"))
