"""YAML in and out: mistakes in words with their line, files never half written."""

from __future__ import annotations

import pytest

from heatnet.errors import InputError
from heatnet.io.yaml_file import dump_yaml, read_yaml, write_text_atomically

BROKEN = (
    ("unclosed list", b"a: [1\nb: 2\n", "line 2"),
    ("key twice", b"a: 1\nb: 2\na: 3\n", "line 3"),
    ("key twice further down", b"a:\n  b: 1\n  b: 2\n", "line 3"),
    ("list for a key", b"? [1, 2]\n: 3\n", "line 1"),
    ("a list", b"- 1\n- 2\n", "no keys found"),
    ("nothing", b"", "no keys found"),
    ("a word", b"word\n", "no keys found"),
    ("control characters", b"a: \x00\n", "cannot be read"),
    ("wrong encoding", "a: 第一大街\n".encode("gbk"), "UTF-8"),
    ("unknown tag", b"a: !!python/object:os.system x\n", "line 1"),
)


@pytest.mark.parametrize(("content", "word"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_a_broken_file_is_named_in_one_problem(content, word, tmp_path):
    file = tmp_path / "some.yaml"
    file.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_yaml(file)
    (problem,) = caught.value.problems
    assert problem.where.startswith(f"{tmp_path.name}/some.yaml")
    assert word in str(problem)


def test_a_missing_file(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        read_yaml(tmp_path / "none.yaml")


def test_merge_keys_and_anchors_are_no_twins(tmp_path):
    file = tmp_path / "some.yaml"
    file.write_text("a: &x {p: 1, q: 2}\nb: {<<: *x, q: 3}\n")
    assert read_yaml(file) == {"a": {"p": 1, "q": 2}, "b": {"p": 1, "q": 3}}


def test_what_is_written_is_read_again(tmp_path):
    data = {"name": {"zh": "东区"}, "share": 0.1, "list": [1, 2], "nothing": None, "text": "11-15"}
    dump_yaml(data, tmp_path / "deep" / "some.yaml")
    assert read_yaml(tmp_path / "deep" / "some.yaml") == data
    assert list(read_yaml(tmp_path / "deep" / "some.yaml")) == list(data)


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path):
    file = tmp_path / "some.txt"
    write_text_atomically("old\n", file)
    with pytest.raises(UnicodeEncodeError):
        write_text_atomically("new \udc80\n", file)
    assert file.read_text() == "old\n"
    assert list(tmp_path.iterdir()) == [file]
