"""A progress bar with the time left for a command of counted steps; a line a stage where there is no terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

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
        # steps may take minutes: the time left counts on all of them
        speed_estimate_period=3600.0,
    )


class Bar:
    """A bar on a terminal, and nothing of it elsewhere."""

    def __init__(self) -> None:
        self._bar = progress_bar()
        self._is_terminal = self._bar.console.is_terminal
        self._task = self._bar.add_task(_("Reading"), total=None)

    def __enter__(self) -> Self:
        if self._is_terminal:
            self._bar.start()
        return self

    def __exit__(self, *_error: object) -> None:
        if self._is_terminal:
            self._bar.stop()

    def say(self, text: str) -> None:
        """Show what is being done."""
        self._bar.update(self._task, description=text)
        if not self._is_terminal:
            self._bar.console.print(text, markup=False)

    def done(self) -> None:
        """Fill the bar."""
        total = self._bar.tasks[0].total or 1
        self._bar.update(self._task, completed=total, total=total)


class Steps(Bar):
    """Counts steps of known number."""

    def __init__(self) -> None:
        super().__init__()
        self._told = ""

    def begin(self, total: int, text: str) -> None:
        """Say how many steps there are."""
        self._bar.update(self._task, total=total)
        self._say_once(text)

    def step(self, text: str, weight: int = 1) -> None:
        """Count one step of a stage."""
        self._bar.update(self._task, advance=weight)
        self._say_once(text)

    def _say_once(self, text: str) -> None:
        if text != self._told:
            self.say(text)
        self._told = text
