"""`line.yaml`, typed: one steam line, the pipes it could have, its users, and what would make the heat without it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from heatnet.errors import InputError, Problem, Problems
from heatnet.i18n import _
from heatnet.io.bundled import bundled_path
from heatnet.io.yaml_file import read_yaml
from heatnet.model.meta import FORMAT_VERSION
from heatnet.model.pipe_catalogue import catalogue
from heatnet.model.validation import did_you_mean, newer_version
from heatnet.physics.steam_stations import power_lost_share
from heatnet.study.config import Figure, Name, NotNegativeFigure, Positive, PositiveFigure, PriceSet, Strict, Text
from heatnet.study.load import LINE_FILE, price_set, validated


def _share(figure: Figure) -> Figure:
    if not 0.0 <= figure.value < 1.0:
        raise ValueError(_("Allowed: {low:g} to {high:g}").format(low=0, high=1))
    return figure


def _known_dn(dn: int) -> int:
    if dn not in catalogue().index:
        raise ValueError(_("Allowed: {names}").format(names=", ".join(str(one) for one in catalogue().index)))
    return dn


ShareFigure = Annotated[Figure, AfterValidator(_share)]
Dn = Annotated[int, AfterValidator(_known_dn)]


class LineData(Strict):
    """What is the same for every pipe."""

    length_m: PositiveFigure
    p_bar: PositiveFigure
    t_degc: PositiveFigure
    t_condensate_degc: NotNegativeFigure
    t_ground_degc: Figure
    roughness_mm: PositiveFigure
    v_max_m_per_s: PositiveFigure


class PipeChoice(Strict):
    """One diameter; `hand_dp_bar` is the pressure drop that an estimate by hand gives, from and to."""

    u_w_per_mk: NotNegativeFigure
    local_loss_share: NotNegativeFigure
    hand_dp_bar: tuple[Positive, Positive] | None = None


class Hand(Strict):
    """How the estimate by hand counts local losses: a share of the friction."""

    local_loss_share: NotNegativeFigure


class YearOfSteam(Strict):
    """Flows in and outside the heating season, and the steam of a year."""

    season_t_per_h: PositiveFigure
    other_t_per_h: PositiveFigure
    steam_t: PositiveFigure
    season_days: PositiveFigure

    @model_validator(mode="after")
    def _more_in_the_season(self) -> YearOfSteam:
        if self.season_t_per_h.value <= self.other_t_per_h.value:
            raise ValueError(_("season_t_per_h must be more than other_t_per_h"))
        return self


class User(Strict):
    """A kind of user: the absolute pressure it needs, the drop from the line's end to it, and its boiler without the line."""

    label: Text
    p_bar: PositiveFigure
    distribution_dp_bar: NotNegativeFigure
    instead: Name

    @property
    def at_end_bar(self) -> float:
        """Absolute pressure that must be left at the end of the line."""
        return self.p_bar.value + self.distribution_dp_bar.value


class Boiler(Strict):
    """A boiler: efficiency, heat it needs for itself, electricity per heat."""

    label: Text
    efficiency_share: PositiveFigure
    own_use_share: ShareFigure
    power_share: ShareFigure


class SteamLineConfig(Strict):
    """The whole of `line.yaml`."""

    format_version: int
    title: Text
    question: Text | None = None
    line: LineData
    pipes: Annotated[dict[Dn, PipeChoice], Field(min_length=1)]
    chosen_dn: int
    hand: Hand
    flows_t_per_h: Annotated[tuple[Positive, ...], Field(min_length=1)]
    year: YearOfSteam
    users: Annotated[dict[Name, User], Field(min_length=1)]
    boilers: Annotated[dict[Name, Boiler], Field(min_length=1)]
    z_share: ShareFigure | None = None
    u_factors: Annotated[tuple[Positive, ...], Field(min_length=1)] = (0.5, 1.0, 1.5)
    prices: str | PriceSet

    @property
    def power_lost(self) -> Figure:
        """Electricity that the power plant loses per heat: as stated, else by the state of the steam, as of `chp_steam`."""
        if self.z_share is not None:
            return self.z_share
        line = self.line
        share = float(power_lost_share(line.p_bar.value, line.t_degc.value, line.t_condensate_degc.value))
        return Figure(value=share, source="computed: by the state of the steam at the plant, docs/theory_steam.md")


@dataclass(frozen=True)
class SteamLineStudy:
    """A study of a steam line as read."""

    id: str
    file: Path
    config: SteamLineConfig
    prices: PriceSet


def load_steam_line(path: str | Path) -> SteamLineStudy:
    """Read a study folder with `line.yaml`, and its prices.

    Parameters
    ----------
    path : str or Path
        Folder, file, or the name of a bundled study.

    Raises
    ------
    InputError
        With every problem found.
    """
    file = _line_file(Path(path)).resolve()
    data = read_yaml(file)
    place = f"{file.parent.name}/{file.name}"
    version = data.get("format_version")
    if isinstance(version, int) and version > FORMAT_VERSION:
        raise InputError([newer_version(place, version, FORMAT_VERSION)])
    problems = Problems()
    config = None
    try:
        config = validated(data, place, SteamLineConfig)
    except InputError as error:
        problems.extend(error.problems)
    wanted = config.prices if config is not None else data.get("prices")
    prices = price_set(wanted, file.parent, LINE_FILE, problems) if isinstance(wanted, str | PriceSet) else None
    if config is not None:
        _note_names(config, place, problems)
    problems.raise_if_any()
    assert config is not None
    assert prices is not None
    return SteamLineStudy(file.parent.name, file, config, prices)


def _line_file(path: Path) -> Path:
    """Return the file that a path or a bundled study's name means."""
    for candidate in (path, path / LINE_FILE, bundled_path("studies") / str(path) / LINE_FILE):
        if candidate.is_file():
            return candidate
    known = sorted(item.parent.name for item in bundled_path("studies").glob(f"*/{LINE_FILE}"))
    found = _("holds no {file}").format(file=LINE_FILE) if path.is_dir() else _("does not exist")
    remedy = did_you_mean(path.name, known, "studies/{name}")
    raise InputError([Problem(str(path), found, _("A study folder with line.yaml"), remedy)])


def _note_names(config: SteamLineConfig, place: str, problems: Problems) -> None:
    """Note names that stand for nothing, and a state at the plant that is no steam."""
    if math.isnan(config.power_lost.value):
        found = _("{p:g} bar and {t:g} °C is no steam of 0.1 to 32 bar and up to 450 °C")
        line = config.line
        problems.add(f"{place}, line.t_degc", found.format(p=line.p_bar.value, t=line.t_degc.value))
    if config.chosen_dn not in config.pipes:
        allowed = _("Allowed: {names}").format(names=", ".join(str(dn) for dn in config.pipes))
        problems.add(f"{place}, chosen_dn", _("value {value!r}").format(value=config.chosen_dn), allowed)
    for name, user in config.users.items():
        if user.instead not in config.boilers:
            problems.add(
                f"{place}, users.{name}.instead",
                _("'{name}' does not exist").format(name=user.instead),
                _("Allowed: {names}").format(names=", ".join(config.boilers)),
                did_you_mean(user.instead, list(config.boilers)),
            )
        if user.at_end_bar >= config.line.p_bar.value:
            problems.add(
                f"{place}, users.{name}.p_bar",
                _("value {value!r}").format(value=user.p_bar.value),
                _("Less than the {p:g} bar at the plant, with the distribution's drop").format(
                    p=config.line.p_bar.value
                ),
            )


def figures_of(config: SteamLineConfig, prices: PriceSet) -> list[dict[str, object]]:
    """Return every figure of the study with its source, prices and emission factors included.

    Returns
    -------
    list of dict
        ``item`` (its place in the file), ``value`` and ``source``.
    """
    rows: list[dict[str, object]] = []

    def note(part: object, place: str) -> None:
        if isinstance(part, Figure):
            rows.append({"item": place, "value": part.value, "source": part.source})
        elif isinstance(part, Strict) and not isinstance(part, Text):
            for name in type(part).model_fields:
                note(getattr(part, name), f"{place}.{name}" if place else name)
        elif isinstance(part, dict):
            for name, one in part.items():
                note(one, f"{place}.{name}")

    note(config.model_copy(update={"prices": "", "z_share": config.power_lost}), "")
    note(prices, "prices")
    return rows
