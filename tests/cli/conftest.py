"""The command line in this process: exit code, what it printed, and a folder of its own to work in."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

from heatnet.cli.main import _run
from heatnet.i18n import set_language


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
