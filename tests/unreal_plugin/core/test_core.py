"""Runs MienCore's own tests: plain, under the sanitizers, and as fuzz targets."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Builder = Callable[[str], Path]

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "bridge" / "golden"
CORE = ROOT / "unreal_plugin" / "Mien" / "Source" / "MienCore"
FUZZ_SECONDS = 4


@pytest.mark.timeout(600)  # the first of these builds
@pytest.mark.parametrize(("flavor", "fewest"), [("plain", 80), ("address", 80), ("thread", 15)])
def test_all_unit_tests_pass_plain_and_under_the_sanitizers(build: Builder, flavor: str, fewest: int) -> None:
    result = subprocess.run(
        [build(flavor) / "units"], capture_output=True, text=True, check=False, timeout=120
    )
    assert result.returncode == 0, result.stdout[-6000:] + result.stderr[-6000:]
    assert "WARNING: ThreadSanitizer" not in result.stderr
    summary = re.search(r"^(\d+) tests, 0 failures$", result.stdout, re.MULTILINE)
    assert summary and int(summary[1]) >= fewest


@pytest.mark.parametrize("standard", ["c++17", "c++20"])
def test_all_sources_compile_as_one_file_without_a_warning(
    compiler_command: str, tmp_path: Path, standard: str
) -> None:
    # as Unreal's unity builds do, with its standard and the warnings that it makes errors
    unity = tmp_path / "unity.cpp"
    unity.write_text("".join(f'#include "{path}"\n' for path in sorted((CORE / "Private").glob("*.cpp"))))
    warnings = ["-Wall", "-Wextra", "-Wshadow", "-Wundef", "-Werror", "-fno-exceptions", "-fno-rtti"]
    folders = ["-I", CORE / "Public", "-I", CORE / "Private"]
    result = subprocess.run(
        [compiler_command, f"-std={standard}", "-fsyntax-only", *warnings, *folders, unity],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr[-6000:]


def test_once_warm_a_frame_allocates_nothing_in_the_whole_client(build: Builder) -> None:
    result = subprocess.run(
        [build("plain") / "allocations"], capture_output=True, text=True, check=False, timeout=60
    )
    assert result.returncode == 0, result.stdout
    assert result.stdout == "1000 frames, 0 allocations\n"


@pytest.mark.timeout(600)
@pytest.mark.parametrize("target", ["fuzz_decoder", "fuzz_zmtp"])
def test_a_short_fuzzing_finds_nothing(build: Builder, target: str, tmp_path: Path) -> None:
    seeds = [path for path in GOLDEN.rglob("*.bin") if path.stat().st_size < 4096]
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number, path in enumerate(seeds):
        # for ZMTP: a good handshake, whole reads, then the message in one short frame
        head = b"\x02\xff\x00" + bytes([min(path.stat().st_size, 255)]) if target == "fuzz_zmtp" else b""
        (corpus / f"{number}").write_bytes(head + path.read_bytes())
    result = subprocess.run(
        [build("fuzz") / target, f"-max_total_time={FUZZ_SECONDS}", "-timeout=5", "-rss_limit_mb=1024",
         "-print_final_stats=1", f"-artifact_prefix={tmp_path}/", corpus],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr[-6000:]
    executed = re.search(r"stat::number_of_executed_units:\s*(\d+)", result.stderr)
    assert executed and int(executed[1]) > len(seeds)
