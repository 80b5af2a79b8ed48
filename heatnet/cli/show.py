"""What the terminal shows: problems, tables of a network's state, the verdict of a study."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NoReturn

from heatnet.errors import Problem
from heatnet.i18n import _

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from heatnet.report.tables import Table as ReportTable


@lru_cache(maxsize=2)
def console(stderr: bool = False) -> Console:
    """Return the terminal; without one (a pipe, a log) lines are 120 columns wide."""
    from rich.console import Console

    class Terminal(Console):
        def on_broken_pipe(self) -> None:
            # whoever reads has seen enough: no defect
            leave_quietly()

    plain = Terminal(stderr=stderr, highlight=False)
    return plain if plain.is_terminal else Terminal(stderr=stderr, highlight=False, width=120)


def leave_quietly() -> NoReturn:
    """End without a word where nobody reads any more (`| head`): what is still to be printed goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    raise SystemExit(0)


def print_problems(problems: Sequence[Problem], writes: bool = True) -> None:
    """Print every problem with place, value, what is allowed and the remedy.

    Parameters
    ----------
    problems : sequence of Problem
    writes : bool
        Whether the command would have written something: then it says that it did not.
    """
    from rich.markup import escape

    out = console(stderr=True)
    count = len(problems)
    if writes:
        one, several = (
            _("1 problem in the input; nothing was written."),
            _("{count} problems in the input; nothing was written."),
        )
    else:
        one, several = _("1 problem in the input."), _("{count} problems in the input.")
    headline = one if count == 1 else several.format(count=count)
    out.print(f"[bold red]{escape(headline)}[/]")
    for problem in problems:
        out.print(f"[bold]{escape(problem.where)}[/]: {escape(problem.found)}", soft_wrap=True)
        for text in (problem.allowed, problem.remedy):
            if text:
                out.print(f"    {escape(text)}", soft_wrap=True)


def print_error(message: str) -> None:
    """Print one line that says why there is no result."""
    from rich.markup import escape

    console(stderr=True).print(f"[bold red]{escape(message)}[/]", soft_wrap=True)


def say(line: str) -> None:
    """Print one line as it stands: names and paths may hold brackets, and are not broken."""
    console().print(line, markup=False, soft_wrap=True)


def warn(text: str) -> None:
    """Print a warning as one line."""
    from rich.markup import escape

    console().print(f"[yellow]{_('Warning')}: {escape(text)}[/]", soft_wrap=True)


def table(title: str, columns: Iterable[str], rows: Iterable[Sequence[str]], fold_first: bool = False) -> Table:
    """Return a table; the first column left, the others right; long cells fold in the others, or in the first one."""
    from rich.box import SIMPLE_HEAD
    from rich.markup import escape
    from rich.table import Table

    shown = Table(title=escape(title), title_justify="left", title_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    for i, column in enumerate(columns):
        shown.add_column(
            escape(column), justify="left" if i == 0 else "right", overflow="fold", no_wrap=(i == 0) != fold_first
        )
    for row in rows:
        shown.add_row(*(escape(cell) for cell in row))
    return shown


def report_table(report: ReportTable, fold_first: bool = False) -> Table:
    """Return a table of a page for the terminal."""
    columns = [
        column.label + _(", {unit}").format(unit=column.unit) if column.unit else column.label
        for column in report.columns
    ]
    return table(report.caption, columns, [report.printed(row) for row in report.rows], fold_first)
