"""Results take their place whole: what was there before stays until they do, and where they do not."""

from pathlib import Path

import pytest

from clausula.batch.folder import MARK, FolderError, check_place, written_whole


def test_results_replace_what_was_there_when_they_are_whole(tmp_path: Path) -> None:
    out = tmp_path / "new" / "out"
    for text in ("first", "second"):
        with written_whole(out) as folder:
            (folder / "result").write_text(text, encoding="utf-8")
    assert (out / "result").read_text(encoding="utf-8") == "second"
    assert [path.name for path in out.parent.iterdir()] == ["out"]


def test_a_fault_leaves_what_was_there(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with written_whole(out) as folder:
        (folder / "result").write_text("first", encoding="utf-8")
    with pytest.raises(IsADirectoryError), written_whole(out) as folder:
        folder.write_text("half", encoding="utf-8")
    assert (out / "result").read_text(encoding="utf-8") == "first"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_results_that_cannot_be_moved_leave_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "result").write_text("first", encoding="utf-8")
    rename = Path.rename

    def refuse(path: Path, target: Path) -> Path:
        if path.name.startswith(".out.") and Path(target).name == "out":
            raise OSError(28, "No space left on device")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(OSError, match="No space left"), written_whole(out):
        pass
    assert (out / "result").read_text(encoding="utf-8") == "first"


def test_a_place_that_is_not_for_results_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, file, alien = tmp_path / "home", tmp_path / "file", tmp_path / "alien"
    for folder in (home, alien):
        folder.mkdir()
    file.touch()
    (alien / "letter").touch()
    (alien / MARK).write_text("[]", encoding="utf-8")
    monkeypatch.setenv("HOME", str(home))
    for place, inputs, message in (
        (home, [], "a folder you stand in or live in"),
        (Path.cwd(), [], "a folder you stand in or live in"),
        (file, [], "there already and no folder"),
        (alien, [], "files that clausula did not write"),
        (alien, [alien / "letter"], "which would be replaced"),
    ):
        with pytest.raises(FolderError, match=message):
            check_place(place, force=False, inputs=inputs)
    check_place(alien, force=True, inputs=[])
    check_place(tmp_path / "not-there", force=False, inputs=[])
