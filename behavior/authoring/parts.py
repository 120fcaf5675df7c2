"""What the files of a library say, merged; knows which names there are, and reports those there are not."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from mien.behavior.authoring.kinds import Report, Word
from mien.behavior.authoring.problems import Problem, Severity, did_you_mean
from mien.behavior.authoring.shapes import Record
from mien.behavior.definition import Mark

_TABLES: Final = ("emotions", "expressions", "autonomous", "interactive", "trees", "characters", "objects")


class Parts:
    """The records of all files as one, by part of a library and name."""

    def __init__(self, records: list[Record], report: Report) -> None:
        self.report = report
        self.remarks: list[Problem] = []
        """What a library that loads could do without."""
        self.parts: dict[str, Any] = {name: {} for name in _TABLES}
        self.broken: dict[str, set[str]] = {name: set() for name in _TABLES}
        self.where: dict[str, Mark] = {}
        self.mark = records[0].mark if records else Mark("", 1, 1)
        for record in records:
            self._merge(record)

    def _merge(self, record: Record) -> None:
        for part, value in record.values.items():
            if part in _TABLES:
                self.broken[part] |= value.broken
                for name, item in value.items():
                    self._merge_item(part, name, item)
            elif part != "include":
                if part in self.parts:
                    message = f"`{part}` stands in two files, first in {self.where[part]}; remove one"
                    self.report(Problem(record.keys[part], message, "duplicate"))
                self.parts[part] = value
                self.where[part] = record.keys[part]

    def _merge_item(self, part: str, name: Word, item: Any) -> None:
        known = next((key for key in self.parts[part] if key == name), None)
        if known is not None:
            message = f"`{name}` stands in `{part}` twice, first in {known.mark}; rename or remove one"
            self.report(Problem(name.mark, message, "duplicate"))
        else:
            self.parts[part][name] = item

    def _table(self, part: str) -> list[tuple[Word, Record]]:
        return list(self.parts[part].items())

    def _limit(self, part: str, count: int, limit: int) -> None:
        if count > limit:
            self.report(Problem(self.mark, f"{count} {part}; at most {limit}", "limit"))

    def _known(self, word: str, known: Collection[str], what: str, mark: Mark) -> bool:
        if word in known:
            return True
        if any(word in names for names in self.broken.values()):
            return False
        code = f"unknown-{what.rsplit(maxsplit=1)[-1]}"
        self.report(Problem(mark, f"no {what} is called `{word}`{did_you_mean(word, known)}", code))
        return False

    def _words(self, words: Iterable[Word], known: Collection[str], what: str) -> tuple[str, ...]:
        return tuple(str(word) for word in words if self._known(word, known, what, word.mark))

    def _levels(self, levels: Mapping[Word, float], known: Collection[str], what: str) -> dict[str, float]:
        return {
            str(word): level for word, level in levels.items() if self._known(word, known, what, word.mark)
        }

    def _remark(self, mark: Mark, code: str, message: str) -> None:
        self.remarks.append(Problem(mark, message, code, Severity.WARNING))
