"""The application: language first, then commands, then what became of them as an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from heatnet.errors import HeatnetError, InputError
from heatnet.i18n import LANGUAGES, _, set_language

if TYPE_CHECKING:
    import typer

_USAGE_ERROR = 2
_INTERRUPTED = 130


def run(argv: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code: 0 fine, 2 input, 3 not solvable, 1 a defect."""
    sys.exit(_run(list(sys.argv[1:] if argv is None else argv)))


def _run(argv: list[str]) -> int:
    words, chosen = split_language(argv)
    if chosen is not None and chosen not in LANGUAGES:
        print(f"--lang {chosen!r}: {' | '.join(LANGUAGES)}", file=sys.stderr)
        return _USAGE_ERROR
    set_language(chosen or _language_of_environment())
    _speak_utf8()
    try:
        import typer.main

        from heatnet.cli.help_texts import mended

        mended(typer.main.get_command(build_app()))(args=words, prog_name="heatnet")
    except SystemExit as end:
        if end.code == _INTERRUPTED:
            print(_interrupted(words), file=sys.stderr)
        return end.code if isinstance(end.code, int) else int(bool(end.code))
    except BrokenPipeError:
        from heatnet.cli.show import leave_quietly

        leave_quietly()
    except HeatnetError as error:
        return _explain(error, words)
    except OSError as error:
        return _explain_file(error)
    return 0


def _interrupted(words: Sequence[str]) -> str:
    if "run" in words[:1]:
        return _("Interrupted; finished cases are kept, the summary is not written.")
    if "batch" in words[:1]:
        return _("Interrupted; finished seasons are kept: the same call continues.")
    return _("Interrupted.")


#: commands that write nothing, whatever becomes of them
_READERS = ("query", "compare")


def _explain(error: HeatnetError, words: Sequence[str]) -> int:
    from heatnet.cli.show import print_error, print_problems

    if isinstance(error, InputError):
        print_problems(error.problems, writes=not set(words[:1]) & set(_READERS))
    else:
        print_error(str(error))
    return error.exit_code


def _explain_file(error: OSError) -> int:
    """A file that cannot be read or written is the user's to mend; anything else of the system is a defect."""
    from heatnet.cli.show import print_error

    if error.filename is None:
        raise error
    print_error(f"{error.filename}: {error.strerror}")
    return _USAGE_ERROR


def split_language(argv: Sequence[str]) -> tuple[list[str], str | None]:
    """Take ``--lang X`` out of the words wherever it stands; return the other words and X."""
    words: list[str] = []
    chosen: str | None = None
    rest = iter(argv)
    for word in rest:
        if word == "--lang":
            chosen = next(rest, "")
        elif word.startswith("--lang="):
            chosen = word.removeprefix("--lang=")
        else:
            words.append(word)
    return words, chosen


def _language_of_environment() -> str:
    wished = os.environ.get("HEATNET_LANG", "")
    return wished if wished in LANGUAGES else "en"


def _speak_utf8() -> None:
    """Chinese on a Windows console with a legacy code page would otherwise end in an encoding error."""
    for stream in (sys.stdout, sys.stderr):
        encoding = (getattr(stream, "encoding", "") or "").lower().replace("-", "")
        if encoding != "utf8" and hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")


def build_app() -> typer.Typer:
    """Return the application with its help in the current language."""
    import typer

    from heatnet.cli import batch, bring, export, optimise, outputs, power, pressure, simulate, solve, steam, study_run

    app = typer.Typer(
        name="heatnet",
        help=_("District-heating and waste-heat network optimiser."),
        epilog=_(
            "Every command takes --lang zh|en. Exit codes: 0 fine, 2 input, 3 not solvable, 1 a defect of heatnet."
        ),
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    _add_global_options(app)
    for module in (bring, solve, simulate, steam, power, study_run, batch, optimise, outputs, pressure, export):
        module.add_commands(app)
    return app


def _add_global_options(app: typer.Typer) -> None:
    import typer

    from heatnet import __version__

    def show_version(wanted: bool) -> None:
        if wanted:
            print(f"heatnet {__version__}")
            raise typer.Exit

    version_option = typer.Option(
        False, "--version", help=_("Print the version."), callback=show_version, is_eager=True
    )
    language_option = typer.Option("en", "--lang", help=_("Language of all texts: zh or en (or HEATNET_LANG)."))

    @app.callback()
    def main(version: bool = version_option, lang: str = language_option) -> None:
        del version, lang
