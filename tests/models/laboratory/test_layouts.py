"""Public layouts, each made in miniature, become manifests."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from mien.models.laboratory.layouts import LAYOUTS, convert
from mien.models.laboratory.sets import DataSet, check_apart, read_manifest
from mien.models.manifest import ManifestError


def touch(path: Path, content: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")


def fer2013(root: Path) -> None:
    pixels = " ".join(["128"] * 2304)
    rows = f"3,{pixels},Training\n0,{pixels},PublicTest\n6,{pixels},PrivateTest\n"
    touch(root / "fer2013.csv", "emotion,pixels,Usage\n" + rows)


def ck(root: Path) -> None:
    for subject, code in (("S005", "3"), ("S010", "7"), ("S011", "5"), ("S014", "1")):
        for frame in range(1, 6):
            touch(root / "cohn-kanade-images" / subject / "001" / f"{subject}_001_{frame:08}.png")
        touch(root / "Emotion" / subject / "001" / f"{subject}_001_emotion.txt", f"   {code}.0000000e+00\n")


def ravdess(root: Path) -> None:
    for actor in range(1, 25):
        for emotion in range(1, 9):
            touch(root / f"Actor_{actor:02}" / f"03-01-{emotion:02}-01-01-01-{actor:02}.wav")


def emodb(root: Path) -> None:
    for name in ("03a01Fa", "03a01Nc", "08a02Wb", "16b10La"):
        touch(root / "wav" / f"{name}.wav")


def meld(root: Path) -> None:
    head = "Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID\n"
    touch(
        root / "train_sent_emo.csv",
        head + '1,"Well, yes!",Ross,joy,positive,0,0\n2,No.,Joey,anger,negative,0,1\n',
    )
    touch(root / "dev_sent_emo.csv", head + "1,What?,Ross,surprise,negative,0,0\n")


def mosi(root: Path) -> None:
    head = "video_id,clip_id,text,label,mode\n"
    touch(root / "label.csv", head + "v1,1,good,2.4,train\nv1,2,so so,0,train\nv2,1,bad,-1.2,valid\n")
    (root / "npz" / "v1").mkdir(parents=True)
    np.savez(root / "npz" / "v1" / "1.npz", vision=np.zeros((3, 2)), audio=np.zeros((4, 2)))


def affectnet(root: Path) -> None:
    touch(root / "train" / "1" / "a.jpg")
    touch(root / "val" / "anger" / "b.png")


LABELS = {
    "fer2013": ["joy", "anger", "neutral"],
    "ck": ["disgust"] * 3 + ["surprise"] * 3 + ["joy"] * 3 + ["anger"] * 3,
    "ravdess": ["neutral", "calm", "joy", "sadness", "anger", "fear", "disgust", "surprise"] * 24,
    "emodb": ["joy", "neutral", "anger", "boredom"],
    "meld": ["joy", "anger", "surprise"],
    "mosi": ["positive", "neutral", "negative"],
    "mosei": ["positive", "neutral", "negative"],
    "affectnet": ["joy", "anger"],
}
MAKERS: dict[str, Callable[[Path], None]] = {
    "fer2013": fer2013, "ck": ck, "ravdess": ravdess, "emodb": emodb,
    "meld": meld, "mosi": mosi, "mosei": mosi, "affectnet": affectnet,
}  # fmt: skip


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_public_layout_becomes_a_manifest_divided_by_subject(name: str, tmp_path: Path) -> None:
    MAKERS[name](tmp_path / "source")
    entries = read_manifest(convert(name, tmp_path / "source", tmp_path / "out"))
    assert [e.label for e in entries] == LABELS[name]
    assert {e.split for e in entries} <= {"train", "dev", "test"}
    check_apart(entries)


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_missing_set_gives_one_line_that_says_where_it_is_published(name: str, tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="is published at http") as problem:
        convert(name, tmp_path, tmp_path / "out")
    assert "\n" not in str(problem.value)


def test_ravdess_tells_the_gender_from_the_number_of_the_actor(tmp_path: Path) -> None:
    ravdess(tmp_path)
    entries = read_manifest(convert("ravdess", tmp_path, tmp_path / "out"))
    assert {e.gender for e in entries if e.subject == "A03"} == {"male"}
    assert {e.gender for e in entries if e.subject == "A04"} == {"female"}


def test_meld_keeps_the_dialogue_and_its_official_split(tmp_path: Path) -> None:
    meld(tmp_path)
    entries = read_manifest(convert("meld", tmp_path, tmp_path / "out"))
    assert [(e.subject, e.split, e.extra["speaker"]) for e in entries] == [
        ("train0", "train", "Ross"), ("train0", "train", "Joey"), ("dev0", "dev", "Ross"),
    ]  # fmt: skip
    assert DataSet("text_meld", "text", entries).split("train")[0].extra["text"] == "Well, yes!"


def test_mosi_takes_features_from_npz_where_they_are_and_the_clip_where_not(tmp_path: Path) -> None:
    mosi(tmp_path)
    entries = read_manifest(convert("mosi", tmp_path, tmp_path / "out"))
    assert [e.path.suffix for e in entries] == [".npz", ".mp4", ".mp4"]


@pytest.mark.parametrize(
    ("name", "file", "content", "problem"),
    [
        ("fer2013", "fer2013.csv", "emotion,pixels,Usage\n9,1 2,Training\n", ":2: should be emotion 0-6"),
        ("fer2013", "fer2013.csv", "emotion,pixels\n", ":1: column Usage is missing"),
        ("mosi", "label.csv", "video_id,clip_id,text,label,mode\nv,1,a,nine,train\n", ":2: label should be"),
        ("mosi", "label.csv", "video_id,clip_id,text,label,mode\nv,1,a,nan,train\n", ":2: label should be"),
        ("emodb", "wav/03a01Xa.wav", "", "the sixth letter should be one of"),
        ("ravdess", "Actor_01/03-01-09-01-01-01-01.wav", "", "EE from 01 to 08"),
    ],
)
def test_a_file_that_is_not_what_its_layout_says_is_named_with_what_would_be_right(
    name: str, file: str, content: str, problem: str, tmp_path: Path
) -> None:
    touch(tmp_path / file, content)
    with pytest.raises(ManifestError, match=problem):
        convert(name, tmp_path, tmp_path / "out")


def test_an_unknown_layout_is_answered_with_those_that_are_known(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="no such layout; there are fer2013"):
        convert("imagenet", tmp_path, tmp_path / "out")
