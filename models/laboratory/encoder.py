"""A pretrained text encoder (RoBERTa or alike) by path: an ONNX file and its `tokenizer.json`.

None is bundled. The encoder is frozen: what it says of every subword is computed once and kept in the cache
folder; only the network over it learns.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from mien.models.laboratory.sets import Entry

LONGEST: Final = 64
"""Subwords of a line and the one before it that are read."""
LINE, BEFORE = 1, 2
"""Segments of the line and of the one before it, as in `mien.models.text`."""
INPUTS: Final = {"input_ids", "attention_mask", "token_type_ids"}

Array = NDArray[Any]


class EncoderError(ValueError):
    """An encoder that cannot be used; one line: which file, what is wrong, what would be right."""


@dataclass(frozen=True)
class Encoder:
    """Lines of dialogue → one vector per subword.

    Attributes:
        name: of the ONNX file, without its ending; runs are named after it.
        width: numbers in a vector.
        digest: SHA-256 of both files; a cache or run of another pair is not taken for this one's.
    """

    model: Path
    tokenizer: Path
    name: str
    width: int
    digest: str
    _session: onnxruntime.InferenceSession
    _tokenizer: Any

    @classmethod
    def open(cls, model: Path, tokenizer: Path | None = None) -> "Encoder":
        """Open an ONNX file and its tokenizer, by default the `tokenizer.json` beside it.

        Raises:
            EncoderError: a file is missing or unreadable, `tokenizers` is not installed, or the network does
                not take `input_ids` (and `attention_mask`, `token_type_ids`) and give (B, T, width).
        """
        tokenizer = tokenizer or model.with_name("tokenizer.json")
        for file in (model, tokenizer):
            if not file.is_file():
                raise EncoderError(f"{file}: no such file; an encoder is an ONNX file and a tokenizer.json")
        try:
            from tokenizers import Tokenizer  # noqa: PLC0415 - of the train extra, and only needed here
        except ImportError:
            raise EncoderError("an encoder needs tokenizers: pip install tokenizers") from None
        try:
            read = Tokenizer.from_file(str(tokenizer))
        except Exception as error:  # its own errors derive from Exception alone
            raise EncoderError(f"{tokenizer}: is not a tokenizer.json ({error!s:.80})") from None
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.log_severity_level = 1, 4
        try:
            session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # likewise
            raise EncoderError(
                f"{model}: is not a readable ONNX file ({str(error).splitlines()[0]:.80})"
            ) from None
        given = {i.name for i in session.get_inputs()}
        shape = session.get_outputs()[0].shape
        if not {"input_ids"} <= given <= INPUTS or len(shape) != 3 or not isinstance(shape[2], int):
            raise EncoderError(
                f"{model}: takes {', '.join(sorted(given))} and gives {shape}; should take "
                "input_ids and attention_mask and give the last hidden state (batch, subwords, width)"
            )
        digest = hashlib.sha256(model.read_bytes() + tokenizer.read_bytes()).hexdigest()
        read.enable_truncation(LONGEST, strategy="longest_first", direction="left")
        read.no_padding()
        return cls(model, tokenizer, model.stem, shape[2], digest, session, read)

    @classmethod
    def reopen(cls, record: Mapping[str, str]) -> "Encoder":
        """Open what `record` described.

        Raises:
            EncoderError: see `open`; or the files are others by now.
        """
        encoder = cls.open(Path(record["model"]), Path(record["tokenizer"]))
        if encoder.digest != record["digest"]:
            raise EncoderError(f"{encoder.model}: is not the encoder that this run was trained with")
        return encoder

    def record(self) -> dict[str, str]:
        """Return what a run has to remember."""
        return {
            "model": str(self.model.resolve()),
            "tokenizer": str(self.tokenizer.resolve()),
            "digest": self.digest,
        }

    def layout(self, entries: Sequence[Entry]) -> tuple[Array, Array]:
        """Return segments (N, LONGEST), 0 where padded, and lengths (N,) of `vectors`."""
        segments, lengths = np.zeros((len(entries), LONGEST), np.int64), np.zeros(len(entries), np.int64)
        for i, found in enumerate(self._tokenized(entries)):
            sides = [side if side is not None else 0 for side in found.sequence_ids]
            lengths[i] = len(sides)
            # Of a pair the second is the line; alone, it is the first.
            segments[i, : len(sides)] = [LINE if side == max(sides) else BEFORE for side in sides]
        return segments, lengths

    def vectors(self, entries: Sequence[Entry]) -> Array:
        """Return the last hidden states (N, LONGEST, width) float16 of each line after the one before it."""
        names = [x.name for x in self._session.get_inputs()]
        vectors = np.zeros((len(entries), LONGEST, self.width), np.float16)
        for i, found in enumerate(self._tokenized(entries)):
            ids = np.array([found.ids], np.int64)
            kinds = np.array([found.type_ids], np.int64)
            fed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": kinds}
            vectors[i, : ids.shape[1]] = self._session.run(None, {n: fed[n] for n in names})[0][0]
        return vectors

    def _tokenized(self, entries: Sequence[Entry]) -> Iterator[Any]:
        """Yield each line as the second of a pair with the line before; dialogues stand in order."""
        before, current = "", ""
        for e in entries:
            if e.extra["dialogue"] != current:
                before, current = "", e.extra["dialogue"]
            line = e.extra["text"]
            yield self._tokenizer.encode(before, line) if before else self._tokenizer.encode(line)
            before = line
