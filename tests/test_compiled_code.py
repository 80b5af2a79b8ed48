"""Compiled code on disk: when it counts as saved, and what is told while it is made."""

from __future__ import annotations

import subprocess
import sys

MODULE = """
from pathlib import Path
from heatnet.compiled_code import cached, compilation_told, is_saved

HERE = Path(__file__).parent

def inner(x):
    return x + 1.0

inner = cached(inner, HERE)

def outer(x):
    return 2.0 * inner(x)

outer = cached(outer, HERE)

if __name__ == "__main__":
    told = []
    print(is_saved(HERE))
    with compilation_told(lambda done, total: told.append((done, total))):
        assert outer(1.0) == 4.0
    print(is_saved(HERE), told)
"""


def test_compiling_is_told_once(tmp_path):
    """Two functions, the inner one in the middle of the outer one's turn; the second process only loads."""
    module = tmp_path / "module.py"
    module.write_text(MODULE)
    first, second = (
        subprocess.run([sys.executable, str(module)], capture_output=True, text=True, check=True).stdout.split("\n")
        for _run in range(2)
    )
    assert first[:2] == ["False", "True [(0, 2), (0, 2)]"]
    assert second[:2] == ["True", "True []"]
