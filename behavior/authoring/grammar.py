"""The language of triggers and conditions: what holds when, in words that need no programmer.

    joy above .6 until below .4
    mood.fear > .5 for 2 s and not player.anger > .3
    (nearest.fear > .4 or mood.dominance < -.2) and looked_at.joy <= joy

Grammar:

    predicate  = term { "and" term } | term { "or" term }      mixing the two needs parentheses
    term       = "not" term | held
    held       = atom [ "for" duration ]
    atom       = "(" predicate ")" | "always" | "never" | comparison
    comparison = operand ( "<" | "<=" | ">" | ">=" ) ( number | operand )
               | operand "above" number [ "until" "below" number ]
               | operand "below" number [ "until" "above" number ]
    operand    = [ subject "." ] [ ( "emotion" | "mood" ) "." ] level
    duration   = number [ "s" | "ms" | "min" ]

What could be read in two ways is refused with both readings, rather than decided by a rule that nobody
remembers. The parser is our own, of bounded depth; nothing is ever evaluated as Python.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from mien.behavior.definition import (
    NOWHERE,
    SELF,
    And,
    Comparison,
    Constant,
    Dwell,
    Feeling,
    Hysteresis,
    Mark,
    Not,
    Operand,
    Or,
    Predicate,
    Space,
    StateLevel,
)

MAX_LENGTH: Final = 1000
"""Characters of one expression."""
MAX_DEPTH: Final = 24
"""Of parentheses and negations inside each other."""

KEYWORDS: Final = ("and", "or", "not", "for", "above", "below", "until", "always", "never")
MAX_SECONDS: Final = 86_400.0
"""The longest time that can be written: a day."""
UNITS: Final = {"ms": 0.001, "s": 1.0, "min": 60.0}
"""Seconds in each unit of time."""

_TOKEN: Final = re.compile(
    r"""(?P<space>\s+)
      | (?P<number>[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?)
      | (?P<word>[^\W\d]\w*)
      | (?P<name>"[^"]*"|'[^']*')
      | (?P<sign><=|>=|<|>|\(|\)|\.|≤|≥)
      | (?P<foreign>===?|!=|<>|=>|=<|&&?|\|\|?|!|=|.)
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)

_FOREIGN: Final = {
    "=": "a level is hardly ever equal to a number; write `>`, `<`, `above` or `below`",
    "==": "a level is hardly ever equal to a number; write `>`, `<`, `above` or `below`",
    "!=": "a level is hardly ever equal to a number; write `>`, `<`, `above` or `below`",
    "=>": "write `>=`",
    "=<": "write `<=`",
    "&": "write `and`",
    "&&": "write `and`",
    "|": "write `or`",
    "||": "write `or`",
    "!": "write `not`",
    "%": "write levels as fractions: `.5`, not `50 %`",
    "$": "parameters are filled in within sub-trees only",
}


class ExpressionError(ValueError):
    """An expression that cannot be read: what is wrong, and where, counting characters from 0."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


@dataclass(frozen=True, slots=True)
class _Token:
    kind: Literal["number", "word", "name", "sign", "end"]
    text: str
    offset: int

    def __str__(self) -> str:
        return "the end" if self.kind == "end" else f"`{self.text}`"


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    for match in _TOKEN.finditer(text):
        kind, what, offset = str(match.lastgroup), match.group(), match.start()
        if kind == "space":
            continue
        if kind == "foreign":
            raise ExpressionError(
                f"`{what}` is not part of the language: {_FOREIGN.get(what, 'remove it')}", offset
            )
        what = {"≤": "<=", "≥": ">="}.get(what, what)
        found.append(_Token(kind, what, offset))  # type: ignore[arg-type]  # the regex names the kinds
    found.append(_Token("end", "", len(text.rstrip())))
    return found


def parse(text: str, marks: Callable[[int], Mark] | None = None, *, states: bool = False) -> Predicate:
    """Read a trigger or condition.

    Args:
        text: as the author wrote it.
        marks: gives the mark of a character of the text.
        states: whether names are levels of a smart object's state rather than feelings.

    Raises:
        ExpressionError: it cannot be read.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"longer than {MAX_LENGTH} characters; split it into filters", MAX_LENGTH)
    parser = _Parser(_tokens(text), marks or (lambda _: NOWHERE), states)
    return parser.whole()


class _Parser:
    """Recursive descent over the tokens, one method for each line of the grammar."""

    def __init__(self, tokens: list[_Token], marks: Callable[[int], Mark], states: bool) -> None:
        self.tokens = tokens
        self.position = 0
        self.marks = marks
        self.states = states
        self.depth = 0

    @property
    def next(self) -> _Token:
        return self.tokens[self.position]

    def take(self) -> _Token:
        token = self.next
        self.position += self.position < len(self.tokens) - 1
        return token

    def at(self, *texts: str) -> bool:
        return self.next.kind in ("word", "sign") and self.next.text in texts

    def whole(self) -> Predicate:
        if self.next.kind == "end":
            raise ExpressionError("empty; write what must hold, such as `joy > .5`, or `always`", 0)
        predicate = self.predicate()
        if self.position < len(self.tokens) - 1:
            raise ExpressionError(self._surplus(), self.next.offset)
        return predicate

    def _surplus(self) -> str:
        if self.at(")"):
            return "this `)` closes nothing"
        if self.at("for"):
            return "two `for` after each other; put parentheses around the first"
        return f"expected `and`, `or`, `for` or the end before {self.next}"

    def predicate(self) -> Predicate:
        first = self.next
        terms = [self.term()]
        if not self.at("and", "or"):
            return terms[0]
        conjunction = self.next.text
        while self.at("and", "or"):
            if self.next.text != conjunction:
                raise ExpressionError(
                    "`and` and `or` side by side can be read in two ways; put parentheses around one of them",
                    self.next.offset,
                )
            self.take()
            terms.append(self.term())
        form = And if conjunction == "and" else Or
        return form(tuple(terms), self.marks(first.offset))

    def term(self) -> Predicate:
        if not self.at("not"):
            return self.held()
        start = self.take()
        self._descend(start)
        inner = self.term()
        self.depth -= 1
        if isinstance(inner, Dwell) and self.tokens[self.position - 1].text != ")":
            raise ExpressionError(
                "`not … for …` can be read in two ways; write `(not …) for …` or `not (… for …)`",
                start.offset,
            )
        return Not(inner, self.marks(start.offset))

    def _descend(self, token: _Token) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ExpressionError(f"more than {MAX_DEPTH} levels deep; split it into filters", token.offset)

    def held(self) -> Predicate:
        start = self.next
        atom = self.atom()
        if not self.at("for"):
            return atom
        self.take()
        return Dwell(atom, self.duration(), self.marks(start.offset))

    def duration(self) -> float:
        token = self.take()
        if token.kind != "number":
            raise ExpressionError(f"expected a time such as `2 s` after `for`, found {token}", token.offset)
        unit = "s"
        if self.next.kind == "word" and not self.at(*KEYWORDS):
            if self.next.text not in UNITS:
                raise ExpressionError(
                    f"{self.next} is no unit of time; write `ms`, `s` or `min`", self.next.offset
                )
            unit = self.take().text
        seconds = float(token.text) * UNITS[unit]
        if not 0.0 < seconds <= MAX_SECONDS:
            raise ExpressionError("a time must be above 0 and at most a day", token.offset)
        return seconds

    def atom(self) -> Predicate:
        token = self.next
        if self.at("("):
            self.take()
            self._descend(token)
            inside = self.predicate()
            self.depth -= 1
            if not self.at(")"):
                raise ExpressionError(f"expected `)` before {self.next}, to close this one", token.offset)
            self.take()
            return inside
        if self.at("always", "never"):
            self.take()
            return Constant(token.text == "always", self.marks(token.offset))
        return self.comparison()

    def comparison(self) -> Predicate:
        start = self.next
        mark = self.marks(start.offset)
        left = self.operand()
        token = self.take()
        if token.kind == "sign" and token.text in ("<", "<=", ">", ">="):
            op: Literal["<", "<=", ">", ">="] = token.text  # type: ignore[assignment]
            if self.next.kind == "number":
                return self._no_chain(Comparison(left, op, self.number(), mark))
            return self._no_chain(Comparison(left, op, self.operand(), mark))
        if token.kind == "word" and token.text in ("above", "below"):
            return self._threshold(left, token, mark)
        raise ExpressionError(f"expected `>`, `<`, `above` or `below` before {token}", token.offset)

    def _no_chain(self, comparison: Comparison) -> Comparison:
        if self.at("<", "<=", ">", ">="):
            raise ExpressionError("one comparison at a time; join two with `and`", self.next.offset)
        return comparison

    def _threshold(self, left: Operand, word: _Token, mark: Mark) -> Predicate:
        on = self.number()
        rises = word.text == "above"
        if not self.at("until"):
            return Comparison(left, ">" if rises else "<", on, mark)
        self.take()
        back, expected = self.take(), "below" if rises else "above"
        if back.text != expected:
            raise ExpressionError(f"after `{word.text} … until` comes `{expected}`, not {back}", back.offset)
        number = self.next
        off = self.number()
        if (off >= on) if rises else (off <= on):
            order = "lower" if rises else "higher"
            raise ExpressionError(
                f"`{word.text} {level(on)} until {expected} {level(off)}`: the second must be {order}",
                number.offset,
            )
        return Hysteresis(left, on, off, mark)

    def number(self) -> float:
        token = self.take()
        if token.kind != "number":
            raise ExpressionError(f"expected a number such as `.5`, found {token}", token.offset)
        value = float(token.text)
        if not -1.0 <= value <= 1.0:
            raise ExpressionError(
                f"levels lie between 0 and 1, `{token.text}` is never reached", token.offset
            )
        return value

    def operand(self) -> Operand:
        first = self.next
        parts = [self._part()]
        while self.at("."):
            self.take()
            parts.append(self._part())
        mark = self.marks(first.offset)
        if self.states:
            if len(parts) > 1:
                raise ExpressionError(
                    "a condition reads the object's own state: one name, no dots", first.offset
                )
            return StateLevel(parts[0], mark)
        spaces = [Space(part) for part in parts[:-1] if part in (Space.EMOTION, Space.MOOD)]
        subjects = [part for part in parts[:-1] if part not in (Space.EMOTION, Space.MOOD)]
        if len(spaces) > 1 or len(subjects) > 1 or (spaces and subjects and parts[0] != subjects[0]):
            raise ExpressionError(
                "write `joy`, `mood.joy`, `player.joy` or `nearest.mood.joy`: subject, vector, name",
                first.offset,
            )
        return Feeling(parts[-1], (spaces or [Space.EMOTION])[0], (subjects or [SELF])[0], mark)

    def _part(self) -> str:
        token = self.take()
        if token.kind == "name" and len(token.text) > 2:
            return token.text[1:-1]
        if token.kind == "word" and token.text not in KEYWORDS:
            return token.text
        what = "a level such as `burning`" if self.states else "a feeling such as `joy` or `mood.fear`"
        raise ExpressionError(f"expected {what}, found {token}", token.offset)


def show(predicate: Predicate) -> str:
    """Write a predicate so that `parse` reads it back the same."""
    if isinstance(predicate, And | Or):
        joint = " and " if isinstance(predicate, And) else " or "
        return joint.join(_bracketed(term, And, Or) for term in predicate.terms)
    if isinstance(predicate, Not):
        return f"not {_bracketed(predicate.term, And, Or, Dwell)}"
    if isinstance(predicate, Dwell):
        return f"{_bracketed(predicate.term, And, Or, Not, Dwell)} for {level(predicate.seconds)} s"
    if isinstance(predicate, Constant):
        return "always" if predicate.value else "never"
    if isinstance(predicate, Hysteresis):
        words = ("above", "below") if predicate.on > predicate.off else ("below", "above")
        on, off = level(predicate.on), level(predicate.off)
        return f"{show_operand(predicate.operand)} {words[0]} {on} until {words[1]} {off}"
    right = predicate.right
    shown = level(right) if isinstance(right, float | int) else show_operand(right)
    return f"{show_operand(predicate.left)} {predicate.op} {shown}"


def _bracketed(term: Predicate, *forms: type) -> str:
    return f"({show(term)})" if isinstance(term, forms) else show(term)


def show_operand(operand: Operand) -> str:
    """Write a level's name, with what is not self-evident of subject and vector."""
    if isinstance(operand, StateLevel):
        return _quoted(operand.name)
    parts = [] if operand.subject == SELF else [_quoted(operand.subject)]
    if operand.space == Space.MOOD:
        parts.append(operand.space)
    return ".".join([*parts, _quoted(operand.name)])


def _quoted(name: str) -> str:
    plain = re.fullmatch(r"[^\W\d]\w*", name) and name not in (*KEYWORDS, *Space)
    return name if plain else f'"{name}"'


def level(value: float) -> str:
    """Write a number without needless digits, yet exactly."""
    return repr(float(value)).removesuffix(".0")
