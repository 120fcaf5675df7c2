"""Recognition: streaming inference at run time; training and evaluation in `training`."""

from mien.models.network import WeightsError
from mien.models.recognizer import Recognizer, RecognizerState

__all__ = ["Recognizer", "RecognizerState", "WeightsError"]
