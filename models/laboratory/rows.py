"""The rows of the table by name, with their paper and the kinds of set they learn: known without torch."""

from typing import Final

ROWS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "cnn_lstm": ("P0", ("pairs",)),
    "cnn_lstm.visual": (
        "P0",
        (
            "pairs",
            "faces",
        ),
    ),
    "cnn_lstm.acoustic": (
        "P0",
        (
            "pairs",
            "speech",
        ),
    ),
    "enhance_reorganize": ("P1", ("pairs",)),
    "enhance_reorganize.text": (
        "P1",
        (
            "pairs",
            "text",
        ),
    ),
    "enhance_reorganize.visual": ("P1", ("pairs",)),
    "enhance_reorganize.acoustic": (
        "P1",
        (
            "pairs",
            "speech",
        ),
    ),
    "text_bilstm_mha": ("P1", ("text",)),
    "text_bilstm_mha.sentiment": ("P1", ("text",)),
    "vgg_expression": ("P2", ("faces",)),
    "gru_mha": ("P3", ("pairs",)),
    "gru_mha.no_gender": ("P3", ("pairs",)),
    "gru_mha.visual": ("P3", ("pairs",)),
    "gru_mha.acoustic": (
        "P3",
        (
            "pairs",
            "speech",
        ),
    ),
    "lstm": ("P3", ("pairs",)),
    "lstm.acoustic": (
        "P3",
        (
            "pairs",
            "speech",
        ),
    ),
    "bpnn": ("P3", ("pairs",)),
    "majority": (
        "baseline",
        (
            "faces",
            "speech",
            "text",
            "pairs",
        ),
    ),
    "majority.polarity": (
        "baseline",
        (
            "speech",
            "text",
            "pairs",
        ),
    ),
    "hog_svm": ("baseline", ("faces",)),
    "lbp_svm": ("baseline", ("faces",)),
    "haar_svm": ("baseline", ("faces",)),
    "mfcc_svm": ("baseline", ("speech",)),
    "mien.text": ("ours", ("text",)),
    "tfidf": ("baseline", ("text",)),
    "tfidf.sentiment": ("baseline", ("text",)),
}
"""Those of `methods.METHODS`, in its order."""
