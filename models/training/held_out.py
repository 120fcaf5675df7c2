"""What the networks say of people that they never met: `python -m mien.models.training.held_out DATA OUT`.

Fusion must not learn from outputs on a network's own training items, where it is far too sure. So each sense
is scored by the recipe that ships, on people that were kept from it:

- a voice by the other folds of speakers, as `voice --cross-validate 6` kept it in its .npz;
- a face of `dev` by the networks that `face` trained on `train` alone, whose `.pt` files are given;
- a line by the other folds of dialogues, as `ship_text --folds` kept it in `text-folds.npz`.

OUT then holds `face.npz`, `voice.npz`, `text.npz`.
"""

from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
import torch
import typer
from numpy.typing import NDArray
from rich.console import Console

from mien.bridge.messages import EMOTIONS
from mien.models.align import Aligner
from mien.models.laboratory import sets as laboratory
from mien.models.manifest import Row
from mien.models.shipped import in_folder
from mien.models.training import data as sets
from mien.models.training import face, voice, voice_data
from mien.models.training.nets import ExpressionNet, MirroredMean
from mien.models.voice import BLOCK

FOLDS: Final = 6
console = Console()


def about(rows: list[Row]) -> dict[str, NDArray[Any]]:
    """Return what is known of rows besides the networks' outputs: label, set, person."""
    names = voice_data.set_of(rows)
    people = np.array([f"{name}/{row.subject}" for name, row in zip(names, rows, strict=True)])
    return {"label": sets.labels(rows), "set": names, "subject": people}


def voices(data: Path, folds: Path, cache: Path | None, out: Path) -> None:
    """Write the logits (N, T, 7) of each utterance after each of `voice.TIMES`, and its blocks by then."""
    rows = [row for each in sets.find(data, "speech_").values() for row in each]
    heard = voice_data.load(rows, cache, console)[0]
    with np.load(folds) as stored:
        if int(stored["done"]) < FOLDS or len(stored["end"]) != len(rows):
            raise typer.BadParameter(f"{folds}: should hold {FOLDS} folds of {len(rows)} utterances")
        logits = np.stack([stored[name] for name in voice.TIMES], 1)
    length = np.array([len(each) // BLOCK for each in heard])
    blocks = np.minimum(length[:, None], list(voice.TIMES.values()))
    heat = face.temperature(logits[:, -1], sets.labels(rows))
    console.log(f"temperature {heat:.3f}")
    np.savez(out / "voice.npz", allow_pickle=False, logits=logits / heat, blocks=blocks, **about(rows))


def faces(data: Path, trained: list[Path], out: Path) -> None:
    """Write the logits (N, 7) of every face crop in `dev`, by the mean of nets trained on `train` alone."""
    nets = []
    for weights in (each for file in trained for each in torch.load(file, weights_only=True)):
        net = ExpressionNet()
        net.load_state_dict(weights)
        nets.append(net)
    dev = face.Faces(face.select(sets.find(data, "faces_"), {"dev"}), Aligner(in_folder().align))
    logits, _ = face.predict(MirroredMean(nets), dev)
    heat = face.temperature(logits, sets.labels(dev.rows))
    console.log(f"temperature {heat:.3f}", face.score(dev.rows, logits))
    np.savez(out / "face.npz", allow_pickle=False, logits=logits / heat, **about(dev.rows))


def lines(data: Path, folds: Path, out: Path) -> None:
    """Write the probabilities (N, 7) of the lines that `ship_text --folds` scored."""
    found = [e for e in laboratory.read(data).entries if e.index(EMOTIONS) is not None]
    label = np.array([e.index(EMOTIONS) for e in found])
    with np.load(folds) as stored:
        probability = stored["final"].astype(np.float32)
        if not np.array_equal(stored["truth"], label):
            raise typer.BadParameter(f"{folds}: was made from other lines than those of {data}")
    np.savez(
        out / "text.npz",
        probability=probability,
        label=label,
        subject=np.array([e.subject for e in found]),
        words=np.array([len(e.extra["text"].split()) for e in found]),
    )


def main(
    data: Annotated[Path, typer.Argument(help="folder that holds faces_*, speech_* and text_meld")],
    out: Annotated[Path, typer.Argument(help="folder for the outputs")],
    trained: Annotated[
        list[Path], typer.Option("--face", help=".pt file of nets trained on `train` alone; may be repeated")
    ],
    spoken: Annotated[Path, typer.Option("--voice", help=".npz that `voice --cross-validate 6` wrote")],
    text: Annotated[Path, typer.Option(help="text-folds.npz that `ship_text --folds` wrote")],
    cache: Annotated[
        Path | None, typer.Option(help="the cache that `voice` kept, else all is heard anew")
    ] = None,
) -> None:
    """Gather what networks say of strangers."""
    out.mkdir(parents=True, exist_ok=True)
    faces(data, trained, out)
    lines(data / "text_meld", text, out)
    voices(data, spoken, cache, out)


if __name__ == "__main__":
    typer.run(main)
