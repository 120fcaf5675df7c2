"""Train what tells speech from music: `python -m mien.models.training.voice_gate DATA --out speech.onnx`.

Voice activity takes much music for speech. A straight line through the statistics of the utterance so far
tells them apart. What is not speech is made here: chords, tunes, drums, hums, sirens, rattle and noise. A
quarter of the speakers, and of what was made, is kept back to score it.
"""

import json
from pathlib import Path
from typing import Annotated

import numpy as np
import soundfile
import torch
import typer
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from torch import Tensor, nn

from mien.models import speech
from mien.models.speech import RATE
from mien.models.training import data as sets
from mien.models.training import voice_data
from mien.models.training.export import export
from mien.models.training.voice_statistics import Statistics
from mien.models.voice import BLOCK, LEAST, MOST

Sound = NDArray[np.float64]
SECONDS = 5.0
LEARNED = (LEAST, 6, 11, MOST)
"""Blocks after which it learns to decide, and is scored."""
SCALES = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10))


class Gate(nn.Module):
    """Frames and a state → the logit of speech (B, T/BLOCK, 1), and the next state."""

    def __init__(self, mean: Tensor, deviation: Tensor, slope: Tensor, offset: float) -> None:
        super().__init__()
        self.statistics = Statistics([])
        self.mean, self.deviation, self.slope, self.offset = mean, deviation, slope, offset

    def forward(self, frames: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Return the logits of speech and the next state (B, S)."""
        found, following = self.statistics(frames, state)
        return ((found - self.mean) / self.deviation).clamp(-5, 5) @ self.slope + self.offset, following


def noise(count: int, random: np.random.Generator) -> Sound:
    """Return noise of some color, deviation 1."""
    frequency = np.fft.rfftfreq(count, 1 / RATE)
    spectrum = np.fft.rfft(random.standard_normal(count)) * np.maximum(frequency, 30) ** -random.uniform(
        0, 1.2
    )
    if random.random() < 0.5:
        octaves = np.log2(np.maximum(frequency, 1) / random.uniform(200, 4000))
        spectrum *= np.exp(-0.5 * (octaves / random.uniform(0.3, 1.5)) ** 2)
    found: Sound = np.fft.irfft(spectrum, count)
    return found / found.std()


class Instrument:
    """Partials, attack, decay and vibrato, at random."""

    def __init__(self, random: np.random.Generator) -> None:
        self._partials = random.uniform(0.1, 1, int(random.integers(1, 16)))
        self._partials /= np.arange(1, len(self._partials) + 1) ** random.uniform(0.5, 2)
        self._vibrato = random.choice([0, 0.003, 0.01])
        self._attack, self._decay = (
            random.choice([0.003, 0.01, 0.05, 0.2]),
            random.choice([0.15, 0.4, 1, 3, 30]),
        )

    def play(self, frequency: float, seconds: float) -> Sound:
        """Return one note."""
        t = np.arange(int(seconds * RATE)) / RATE
        phase = 2 * np.pi * np.cumsum(frequency * (1 + self._vibrato * np.sin(2 * np.pi * 5.5 * t))) / RATE
        heard = [k for k in range(1, len(self._partials) + 1) if k * frequency < 7600]
        wave: Sound = sum((self._partials[k - 1] * np.sin(k * phase) for k in heard), np.zeros(len(t)))
        return wave * np.minimum(t / self._attack, 1) * np.exp(-t / self._decay)


def music(random: np.random.Generator) -> Sound:
    """Return some chords, a tune, a bass and drums, or a few of these."""
    count = int(SECONDS * RATE)
    heard = np.zeros(count + 4 * RATE)
    beat, root = 60 / random.uniform(60, 170), random.uniform(90, 260)
    scale = SCALES[int(random.integers(2))]
    parts = random.random(4) < (0.7, 0.6, 0.6, 0.5)
    parts[int(random.integers(3))] |= not parts.any()

    def add(sound: Sound, at: float, gain: float) -> None:
        begin = int(at * RATE)
        heard[begin : begin + len(sound)] += gain * sound[: len(heard) - begin]

    def pitch(step: int) -> float:
        return float(root * 2 ** (scale[step % 7] / 12 + step // 7))

    gains = random.uniform(0.3, 1, 4)
    if parts[0]:
        organ = Instrument(random)
        for at in np.arange(0, SECONDS, beat * random.choice([1, 2, 4])):
            step = int(random.integers(7))
            for above in (0, 2, 4):
                add(organ.play(pitch(step + above), min(beat * 4, 2.5)), at, gains[0] / 3)
    if parts[1]:
        flute, at, step = Instrument(random), 0.0, 7
        while at < SECONDS:
            length = beat * random.choice([0.25, 0.5, 0.5, 1, 2])
            step = int(np.clip(step + random.integers(-3, 4), 0, 18))
            if random.random() < 0.85:
                add(flute.play(2 * pitch(step), min(length * 1.1, 2)), at, 0.6 * gains[1])
            at += length
    if parts[2]:
        bass = Instrument(random)
        for at in np.arange(0, SECONDS, beat * random.choice([0.5, 1])):
            add(bass.play(pitch(int(random.integers(7))) / 2, beat), at, 0.7 * gains[2])
    if parts[3]:
        t = np.arange(RATE // 5) / RATE
        for i, at in enumerate(np.arange(0, SECONDS, beat / 2)):
            hiss = random.standard_normal(len(t) + 1)
            kick = np.sin(2 * np.pi * (50 * t + 7 * (1 - np.exp(-30 * t)))) * np.exp(-t / 0.08) * 1.5
            snare, hat = hiss[1:] * np.exp(-t / 0.05) * 0.8, np.diff(hiss) * np.exp(-t / 0.02) * 0.4
            add((kick, hat, snare, hat)[i % 4], at, gains[3])
    return heard[:count]


def other(random: np.random.Generator) -> Sound:
    """Return noise, rattle, gusts, a siren, or a machine's buzz."""
    count = int(SECONDS * RATE)
    t = np.arange(count) / RATE
    kind = random.integers(5)
    if kind == 0:
        return noise(count, random)
    if kind == 1:
        clicks = np.zeros(count)
        at = random.integers(0, count, int(random.uniform(20, 300) * SECONDS))
        clicks[at] = random.normal(0, 1, len(at))
        click = noise(800, random) * np.exp(-np.arange(800) / random.uniform(40, 300))
        return np.convolve(clicks, click, "same")
    if kind == 2:
        return noise(count, random) * (1 + random.uniform() * np.sin(2 * np.pi * random.uniform(0.3, 12) * t))
    if kind == 3:
        swing = random.uniform(-1, 1) * np.sin(2 * np.pi * random.uniform(0.05, 1) * t)
        phase = 2 * np.pi * np.cumsum(random.uniform(80, 2000) * 2**swing) / RATE
        partials = [np.sin(k * phase) / k for k in range(1, int(random.integers(2, 8)))]
        return np.asarray(np.sum(partials, 0))
    on = np.sin(2 * np.pi * random.uniform(0.5, 6) * t) > random.uniform(-0.8, 0.8)
    buzz = on * np.sign(np.sin(2 * np.pi * random.uniform(60, 400) * t))
    return buzz * random.uniform(0.2, 1) + 0.05 * noise(count, random)


def statistics(sound: Sound) -> NDArray[np.float32]:
    """Return the statistics after every block of what voice activity takes for speech, (blocks, S)."""
    pcm = np.clip(np.round(sound * 32767), -32768, 32767).astype(np.int16)
    frames, active = speech.step(speech.SpeechState(), pcm)
    kept = voice_data.whole(frames[active])[: MOST * BLOCK]
    module = Statistics([])
    if len(kept) < LEAST * BLOCK:
        return np.zeros((0, 0), np.float32)
    with torch.no_grad():
        found: NDArray[np.float32] = module(torch.from_numpy(kept)[None], torch.zeros(1, module.size))[0][
            0
        ].numpy()
    return found


def main(
    data: Annotated[Path, typer.Argument(help="folder that holds speech_*/manifest.csv")],
    *,
    out: Annotated[Path, typer.Option(help="ONNX file to write; scores go beside it as JSON")],
    sounds: Annotated[int, typer.Option(help="sounds to make, and recordings to hear")] = 400,
    seed: int = 0,
) -> None:
    """Train, score on speakers and sounds kept back, export."""
    torch.set_num_threads(1)
    random = np.random.default_rng(seed)
    every = [row for each in sets.find(data, "speech_").values() for row in each]
    rows = [every[i] for i in random.permutation(len(every))[:sounds]]
    found: list[tuple[NDArray[np.float32], bool, bool]] = []
    people = sets.people(rows)
    strangers = random.permutation(people.max() + 1)[: people.max() // 4 + 1]
    for row, person in zip(rows, people, strict=True):
        sound = soundfile.read(str(row.path), dtype="float64")[0] * 10 ** (random.uniform(-20, 10) / 20)
        if random.random() < 0.5:
            sound = sound + noise(len(sound), random) * sound.std() * 10 ** (-random.uniform(8, 35) / 20)
        found.append((statistics(sound.clip(-1, 1)), True, bool(person in strangers)))
    for i in range(sounds):
        sound = music(random) if random.random() < 0.7 else other(random)
        if random.random() < 0.4:
            sound = sound + noise(len(sound), random) * sound.std() * 10 ** (-random.uniform(5, 30) / 20)
        sound = sound / (np.abs(sound).max() + 1e-9) * 10 ** (-random.uniform(0, 30) / 20)
        found.append((statistics(sound), False, i % 4 == 0))
    found = [each for each in found if len(each[0])]
    table = [
        (vectors[min(time, len(vectors)) - 1], spoken, kept, time)
        for vectors, spoken, kept in found
        for time in LEARNED
    ]
    x = np.array([each[0] for each in table])
    spoken, kept, times = (np.array([each[i] for each in table]) for i in (1, 2, 3))
    mean, deviation = x[~kept].mean(0), x[~kept].std(0) + 1e-3
    x = ((x - mean) / deviation).clip(-5, 5)
    model = LogisticRegression(C=0.02, max_iter=1000, class_weight="balanced").fit(x[~kept], spoken[~kept])
    said = model.predict(x).astype(bool)
    scores = {
        f"after {0.12 * time:.2f} s": {
            "speech lost": round(float((~said[(times == time) & kept & spoken]).mean()), 4),
            "other sounds kept": round(float(said[(times == time) & kept & ~spoken].mean()), 4),
        }
        for time in LEARNED
    }
    out.with_suffix(".json").write_text(json.dumps(scores, indent=1))
    typer.echo(json.dumps(scores))
    slope = torch.from_numpy(model.coef_.astype(np.float32)).T
    gate = Gate(torch.from_numpy(mean), torch.from_numpy(deviation), slope, float(model.intercept_[0]))
    example = (torch.zeros(1, BLOCK, speech.FEATURES), torch.zeros(1, gate.statistics.size))
    gap = export(
        gate, example, out, inputs=["frames", "state"], outputs=["logit", "next_state"], role="speech"
    )
    typer.echo(f"wrote {out}, at most {gap:.1e} away from torch")


if __name__ == "__main__":
    typer.run(main)
