"""Plant kinds and the keys that each of them knows beyond the common columns."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from heatnet.model.on_off_keys import SWITCHING, SWITCHING_FUEL, YEARLY
from heatnet.model.schema import Column


@dataclass(frozen=True)
class PlantKind:
    """One kind of plant.

    Parameters
    ----------
    carriers : tuple of str
        Network carriers in which the kind may stand.
    waste_class : str
        Class of its heat in the substitution rate unless the row says otherwise.
    own : tuple of Column
        Further keys with limits and defaults.
    shared : tuple of Column
        Keys that it has in common with other kinds: on and off, yearly figures.
    """

    carriers: tuple[str, ...]
    waste_class: str
    own: tuple[Column, ...] = ()
    shared: tuple[Column, ...] = ()

    @property
    def keys(self) -> tuple[Column, ...]:
        """All keys beyond the common columns."""
        return (*self.own, *self.shared)


#: a plant of this kind shifts heat of other plants and makes none
STORE_KIND = "heat_store"


def _number(
    name: str, text: str, low: float, high: float, default: float | None = None, required: bool = False
) -> Column:
    return Column(name, "number", text, required=required, low=low, high=high, default=default)


_UNITS = Column("units_mw", "text", "capacities of the single units, separated by blanks")
_EFFICIENCY = _number("efficiency_share", "heat per fuel, lower heating value", 0.3, 1.1, required=True)
_LHV = _number("lhv_mwh_per_t", "lower heating value of the fuel", 2.0, 15.0, required=True)
_POWER = _number("power_share", "electricity per heat", 0.0, 1.0, default=0.0)
_OWN_USE = _number(
    "own_use_share",
    "share of the boilers' heat that the plant itself uses; by feed water and blow-down if absent",
    0.0,
    0.5,
)
_STEAM = _number(
    "steam_mwh_per_t", "heat given per tonne of steam, condensate credit included", 0.3, 1.0, required=True
)
_STEAM_OF_STATE = _number("steam_mwh_per_t", "heat per tonne of steam, where its state is not known", 0.3, 1.0)
_Z = _number("z_share", "power lost per heat extracted", 0.0, 1.0, required=True)
_T_SOURCE = Column(
    "t_source_degc", "profile", "temperature of the heat source, one number or twelve", required=True, low=-5, high=150
)
_MDOT_SOURCE = _number("mdot_source_kg_per_s", "flow of the heat source", 0.0, 100_000, required=True)
_CARNOT = _number("carnot_share", "share of the Carnot efficiency that the heat pump reaches", 0.2, 0.8, required=True)
_T_MAX = _number("t_supply_max_degc", "highest temperature that the plant can give", 20, 180, required=True)
_SERVES = Column("serves", "text", "consumers that it heats directly, separated by blanks; those at its node if absent")
_T_CONDENSATE = _number("t_condensate_degc", "temperature of the condensate", 0.0, 180, default=80.0)
_RETURN_SHARE = _number("return_share", "share of the condensate that comes back", 0.0, 1.0, default=1.0)
_T_MAKEUP = _number("t_makeup_degc", "make-up water for condensate that does not come back", 0.0, 100, default=20.0)
_TIE_IN = Column(
    "tie_in",
    "text",
    "where the steam goes: to process users, spread exchange stations or one exchange station",
    choices=("process_users", "spread_stations", "one_station"),
)


#: of boilers, and of machines that burn nothing; those with a contract of their own have no yearly figure here
_FIRED = (*SWITCHING, *SWITCHING_FUEL, *YEARLY)
_UNFIRED = (*SWITCHING, *YEARLY)


def _steam_house(min_load_share: float) -> tuple[Column, ...]:
    """Return the keys of a steam boiler house beyond what its fuel needs; the typical least load is the fuel's."""
    return (
        _number("blow_down_share", "blow-down per steam raised; its own use is computed where given", 0.0, 0.2),
        _number("t_feed_degc", "feed water behind the deaerator", 20, 180, default=104.0),
        _T_CONDENSATE,
        _number("return_share", "share of the condensate that comes back", 0.0, 1.0, default=0.5),
        _T_MAKEUP,
        _number("shell_loss_share", "loss of a boiler's shell per fuel at rated load", 0.0, 0.1, default=0.0),
        _number("efficiency_load_share", "load at which efficiency_share holds", 0.1, 1.0, default=1.0),
        _number("min_load_share", "least load of a boiler", 0.0, 1.0, default=min_load_share),
    )


PLANT_KINDS = MappingProxyType(
    {
        "source": PlantKind(("water", "steam", "site"), "none"),
        "gas_boiler": PlantKind(
            ("water", "site"),
            "none",
            (
                _UNITS,
                _EFFICIENCY,
                _number("efficiency_condensing_share", "efficiency with a return below 50 °C", 0.3, 1.1),
                _POWER,
            ),
            _FIRED,
        ),
        "coal_boiler": PlantKind(("water", "site"), "none", (_UNITS, _EFFICIENCY, _LHV, _POWER), _FIRED),
        "gas_steam_boiler": PlantKind(
            ("steam", "site"),
            "none",
            (_UNITS, _EFFICIENCY, _OWN_USE, _STEAM_OF_STATE, _POWER, *_steam_house(0.3)),
            _FIRED,
        ),
        "coal_steam_boiler": PlantKind(
            ("steam", "site"),
            "none",
            (_UNITS, _EFFICIENCY, _OWN_USE, _STEAM_OF_STATE, _LHV, _POWER, *_steam_house(0.4)),
            _FIRED,
        ),
        "chp_steam": PlantKind(
            ("steam",),
            "plan",
            (
                _STEAM_OF_STATE,
                _number("mdot_base_kg_per_s", "steam that can be taken all year", 0.0, 1000, required=True),
                _number(
                    "mdot_season_kg_per_s", "steam that can be taken in the heating season", 0.0, 1000, required=True
                ),
                _number("steam_year_t", "steam of a year at most", 0.0, 1e8),
                _number("mdot_min_kg_per_s", "contract: least steam of every hour, taken or thrown away", 0.0, 1000),
                _number("take_year_min_t", "contract: least steam of a year that has to be used", 0.0, 1e8),
                _number("t_condensate_degc", "condensate that comes back", 0.0, 180, default=80.0),
                _number("return_share", "share of the condensate that comes back", 0.0, 1.0, default=1.0),
                _number("t_makeup_degc", "water that replaces the rest", 0.0, 100, default=20.0),
                _number("z_share", "power lost per heat extracted; by the state of the steam if absent", 0.0, 1.0),
                _TIE_IN,
                _number("loss_share", "share of the heat lost on the line where no pipes are solved", 0.0, 0.5),
            ),
            SWITCHING,
        ),
        "steam_exchange": PlantKind(
            ("water",),
            "none",
            (
                _number("efficiency_share", "heat to the water per heat of the steam", 0.5, 1.0, default=0.99),
                _T_CONDENSATE,
                _RETURN_SHARE,
                _T_MAKEUP,
                _number("min_p_bar", "absolute pressure of the steam that the station is sure of", 0.1, 32),
                _number("approach_k", "condensing temperature above the water that leaves", 0.0, 50, default=5.0),
                _TIE_IN,
            ),
        ),
        "sewage_heat_pump": PlantKind(
            ("water",),
            "plan",
            (
                _T_SOURCE,
                _MDOT_SOURCE,
                _number(
                    "t_source_min_degc", "lowest temperature to which the source may be cooled", 0.0, 60, required=True
                ),
                _CARNOT,
                _T_MAX,
                _SERVES,
            ),
            _UNFIRED,
        ),
        "data_centre_heat": PlantKind(("water",), "plan", (_T_SOURCE, _CARNOT, _T_MAX, _SERVES), _UNFIRED),
        "geothermal_doublet": PlantKind(
            ("water",),
            "broad",
            (
                _T_SOURCE,
                _MDOT_SOURCE,
                _number("t_reinjection_min_degc", "lowest reinjection temperature", 5, 100, required=True),
                _POWER,
                Column("reinjection_well", "text", "the doublet's second well"),
                _SERVES,
            ),
            _UNFIRED,
        ),
        "process_waste_heat": PlantKind(
            ("steam", "site"),
            "strict",
            (_STEAM, _number("mdot_kg_per_s", "steam available", 0.0, 1000), _POWER),
            _UNFIRED,
        ),
        "chp_heat": PlantKind(("water", "site"), "plan", (_Z,), _UNFIRED),
        "electric_boiler": PlantKind(
            ("water", "site"),
            "none",
            (
                _number("efficiency_share", "heat per electricity", 0.5, 1.0, default=0.99),
                Column(
                    "hours",
                    "text",
                    "when it runs: any hour, or the valley hours of the electricity tariff",
                    choices=("any", "valley"),
                    default="any",
                ),
            ),
            _UNFIRED,
        ),
        "air_source_heat_pump": PlantKind(
            ("water", "site"),
            "none",
            (
                _CARNOT,
                _T_MAX,
                _number("air_dt_k", "how much colder than the outdoor air it leaves", 0.0, 20, default=5.0),
                _number(
                    "t_outdoor_min_degc", "outdoor temperature below which it does not run", -50, 30, default=-20.0
                ),
                _SERVES,
            ),
            _UNFIRED,
        ),
        STORE_KIND: PlantKind(
            ("water", "site"),
            "none",
            (
                _number("energy_mwh", "heat that the full tank holds above the empty one", 0.0, 1e6),
                _number("volume_m3", "water in the tank, instead of energy_mwh", 0.0, 1e7),
                _number("t_hot_degc", "water of the full tank", 5, 180),
                _number("t_cold_degc", "water of the empty tank", 0.0, 150),
                _number("charge_mw", "largest heat into the tank; capacity_mw if absent", 0.0, 20_000),
                _number("loss_share_per_h", "share of the stored heat that is lost in an hour", 0.0, 0.2, default=0.0),
                _number("level_first_share", "level at the beginning; if absent, that at the end", 0.0, 1.0),
                Column("charged_by", "text", "plants that charge it, separated by blanks; those at its node if absent"),
            ),
        ),
    }
)


def all_plant_keys() -> dict[str, Column]:
    """Return every key that some kind knows, by name."""
    return {column.name: column for kind in PLANT_KINDS.values() for column in kind.keys}
