"""What the networks are compared with: the majority, descriptors with an SVM, n-grams with a regression.

Each takes training features and labels and test features, and returns probabilities (N, classes). An SVM's
are its softmaxed decision values: their order is meant, their calibration is not.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC

from mien.models.grams import words
from mien.models.laboratory import features

Array = NDArray[Any]
Labels = NDArray[np.int64]
BALANCE = 0.45
"""Weight of a class ∝ n^-BALANCE, as in the networks' loss."""


def weights(labels: Labels, balance: float = BALANCE) -> dict[int, float]:
    """Return a weight ∝ n^-balance for every class that occurs."""
    counts = np.bincount(labels)
    return {c: float((counts.max() / n) ** balance) for c, n in enumerate(counts) if n}


def spread(values: Array, present: Array, classes: int) -> Array:
    """Return probabilities (N, classes) from decision values of the classes that occurred in training."""
    if values.ndim == 1:  # two classes: the distance from one boundary
        values = np.stack((-values, values), 1)
    exp = np.exp(values - values.max(1, keepdims=True))
    found = np.zeros((len(values), classes), np.float32)
    found[:, present] = exp / exp.sum(1, keepdims=True)
    return found


def majority(_train: Array, labels: Labels, test: Array, classes: int) -> Array:
    """Return the training shares of the classes for every item."""
    shares = np.bincount(labels, minlength=classes) / len(labels)
    return np.tile(shares, (len(test), 1)).astype(np.float32)


def svm(train: Array, labels: Labels, test: Array, classes: int) -> Array:
    """Standardized features, an SVM with a Gaussian kernel, C = 5."""
    model = make_pipeline(
        StandardScaler(), SVC(C=5.0, class_weight=weights(labels), decision_function_shape="ovr")
    )
    model.fit(train.reshape(len(train), -1), labels)
    return spread(model.decision_function(test.reshape(len(test), -1)), model.classes_, classes)


def linear_svm(train: Array, labels: Labels, test: Array, classes: int) -> Array:
    """Standardized features and a linear SVM, for thousands of pictures."""
    model = make_pipeline(
        StandardScaler(), LinearSVC(C=0.002, class_weight=weights(labels), dual=False, tol=1e-3)
    )
    model.fit(train.reshape(len(train), -1), labels)
    return spread(model.decision_function(test.reshape(len(test), -1)), model.classes_, classes)


def lbp(crops: Array, cells: int = 6) -> Array:
    """Return histograms (N, cells² · 59) of uniform local binary patterns with 8 neighbors (Ojala 2002)."""
    pictures = crops[:, 0]
    center = pictures[:, 1:-1, 1:-1]
    around = ((0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0))
    height, width = pictures.shape[1] - 2, pictures.shape[2] - 2
    codes = sum(
        (pictures[:, y : y + height, x : x + width] >= center).astype(np.int64) << bit
        for bit, (y, x) in enumerate(around)
    )
    bits = (np.arange(256)[:, None] >> np.arange(8)) & 1
    turns = (bits != np.roll(bits, 1, 1)).sum(1)
    place = np.full(256, 58)
    place[turns <= 2] = np.arange(58)
    patterns = place[codes]
    rows = np.minimum(np.arange(height) * cells // height, cells - 1)
    columns = np.minimum(np.arange(width) * cells // width, cells - 1)
    bins = (rows[:, None] * cells + columns[None]) * 59
    flat = (patterns + bins).reshape(len(crops), -1)
    found = np.stack([np.bincount(one, minlength=cells * cells * 59) for one in flat])
    return np.sqrt(found).astype(np.float32)


def haar(crops: Array) -> Array:
    """Return Haar-like contrasts (N, K): two- and three-part rectangles at every sixth pixel, three sizes."""
    pictures = crops[:, 0]
    normal = pictures - pictures.mean((1, 2), keepdims=True)
    normal = normal / (normal.std((1, 2), keepdims=True) + 1e-4)
    table = np.pad(normal.cumsum(1).cumsum(2), ((0, 0), (1, 0), (1, 0)))

    def total(y: int, x: int, h: int, w: int) -> Array:
        return np.asarray(table[:, y + h, x + w] - table[:, y, x + w] - table[:, y + h, x] + table[:, y, x])

    side = pictures.shape[1]
    found = []
    for size in (6, 12, 18):
        for y in range(0, side - size + 1, 6):
            for x in range(0, side - size + 1, 6):
                half, third, area = size // 2, size // 3, size * size
                whole = total(y, x, size, size)
                found.append((whole - 2 * total(y, x, half, size)) / area)
                found.append((whole - 2 * total(y, x, size, half)) / area)
                found.append((whole - 3 * total(y + third, x, third, size)) / area)
                found.append((whole - 3 * total(y, x + third, size, third)) / area)
    return np.stack(found, 1).astype(np.float32)


def hog(crops: Array) -> Array:
    """Return HOG (N, 324) of the first crop."""
    return features.hog(crops[:, :1])[:, 0]


def tfidf(train: Sequence[str], labels: Labels, test: Sequence[str], classes: int) -> Array:
    """Words and pairs of words, letters in runs of 2 to 5, TF-IDF, logistic regression."""
    vectors = make_union(
        TfidfVectorizer(tokenizer=words, token_pattern=None, ngram_range=(1, 2), min_df=2, sublinear_tf=True),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=3, sublinear_tf=True),
    )
    regression = LogisticRegression(C=0.5, max_iter=150, class_weight=weights(labels), tol=1e-3)
    model = make_pipeline(vectors, regression).fit(list(train), labels)
    found = np.zeros((len(test), classes), np.float32)
    found[:, model.classes_] = model.predict_proba(list(test))
    return found


def shipped_text(train: Sequence[Any], labels: Labels, test: Sequence[Any], classes: int) -> Array:
    """The recipe of the text model that ships, from entries in the order of their dialogues."""
    from mien.models.laboratory.ship_text import fit, labels_of  # noqa: PLC0415 - it reads this table

    present = np.unique(np.concatenate((labels_of(train), labels_of(test))))[:classes]
    del labels  # the entries carry their own
    return fit(train).predict(test)[:, present]
