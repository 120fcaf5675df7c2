"""Train the voice net: `python -m mien.models.training.voice DATA_DIR --out voice.onnx`.

Scores are those of a stream: the state after the last whole block of speech, and after 0.5, 1 and 2 seconds.
`--cross-validate` compares settings on people inside `train`; without it, fold 0 chooses the number of epochs
and `dev` is scored once; `--final` trains on `train` and `dev` together, which is what ships.
"""

import copy
import json
from pathlib import Path
from typing import Annotated

import numpy as np
import soundfile
import torch
import typer
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import Progress, track
from torch import Tensor
from torch.nn import functional

from mien.bridge.messages import EMOTIONS
from mien.models import metrics, speech
from mien.models.manifest import ManifestError, Row
from mien.models.training import data as sets
from mien.models.training.average import MovingAverage
from mien.models.training.export import export
from mien.models.training.face import temperature
from mien.models.training.voice_net import VoiceNet
from mien.models.voice import BLOCK

BATCH = 32
SHARE = {"speech_ravdess": 0.7, "speech_emodb": 0.3}
SPEEDS_AND_NOISE = ((1.0, 0.0), (0.9, 0.0), (1.1, 0.0), (1.0, 20.0), (0.95, 28.0), (1.05, 14.0))
"""Variants of every utterance: factor of its speed, decibels that it stands above added noise (0: none)."""
TIMES = {"0.5s": 4, "1s": 8, "2s": 16, "end": 10**6}
"""Whole blocks of speech after which the scores are taken."""
console = Console()

Frames = NDArray[np.float32]


def load(rows: list[Row], cache: Path | None) -> list[list[Frames]]:
    """Return the speech frames by variant and utterance; the first variant is the original."""
    if cache is not None and cache.is_file():
        with np.load(cache) as stored:
            flat, lengths = stored["flat"], stored["lengths"]
        pieces = np.split(flat, np.cumsum(lengths.ravel())[:-1])
        return [pieces[i * len(rows) : (i + 1) * len(rows)] for i in range(len(SPEEDS_AND_NOISE))]
    random = np.random.default_rng(0)
    found: list[list[Frames]] = [[] for _ in SPEEDS_AND_NOISE]
    for row in track(rows, "hearing", console=console):
        samples, rate = soundfile.read(str(row.path), dtype="float64")
        if rate != speech.RATE or samples.ndim != 1:
            raise ManifestError(f"{row.path}: should be mono at {speech.RATE} Hz, is at {rate} Hz")
        for variant, (speed, snr) in enumerate(SPEEDS_AND_NOISE):
            heard = np.interp(np.arange(0, len(samples) - 1, speed), np.arange(len(samples)), samples)
            if snr:
                noise = random.standard_normal(len(heard))
                noise = 0.5 * noise + np.convolve(noise, np.ones(8) / 4, "same")
                loud = np.sqrt(np.mean(heard**2))
                heard = heard + noise / noise.std() * loud * 10 ** (-snr / 20)
            pcm = np.clip(np.round(heard * 32767), -32768, 32767).astype(np.int16)
            features, active = speech.step(speech.SpeechState(), pcm)
            kept = features[active]
            kept = kept if len(kept) >= BLOCK else features[: max(len(features) // BLOCK, 1) * BLOCK]
            found[variant].append(kept[: len(kept) // BLOCK * BLOCK])
    if cache is not None:
        lengths = np.array([[len(frames) for frames in each] for each in found])
        np.savez(cache, flat=np.concatenate([f for each in found for f in each]), lengths=lengths)
    return found


def batch(frames: list[Frames], longest: int = 24 * BLOCK) -> tuple[Tensor, NDArray[np.int64]]:
    """Return (B, T, FEATURES), the shorter ones repeated, and each one's own number of blocks.

    Repeated, not filled up with zeros: batch normalization sees what comes after the end, too.
    """
    frames = [each[:longest] for each in frames]
    padded = np.zeros((len(frames), max(map(len, frames)), speech.FEATURES), np.float32)
    for i, each in enumerate(frames):
        padded[i] = np.resize(each, padded[i].shape)
    return torch.from_numpy(padded), np.array([len(each) // BLOCK for each in frames])


def augment(frames: list[Frames], random: np.random.Generator) -> list[Frames]:
    """Return the frames with another loudness, microphone, voice and start, some bands flattened."""
    changed = []
    for original in frames:
        start = int(random.integers(0, 25)) if len(original) > 4 * BLOCK else 0
        each = original[start : start + (len(original) - start) // BLOCK * BLOCK].copy()
        gain = random.normal(0, 6)
        tilt = random.normal(0, 0.3) * np.linspace(-1, 1, speech.BANDS)
        shift = random.uniform(-1.2, 1.2)
        bands = np.arange(speech.BANDS) + shift
        low = np.clip(np.floor(bands).astype(int), 0, speech.BANDS - 2)
        part = np.clip(bands - low, 0, 1).astype(np.float32)
        mel = each[:, : speech.BANDS]
        mel = mel[:, low] * (1 - part) + mel[:, low + 1] * part
        each[:, : speech.BANDS] = mel + gain * 0.2303 + tilt
        each[:, -1] += gain / 10
        voiced = each[:, speech.BANDS] != 0
        each[voiced, speech.BANDS] += random.normal(0, 0.06)
        if random.random() < 0.5:
            width, at = int(random.integers(2, 8)), int(random.integers(0, speech.BANDS - 8))
            each[:, at : at + width] = each[:, at : at + width].mean()
        changed.append(each.astype(np.float32))
    return changed


def predict(net: VoiceNet, frames: list[Frames]) -> dict[str, NDArray[np.float32]]:
    """Return the logits after each of TIMES."""
    net.eval()
    found: dict[str, list[Tensor]] = {name: [] for name in TIMES}
    with torch.no_grad():
        for begin in range(0, len(frames), 64):
            padded, blocks = batch(frames[begin : begin + 64], 10**6)
            logits, _ = net(padded, net.begin(len(padded)))
            for name, time in TIMES.items():
                found[name].append(
                    logits[torch.arange(len(padded)), torch.from_numpy(np.minimum(time, blocks) - 1)]
                )
    return {name: torch.cat(each).numpy() for name, each in found.items()}


def score(rows: list[Row], logits: dict[str, NDArray[np.float32]]) -> dict[str, dict[str, float]]:
    """Return each set's UAR after each of TIMES, and the accuracy at the end."""
    names = np.array([row.path.parent.parent.name for row in rows])
    truth = sets.labels(rows)
    found: dict[str, dict[str, float]] = {}
    for name in np.unique(names):
        for time, each in logits.items():
            counts = metrics.confusion(truth[names == name], each[names == name].argmax(1), len(EMOTIONS))
            found.setdefault(str(name), {})[time] = round(metrics.uar(counts), 4)
        found[str(name)]["accuracy"] = round(metrics.accuracy(counts), 4)
    return found


def fit(
    rows: list[Row],
    frames: list[list[Frames]],
    use: NDArray[np.int64],
    *,
    epochs: int,
    seed: int,
    choose: NDArray[np.int64] | None = None,
    shape: tuple[int, int] = (1, 3),
    patience: int = 40,
) -> tuple[VoiceNet, int]:
    """Return the net trained on the utterances `use`, and the epoch that was best on `choose`."""
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    everything = np.concatenate([frames[0][i] for i in use])
    net = VoiceNet(torch.from_numpy(everything.mean(0)), torch.from_numpy(everything.std(0) + 1e-3), *shape)
    average = MovingAverage(net, 0.99)
    truth = sets.labels(rows)
    names = np.array([row.path.parent.parent.name for row in rows])
    weight = np.zeros(len(rows))
    for name in np.unique(names[use]):
        members = use[names[use] == name]
        weight[members] = sets.sampling_weights([rows[i] for i in members], SHARE.get(name, 0.3))
    weight /= weight.sum()
    steps = max(len(use) // BATCH, 1)
    optimizer = torch.optim.AdamW(net.parameters(), 2e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-3, total_steps=steps * epochs, pct_start=0.2)
    best, best_epoch, best_net = -np.inf, epochs, None
    with Progress(console=console) as progress:
        task = progress.add_task("training", total=epochs * steps)
        for epoch in range(epochs):
            net.train()
            for _ in range(steps):
                drawn = random.choice(len(rows), BATCH, p=weight)
                variants = random.integers(len(SPEEDS_AND_NOISE), size=BATCH)
                picked = augment([frames[v][i] for v, i in zip(variants, drawn, strict=True)], random)
                padded, blocks = batch(picked)
                parts, _ = net.parts(padded, net.begin(BATCH))
                time = torch.arange(parts[0].shape[1])[None] + 1
                ramp = torch.clamp(time / 12, max=1.0) * (time <= torch.from_numpy(blocks)[:, None])
                ramp = ramp / ramp.sum(1, keepdim=True) / BATCH
                target = torch.from_numpy(truth[drawn])[:, None].expand(-1, ramp.shape[1])
                loss = torch.zeros(())
                for logits in parts:
                    each = functional.cross_entropy(
                        logits.transpose(1, 2), target, reduction="none", label_smoothing=0.1
                    )
                    loss = loss + (each * ramp).sum()
                optimizer.zero_grad()
                torch.autograd.backward(loss)
                torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
                optimizer.step()
                schedule.step()
                average.update(net)
                progress.advance(task)
            if choose is not None and (epoch + 1) % 4 == 0:
                scores = score(
                    [rows[i] for i in choose], predict(average.net, [frames[0][i] for i in choose])
                )
                value = sum(s["end"] + 0.5 * s["1s"] for s in scores.values())
                if value > best:
                    best, best_epoch, best_net = value, epoch + 1, copy.deepcopy(average.net)
                elif epoch + 1 - best_epoch >= patience:
                    console.log("stopped early")
                    break
                console.log(f"epoch {epoch + 1}: {json.dumps(scores)}")
    return (best_net or average.net).eval(), best_epoch


def main(
    data: Annotated[Path, typer.Argument(help="folder that holds speech_*/manifest.csv")],
    *,
    out: Annotated[Path, typer.Option(help="ONNX file to write")],
    epochs: Annotated[int, typer.Option(help="length of the schedule")] = 100,
    recurrent: Annotated[int, typer.Option(help="recurrent nets to average")] = 1,
    summaries: Annotated[int, typer.Option(help="summary nets to average")] = 3,
    seed: int = 0,
    cross_validate: Annotated[int, typer.Option(help="folds of train to score, writing nothing")] = 0,
    final: Annotated[bool, typer.Option(help="train on train and dev together, no choosing")] = False,
    calibration: Annotated[float, typer.Option(help="temperature to divide by, with --final")] = 1.0,
    cache: Annotated[Path | None, typer.Option(help="file that keeps the features between runs")] = None,
    threads: int = 1,
) -> None:
    """Train, choose, score on people never heard, export."""
    torch.set_num_threads(threads)
    shape = (recurrent, summaries)
    found = sets.find(data, "speech_")
    rows = [row for each in found.values() for row in each]
    fold = np.concatenate([_folds(each) for each in found.values()])
    frames = load(rows, cache)
    if cross_validate:
        index = np.flatnonzero(fold < cross_validate)
        logits = {name: np.zeros((len(rows), len(EMOTIONS)), np.float32) for name in TIMES}
        for k in range(cross_validate):
            use = np.flatnonzero((fold != k) & (fold >= 0))
            test = np.flatnonzero(fold == k)
            net, _ = fit(rows, frames, use, epochs=epochs, seed=seed, shape=shape)
            for name, each in predict(net, [frames[0][i] for i in test]).items():
                logits[name][test] = each
        picked = {name: each[index] for name, each in logits.items()}
        console.print_json(data=score([rows[i] for i in index], picked))
        return
    if final:
        net, _ = fit(rows, frames, np.arange(len(rows)), epochs=epochs, seed=seed, shape=shape)
        net.temperature = calibration
        record: dict[str, object] = {"trained_on": "train+dev", "epochs": epochs, "temperature": calibration}
    else:
        use, choose, dev = (np.flatnonzero(c) for c in (fold > 0, fold == 0, fold < 0))
        net, epoch = fit(rows, frames, use, epochs=epochs, seed=seed, choose=choose, shape=shape)
        net.temperature = temperature(
            predict(net, [frames[0][i] for i in choose])["end"], sets.labels([rows[i] for i in choose])
        )
        picked = predict(net, [frames[0][i] for i in dev])
        record = {
            "trained_on": "train without fold 0",
            "epochs": epoch,
            "temperature": net.temperature,
            "dev": score([rows[i] for i in dev], picked),
        }
    console.print_json(data=record)
    out.with_suffix(".json").write_text(json.dumps(record, indent=1))
    example = (torch.from_numpy(frames[0][0][:BLOCK])[None], net.begin(1))
    gap = export(
        net, example, out, inputs=["frames", "state"], outputs=["logits", "next_state"], role="voice"
    )
    console.log(f"wrote {out}, at most {gap:.1e} away from torch")


def _folds(rows: list[Row]) -> NDArray[np.int64]:
    """Return the fold of rows in train, -1 for rows in dev."""
    fold = np.full(len(rows), -1)
    train = np.array([row.split == "train" for row in rows])
    fold[train] = sets.fold_of([row for row in rows if row.split == "train"])
    return fold


if __name__ == "__main__":
    typer.run(main)
