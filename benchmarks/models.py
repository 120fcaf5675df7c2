"""What recognition costs: `python benchmarks/models.py CLIP...`.

Every picture and every chunk of sound of a clip go through `Recognizer.step` as fast as it takes them, on one
thread. `median` and `p95` are what one picture takes by the clock, sound not counted; `load` is the processor
time that 30 pictures and one second of sound take, of one core. `changes` counts changes of the largest
emotion of the followed person.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from mien.bridge.messages import PLAYER, EmotionEstimate, VideoFrame
from mien.models.align import CROP, LOOK, Aligner, Box, crop
from mien.models.detect import HaarDetector
from mien.models.network import Network
from mien.models.recognizer import Recognizer
from mien.models.shipped import WEIGHTS
from mien.models.speech import FEATURES, SpeechState, step
from mien.models.voice import BLOCK
from mien.runtime.sense.clip import Clip
from mien.runtime.sense.source import captured

PICTURES = 30
"""Pictures a second that the load is stated for."""


def median_ms(task: Callable[[], object], runs: int = 101) -> float:
    """Median of what one call takes."""
    figures = []
    for _ in range(runs):
        started = time.perf_counter()
        task()
        figures.append(time.perf_counter() - started)
    return float(np.median(figures)) * 1e3


def parts() -> None:
    """Each stage alone, on noise: the networks do not care, the detector finds nothing."""
    random = np.random.default_rng(0)
    gray = random.integers(0, 256, (480, 640)).astype(np.uint8)
    face = Network(WEIGHTS / "face.onnx", "face", inputs=1, outputs=3)
    voice = Network(WEIGHTS / "voice.onnx", "voice", inputs=2, outputs=2)
    aligner, detector = Aligner(WEIGHTS / "align.onnx"), HaarDetector()
    box = Box(320, 240, 200)
    picture = crop(gray, box, CROP).astype(np.float32)[None, None]
    block = random.standard_normal((1, BLOCK, FEATURES)).astype(np.float32)
    memory = np.zeros(voice.shape(1), np.float32)
    sound, hearing = random.integers(-3000, 3000, 1600).astype(np.int16), SpeechState()
    print("median ms of 101 runs, 640×480")
    for name, task in (
        ("detect, every third of a second", lambda: detector.detect(gray)),
        (f"align one face ({LOOK}×{LOOK})", lambda: aligner.step(gray, box)),
        (f"crop one face ({CROP}×{CROP})", lambda: crop(gray, box, CROP)),
        ("read one face", lambda: face.run(picture)),
        ("frames of 100 ms of sound", lambda: step(hearing, sound)),
        (f"{BLOCK * 10} ms of voice", lambda: voice.run(block, memory)),
    ):
        print(f"{name:>34} {median_ms(task):>8.2f}")


def clip(file: Path) -> None:
    """One whole clip."""
    recognizer, source = Recognizer(), Clip(file)
    state = recognizer.start()
    frames, estimates, t = list[float](), list[EmotionEstimate](), 0
    seeing = hearing = 0.0
    while not source.finished():
        t += 20_000
        for message in source.read(t):
            now = captured(message)
            started, worked = time.perf_counter(), time.thread_time()
            found = recognizer.step(state, message, now)
            spent, work = time.perf_counter() - started, time.thread_time() - worked
            if isinstance(message, VideoFrame):
                frames.append(spent * 1e3)
                seeing += work
            else:
                hearing += work
            estimates += [each for each in found if each.person == PLAYER]
    labels = [int(each.emotion.argmax()) for each in estimates if each.used]
    changes = np.count_nonzero(np.diff(labels)) / max(t / 1e6, 1e-9)
    seen = np.mean([each.presence > 0.5 for each in estimates])
    load = PICTURES * seeing / max(len(frames), 1) + hearing / max(t / 1e6, 1e-9)
    median, p95 = np.percentile(frames or [0], (50, 95))
    figures = f"{median:>7.2f} {p95:>7.2f} {load * 100:>6.1f} {seen:>8.2f} {changes:>9.2f}"
    print(f"{file.name:>28} {len(frames):>6} {figures}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("clips", nargs="*", type=Path)
    clips = parser.parse_args().clips or sorted(Path("examples").rglob("*.mp4"))
    parts()
    print(f"\n{'clip':>28} frames  median  p95 ms load % presence changes/s")
    for file in clips:
        clip(file)
    if not clips:
        print("no clip: name one")


if __name__ == "__main__":
    main()
