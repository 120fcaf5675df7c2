from collections.abc import Callable

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the train extra is not installed")

from mien.models.speech import FEATURES, RATE  # noqa: E402
from mien.models.training.voice_gate import SECONDS, Gate, Sound, music, other  # noqa: E402
from mien.models.training.voice_statistics import Statistics  # noqa: E402
from mien.models.voice import BLOCK  # noqa: E402


@pytest.mark.parametrize("make", [music, other])
@pytest.mark.parametrize("seed", range(6))
def test_what_is_made_is_sound(make: Callable[[np.random.Generator], "Sound"], seed: int) -> None:
    sound: Sound = make(np.random.default_rng(seed))
    assert len(sound) == SECONDS * RATE
    assert np.isfinite(sound).all()
    assert sound.std() > 0


def test_block_by_block_the_gate_decides_as_on_the_whole() -> None:
    torch.manual_seed(0)
    frames = torch.randn(1, 5 * BLOCK, FEATURES)
    size = Statistics([])(frames, torch.zeros(1, Statistics([]).size))[0].shape[2]
    gate = Gate(torch.zeros(size), torch.ones(size), torch.randn(size, 1) / size, 0.1)
    whole, _ = gate(frames, torch.zeros(1, gate.statistics.size))
    state, parts = torch.zeros(1, gate.statistics.size), []
    for i in range(5):
        logit, state = gate(frames[:, i * BLOCK : (i + 1) * BLOCK], state)
        parts.append(logit)
    torch.testing.assert_close(torch.cat(parts, 1), whole, atol=1e-4, rtol=1e-3)
