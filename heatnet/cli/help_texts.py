"""What the help shows otherwise than typer would: flags without a value, Chinese texts whole."""

from __future__ import annotations

import functools
from typing import Any

from heatnet.i18n import _, language


def mended(command: Any) -> Any:
    """Return a command, with its commands, whose flags show no type and whose Chinese help folds instead of being cut."""
    for one in (command, *getattr(command, "commands", {}).values()):
        for parameter in one.params:
            if getattr(parameter, "is_flag", False) and parameter.metavar is None:
                parameter.metavar = ""
        one.format_help = functools.partial(_formatted, one, one.format_help)
    return command


def _formatted(command: Any, format_help: Any, ctx: Any, formatter: Any) -> None:
    """Call `format_help`, with texts that break between any two characters: Chinese has no blanks to break at."""
    from typer import rich_utils

    own = command.get_help_option(ctx)
    if own is not None:
        own.metavar, own.help = "", _("Show this message and exit.")
    make = getattr(rich_utils, "_make_rich_text", None)
    if make is None or language() != "zh":
        format_help(ctx, formatter)
        return

    def folded(**given: Any) -> Any:
        text = make(**given)
        text.overflow = "fold"
        return text

    rich_utils._make_rich_text = folded
    try:
        format_help(ctx, formatter)
    finally:
        rich_utils._make_rich_text = make
