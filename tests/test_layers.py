"""The rooms of the house: a room imports only from rooms on lines above its own, lazy imports included."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "heatnet"
LINES = (
    ("errors", "i18n", "units", "compiled_code"),
    ("physics",),
    ("model",),
    ("adapters",),
    ("io",),
    ("demand",),
    ("plants",),
    ("simulate", "steam", "electric", "dispatch"),
    ("couple",),
    ("metrics",),
    ("design",),
    ("study",),
    ("web",),
    ("maps", "report"),
    ("cli",),
)
LEVEL = {room: level for level, rooms in enumerate(LINES) for room in rooms}
REFERENCE_LIBRARIES = ("pandapipes", "pandapower")


def room_of(file: Path) -> str | None:
    first = file.relative_to(PACKAGE).parts[0].removesuffix(".py")
    return None if first == "__init__" else first


def imported_modules(tree: ast.AST) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names if node.module == "heatnet")
    return names


def wrong_imports(room: str, modules: set[str]) -> list[str]:
    wrong = []
    for module in modules:
        parts = module.split(".")
        if parts[0] == "heatnet" and len(parts) > 1 and parts[1] in LEVEL:
            other = parts[1]
            if other != room and LEVEL[other] >= LEVEL[room]:
                wrong.append(f"{room} imports {module}")
        if parts[0] in REFERENCE_LIBRARIES and room != "adapters":
            wrong.append(f"{room} imports {module}; only adapters may")
    return wrong


FILES = sorted(file for file in PACKAGE.rglob("*.py") if room_of(file) is not None)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_imports_point_down(file):
    room = room_of(file)
    assert room in LEVEL, f"{room} is not a room of the house"
    assert wrong_imports(room, imported_modules(ast.parse(file.read_text(encoding="utf-8")))) == []


def test_relative_imports_are_absent():
    relative = [
        f"{file.relative_to(PACKAGE)}:{node.lineno}"
        for file in FILES
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert relative == []


def test_the_rule_finds_an_upward_import():
    tree = ast.parse("def f():\n    from heatnet.report import build\n    import pandapipes\n")
    assert len(wrong_imports("physics", imported_modules(tree))) == 2


def test_the_rule_finds_a_neighbour():
    assert wrong_imports("maps", imported_modules(ast.parse("import heatnet.report.build")))
