"""scripts/unreal.py, run against an engine that only prints what a real one would."""

import platform
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "unreal_plugin" / "scripts" / "unreal.py"
BUILD = 'for a in "$@"; do case $a in -Package=*) mkdir -p "${a#-Package=}";; esac; done; exit $STATUS'
PASSED = "echo 'LogAutomationController: Test Completed. Result={Success} Name={A} Path={Mien.A}'"
FAILED = "echo 'LogAutomationController: Test Completed. Result={Fail} Name={B} Path={Mien.B}'"


@pytest.mark.skipif(platform.system() != "Linux", reason="NOT TESTED: the imitated engine is a shell script")
@pytest.mark.parametrize(
    ("build", "editor", "status", "said"),
    [
        ("0", PASSED, 0, "Success  A"),
        ("0", f"{PASSED}; {FAILED}", 1, "Fail     B"),
        ("0", "true", 1, "No test ran."),
        ("6", PASSED, 1, "BuildPlugin failed"),
    ],
    ids=["all succeed", "one fails", "none runs", "the build fails"],
)
def test_its_exit_status_says_whether_the_plugin_was_built_and_every_test_succeeded(
    tmp_path: Path, build: str, editor: str, status: int, said: str
) -> None:
    engine = tmp_path / "UE" / "Engine"
    files = {
        "Build/BatchFiles/RunUAT.sh": f"STATUS={build}; {BUILD}",
        "Binaries/Linux/UnrealEditor-Cmd": editor,
    }
    for name, script in files.items():
        file = engine / name
        file.parent.mkdir(parents=True)
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)
    command = [sys.executable, SCRIPT, "--engine", engine.parent, "--out", tmp_path / "out"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (run.returncode, said in run.stdout + run.stderr) == (status, True), run.stdout + run.stderr


def test_a_folder_without_an_engine_is_named(tmp_path: Path) -> None:
    command = [sys.executable, SCRIPT, "--engine", tmp_path]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "is no Unreal Engine" in run.stderr
    assert "Traceback" not in run.stderr
