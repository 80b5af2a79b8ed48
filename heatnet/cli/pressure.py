"""`heatnet pressure`: the pressure diagram (水压图) of hours and cases as a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from heatnet.cli.choices import choose, hour_asked, refuse, refuse_unsolved, solved_cases
from heatnet.i18n import _, language

if TYPE_CHECKING:
    from heatnet.metrics.pressure_line import Way
    from heatnet.model.network import Network
    from heatnet.report.context import Context
    from heatnet.report.pressure import Curve
    from heatnet.web.results_view import CaseResults


class _TwoPlaces(TyperCommand):
    """The command, which says what `--path` takes where one place or none follows it."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Refuse `--path` with fewer than two places before click takes an option for the second one."""
        for at, word in enumerate(args):
            places = args[at + 1 : at + 3]
            if word == "--path" and (len(places) < 2 or any(place.startswith("-") for place in places)):
                given = next((n for n, place in enumerate(places) if place.startswith("-")), len(places))
                found = _("followed by '{place}' alone").format(place=places[0]) if given else _("followed by no place")
                refuse("--path", found, _("Two places: --path A B"))
        return super().parse_args(ctx, args)


def add_commands(app: typer.Typer) -> None:
    """Add `pressure`."""

    @app.command(
        cls=_TwoPlaces,
        help=_("Draw the pressure diagram along a way through a network, as SVG, PDF or PNG."),
        epilog=_(
            "Examples: heatnet pressure results/teda_2025/plan_2025 · heatnet pressure results/teda_2025 --case gas_only "
            "--case plan_2025 --path plant4 c_a5_donghai_nw --hour design --hour '2025-11-18 12:00' --out pressures.pdf"
        ),
    )
    def pressure(
        results: Annotated[
            Path, typer.Argument(metavar="RESULTS", help=_("Results folder of a study, or of one of its cases."))
        ],
        path: Annotated[
            tuple[str, str] | None,
            typer.Option(
                "--path",
                metavar="A B",
                help=_("Plants, stations or nodes; from the plant to the worst station by default."),
            ),
        ] = None,
        network: Annotated[
            str | None, typer.Option("--network", help=_("Network; the first one with pipes by default."))
        ] = None,
        case: Annotated[list[str] | None, typer.Option("--case", help=_("Case; may be given several times."))] = None,
        hour: Annotated[
            list[str] | None,
            typer.Option("--hour", help=_("Time, or a label such as design or p53; may be given several times.")),
        ] = None,
        out: Annotated[
            Path | None,
            typer.Option("--out", help=_("File: .svg, .pdf or .png; pressure.svg in the results by default.")),
        ] = None,
    ) -> None:
        draw(results, path, network, case or [], hour or ["design"], out)


def draw(
    results: Path,
    path: tuple[str, str] | None,
    network: str | None,
    cases: Sequence[str],
    hours: Sequence[str],
    out: Path | None,
) -> None:
    """Draw the diagram and say where it lies; refuse what the results do not hold."""
    from heatnet.cli.show import say, warn
    from heatnet.io.results_store import results_root
    from heatnet.model.water_limits import Limits
    from heatnet.report.context import Context
    from heatnet.report.pressure import diagram
    from heatnet.report.pressure_file import chinese_font, draw_pressure_diagram, needs_chinese
    from heatnet.web.results_view import load_study

    root, named = results_root(results)
    target = _target(out or root / "pressure.svg")
    context = Context(load_study(root))
    if named and any(case != named for case in cases):
        found = _("'{case}' beside the folder of case '{named}'").format(case=", ".join(cases), named=named)
        refuse("--case", found, _("One of the two: the folder of the study with --case, or the folder of a case"))
    chosen = _cases(context, cases or ([named] if named else []))
    name = _network(chosen, network)
    owner = chosen[0].networks[name].network
    way, (start, end) = _way(owner, chosen[0], name, path)
    curves = [curve for one in chosen for curve in _curves(context, one, name, way, hours)]
    words = {"network": context.network_name(name), "start": start, "end": end}
    heading = _("Pressure diagram of {network}: {start} – {end}").format(**words)
    below = curves[0].label if len(curves) == 1 else _("solid: supply line; dashed: return line")
    title = f"{heading}\n{below}"
    told = diagram(owner, title, way, curves, Limits())
    if needs_chinese(told) and chinese_font() is None:
        warn(
            _(
                "No font on this machine holds Chinese: its letters are empty boxes. Install fonts-noto-cjk, for example."
            )
        )
    draw_pressure_diagram(told, target)
    say(_("Pressure diagram: {path}").format(path=target))


def _target(file: Path) -> Path:
    from heatnet.report.pressure_file import SUFFIXES

    if file.suffix.lower() not in SUFFIXES:
        refuse("--out", _("'{name}' has no ending of a picture").format(name=file.name), ", ".join(SUFFIXES))
    return file


def _cases(context: Context, asked: Sequence[str]) -> list[CaseResults]:
    known = solved_cases(context)
    return [known[choose("--case", name, list(known))] for name in asked or [context.shown_case]]


def _network(cases: Sequence[CaseResults], asked: str | None) -> str:
    known = [
        name
        for name, one in cases[0].networks.items()
        if len(one.hours) and all(name in case.networks for case in cases)
    ]
    if not known:
        refuse(cases[0].id, _("has no network whose water pipes were solved"), _("A case with solved water pipes"))
    return choose("--network", asked, known) if asked else known[0]


def _way(network: Network, case: CaseResults, name: str, asked: tuple[str, str] | None) -> tuple[Way, tuple[str, str]]:
    """Return the way and the names of its ends."""
    from heatnet.metrics.pressure_line import way_between
    from heatnet.report.pressure import default_ends

    known = [str(one) for table in (network.plants, network.consumers, network.nodes) for one in table.index]
    entry = (case.summary.get("by_network") or {}).get(name, {})
    ends = tuple(choose("--path", one, known) for one in asked) if asked else default_ends(network, entry)
    if ends is None:
        refuse("--path", _("the results name no worst station"), _("Two plants, stations or nodes"))
    way = way_between(network, ends[0], ends[1])
    if way is None:
        found = _("no open way leads from '{start}' to '{end}'").format(start=ends[0], end=ends[1])
        refuse("--path", found, _("Two places that pipes join"))
    return way, (_place(network, ends[0]), _place(network, ends[1]))


def _place(network: Network, element: str) -> str:
    for table in ("plants", "consumers"):
        if element in getattr(network, table).index:
            return network.display_name(table, element, language())
    return element


def _curves(context: Context, case: CaseResults, name: str, way: Way, hours: Sequence[str]) -> list[Curve]:
    from heatnet.model.water_limits import Limits
    from heatnet.report.pressure import curve_of, hour_state

    results = case.networks[name]
    folder = context.study.folder / case.id / name / "water"
    curves = []
    for asked in hours:
        time = hour_asked(asked, results.hours)
        state = hour_state(folder, time)
        if state is None:
            refuse_unsolved(case, time)
        label = _("{case}, {time}").format(case=context.label(case), time=f"{time:%Y-%m-%d %H:%M}")
        curves.append(curve_of(results.network, way, state, label, Limits()))
    return curves
