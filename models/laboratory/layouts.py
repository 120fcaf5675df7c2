"""Public data sets as they are distributed, turned into a folder with a `manifest.csv`.

Nothing is downloaded. Pictures and sounds stay where they are; the manifest names them by absolute path.
Each reader assigns `split` by the set's official division where there is one, else by `sets.divide`.
Pickled files are never opened: features of CMU-MOSI and CMU-MOSEI must be given as `.npz`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from mien.models.laboratory.sets import Entry, divide, write
from mien.models.manifest import ManifestError, table

AFFECT_NET: Final = ("neutral", "joy", "sadness", "surprise", "fear", "disgust", "anger", "contempt")
FER: Final = ("anger", "disgust", "fear", "joy", "sadness", "surprise", "neutral")
CK: Final = ("neutral", "anger", "contempt", "disgust", "fear", "joy", "sadness", "surprise")
RAVDESS: Final = ("neutral", "calm", "joy", "sadness", "anger", "fear", "disgust", "surprise")
EMO_DB: Final = {
    "W": "anger", "L": "boredom", "E": "disgust", "A": "fear", "F": "joy", "T": "sadness", "N": "neutral",
}  # fmt: skip
EMO_DB_WOMEN: Final = frozenset({"08", "09", "13", "14", "16"})
POLARITY: Final = ("negative", "neutral", "positive")


@dataclass(frozen=True)
class Layout:
    """One public layout: its reader, and where the set is published."""

    title: str
    published: str
    needs: str
    """File or folder by which the layout is known, as a glob pattern."""
    read: Callable[[Path, Path], list[Entry]]


def convert(name: str, source: Path, out: Path) -> Path:
    """Write `out/manifest.csv` for a public set that lies in `source`; return the manifest.

    Raises:
        ManifestError: no such layout, the set is not there (the line says where it is published), or a file
            of it cannot be read.
    """
    layout = LAYOUTS.get(name)
    if layout is None:
        raise ManifestError(f"{name}: no such layout; there are {', '.join(LAYOUTS)}")
    if next(source.glob(layout.needs), None) is None:
        raise ManifestError(
            f"{source}: has no {layout.needs}; {layout.title} is published at {layout.published}"
        )
    out.mkdir(parents=True, exist_ok=True)
    entries = layout.read(source.resolve(), out.resolve())
    if not entries:
        raise ManifestError(f"{source}: has no labeled item of {layout.title}")
    return write(entries, out / "manifest.csv")


def _fer2013(source: Path, out: Path) -> list[Entry]:
    """`fer2013.csv`: emotion 0–6, 2304 gray values, Usage. It names no people: each picture stands alone."""
    file = next(source.glob("fer2013.csv"))
    (out / "img").mkdir(exist_ok=True)
    entries = []
    for line, row in table(file, ("emotion", "pixels", "Usage")):
        try:
            pixels = np.array(row["pixels"].split(), np.uint8).reshape(48, 48)
            label = FER[int(row["emotion"])]
        except (ValueError, IndexError, OverflowError):
            raise ManifestError(
                f"{file}:{line}: should be emotion 0-6 and 48×48 values from 0 to 255"
            ) from None
        path = Path("img") / f"{line:05d}.png"
        cv2.imwrite(str(out / path), pixels)
        split = {"Training": "train", "PublicTest": "dev", "PrivateTest": "test"}.get(row["Usage"], "train")
        entries.append(Entry(path, label, f"picture{line}", "", split))
    return entries


def _ck(source: Path, _out: Path) -> list[Entry]:
    """`Emotion/S005/001/*_emotion.txt` beside `cohn-kanade-images/S005/001/*.png`: last three frames."""
    entries = []
    for file in sorted(source.glob("Emotion/*/*/*_emotion.txt")):
        subject, take = file.parts[-3:-1]
        try:
            label = CK[int(float(file.read_text()))]
        except (ValueError, IndexError):
            raise ManifestError(f"{file}: should hold one number from 0 to 7") from None
        pictures = sorted((source / "cohn-kanade-images" / subject / take).glob("*.png"))[-3:]
        entries += [Entry(picture, label, subject, "", "") for picture in pictures]
    return divide(entries)


def _ravdess(source: Path, _out: Path) -> list[Entry]:
    """`Actor_NN/03-01-EE-…-NN.wav`: the third number is the emotion, the last the actor (odd: male)."""
    entries = []
    for path in sorted(source.glob("**/03-01-*.wav")):
        parts = path.stem.split("-")
        if len(parts) != 7 or not all(p.isdigit() for p in parts) or not 1 <= int(parts[2]) <= 8:
            raise ManifestError(f"{path}: should be named 03-01-EE-II-SS-RR-AA.wav, EE from 01 to 08")
        gender = "male" if int(parts[6]) % 2 else "female"
        entries.append(Entry(path, RAVDESS[int(parts[2]) - 1], f"A{parts[6]}", gender, ""))
    return divide(entries)


def _emo_db(source: Path, _out: Path) -> list[Entry]:
    """`wav/03a01Fa.wav`: two digits of the speaker, the sixth letter is the emotion in German."""
    entries = []
    for path in sorted(source.glob("wav/*.wav")):
        label = EMO_DB.get(path.stem[5:6])
        if label is None:
            raise ManifestError(f"{path}: the sixth letter should be one of {''.join(EMO_DB)}")
        speaker = path.stem[:2]
        gender = "female" if speaker in EMO_DB_WOMEN else "male"
        entries.append(Entry(path, label, f"S{speaker}", gender, ""))
    return divide(entries)


def _meld(source: Path, _out: Path) -> list[Entry]:
    """`train_sent_emo.csv` and its kin: one line each; the official splits divide dialogues."""
    entries = []
    for split in ("train", "dev", "test"):
        file = source / f"{split}_sent_emo.csv"
        if not file.exists():
            continue
        columns = ("Utterance", "Speaker", "Emotion", "Sentiment", "Dialogue_ID", "Utterance_ID")
        for _, row in table(file, columns):
            clip = source / split / f"dia{row['Dialogue_ID']}_utt{row['Utterance_ID']}.mp4"
            extra = {
                "dialogue": f"{split}{row['Dialogue_ID']}",
                "utterance": row["Utterance_ID"],
                "speaker": row["Speaker"],
                "text": row["Utterance"],
                "sentiment": row["Sentiment"],
            }
            entries.append(Entry(clip, row["Emotion"], extra["dialogue"], "", split, extra))
    return entries


def _mosi(source: Path, _out: Path) -> list[Entry]:
    """`label.csv` (video_id, clip_id, text, label −3…3, mode) beside `npz/VIDEO/CLIP.npz` or `Raw/…mp4`."""
    file = source / "label.csv"
    entries = []
    for line, row in table(file, ("video_id", "clip_id", "text", "label", "mode")):
        try:
            strength = float(row["label"])
        except ValueError:
            raise ManifestError(f"{file}:{line}: label should be a number from -3 to 3") from None
        if not -3 <= strength <= 3:
            raise ManifestError(f"{file}:{line}: label should be a number from -3 to 3, is {row['label']}")
        features = source / "npz" / row["video_id"] / f"{row['clip_id']}.npz"
        clip = source / "Raw" / row["video_id"] / f"{row['clip_id']}.mp4"
        path = features if features.exists() else clip
        split = {"valid": "dev"}.get(row["mode"], row["mode"])
        label = POLARITY[1 + int(np.sign(strength))]
        entries.append(Entry(path, label, row["video_id"], "", split, {"text": row["text"]}))
    return entries


def _folders(source: Path, _out: Path) -> list[Entry]:
    """`train/0/*.jpg`, `val/joy/*.png`: AffectNet's numbers or emotion names; each picture stands alone."""
    entries = []
    for path in sorted(source.glob("*/*/*")):
        if path.suffix.lower() not in {".jpg", ".jpeg", ".png"}:
            continue
        folder = path.parent.name
        number = int(folder) if folder.isdigit() else -1
        label = AFFECT_NET[number] if 0 <= number < len(AFFECT_NET) else folder
        split = {"val": "dev", "valid": "dev", "validation": "dev"}.get(path.parts[-3], path.parts[-3])
        entries.append(Entry(path, label, str(path.relative_to(source)), "", split))
    return entries


LAYOUTS: Final[dict[str, Layout]] = {
    "fer2013": Layout(
        "FER2013",
        "https://www.kaggle.com/c/challenges-in-representation-learning-facial-expression-recognition-challenge",
        "fer2013.csv",
        _fer2013,
    ),
    "ck": Layout("CK+", "https://www.jeffcohn.net/Resources/", "Emotion/*/*/*_emotion.txt", _ck),
    "ravdess": Layout("RAVDESS", "https://zenodo.org/records/1188976", "**/03-01-*.wav", _ravdess),
    "emodb": Layout("EMO-DB", "http://emodb.bilderbar.info/", "wav/*.wav", _emo_db),
    "meld": Layout("MELD", "https://affective-meld.github.io/", "*_sent_emo.csv", _meld),
    "mosi": Layout("CMU-MOSI", "http://multicomp.cs.cmu.edu/resources/cmu-mosi-dataset/", "label.csv", _mosi),
    "mosei": Layout(
        "CMU-MOSEI", "http://multicomp.cs.cmu.edu/resources/cmu-mosei-dataset/", "label.csv", _mosi
    ),
    "affectnet": Layout(
        "AffectNet", "http://mohammadmahoor.com/pages/databases/affectnet/", "*/*/*.[jp][pn]g", _folders
    ),
}
"""Every layout that `convert` reads, by the name that the command line gives it."""
