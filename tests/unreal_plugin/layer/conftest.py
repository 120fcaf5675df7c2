"""Compiles the Unreal layer without Unreal: stubs stand for the engine, a few lines for its header tool."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PLUGIN = HERE.parents[2] / "unreal_plugin" / "Mien"
SOURCE = PLUGIN / "Source"
STUBS = HERE / "stubs"

TYPE = re.compile(
    r"^(?:UCLASS|USTRUCT)\(.*\)\n(class|struct)\s+(?:\w+_API\s+)?(\w+)(?:\s*:\s*public\s+(\w+))?\s*\{\s*"
    r"GENERATED_BODY\(\)",
    re.MULTILINE,
)

Compile = Callable[..., None]


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a `.generated.h` for each header that includes one."""
    folder = tmp_path_factory.mktemp("generated")
    for header in sorted(SOURCE.rglob("*.h")):
        if f'#include "{header.stem}.generated.h"' in header.read_text():
            (folder / f"{header.stem}.generated.h").write_text(reflect(header))
    return folder


def reflect(header: Path) -> str:
    """Return what GENERATED_BODY() stands for on each of its lines in `header`."""
    text = header.read_text()
    lines = ["#undef CURRENT_FILE_ID", f"#define CURRENT_FILE_ID {header.stem}"]
    for kind, name, base in ((m[1], m[2], m[3]) for m in TYPE.finditer(text)):
        start = re.search(rf"^{kind} (?:\w+_API )?{name}\b.*$", text, re.MULTILINE)
        assert start is not None
        line = text.count("\n", 0, text.index("GENERATED_BODY()", start.end())) + 1
        members = (
            f"public: using Super = {base}; using ThisClass = {name}; static UClass* StaticClass(); private:"
            if kind == "class"
            else "static UScriptStruct* StaticStruct();"
        )
        lines.append(f"#define {header.stem}_{line} {members}")
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="session")
def compiler(generated: Path) -> Compile:
    """Return what compiles a file as C++20 against the stubs, warnings being errors."""
    clang = shutil.which("clang++")
    if clang is None:
        pytest.skip("NOT TESTED: clang++ is not installed; the Unreal layer is checked with it")
    folders = [STUBS, generated, HERE, *(SOURCE / "Mien" / part for part in ("Public", "Private"))]
    folders.append(SOURCE / "MienCore" / "Public")

    def compile_(file: Path, *options: str) -> None:
        command = [clang, "-std=c++20", "-Wall", "-Wextra", "-Wshadow", "-Werror", "-Wno-undefined-internal",
                   "-Wno-undefined-inline", "-DMIEN_API=", "-DWITH_DEV_AUTOMATION_TESTS=1",
                   *(f"-I{folder}" for folder in folders), *options, str(file)]  # fmt: skip
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr[:6000]

    return compile_
