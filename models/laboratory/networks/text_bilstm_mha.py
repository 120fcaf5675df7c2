"""P1, text: token embeddings, one bidirectional LSTM, attention with its last state as the query."""

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

SEGMENTS = 6
"""Padding; the line; the one before, by the same speaker or another; the one before that, likewise."""


class TextBiLstmMha(nn.Module):
    """Subwords of a line and the lines before it → emotion logits (B, classes), sentiment logits (B, 3).

    B lines, T subwords, H units a direction. The line comes last, so that the forward direction ends on it.
    With a `vocabulary` of 0 the tokens are no ids but vectors (B, T, width) of a pretrained encoder.
    """

    def __init__(
        self,
        vocabulary: int,
        classes: int,
        width: int = 96,
        hidden: int = 96,
        heads: int = 4,
        dropout: float = 0.4,
    ) -> None:
        super().__init__()
        self.tokens: nn.Module = nn.Identity()
        if vocabulary:
            self.tokens = nn.Embedding(vocabulary, width, padding_idx=0)
            nn.init.normal_(self.tokens.weight, std=0.3)
        self.segments = nn.Embedding(SEGMENTS, width, padding_idx=0)
        nn.init.normal_(self.segments.weight, std=0.3)
        self.lstm = nn.LSTM(width, hidden, batch_first=True, bidirectional=True)
        self.heads, self.size = heads, 2 * hidden // heads
        self.query = nn.Linear(2 * hidden, 2 * hidden)
        self.key = nn.Linear(2 * hidden, 2 * hidden)
        self.value = nn.Linear(2 * hidden, 2 * hidden)
        self.project = nn.Linear(2 * hidden, 2 * hidden)
        self.dropout = nn.Dropout(dropout)
        self.emotion = nn.Linear(4 * hidden, classes)
        self.sentiment = nn.Linear(4 * hidden, 3)

    def encode(self, tokens: Tensor, segments: Tensor, lengths: Tensor | None) -> tuple[Tensor, Tensor]:
        """Return the outputs O (B, T, 2H) and the last state H_D (B, 2H) of the LSTM (eq. 14, 15)."""
        x = self.dropout(self.tokens(tokens).to(self.segments.weight.dtype) + self.segments(segments))
        if lengths is None:
            outputs, (last, _) = self.lstm(x)
        else:
            packed = pack_padded_sequence(x, lengths.cpu(), batch_first=True, enforce_sorted=False)
            outputs, (last, _) = self.lstm(packed)
            outputs, _ = pad_packed_sequence(outputs, batch_first=True, total_length=segments.shape[1])
        return outputs, torch.cat((last[0], last[1]), 1)

    def attend(self, outputs: Tensor, last: Tensor, segments: Tensor) -> Tensor:
        """Return z (B, 2H): e_t = Q K_tᵀ/√d_k, a = softmax(e) (16); z = Σ a_t V_t (17); heads joined (18)."""
        batch, steps = segments.shape
        query = self.query(last).view(batch, self.heads, 1, self.size)
        key = self.key(outputs).view(batch, steps, self.heads, self.size).transpose(1, 2)
        value = self.value(outputs).view(batch, steps, self.heads, self.size).transpose(1, 2)
        energy = query @ key.transpose(2, 3) / self.size**0.5
        energy = energy.masked_fill((segments == 0)[:, None, None], -1e4)
        joined = (torch.softmax(energy, 3) @ value).reshape(batch, self.heads * self.size)
        projected: Tensor = self.project(joined)
        return projected

    def forward(
        self, tokens: Tensor, segments: Tensor, lengths: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Return the logits; segments (B, T) are 0 where padded, lengths (B,) count the rest."""
        if lengths is not None:
            longest = int(lengths.max())
            tokens, segments = tokens[:, :longest], segments[:, :longest]
        outputs, last = self.encode(tokens, segments, lengths)
        features = self.dropout(torch.cat((self.attend(self.dropout(outputs), last, segments), last), 1))
        return self.emotion(features), self.sentiment(features)
