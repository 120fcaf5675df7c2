"""Whatever bytes a file holds, out comes a whole library or a list of problems, and nothing else."""

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mien.behavior.authoring import LibraryError, read
from mien.behavior.authoring.checks import find_problems
from mien.behavior.authoring.source import MAX_BYTES, MAX_DEPTH
from mien.behavior.library import Library

ROOT = Path(__file__).parents[3]
SEEDS = sorted(
    path.read_bytes()
    for pattern in ("examples/*/library/*.yaml", "tests/behavior/authoring/broken/*/library.yaml")
    for path in ROOT.glob(pattern)
)
PIECES = [
    b"\n", b"  ", b": ", b"- ", b"[", b"]", b"{", b"}", b"&a ", b"*a", b"'", b'"', b"|\n", b">-\n", b"#",
    b"---\n", b"...\n", b"!x ", b"!!int ", b"%YAML 1.1\n", b"? ", b"<<: ", b"\t", b"\xff", b"\x00",
    b"\xef\xbb\xbf", b".inf", b"1e999", b"-.5", b"~", b"$x", b"\xc2\x85", b"\xe2\x80\xa8", b"autonomous:",
    b"tree:", b"trigger: joy > ",
]  # fmt: skip


def whole_or_problems(data: bytes, **more: bytes) -> None:
    try:
        library = read({"library.yaml": data, **more})
    except LibraryError as error:
        assert error.problems
        for problem in error.problems:
            assert problem.mark.line >= 1 and problem.mark.column >= 1
            assert problem.message
    else:
        assert isinstance(library, Library)
        find_problems(library)


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    whole_or_problems(data)


@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    whole_or_problems(text.encode("utf-8", "surrogatepass"))


@given(st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join))
def test_any_sequence_of_pieces_of_yaml(data: bytes) -> None:
    whole_or_problems(data)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.sampled_from(SEEDS), st.integers(0, 2**32), st.integers(1, 6))
def test_any_mutation_of_a_real_library(data: bytes, seed: int, edits: int) -> None:
    draw = random.Random(seed)
    for _ in range(edits):
        at, end = sorted(draw.randrange(len(data) + 1) for _ in range(2))
        end = min(end, at + 30)
        other = draw.choice(SEEDS)
        start = draw.randrange(len(other))
        piece = draw.choice([b"", draw.choice(PIECES), other[start : start + draw.randrange(40)]])
        data = data[:at] + piece + data[end if draw.random() < 0.5 else at :]
    whole_or_problems(data, **{"cast.yaml": b"{}"})


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"[" * 100_000, f"more than {MAX_DEPTH} levels"),
        (b"{a: " * 100_000, f"more than {MAX_DEPTH} levels"),
        (b"a:\n" + b"".join(b" " * i + b"a:\n" for i in range(1, 400)), f"more than {MAX_DEPTH} levels"),
        (b"x" * (MAX_BYTES + 1), "split it"),
        (b"a: &a [*a]", "inside of what it refers to"),
        (b"a: &a {b: *a}", "inside of what it refers to"),
        (b"tree: " + b"&a [" * 60 + b"x" + b"]" * 60 + b"\nname: [*a, [*a, [[[[[*a]]]]]]", "levels deep"),
        (b"autonomous: {a: {trigger: '" + b"(" * 500 + b"'}}", "levels deep"),
        (b"characters: {a: {count: 10000}, b: {count: 2}}", "at most 10000"),
        (b"name: \xff", "UTF-8"),
        (b"name: \x07", "control character"),
    ],
)  # fmt: skip
def test_every_limit_is_stated_and_kept(data: bytes, message: str) -> None:
    with pytest.raises(LibraryError, match=message):
        read({"library.yaml": data})


def test_sub_trees_that_multiply_are_stopped() -> None:
    twice = "selector: [{{subtree: t{0}}}, {{subtree: t{0}}}]"
    doubling = "".join(f"  t{n + 1}: {{tree: {{{twice.format(n)}}}}}\n" for n in range(30))
    text = (
        f"autonomous: {{a: {{trigger: always}}}}\ntrees:\n  t0: {{tree: a}}\n{doubling}tree: {{subtree: t30}}"
    )
    with pytest.raises(LibraryError, match="more than 10000 nodes"):
        read({"library.yaml": text.encode()})


def test_a_tree_too_deep_for_the_engine_is_refused_here() -> None:
    changes = "intensity: .9, tempo: 1.1, duration: 1.1, invert: true, cool_down: 1 s, chance: .5"
    node = "a"
    for _ in range(25):
        node = f"{{modifier: {node}, {changes}}}"
    with pytest.raises(LibraryError, match="nodes deep"):
        read({"library.yaml": f"autonomous: {{a: {{trigger: always}}}}\ntree: {node}".encode()})
