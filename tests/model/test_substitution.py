"""The table of definitions: complete, nested, in both languages at call time."""

from itertools import pairwise

import pytest

from heatnet.model import substitution
from heatnet.model.plant_kinds import PLANT_KINDS
from heatnet.model.substitution import (
    HEADLINE,
    SET_CLASSES,
    Counting,
    Denominator,
    Period,
    WasteClass,
    WasteSet,
    definitions,
    headline,
    variants,
)


def test_each_set_contains_the_one_before_it_and_none_counts_nowhere():
    assert all(SET_CLASSES[narrow] < SET_CLASSES[wide] for narrow, wide in pairwise(WasteSet))
    assert set(SET_CLASSES) == set(WasteSet)
    assert all(WasteClass.NONE not in classes for classes in SET_CLASSES.values())


def test_every_plant_kind_has_a_known_class():
    assert {kind.waste_class for kind in PLANT_KINDS.values()} <= set(WasteClass)


def test_variants_are_all_combinations():
    assert len(set(variants())) == 3 * 3 * 2 * 2
    assert HEADLINE in set(variants())


def test_headline_as_the_summary_names_it():
    assert headline() == {
        "set": "plan",
        "counting": "recovered",
        "denominator": "space",
        "period": "season",
        "zone": "east_west",
    }


@pytest.mark.parametrize(
    ("axis", "members"),
    [("set", WasteSet), ("counting", Counting), ("denominator", Denominator), ("period", Period)],
)
def test_every_choice_is_defined_once(axis, members):
    assert [row.id for row in definitions() if row.axis == axis] == list(members)


def test_texts_are_looked_up_when_called(monkeypatch):
    monkeypatch.setattr(substitution, "_", lambda message: f"<{message}>")
    assert all(row.name.startswith("<") and row.meaning.startswith("<") for row in definitions())


def test_the_definition_says_that_loss_counts_as_used_heat():
    """(W + L)/(D + L) > W/D: who reads the rate with process steam must know that worse insulation can raise it."""
    (row,) = (row for row in definitions() if row.id == "with_process")
    assert "worse insulation can raise the rate" in row.meaning
