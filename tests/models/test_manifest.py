from pathlib import Path

import pytest

from mien.bridge.messages import EMOTIONS
from mien.models.manifest import ManifestError, meant, read


def write(folder: Path, text: str) -> Path:
    file = folder / "manifest.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_rows_come_with_paths_beside_the_manifest(tmp_path: Path) -> None:
    (row,) = read(write(tmp_path, "path,label,subject,gender,split\nimg/a.png,joy,S1,,train\n"))
    assert row.path == tmp_path / "img" / "a.png"
    assert (row.label, row.subject, row.split, row.line) == ("joy", "S1", "train", 2)


@pytest.mark.parametrize(("label", "emotion"), [("calm", "neutral"), ("fear", "fear"), ("boredom", None)])
def test_calm_is_neutral_and_unknown_labels_are_none(tmp_path: Path, label: str, emotion: str | None) -> None:
    (row,) = read(write(tmp_path, f"path,label\na.png,{label}\n"))
    assert row.emotion == (None if emotion is None else EMOTIONS.index(emotion))


def test_without_subjects_every_file_is_its_own_person(tmp_path: Path) -> None:
    rows = read(write(tmp_path, "path,label\na.png,joy\nb.png,joy\n"))
    assert len({row.subject for row in rows}) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("file,label\na.png,joy\n", r"manifest\.csv:1: column path is missing"),
        ("path,label\n", "has no rows"),
        ("", "column path is missing"),
        ("path,label\na.png\n", r"manifest\.csv:2: path or label is empty"),
    ],
)
def test_a_wrong_manifest_says_where_and_what(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ManifestError, match=message):
        read(write(tmp_path, text))


def test_a_missing_manifest_is_an_error_of_one_line(tmp_path: Path) -> None:
    with pytest.raises(ManifestError) as error:
        read(tmp_path / "none.csv")
    assert "\n" not in str(error.value)


def test_a_folder_is_told_to_be_one(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"is a folder; should be a table in it, such as .*manifest\.csv"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("label", "name"), [("happy", "joy"), ("Angry", "anger"), ("suprise", "surprise"), ("boredom", "")]
)
def test_of_an_unknown_label_it_is_said_what_it_may_stand_for(label: str, name: str) -> None:
    assert meant(label) == name


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "manifest.csv").write_bytes(b"\xff\xfe\x00path,label")
    with pytest.raises(ManifestError):
        read(tmp_path / "manifest.csv")
