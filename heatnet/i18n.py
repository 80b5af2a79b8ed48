"""The message catalogue: English msgids in the code, Chinese in `locale/zh`.

The language is a context variable, so that a report in one language can be written while the terminal speaks another.
"""

from __future__ import annotations

import gettext
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

LANGUAGES = ("en", "zh")
_DOMAIN = "heatnet"
_LOCALE_DIR = Path(__file__).parent / "locale"
_language: ContextVar[str] = ContextVar("heatnet_language", default="en")


@lru_cache(maxsize=len(LANGUAGES))
def _catalogue(language: str) -> gettext.NullTranslations:
    if language == "en":
        return gettext.NullTranslations()
    return gettext.translation(_DOMAIN, str(_LOCALE_DIR), languages=[language])


def _(message: str) -> str:
    """Return `message` in the current language."""
    return _catalogue(_language.get()).gettext(message)


def language() -> str:
    """Return the current language, "en" or "zh"."""
    return _language.get()


def set_language(name: str) -> None:
    """Set the language for this context.

    Raises
    ------
    ValueError
        If `name` is not one of `LANGUAGES`.
    """
    if name not in LANGUAGES:
        raise ValueError(f"language {name!r} is not one of {', '.join(LANGUAGES)}")
    _language.set(name)


@contextmanager
def use_language(name: str) -> Iterator[None]:
    """Use a language inside a ``with`` block."""
    before = _language.get()
    set_language(name)
    try:
        yield
    finally:
        _language.set(before)


def pick(names: Mapping[str, str]) -> str:
    """Return the text of the current language from ``{"en": …, "zh": …}``, or what there is."""
    return names.get(_language.get()) or names.get("en") or next(iter(names.values()), "")
