import pytest

torch = pytest.importorskip("torch", reason="the train extra is not installed")

from mien.models.speech import FEATURES  # noqa: E402
from mien.models.training.voice_net import VoiceNet, _running_max  # noqa: E402
from mien.models.voice import BLOCK  # noqa: E402


@pytest.fixture
def net() -> VoiceNet:
    torch.manual_seed(0)
    return VoiceNet(torch.zeros(FEATURES), torch.ones(FEATURES)).eval()


def test_block_by_block_is_the_same_as_the_whole_utterance(net: VoiceNet) -> None:
    frames = torch.randn(2, 7 * BLOCK, FEATURES)
    whole, last = net(frames, net.begin(2))
    state, parts = net.begin(2), []
    for i in range(7):
        logits, state = net(frames[:, i * BLOCK : (i + 1) * BLOCK], state)
        parts.append(logits)
    torch.testing.assert_close(torch.cat(parts, 1), whole, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(state, last, atol=1e-3, rtol=1e-4)


def test_what_comes_later_changes_nothing_before(net: VoiceNet) -> None:
    frames = torch.randn(1, 6 * BLOCK, FEATURES)
    other = frames.clone()
    other[:, 3 * BLOCK :] += 5
    first, second = (net(each, net.begin(1))[0] for each in (frames, other))
    torch.testing.assert_close(first[:, :3], second[:, :3])
    assert not torch.allclose(first[:, 3:], second[:, 3:])


def test_running_max_is_the_largest_so_far() -> None:
    x = torch.randn(3, 37, 5)
    torch.testing.assert_close(_running_max(x), torch.cummax(x, 1).values)
