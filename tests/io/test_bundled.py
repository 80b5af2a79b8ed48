"""The bundled examples lie where the package says, in a checkout and in an installed wheel alike."""

from __future__ import annotations

import pytest

from heatnet.io import bundled
from heatnet.io.bundled import PARTS, bundled_path


@pytest.mark.parametrize("part", PARTS)
def test_each_part_is_there(part):
    assert any(bundled_path(part).iterdir())


def test_an_unknown_part():
    with pytest.raises(ValueError, match="no bundled part 'results'"):
        bundled_path("results")


def test_a_wheel_carries_its_own(tmp_path, monkeypatch):
    (tmp_path / "bundled" / "gis").mkdir(parents=True)
    monkeypatch.setattr(bundled, "_PACKAGE", tmp_path)
    assert bundled_path("gis") == tmp_path / "bundled" / "gis"
    assert bundled_path("networks") == tmp_path.parent / "networks"
