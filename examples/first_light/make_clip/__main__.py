"""Make player.mp4 from script.yaml: `python examples/first_light/make_clip ict_facekit.npz player.mp4`."""

import argparse
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from performance import Performance
from picture import HEIGHT, WIDTH, Camera
from rig import Rig
from ruamel.yaml import YAML
from voice import Line, Voice

SCRIPT = Path(__file__).parent.parent / "script.yaml"


def speak(script: dict[str, Any]) -> tuple[dict[float, Line], np.ndarray, int]:
    """Return the spoken lines by start, the whole sound track, and its rate."""
    voice = Voice(script["voice"])
    lines: dict[float, Line] = {}
    track = np.random.default_rng(1).normal(
        0, 6, int(script["length"] * voice.rate)
    )  # a room is never silent
    for scene in script["scenes"]:
        if says := dict(scene.get("says", {})):
            start, text = says.pop("at"), says.pop("text")
            line = lines[start] = voice.say(text, **says)
            end = start + len(line.samples) / voice.rate
            if end > scene["end"]:
                raise SystemExit(f"{text!r} ends at {end:.2f} s, after its scene at {scene['end']} s")
            first = int(start * voice.rate)
            track[first : first + len(line.samples)] += 0.8 * line.samples
    return lines, np.clip(track, -32768, 32767).astype(np.int16), voice.rate


def main() -> None:
    """Render, voice and write the clip."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rig", type=Path, help="ict_facekit.npz")
    parser.add_argument("out", type=Path)
    parser.add_argument("--every", type=int, default=1, help="render only every n-th frame, for a quick look")
    options = parser.parse_args()
    script = YAML(typ="safe").load(SCRIPT.read_text())
    lines, track, sound_rate = speak(script)
    performance = Performance(script["scenes"], lines, sound_rate)
    rig = Rig(options.rig)
    camera = Camera(rig)
    rate = Fraction(script["rate"], options.every)
    with av.open(str(options.out), "w", options={"movflags": "+faststart"}) as container:
        video = container.add_stream("libx264", rate=rate, options={"crf": "21", "preset": "slow"})
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        audio = container.add_stream("aac", rate=sound_rate, layout="mono", bit_rate=64_000)
        for number in range(int(script["length"] * rate)):
            moment = performance.at(float(number / rate))
            vertices, normals = rig.pose(moment.weights, moment.turn, moment.shift)
            pixels = camera.take(vertices, normals, moment.gaze, moment.folds, moment.blush)
            frame = av.VideoFrame.from_ndarray(pixels, "rgb24")
            frame.pts = number
            frame.time_base = 1 / rate
            container.mux(video.encode(frame))
            if number % 25 == 0:
                print(f"{float(number / rate):5.1f} s", flush=True)
        container.mux(video.encode())
        sound = av.AudioFrame.from_ndarray(track[None], "s16", "mono")
        sound.sample_rate, sound.pts = sound_rate, 0
        container.mux(audio.encode(sound))
        container.mux(audio.encode())


if __name__ == "__main__":
    main()
