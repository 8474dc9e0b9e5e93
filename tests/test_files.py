"""Writing: nothing already written is lost or half-written."""

import os
from pathlib import Path

import pytest

from eppv_atlas.errors import UsageError
from eppv_atlas.store import files


def names(folder):
    return sorted(p.name for p in folder.iterdir())


def test_generation_is_swapped_whole(tmp_path):
    out = tmp_path / "maps"
    files.swap_in(out, {"a.html": b"1", "b.html": b"2"})
    files.swap_in(out, {"a.html": b"3"})
    assert files.generation(out) == {"a.html": b"3"}
    assert names(tmp_path) == ["maps"]
    assert names(out) == [files.MARK, "a.html"]


@pytest.mark.parametrize("exchange", [True, False])
def test_failure_while_writing_leaves_the_old_state(tmp_path, monkeypatch, exchange):
    out = tmp_path / "maps"
    files.swap_in(out, {"a.html": b"old"})
    if not exchange:
        monkeypatch.setattr(files, "_exchange", lambda *_: False)

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UsageError, match="space"):
        files.swap_in(out, {"a.html": b"new", "b.html": b"new"})
    assert files.generation(out) == {"a.html": b"old"}
    assert names(tmp_path) == ["maps"]


def test_without_exchange_a_failed_rename_is_undone(tmp_path, monkeypatch):
    out = tmp_path / "maps"
    files.swap_in(out, {"a.html": b"old"})
    monkeypatch.setattr(files, "_exchange", lambda *_: False)
    rename, calls = Path.rename, []

    def second_fails(self, target):
        calls.append(target)
        if len(calls) == 2:
            raise OSError(13, "Permission denied")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", second_fails)
    with pytest.raises(UsageError, match="read-only"):
        files.swap_in(out, {"a.html": b"new"})
    assert files.generation(out) == {"a.html": b"old"}
    assert names(tmp_path) == ["maps"]


def test_swap_without_exchange_works_too(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "_exchange", lambda *_: False)
    out = tmp_path / "maps"
    for content in (b"1", b"2"):
        files.swap_in(out, {"a.html": content})
        assert files.generation(out) == {"a.html": content}
    assert names(tmp_path) == ["maps"]


def test_file_goes_aside_first(tmp_path, monkeypatch):
    path = tmp_path / "case.yaml"
    assert files.write_file(path, b"old")
    assert not files.write_file(path, b"old")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UsageError, match="space"):
        files.write_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["case.yaml"]
