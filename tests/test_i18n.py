"""The message catalogue: every text of the code is in it, translated, with the same placeholders, and compiled."""

from __future__ import annotations

import ast
import io
import re
import string
import threading
from pathlib import Path

import pytest

from heatnet import i18n
from heatnet.i18n import LANGUAGES, _, language, pick, set_language, use_language

babel_extract = pytest.importorskip("babel.messages.extract", reason="babel is not installed")

PACKAGE = Path(i18n.__file__).parent
CATALOGUE = PACKAGE / "locale" / "zh" / "LC_MESSAGES"


@pytest.fixture(scope="module")
def msgids():
    """Every msgid in the code with the files that use it."""
    from babel.messages.frontend import parse_mapping_cfg

    with (PACKAGE.parent / "babel.cfg").open() as stream:
        methods, options = parse_mapping_cfg(stream)
    found: dict[str, set[str]] = {}
    keywords = {"_": None, "gettext": None}
    extracted = babel_extract.extract_from_dir(PACKAGE, methods, options, keywords, comment_tags=())
    for file, _line, message, _comments, _context in extracted:
        text = message if isinstance(message, str) else message[0]
        found.setdefault(text, set()).add(str(file))
    return found


@pytest.fixture(scope="module")
def catalogue():
    from babel.messages.pofile import read_po

    with (CATALOGUE / "heatnet.po").open("rb") as stream:
        return read_po(stream)


def placeholders(text: str) -> set[tuple[str, str]]:
    """Names with their format: {t:.1f} and {t:.2f} print differently."""
    return {(name, form or "") for _text, name, form, _conversion in string.Formatter().parse(text) if name is not None}


def names(text: str) -> set[str]:
    return {name for name, _form in placeholders(text)}


@pytest.fixture(autouse=True)
def english_again():
    yield
    set_language("en")


def test_every_text_of_the_code_is_translated(msgids, catalogue):
    missing = [
        text
        for text in msgids
        if (entry := catalogue.get(text)) is None or not str(entry.string).strip() or entry.fuzzy
    ]
    assert missing == []


def test_nothing_else_is_in_the_catalogue(msgids, catalogue):
    assert [entry.id for entry in catalogue if entry.id and entry.id not in msgids] == []


def test_translations_have_the_same_placeholders(catalogue):
    different = [entry.id for entry in catalogue if entry.id and names(entry.id) != names(entry.string)]
    assert different == []


def test_translations_are_chinese(catalogue):
    """A translation without any Chinese is one of the few texts that are names, symbols or units in both languages."""
    same = [entry.id for entry in catalogue if entry.id and not re.search(r"[\u4e00-\u9fff]", entry.string)]
    untranslated = [text for text in same if len(re.findall(r"[A-Za-z]{3,}", re.sub(r"\{[^}]*\}", "", text))) > 2]
    assert untranslated == []


def test_the_compiled_catalogue_is_that_of_the_texts(catalogue):
    from babel.messages.mofile import write_mo

    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    assert (CATALOGUE / "heatnet.mo").read_bytes() == compiled.getvalue()


def test_texts_are_looked_up_when_they_are_shown():
    """A text that is translated while a module is imported keeps the language of that moment."""
    early = []
    for file in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        inside = {
            id(node)
            for function in ast.walk(tree)
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            for part in (function.body if isinstance(function.body, list) else [function.body])
            for node in ast.walk(part)
        }
        early += [
            f"{file.name}:{node.lineno}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "_"
            and id(node) not in inside
        ]
    assert early == []


def test_texts_are_constants():
    """An f-string or a variable inside _() is never found by the extractor."""
    wrong = []
    for file in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
                constant = len(node.args) == 1 and isinstance(node.args[0], ast.Constant)
                wrong += [] if constant else [f"{file.name}:{node.lineno}"]
    assert wrong == []


def test_the_language_is_set_and_given_back():
    assert language() == "en"
    with use_language("zh"):
        assert language() == "zh"
        assert _("is missing") != "is missing"
        with use_language("en"):
            assert _("is missing") == "is missing"
        assert language() == "zh"
    assert language() == "en"


def test_the_language_is_given_back_after_an_error():
    with pytest.raises(KeyError), use_language("zh"):
        raise KeyError
    assert language() == "en"


def test_an_unknown_language():
    with pytest.raises(ValueError, match="'fr' is not one of en, zh"):
        set_language("fr")


def test_a_language_belongs_to_its_thread():
    seen = []
    with use_language("zh"):
        thread = threading.Thread(target=lambda: seen.append(language()))
        thread.start()
        thread.join()
    assert seen == ["en"]


def test_an_unknown_text_stays_as_it_is():
    with use_language("zh"):
        assert _("no such text in any catalogue") == "no such text in any catalogue"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_pick_takes_the_language_or_what_there_is(lang):
    with use_language(lang):
        assert pick({"en": "East", "zh": "东区"}) == {"en": "East", "zh": "东区"}[lang]
        assert pick({"en": "East", "zh": ""}) == "East"
        assert pick({"fr": "Est"}) == "Est"
        assert pick({}) == ""
