"""Proves the plugin with Unreal itself: builds it as for shipping, then runs its Automation tests.

    python unreal_plugin/scripts/unreal.py --engine "C:/Program Files/Epic Games/UE_5.6"

Needs an installed Unreal Engine and its compiler, nothing else. Makes an empty project in the output folder,
with the packaged plugin in it.
"""

import argparse
import json
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

PLUGIN = Path(__file__).resolve().parents[1] / "Mien" / "Mien.uplugin"
HOSTS = {"Windows": "Win64", "Darwin": "Mac", "Linux": "Linux"}


def main() -> int:
    """Return 0 when the plugin was built and every test succeeded."""
    parser = argparse.ArgumentParser(description="Build the Mien plugin with Unreal and run its tests.")
    parser.add_argument("--engine", type=Path, required=True, help="folder that contains Engine/")
    parser.add_argument("--out", type=Path, default=Path("build/unreal"), help="where to put everything")
    parser.add_argument("--no-build", action="store_true", help="test what was built before")
    options = parser.parse_args()
    engine, out = options.engine.resolve() / "Engine", options.out.resolve()
    if not (engine / "Build").is_dir():
        sys.exit(f"{engine} is no Unreal Engine: name the folder that contains Engine/Build")
    if not options.no_build:
        build(engine, out / "Mien")
    return test(engine, out)


def build(engine: Path, package: Path) -> None:
    """Package the plugin with BuildPlugin: all modules, editor and game, as for shipping."""
    shutil.rmtree(package, ignore_errors=True)
    windows = platform.system() == "Windows"
    tool = engine / "Build" / "BatchFiles" / ("RunUAT.bat" if windows else "RunUAT.sh")
    command = [str(tool), "BuildPlugin", f"-Plugin={PLUGIN}", f"-Package={package}", "-StrictIncludes",
               f"-TargetPlatforms={HOSTS[platform.system()]}"]  # fmt: skip
    if subprocess.run(command, check=False).returncode != 0:
        sys.exit("BuildPlugin failed: the reason stands above")


def test(engine: Path, out: Path) -> int:
    """Run the Automation tests named Mien in an empty project."""
    project = out / "Proof" / "Proof.uproject"
    plugins = project.parent / "Plugins"
    shutil.rmtree(plugins, ignore_errors=True)
    shutil.copytree(out / "Mien", plugins / "Mien")
    project.write_text(
        json.dumps({"FileVersion": 3, "Plugins": [{"Name": "Mien", "Enabled": True}]}), encoding="utf-8"
    )
    host = HOSTS[platform.system()]
    editor = engine / "Binaries" / host / ("UnrealEditor-Cmd.exe" if host == "Win64" else "UnrealEditor-Cmd")
    if not editor.exists():
        editor = editor.with_name("UnrealEditor")
    command = [str(editor), str(project), "-ExecCmds=Automation RunTests Mien;Quit",
               "-TestExit=Automation Test Queue Empty", "-Unattended", "-NullRHI", "-NoSound", "-NoSplash",
               "-NoPause", "-stdout", "-log"]  # fmt: skip
    run = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    results = re.findall(r"Test Completed\. Result=\{(\w+)\} Name=\{(.*?)\}", run.stdout)
    for result, name in results:
        print(f"{result:8} {name}")
    if not results:
        print(run.stdout[-4000:], "No test ran.", sep="\n")
    return 0 if results and all(result == "Success" for result, _ in results) else 1


if __name__ == "__main__":
    sys.exit(main())
