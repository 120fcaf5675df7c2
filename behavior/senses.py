"""What predicates read: the level of each operand for all characters; feelings only (law 1)."""

import numpy as np

from mien.behavior.affect import Float64, read_out
from mien.behavior.columns import rows
from mien.behavior.definition import (
    DIMENSIONS,
    LOOKED_AT,
    NEAREST,
    OTHERS,
    PLAYER,
    SELF,
    Feeling,
    Operand,
    Space,
)
from mien.behavior.feel import Feeling as Feel
from mien.behavior.state import State
from mien.bridge import messages
from mien.bridge.messages import EMOTIONS, Float32

_SPACES = {Space.EMOTION: 0, Space.MOOD: 1}


class Senses:
    """Fills the plane of operands of one library."""

    def __init__(self, feel: Feel, operands: list[Operand]) -> None:
        self.feel = feel
        self.names = {emotion.name: i for i, emotion in enumerate(feel.library.emotions)}
        self.operands = [operand for operand in operands if isinstance(operand, Feeling)]
        if len(self.operands) != len(operands):
            raise ValueError("a character's rules read feelings only (law 1)")
        own = [i for i, operand in enumerate(self.operands) if self._is_own(operand)]
        self._own = rows(own)
        self._own_columns = np.array(
            [
                self.names[o.name] + _SPACES[o.space] * len(self.names)
                for o in (self.operands[i] for i in own)
            ],
            np.intp,
        )
        self.may_be_unknown = len(own) < len(self.operands)
        self._others = [(i, o) for i, o in enumerate(self.operands) if not self._is_own(o)]

    @staticmethod
    def _is_own(operand: Feeling) -> bool:
        return operand.subject == SELF and operand.name not in DIMENSIONS

    def read(self, state: State, t: int) -> Float32:
        """Return the level of each operand at the snapshot, (operands, N); NaN where unknown."""
        count, vectors, emotions = state.snapshot.shape
        own: Float32 = state.snapshot.reshape(count, vectors * emotions).T[self._own_columns]
        if not self._others:
            return own
        levels = np.empty((len(self.operands), count), np.float32)
        levels[self._own] = own
        for row, operand in self._others:
            levels[row] = self._felt_by(operand, state, t)
        return levels

    def _felt_by(self, operand: Feeling, state: State, t: int) -> Float32 | Float64 | float:
        cast, subject = self.feel.cast, operand.subject
        unknown = np.full(len(cast), np.nan, np.float32)
        if subject == PLAYER:
            return np.where(self.feel.sees_player(state), self._of_player(operand, state, t), np.nan)
        if subject == OTHERS:
            if operand.space is not Space.EMOTION or not self.feel.spreads:
                return unknown
            level = self._level(operand, state.caught)
            return np.where(state.strength_caught[:, 0] > 0.0, level, np.nan)
        level = self._level(operand, state.snapshot[:, _SPACES[operand.space]])
        if subject == SELF:
            return level
        if subject == NEAREST:
            whose = state.neighbors.nearest()
        elif subject == LOOKED_AT:
            looks = state.surroundings.looks_at[: len(cast)].tolist()
            whose = np.array([cast.index.get(id_, -1) for id_ in looks], np.intp)
        else:
            return unknown if subject not in cast.by_name else float(level[cast.by_name[subject]])
        felt = np.where(whose >= 0, level[whose], np.nan) if len(whose) else unknown
        if subject == LOOKED_AT:
            at_player = np.array([id_ == messages.PLAYER for id_ in looks], bool)
            felt = np.where(at_player, self._of_player(operand, state, t), felt)
        return felt

    def _level(self, operand: Feeling, levels: Float32 | Float64) -> Float32 | Float64:
        if operand.name in DIMENSIONS:
            return read_out(levels, self.feel.places)[:, DIMENSIONS.index(operand.name)]
        column: Float32 | Float64 = levels[:, self.names[operand.name]]
        return column

    def _of_player(self, operand: Feeling, state: State, t: int) -> float:
        seen = self.feel.evidence(state, t)
        if seen is None or operand.space is not Space.EMOTION:
            return float("nan")
        if operand.name in EMOTIONS:
            return float(seen.emotion[EMOTIONS.index(operand.name)])
        return {"pleasure": seen.valence, "arousal": seen.arousal}.get(operand.name, float("nan"))
