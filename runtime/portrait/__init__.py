"""Faces as pictures: a stylized portrait of a character from the 61 values that a game receives."""

from mien.runtime.portrait.draw import draw
from mien.runtime.portrait.look import Look, look_of

__all__ = ["Look", "draw", "look_of"]
