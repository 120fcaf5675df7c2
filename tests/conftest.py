"""Tiny clips and networks, made on the spot."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

MakeClip = Callable[..., Path]
MakeNetwork = Callable[..., Path]


def _make_clip(
    path: Path,
    *,
    times: Sequence[float] = (),
    pictures: Sequence[NDArray[np.uint8]] | None = None,
    sound: NDArray[np.int16] | None = None,
    sound_start: float = 0.0,
    silent: tuple[float, float] = (0.0, 0.0),
    rate: int = 44_100,
    size: tuple[int, int] = (64, 48),
    video_codec: str = "mpeg4",
    audio_codec: str = "pcm_s16le",
) -> Path:
    """Write a clip: gray pictures of level 16·index at `times` (s), and sound from `sound_start` (s) on.

    Sound between the times in `silent` is left out of the file.
    """
    with av.open(str(path), "w") as container:
        if times:
            video = container.add_stream(video_codec, rate=1000)
            video.width, video.height, video.pix_fmt = *size, "yuv420p"
            video.time_base = video.codec_context.time_base = Fraction(1, 1000)
            video.gop_size = 5
        if sound is not None:
            audio = container.add_stream(audio_codec, rate=rate, layout="mono")
        packets = []
        if sound is not None:
            for i in range(0, len(sound), 1024):
                block = np.ascontiguousarray(sound[None, i : i + 1024])
                frame = av.AudioFrame.from_ndarray(block, format="s16", layout="mono")
                frame.sample_rate, frame.time_base = rate, Fraction(1, rate)
                frame.pts = i + round(sound_start * rate)
                packets += audio.encode(frame)
            packets += audio.encode(None)
        for index, time in enumerate(times):
            shade = np.full((size[1], size[0], 3), 16 * index % 256, np.uint8)
            picture = shade if pictures is None else pictures[index]
            frame_v = av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(format="yuv420p")
            frame_v.pts, frame_v.time_base = round(time * 1000), Fraction(1, 1000)
            packets += video.encode(frame_v)
        if times:
            packets += video.encode(None)
        packets.sort(key=lambda packet: (packet.dts or 0) * packet.time_base)
        container.mux(
            packet
            for packet in packets
            if packet.stream.type == "video" or not silent[0] <= packet.pts * packet.time_base < silent[1]
        )
    return path


@pytest.fixture
def make_clip(tmp_path: Path) -> MakeClip:
    """Write a clip below the test's folder; see `_make_clip`."""

    def make(name: str = "clip.mkv", **options: object) -> Path:
        return _make_clip(tmp_path / name, **options)  # type: ignore[arg-type]

    return make


def _make_network(
    file: Path,
    shape: Sequence[int | str],
    bias: Sequence[float],
    *,
    weight: Sequence[Sequence[float]] | None = None,
    softmax: bool = False,
    last: bool = False,
    kind: int = TensorProto.FLOAT,
    outputs: Sequence[str] = ("scores",),
) -> Path:
    """Write a network: input `shape`, output (1, len(bias)) = means of the channels @ weight + bias."""
    spatial = [1, 2] if last else [2, 3]
    channels = shape[-1] if last else shape[1]
    columns = np.zeros((channels, len(bias))) if weight is None else np.asarray(weight)
    nodes = [
        helper.make_node("Cast", ["picture"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["floats"], ["means"], axes=spatial, keepdims=0),
        helper.make_node("Gemm", ["means", "weight", "bias"], ["raw"]),
        *(helper.make_node("Softmax" if softmax else "Identity", ["raw"], [name]) for name in outputs),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("picture", kind, shape)],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, [shape[0], len(bias)]) for name in outputs],
        [
            numpy_helper.from_array(columns.astype(np.float32), "weight"),
            numpy_helper.from_array(np.asarray(bias, np.float32), "bias"),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(model, str(file))
    return file


@pytest.fixture
def make_network(tmp_path: Path) -> MakeNetwork:
    """Write a network below the test's folder; see `_make_network`."""

    def make(shape: Sequence[int | str], bias: Sequence[float], **options: object) -> Path:
        return _make_network(tmp_path / "net.onnx", shape, bias, **options)  # type: ignore[arg-type]

    return make
