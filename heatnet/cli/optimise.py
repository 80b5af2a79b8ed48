"""`heatnet optimise`: the cheapest portfolio of a study's candidates that reaches a share of waste heat."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from heatnet.errors import InputError, NotSolvableError, Problem, Problems
from heatnet.i18n import _, language

if TYPE_CHECKING:
    from heatnet.study.config import Target
    from heatnet.study.load import Study


def add_commands(app: typer.Typer) -> None:
    """Add `optimise`."""

    @app.command(
        help=_("Find the cheapest portfolio of projects that reaches a share of industrial waste heat."),
        epilog=_(
            "Examples: heatnet optimise studies/path_to_15 · heatnet optimise studies/path_to_15 --curve · "
            "heatnet optimise studies/path_to_15 --without jinbin --without jinbin_ahp --lang zh"
        ),
    )
    def optimise(
        study: Annotated[Path, typer.Argument(metavar="STUDY", help=_("Study folder or study.yaml."))],
        target: Annotated[
            str | None,
            typer.Option("--target", help=_("Share to be reached, such as 0.15 or 15%; the study's by default.")),
        ] = None,
        waste_set: Annotated[
            str | None, typer.Option("--set", help=_("Heat that counts: strict, plan or broad."))
        ] = None,
        counting: Annotated[
            str | None, typer.Option("--counting", help=_("How it counts: delivered, recovered or displaced."))
        ] = None,
        denominator: Annotated[
            str | None, typer.Option("--denominator", help=_("What it is a share of: space or with_process."))
        ] = None,
        period: Annotated[str | None, typer.Option("--period", help=_("Hours that count: season or year."))] = None,
        zone: Annotated[str | None, typer.Option("--zone", help=_("A zone of the study, or a network."))] = None,
        without: Annotated[
            list[str] | None, typer.Option("--without", help=_("A candidate that is not to be built; may be repeated."))
        ] = None,
        curve: Annotated[
            bool, typer.Option("--curve", help=_("Also cost against rate, and the largest rate of every definition."))
        ] = False,
        check: Annotated[
            bool,
            typer.Option("--check", help=_("Also solve the portfolio found in the pipes, and say what differs there.")),
        ] = False,
        setpoints: Annotated[
            bool,
            typer.Option(
                "--setpoints", help=_("Instead: supply temperature and pump head of the study's key setpoints.")
            ),
        ] = False,
        uptake: Annotated[
            bool,
            typer.Option(
                "--uptake", help=_("Instead: waste heat taken against waste heat connected, and what limits it.")
            ),
        ] = False,
        case: Annotated[str | None, typer.Option("--case", help=_("Case of --uptake; the plan's by default."))] = None,
        out: Annotated[
            Path | None, typer.Option("--out", help=_("Results folder; results/STUDY-optimise by default."))
        ] = None,
    ) -> None:
        searched = {
            "--target": target,
            "--counting": counting,
            "--denominator": denominator,
            "--period": period,
            "--zone": zone,
            "--without": without,
            "--curve": curve,
            "--check": check,
        }
        if setpoints:
            from heatnet.cli.setpoints import optimise_setpoints_of

            _refuse_strangers("--setpoints", {"--uptake": uptake, "--case": case, "--set": waste_set, **searched})
            optimise_setpoints_of(study, out)
            return
        if uptake:
            from heatnet.cli.uptake import uptake_of

            _refuse_strangers("--uptake", searched)
            uptake_of(study, case, waste_set, out)
            return
        if case is not None:
            remedy = _("The case without candidates is the study's: portfolio.case.")
            raise InputError([Problem("--case", _("goes with --uptake only"), remedy=remedy)])
        choices = {
            "rate_share": target,
            "set": waste_set,
            "counting": counting,
            "denominator": denominator,
            "period": period,
            "zone": zone,
        }
        given = {name: value for name, value in choices.items() if value is not None}
        optimise_study(study, given, tuple(without or ()), curve, out, check)


def optimise_study(
    path: Path,
    choices: dict[str, Any],
    without: tuple[str, ...],
    curve: bool,
    out: Path | None,
    check: bool = False,
) -> None:
    """Search, write every output, print the verdict.

    Raises
    ------
    NotSolvableError
        If no portfolio reaches the target (everything but the portfolio is written), or its run in the pipes misses it.
    """
    from heatnet.cli.progress import Steps
    from heatnet.cli.verdict_portfolio import missed_sentence, print_portfolio
    from heatnet.study.load import load_study
    from heatnet.study.portfolio_files import write_portfolio
    from heatnet.study.portfolio_kept import KEPT
    from heatnet.study.portfolio_run import STEP_WEIGHTS, PortfolioSearch, Request
    from heatnet.study.portfolio_summary import portfolio_summary

    with Steps() as steps:
        study = load_study(path)
        request = Request(_target(study, choices), curve, without)
        folder = out or Path("results") / f"{study.id}-optimise"
        _refuse_a_file(folder)

        def tick(stage: str) -> None:
            steps.step(_stage(stage), STEP_WEIGHTS[stage])

        search = PortfolioSearch(study, request, tick, folder / KEPT)
        steps.begin(search.step_count(), _stage("state"))
        run = search.run()
        steps.done()
    summary = portfolio_summary(study, run)

    def write() -> None:
        write_portfolio(study, run, summary, folder, lambda place: _write_pages(study, summary, place))

    write()
    if check and summary["reached"]:
        summary["check"] = _checked(summary, folder, write)
        write()
    print_portfolio(summary, folder)
    missed = missed_sentence(summary)
    if missed:
        raise NotSolvableError(missed)


def _checked(summary: dict[str, Any], folder: Path, write: Callable[[], None]) -> dict[str, Any]:
    """Run the portfolio found, and return what differs; where its plants cannot be held to what the search takes, run it free."""
    check = _run_in_pipes(summary, folder)
    if check["status"] == "ok" or not summary["best"]["obliged_mwh"]:
        return check
    summary["best"]["obliged_mwh"] = {}
    write()
    return _run_in_pipes(summary, folder) | {"conflict": check["reason"]}


def _run_in_pipes(summary: dict[str, Any], folder: Path) -> dict[str, Any]:
    """Run the portfolio found as a case of its own, its results in a folder inside the search's, and return what differs."""
    from heatnet.cli.study_run import solved_summary
    from heatnet.study.load import load_study
    from heatnet.study.portfolio_case import BEST_CASE, STUDY_FILE
    from heatnet.study.portfolio_check import CHECK_FOLDER, check_of

    study = load_study(folder / STUDY_FILE, BEST_CASE)
    if summary["target"]["counting"] != "displaced":
        # nothing else asks for the baseline
        study = replace(study, cases={BEST_CASE: study.cases[BEST_CASE]})
    return check_of(summary, solved_summary(study, folder / CHECK_FOLDER, workers=2))


def _target(study: Study, choices: dict[str, Any]) -> Target:
    """Return the study's target with what the command line says of it.

    Raises
    ------
    InputError
        With everything that is wrong of it, in one message.
    """
    from pydantic import ValidationError

    from heatnet.model.validation import problems_of_validation
    from heatnet.study.config import Target
    from heatnet.study.portfolio_run import zone_problems

    problems, own = Problems(), dict(choices)
    if "rate_share" in own:
        own["rate_share"] = _share(own["rate_share"], problems)
    problems.extend(zone_problems(study, own.get("zone")))
    try:
        target = Target(**(study.config.rate.model_dump() | own))
    except ValidationError as error:
        found = problems_of_validation(error, "", Target)
        problems.extend(replace(one, where="--" + one.where.rpartition(" ")[2]) for one in found)
    problems.raise_if_any()
    return target


def _share(words: str, problems: Problems) -> float:
    """Return a share that is given as such or in per cent; what is neither is noted."""
    try:
        share = float(words.strip().removesuffix("%")) / (100.0 if words.strip().endswith("%") else 1.0)
    except ValueError:
        share = math.nan
    if not 0.0 <= share <= 1.0:
        problems.add("--target", repr(words), _("A share from 0 to 1, or in per cent: 0.15, 15%"))
        return 0.0
    return share


def _refuse_a_file(folder: Path) -> None:
    """Raise `InputError` where results would go below something that is no folder."""
    existing = next(one for one in (folder.absolute(), *folder.absolute().parents) if one.exists())
    if not existing.is_dir():
        found = _("'{name}' is a file").format(name=existing.name)
        raise InputError([Problem(str(folder), found, _("A folder"), _("Name another one."))])


def _refuse_strangers(mode: str, given: Mapping[str, object]) -> None:
    """Raise one `InputError` with every option that the mode does not have."""
    problems = Problems()
    for name, value in given.items():
        if value:
            problems.add(name, _("does not go with {mode}").format(mode=mode), remedy=_("Leave out one of them."))
    problems.raise_if_any()


def _stage(name: str) -> str:
    words = {
        "state": _("What each project can give"),
        "search": _("Searching portfolios"),
        "curve": _("Cost against rate"),
        "definitions": _("Largest rate by definition"),
    }
    return words.get(name, name)


def _write_pages(study: Study, summary: dict[str, Any], folder: Path) -> None:
    from heatnet.maps.portfolio import write_portfolio_map
    from heatnet.report.portfolio_page import write_portfolio_page

    assert study.portfolio is not None
    write_portfolio_page(summary, folder / "portfolio.html", language())
    write_portfolio_map(summary, study.portfolio.networks(()), folder / "portfolio_map.html", language())
