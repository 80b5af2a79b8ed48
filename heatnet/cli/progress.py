"""A progress bar with the time left for a command of counted steps; a line a stage where there is no terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from heatnet.i18n import _

if TYPE_CHECKING:
    from rich.progress import Progress


def progress_bar() -> Progress:
    """Return a bar with the time left; it vanishes when it is done."""
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    from heatnet.cli.show import console

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn(_("time left")),
        TimeRemainingColumn(),
        console=console(stderr=True),
        transient=True,
    )


class Steps:
    """Counts steps of known number."""

    def __init__(self) -> None:
        self._bar = progress_bar()
        self._is_terminal = self._bar.console.is_terminal
        self._task = self._bar.add_task(_("Reading"), total=None)
        self._told = ""

    def __enter__(self) -> Steps:
        if self._is_terminal:
            self._bar.start()
        return self

    def __exit__(self, *_error: object) -> None:
        if self._is_terminal:
            self._bar.stop()

    def begin(self, total: int, text: str) -> None:
        """Say how many steps there are."""
        self._bar.update(self._task, total=total)
        self._say(text)

    def step(self, text: str) -> None:
        """Count one step of a stage."""
        self._bar.update(self._task, advance=1)
        self._say(text)

    def _say(self, text: str) -> None:
        self._bar.update(self._task, description=text)
        if not self._is_terminal and text != self._told:
            self._bar.console.print(text, markup=False)
        self._told = text

    def done(self) -> None:
        """Fill the bar."""
        total = self._bar.tasks[0].total or 1
        self._bar.update(self._task, completed=total, total=total)
