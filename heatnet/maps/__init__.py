"""The map: one offline HTML page of a results folder."""

from heatnet.maps.build import build_map

__all__ = ["build_map"]
