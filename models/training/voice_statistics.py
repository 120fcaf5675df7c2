"""Statistics of all speech frames since the utterance began: sums and extremes that any block continues."""

import torch
from torch import Tensor, nn

from mien.models.speech import BANDS, FEATURES
from mien.models.voice import BLOCK

CEPSTRA = 20
SOUND = 16 + 5 + 10
"""What a mixture sees of a frame: cepstra; pitch, periodicity, level, fall of the spectrum, cepstral peak;
how the first cepstra moved."""
STEADY = [*range(16), 18]
"""What of it a microphone and a throat color alike at all times: the cepstra and the level."""
LOOK_BACK = 4
"""Frames over which that movement is taken."""
PRIOR = 30.0
"""Frames that the training set's mean counts for in the running normalization."""
RELEVANCE = 8.0
"""Frames that a component's own mean counts for in the mean of what it heard (Reynolds 2000)."""
FAR = 2000.0
"""Beyond any feature: extremes are kept above it, so that 0 stands for nothing."""
LEAP = 0.3
"""Octaves in 10 ms beyond which pitch did not move but was mistaken."""
_PITCH, _STRENGTH, _LEVEL, _FIRST_SECOND, _FIRST_HIGH, _LOW_HIGH, _PEAK = range(BANDS, BANDS + 7)
_SILENCE = FEATURES - 1
_PLAIN = CEPSTRA + 6
_VOICED = 5
_HISTOGRAMS = (
    (_PITCH, torch.linspace(-1.2, 1.4, 9), 0.33),
    (_LEVEL, torch.linspace(-5.0, -1.0, 9), 0.5),
    (_STRENGTH, torch.linspace(0.1, 1.0, 6), 0.18),
)


class Mixture(nn.Module):
    """Gaussians with diagonal covariance: which sounds there are, and how this voice departs from each.

    With a `prior`, the mean of STEADY over the training set, sounds are taken relative to the voice's own
    mean so far. The statistics are a supervector (Campbell et al. 2006): of every component the mean of what
    it heard, less its own mean, and how often it spoke.
    """

    prior: Tensor
    mean: Tensor
    deviation: Tensor
    slope: Tensor
    offset: Tensor
    means: Tensor
    scale: Tensor
    weights: Tensor

    def __init__(
        self,
        mean: Tensor,
        deviation: Tensor,
        weights: Tensor,
        means: Tensor,
        variances: Tensor,
        prior: Tensor | None = None,
    ) -> None:
        super().__init__()
        self.moving = prior is not None
        count = len(weights)
        log = torch.log(weights) - 0.5 * (means**2 / variances + torch.log(variances)).sum(1)
        for name, value in {
            "prior": torch.zeros(len(STEADY)) if prior is None else prior,
            "mean": mean,
            "deviation": deviation,
            "slope": torch.cat((means / variances, -0.5 / variances), 1).T,
            "offset": log,
            "means": means,
            "scale": (weights * count).sqrt()[:, None] / variances.sqrt(),
            "weights": weights,
        }.items():
            self.register_buffer(name, value)
        self.size = count * (SOUND + 1)

    def forward(
        self, sounds: Tensor, running: Tensor, count: Tensor, so_far: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return the statistics (B, T/BLOCK, size) of sounds (B, T, SOUND), and the sums after them.

        `running` sums STEADY over the `count` frames so far, (B, T, len(STEADY)).
        """
        if self.moving:
            sounds = centered(sounds, running, count, self.prior)
        batch, components = sounds.shape[0], len(self.weights)
        x = ((sounds - self.mean) / self.deviation).clamp(-5, 5)
        share = torch.softmax(torch.cat((x, x * x), 2) @ self.slope + self.offset, 2)
        share = share.reshape(batch, -1, BLOCK, components)
        heard = share.transpose(2, 3) @ x.reshape(batch, -1, BLOCK, SOUND)
        new = torch.cat((heard.flatten(2), share.sum(2)), 2)
        sums = so_far[:, None] + torch.cumsum(new, 1)
        total = sums[:, :, : components * SOUND].reshape(batch, -1, components, SOUND)
        times = sums[:, :, components * SOUND :]
        apart = (total - times[..., None] * self.means) / (times[..., None] + RELEVANCE) * self.scale
        often = (times / times.sum(2, keepdim=True) - self.weights) / self.weights.sqrt()
        return torch.cat((apart.flatten(2), often), 2), sums[:, -1]


class Statistics(nn.Module):
    """Frames → functionals and supervectors of everything so far, at every block's end."""

    cosines: Tensor

    def __init__(self, mixtures: list[Mixture]) -> None:
        super().__init__()
        order, band = torch.arange(CEPSTRA)[:, None], torch.arange(BANDS)[None] + 0.5
        self.register_buffer("cosines", torch.cos(torch.pi * order * band / BANDS).T * (2 / BANDS) ** 0.5)
        self.mixtures = nn.ModuleList(mixtures)
        self.parts = [*[_PLAIN] * 3, *[_VOICED] * 3, CEPSTRA, CEPSTRA, 9, 9, 6, *[1] * 15]
        self.summed = sum(self.parts)
        self.sizes = [1, LOOK_BACK * FEATURES, 17, self.summed, _PLAIN + 1, _PLAIN + 1]
        self.sizes += [mixture.size for mixture in mixtures]
        self.size = sum(self.sizes)

    def forward(self, frames: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Return statistics (B, T/BLOCK, N) of frames (B, T, FEATURES), and the next state (B, size)."""
        count, context, normal, sums, high, low, *heard = torch.functional.split(state, self.sizes, 1)
        index = count[:, None] + torch.arange(frames.shape[1], dtype=frames.dtype)[None, :, None]
        joined = torch.cat((context.view(-1, LOOK_BACK, FEATURES), frames), 1)
        cepstra = joined[:, :, :BANDS] @ self.cosines

        new, smooth = self._quantities(frames, joined, cepstra, index)
        totals = sums[:, None] + torch.cumsum(new.reshape(new.shape[0], -1, BLOCK, self.summed).sum(2), 1)
        blocks = (smooth[0].shape[0], -1, BLOCK, _PLAIN + 1)
        highs, lows = (
            torch.maximum(before[:, None], running_max(each.reshape(blocks).amax(2)))
            for before, each in zip((high, low), smooth, strict=True)
        )
        found = [self._read(totals, index[:, BLOCK - 1 :: BLOCK] + 1), _known(highs), -_known(lows)]

        sounds = self.sounds(frames, cepstra, index)
        running = normal[:, None] + torch.cumsum(sounds[:, :, STEADY], 1)
        following = [count + frames.shape[1], joined[:, -LOOK_BACK:].flatten(1), running[:, -1]]
        following += [totals[:, -1], highs[:, -1], lows[:, -1]]
        for mixture, so_far in zip(self.mixtures, heard, strict=True):
            statistics, after = mixture(sounds, running, index + 1, so_far)
            found.append(statistics)
            following.append(after)
        return torch.cat(found, 2), torch.cat(following, 1)

    def sounds(self, frames: Tensor, cepstra: Tensor, index: Tensor) -> Tensor:
        """Return what mixtures see (B, T, SOUND); there are LOOK_BACK more cepstra than frames."""
        moved = (cepstra[:, LOOK_BACK:, :10] - cepstra[:, :-LOOK_BACK, :10]) * (index >= LOOK_BACK)
        prosody = frames[:, :, [_PITCH, _STRENGTH, _LEVEL, _LOW_HIGH, _PEAK]]
        return torch.cat((cepstra[:, LOOK_BACK:, :16], prosody, moved), 2)

    def _quantities(
        self, frames: Tensor, joined: Tensor, cepstra: Tensor, index: Tensor
    ) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """Return what is summed (B, T, summed), and what the highest and the lowest are taken of."""
        now, before = cepstra[:, LOOK_BACK:], cepstra[:, LOOK_BACK - 1 : -1]
        earlier = joined[:, LOOK_BACK - 1 : -1]
        known = (index > 0).to(frames.dtype)
        pitch, was = frames[:, :, _PITCH : _PITCH + 1], earlier[:, :, _PITCH : _PITCH + 1]
        voiced = (pitch != 0).to(frames.dtype)
        went = (was != 0).to(frames.dtype) * known
        both, unvoiced = voiced * went, 1 - voiced
        rest = [_STRENGTH, _LEVEL, *range(_LOW_HIGH, _SILENCE)]
        plain = torch.cat((now, frames[:, :, rest]), 2)
        plain_was = torch.cat((before, earlier[:, :, rest]), 2)
        quality = [_PITCH, _FIRST_SECOND, _FIRST_HIGH]
        tone = torch.cat((now[:, :, :2], frames[:, :, quality]), 2)
        tone_was = torch.cat((before[:, :, :2], earlier[:, :, quality]), 2)
        move = pitch - was
        steps = both * (move.abs() < LEAP).to(frames.dtype)
        rise = (move * steps).clamp_min(0)
        silence = frames[:, :, _SILENCE:]
        level = frames[:, :, _LEVEL : _LEVEL + 1]
        louder = ((level - earlier[:, :, _LEVEL : _LEVEL + 1]) * known).clamp_min(0)
        time = (index + 1) / 100
        ones = torch.ones_like(voiced)
        values = [plain, plain * plain, (plain - plain_was).abs() * known]
        values += [tone * voiced, tone * tone * voiced, (tone - tone_was).abs() * steps]
        values += [now * voiced, now * unvoiced]
        values += [
            torch.exp(-0.5 * ((frames[:, :, which : which + 1] - centers) / width) ** 2) * weight
            for (which, centers, width), weight in zip(_HISTOGRAMS, (voiced, ones, ones), strict=True)
        ]
        values += [voiced, unvoiced, both, voiced * known * (1 - went), rise, (rise > 0).to(frames.dtype)]
        values += [louder, (silence > 1.5).to(frames.dtype), silence]
        values += [time * ones, time * time * ones, time * voiced, time * time * voiced]
        values += [time * pitch, time * level]
        smooth = torch.cat(((plain + plain_was * known + plain * (1 - known)) / 2, (pitch + was) / 2), 2)
        there = torch.cat((ones.expand(-1, -1, _PLAIN), both), 2)
        return torch.cat(values, 2), ((FAR + smooth) * there, (FAR - smooth) * there)

    def _read(self, totals: Tensor, count: Tensor) -> Tensor:
        """Return the functionals of the sums after `count` frames."""
        plain, plain2, plain_moves, tone, tone2, tone_moves, *rest = torch.functional.split(
            totals, self.parts, 2
        )
        with_voice, without, pitches, levels, strengths, *single = rest
        voiced, unvoiced, both, onsets, rise, rises, louder, pauses, silence, *times = single
        t, t2, voiced_t, voiced_t2, pitch_t, level_t = times
        known, unknown, pairs = voiced.clamp_min(1), unvoiced.clamp_min(1), both.clamp_min(1)
        pitch, level = tone[:, :, 2:3] / known, plain[:, :, CEPSTRA + 1 : CEPSTRA + 2] / count
        found = [plain / count, _deviation(plain, plain2, count), plain_moves / count]
        found += [tone / known, _deviation(tone, tone2, known), tone_moves / pairs]
        found += [rise / pairs, rises / pairs, with_voice / known, without / unknown]
        found += [pitches / (known + 3), levels / count, strengths / count]
        found += [voiced / count, onsets / count, louder / count, pauses / (count + 20), silence / count]
        found += [
            torch.log(count),
            # How pitch and level changed with time: the slope of a straight line.
            (pitch_t / known - voiced_t / known * pitch)
            / (voiced_t2 / known - (voiced_t / known) ** 2 + 0.1),
            (level_t / count - t / count * level) / (t2 / count - (t / count) ** 2 + 0.1),
        ]
        return torch.cat(found, 2)


def centered(sounds: Tensor, running: Tensor, count: Tensor, prior: Tensor) -> Tensor:
    """Return sounds less the mean of STEADY so far, which begins at `prior`."""
    steady = sounds[:, :, STEADY] - (running + prior * PRIOR) / (count + PRIOR)
    return torch.cat((steady[:, :, :16], sounds[:, :, 16:18], steady[:, :, 16:], sounds[:, :, 19:]), 2)


def _deviation(sums: Tensor, squares: Tensor, count: Tensor) -> Tensor:
    mean = sums / count
    return (squares / count - mean * mean).clamp_min(1e-5).sqrt()


def _known(extreme: Tensor) -> Tensor:
    """Return an extreme as it was before FAR was added, 0 where there is none."""
    return (extreme - FAR) * (extreme > 0)


def running_max(x: Tensor) -> Tensor:
    """Return the running maximum over axis 1 in logarithmically many steps (cummax has no ONNX form)."""
    length, shift = x.shape[1], 1
    while shift < length:
        padded = torch.cat((x[:, :1].expand(-1, shift, -1), x[:, :-shift]), 1)
        x = torch.maximum(x, padded)
        shift *= 2
    return x
