"""Heads of our own making for the tavern, built by code: all 52 ARKit shapes, written as glTF."""

from mien.examples.tavern.heads.features import CAST, Features
from mien.examples.tavern.heads.head import Head, build

__all__ = ["CAST", "Features", "Head", "build"]
