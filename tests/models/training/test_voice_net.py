import pytest

torch = pytest.importorskip("torch", reason="the train extra is not installed")

from mien.models.speech import BANDS, FEATURES  # noqa: E402
from mien.models.training.voice_net import Perceptron, Tower, VoiceNet  # noqa: E402
from mien.models.training.voice_statistics import (  # noqa: E402
    SOUND,
    STEADY,
    Mixture,
    Statistics,
    running_max,
)
from mien.models.voice import BLOCK  # noqa: E402

Tensor = torch.Tensor


def mixture(moving: bool) -> Mixture:
    prior = torch.full((len(STEADY),), 0.2) if moving else None
    means = torch.randn(4, SOUND)
    return Mixture(
        torch.zeros(SOUND), torch.ones(SOUND), torch.full((4,), 0.25), means, torch.ones(4, SOUND), prior
    )


def frames(batch: int, blocks: int) -> Tensor:
    """Return noise in which a third of the frames has no pitch."""
    found = torch.randn(batch, blocks * BLOCK, FEATURES)
    found[:, :, BANDS] *= torch.rand(batch, blocks * BLOCK) > 0.3
    return found


@pytest.fixture
def net() -> VoiceNet:
    torch.manual_seed(0)
    mixtures = [mixture(False), mixture(True)]
    inputs = Statistics(mixtures)(frames(1, 1), torch.zeros(1, Statistics(mixtures).size))[0].shape[2]
    perceptron = Perceptron(torch.zeros(inputs), torch.ones(inputs))
    tower = Tower(torch.zeros(FEATURES), torch.ones(FEATURES))
    return VoiceNet(mixtures, [perceptron], [tower]).eval()


def test_block_by_block_is_the_same_as_the_whole_utterance(net: VoiceNet) -> None:
    heard = frames(2, 7)
    whole, last = net(heard, net.begin(2))
    state, parts = net.begin(2), []
    for i in range(7):
        logits, state = net(heard[:, i * BLOCK : (i + 1) * BLOCK], state)
        parts.append(logits)
    torch.testing.assert_close(torch.cat(parts, 1), whole, atol=1e-4, rtol=1e-3)
    torch.testing.assert_close(state, last, atol=1e-3, rtol=1e-3)


def test_what_comes_later_changes_nothing_before(net: VoiceNet) -> None:
    heard = frames(1, 6)
    other = heard.clone()
    other[:, 3 * BLOCK :] += 5
    first, second = (net(each, net.begin(1))[0] for each in (heard, other))
    torch.testing.assert_close(first[:, :3], second[:, :3])
    assert not torch.allclose(first[:, 3:], second[:, 3:])


def test_running_max_is_the_largest_so_far() -> None:
    x = torch.randn(3, 37, 5)
    torch.testing.assert_close(running_max(x), torch.cummax(x, 1).values)
