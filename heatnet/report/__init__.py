"""The report: one offline, printable HTML page of a results folder."""

from heatnet.report.build import build_report

__all__ = ["build_report"]
