"""What the networks say of people that they never met: `python -m mien.models.training.held_out DATA OUT`.

Fusion and calibration must not learn from outputs on a network's own training items, where it is far too
sure. So every face and voice is scored by a network trained, with the recipe that ships, on the other folds
of people (`train` and `dev` together); lines of dialogue are those of `dev` and those that decided on the
text network's mixture, scored by the network trained on the rest. OUT keeps `face.npz`, `voice.npz`,
`text.npz`, and the networks of the folds; a part that is there already is not made again.
"""

from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
import torch
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import Progress

from mien.bridge.messages import EMOTIONS
from mien.models.align import Aligner
from mien.models.laboratory import sets as laboratory
from mien.models.manifest import Row
from mien.models.shipped import in_folder
from mien.models.text import Line, TextRecognizer, TextState
from mien.models.training import data as sets
from mien.models.training import face, voice_data
from mien.models.training.nets import MirroredMean
from mien.models.training.voice_fit import Recipe, fit
from mien.models.voice import BLOCK

FOLDS: Final = 3
PARTS: Final = ("voice", "face", "text")
console = Console()


def fold_of(rows: list[Row]) -> NDArray[np.int64]:
    """Return the fold, 0 to FOLDS - 1, of each row; all pictures or sounds of a person share one."""
    groups = sets.people(rows)
    dealt = np.random.default_rng(1).permutation(groups.max() + 1) % FOLDS
    return dealt[groups]


def about(rows: list[Row]) -> dict[str, Any]:
    """Return what is known of rows besides the networks' outputs: label, set, person, fold."""
    return {
        "label": sets.labels(rows),
        "set": np.array([row.path.parent.parent.name for row in rows]),
        "subject": np.array([f"{row.path.parent.parent.name}/{row.subject}" for row in rows]),
        "path": np.array([str(row.path) for row in rows]),
        "split": np.array([row.split for row in rows]),
    }


def faces(data: Path, renders: Path, out: Path, epochs: int) -> None:
    """Write the logits (N, 7) and blend weights (N, 52) of every face crop, by the net of the other folds."""
    rows = [row for each in sets.find(data, "faces_").values() for row in each]
    fold = fold_of(rows)
    rendered = face.Renders([renders])
    aligner = Aligner(in_folder().align)
    logits = np.zeros((len(rows), len(EMOTIONS)), np.float32)
    blend = np.zeros((len(rows), 52), np.float32)
    for k in range(FOLDS):
        learn: dict[str, list[Row]] = {}
        for row, f in zip(rows, fold, strict=True):
            if f != k:
                learn.setdefault(row.path.parent.parent.name, []).append(row)
        known = face.Faces(learn, aligner)
        net = face.fit(known, rendered, face.EMOTION, epochs=epochs, rate=2e-3, seed=k)
        torch.save(net.state_dict(), out / f"face-{k}.pt")
        index = np.flatnonzero(fold == k)
        strangers = face.Faces({"strangers": [rows[i] for i in index]}, aligner)
        logits[index], blend[index] = face.predict(MirroredMean([net]), strangers)
        console.log(k, face.score(strangers.rows, logits[index]))
    heat = face.temperature(logits, sets.labels(rows))
    console.log(f"temperature {heat:.3f}")
    np.savez(out / "face.npz", logits=logits / heat, blend=blend, fold=fold, temperature=heat, **about(rows))


def voices(data: Path, out: Path, recipe: Recipe) -> None:
    """Write the logits (N, B, 7) after every block of each utterance, by the net of the other folds."""
    rows = [row for each in sets.find(data, "speech_").values() for row in each]
    fold = fold_of(rows)
    frames = voice_data.load(rows, out / "frames.npz", console)
    whole = [voice_data.whole(each) for each in frames[0]]
    blocks = np.array([len(each) // BLOCK for each in whole])
    logits = np.zeros((len(rows), blocks.max(), len(EMOTIONS)), np.float32)
    for k in range(FOLDS):
        others, index = np.flatnonzero(fold != k), np.flatnonzero(fold == k)
        with Progress(console=console) as progress:
            net = fit(
                [rows[i] for i in others], [[e[i] for i in others] for e in frames], recipe, k, progress
            )
        torch.save(net, out / f"voice-{k}.pt")
        with torch.no_grad():
            for begin in range(0, len(index), 64):
                some = index[begin : begin + 64]
                padded, _ = voice_data.batch([whole[i] for i in some])
                found, _ = net(padded, net.begin(len(padded)))
                logits[some, : found.shape[1]] = found.numpy()
    at_end = logits[np.arange(len(rows)), blocks - 1]
    heat = face.temperature(at_end, sets.labels(rows))
    console.log(f"temperature {heat:.3f}")
    known = about(rows)
    np.savez(out / "voice.npz", logits=logits / heat, blocks=blocks, fold=fold, temperature=heat, **known)


def lines(data: Path, network: Path, out: Path) -> None:
    """Write the probabilities (N, 7) of the lines that the text network `network` was not trained on."""
    found = [e for e in laboratory.read(data).entries if e.index(EMOTIONS) is not None]
    split = laboratory.holdout([e for e in found if e.split == "train"], EMOTIONS, share=0.15)
    kept = [e for e in found if e.split == "dev"] + [e for e in split if e.split == "stop"]
    recognizer = TextRecognizer(network)
    said, state, current = [], TextState(), ""
    for e in kept:
        if e.extra["dialogue"] != current:
            state, current = TextState(), e.extra["dialogue"]
        said.append(recognizer.step(state, Line(e.extra["text"], e.extra.get("speaker", "")), 0).emotion)
    np.savez(
        out / "text.npz",
        probability=np.array(said),
        label=np.array([e.index(EMOTIONS) for e in kept]),
        subject=np.array([f"{e.split} {e.extra['dialogue']}" for e in kept]),
        words=np.array([len(e.extra["text"].split()) for e in kept]),
        text=np.array([e.extra["text"] for e in kept]),
    )


def main(
    data: Annotated[Path, typer.Argument(help="folder that holds faces_*, speech_* and text_*")],
    out: Annotated[Path, typer.Argument(help="folder for outputs and networks")],
    renders: Annotated[Path | None, typer.Option(help="what `renders` wrote; for faces")] = None,
    text: Annotated[Path | None, typer.Option(help="what `ship_text` wrote without --final")] = None,
    face_epochs: int = 13,
    threads: int = 1,
) -> None:
    """Score everybody with networks that never met them."""
    torch.set_num_threads(threads)
    out.mkdir(parents=True, exist_ok=True)
    if not (out / "voice.npz").is_file():
        voices(data, out, Recipe())
    if text and not (out / "text.npz").is_file():
        lines(data / "text_meld", text, out)
    if renders and not (out / "face.npz").is_file():
        faces(data, renders, out, face_epochs)


if __name__ == "__main__":
    typer.run(main)
