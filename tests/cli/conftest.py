"""The command line in this process: exit code, what it printed, and a folder of its own to work in; a boundary for it."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from heatnet import simulate as engines
from heatnet.cli.main import _run
from heatnet.i18n import set_language

SMALL = runpy.run_path(str(Path(__file__).parent / "small_boundary.py"))


class Answer(NamedTuple):
    """What a command answered."""

    code: int
    out: str
    err: str


@pytest.fixture
def heatnet(capsys, monkeypatch, tmp_path) -> Callable[..., Answer]:
    """Run `heatnet` with words in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HEATNET_LANG", raising=False)

    def run(*words: object) -> Answer:
        capsys.readouterr()
        code = _run([str(word) for word in words])
        set_language("en")
        return Answer(code, *capsys.readouterr())

    return run


@pytest.fixture
def network(draft, tmp_path):
    return draft.write(tmp_path / "tiny")


@pytest.fixture
def hours(tmp_path):
    return SMALL["boundary_of"](tmp_path / "hours")


@pytest.fixture
def asked(monkeypatch):
    """What `simulate` is asked for; arguments that it does not know yet are taken off."""
    calls, real = [], engines.simulate

    def simulate(network, boundary, **words):
        calls.append(words)
        known = ("engine", "progress", "threads")
        return real(network, boundary, **{name: value for name, value in words.items() if name in known})

    monkeypatch.setattr(engines, "simulate", simulate)
    return calls
