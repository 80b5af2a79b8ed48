"""YAML files: read with errors in words, written atomically."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

import yaml

from heatnet.errors import InputError, Problem
from heatnet.i18n import _


class _UniqueKeyLoader(yaml.SafeLoader):
    """A loader to which the same key twice is an error, not the last one's win."""


def _mapping_without_twins(loader: _UniqueKeyLoader, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _value in node.value:
        if key_node.tag == "tag:yaml.org,2002:merge":
            continue
        key = loader.construct_object(key_node, deep=deep)
        if not isinstance(key, Hashable):
            raise yaml.MarkedYAMLError(problem=f"key {key} is not a word", problem_mark=key_node.start_mark)
        if key in seen:
            raise yaml.MarkedYAMLError(problem=f"key '{key}' stands there twice", problem_mark=key_node.start_mark)
        seen.add(key)
    return loader.construct_mapping(node, deep)


_UniqueKeyLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping_without_twins)


def read_yaml(file: str | Path) -> dict[str, Any]:
    """Return a YAML file's mapping.

    Raises
    ------
    InputError
        If the file is missing, is not YAML, repeats a key or does not hold a mapping.
    """
    path = Path(file)
    place = f"{path.parent.name}/{path.name}"
    try:
        data = yaml.load(path.read_text(encoding="utf-8-sig"), Loader=_UniqueKeyLoader)
    except FileNotFoundError:
        raise InputError([Problem(str(path), _("does not exist"))]) from None
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f", {_('line {number}').format(number=mark.line + 1)}" if mark else ""
        reason = getattr(error, "problem", None) or str(error)
        utf8 = isinstance(error, UnicodeDecodeError)
        raise InputError(
            [
                Problem(
                    place + line,
                    _("cannot be read: {error}").format(error=reason),
                    _("A text in UTF-8") if utf8 else "",
                    _("Save it again as UTF-8.") if utf8 else "",
                )
            ]
        ) from None
    if not isinstance(data, dict):
        raise InputError([Problem(place, _("cannot be read: {error}").format(error=_("no keys found")))])
    return data


def write_text_atomically(text: str, file: Path) -> None:
    """Write a text so that the file is either the old or the new one, never half."""
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        os.chmod(name, 0o644)
        os.replace(name, file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def dump_yaml(data: Mapping[str, Any], file: Path) -> None:
    """Write a mapping as YAML, keys in their order."""
    text = yaml.safe_dump(dict(data), allow_unicode=True, sort_keys=False, width=120)
    write_text_atomically(text, file)
