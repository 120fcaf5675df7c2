"""Says when a score is none on strangers: when networks are scored on a set that they learned from.

What a network learned from stands in its card (`trained_on`). A set is known by the name of its folder alone:
the same files under another name are not recognized.
"""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Final

from mien.models.cards import Card

SPLITS: Final = frozenset({"train", "dev", "test"})
"""Names of tables that tell which split they hold, as `text_meld/dev.csv` does."""


def warning(table: Path, splits: Collection[str], cards: Sequence[Card]) -> str:
    """Return one line if networks learned from what a labeled table holds; empty if none is known to have.

    Args:
        table: what they are scored on; it counts as of every set whose name one of its folders bears.
        splits: those of the rows scored. A row that names none is taken for one of the table's name if that
            is a split's, and for one that was learned if not.
        cards: of the networks.
    """
    folders = set(table.resolve().parent.parts)
    scored = {split or (table.stem if table.stem in SPLITS else "") for split in splits}
    learned: dict[str, list[str]] = {}
    names = []
    for card in cards:
        for name, parts in card.trained_on.items():
            if name in folders and scored & {"", *parts}:
                learned.setdefault(name, []).extend(p for p in parts if p not in learned.get(name, []))
                names.append((not card.classes, card.name))
    if not names:
        return ""
    told = " and ".join(f"{name} ({', '.join(parts)})" for name, parts in learned.items())
    # The card of what reads emotions says more than that of what places the crop.
    first = min(names, key=lambda named: named[0])[1]
    no_score = "this is no score on strangers"
    return f"these networks learned from {told}: {no_score}; see models/weights/{first}.md"
