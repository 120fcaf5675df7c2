"""What Unreal's build and header tools insist on and a C++ compiler does not see."""

import json
import re
from pathlib import Path

import pytest

PLUGIN = Path(__file__).parents[3] / "unreal_plugin" / "Mien"
SOURCE = PLUGIN / "Source"
HEADERS = sorted(h for h in SOURCE.rglob("*.h") if "MienCore" not in h.relative_to(SOURCE).parts[:1])
FILES = sorted({*HEADERS, *SOURCE.glob("Mien/**/*.cpp"), *SOURCE.glob("MienEditor/**/*.cpp")})
DESCRIPTOR = json.loads((PLUGIN / "Mien.uplugin").read_text())

# https://dev.epicgames.com/documentation/en-us/unreal-engine/API/Runtime/Projects/FPluginDescriptor and
# .../FModuleDescriptor, FPluginReferenceDescriptor
PLUGIN_KEYS = {
    "FileVersion", "Version", "VersionName", "FriendlyName", "Description", "Category", "CreatedBy",
    "CreatedByURL", "DocsURL", "MarketplaceURL", "SupportURL", "EngineVersion", "EnabledByDefault",
    "CanContainContent", "IsBetaVersion", "IsExperimentalVersion", "Installed", "SupportedTargetPlatforms",
    "Modules", "Plugins",
}  # fmt: skip
MODULE_KEYS = {"Name", "Type", "LoadingPhase", "PlatformAllowList"}
REFERENCE_KEYS = {"Name", "Enabled", "Optional", "PlatformAllowList"}

# Which module a header belongs to: the "Header File" of its page.
MODULES = {
    "CoreMinimal.h": "Core", "Containers/": "Core", "Features/": "Core", "HAL/": "Core",
    "Misc/": "Core", "Modules/": "Core", "Stats/": "Core",
    "Components/": "Engine", "Engine/GameInstance.h": "Engine", "GameFramework/": "Engine",
    "Subsystems/": "Engine",
    "Engine/DeveloperSettings.h": "DeveloperSettings",
    "ILiveLink": "LiveLinkInterface", "LiveLink": "LiveLinkInterface",
    "Roles/": "LiveLinkInterface",
    "Framework/": "Slate", "Widgets/": "Slate",
    "MienCore/": "MienCore", "IMienModule.h": "Mien",
}  # fmt: skip


def includes(file: Path) -> list[str]:
    return re.findall(r'^#include "([^"]+)"', file.read_text(), re.MULTILINE)


def module_of(file: Path) -> str:
    return file.relative_to(SOURCE).parts[0]


def dependencies(module: str) -> set[str]:
    text = (SOURCE / module / f"{module}.Build.cs").read_text()
    return set(re.findall(r'^\t\t(?:\t|\w+DependencyModuleNames\.Add\()"(\w+)"', text, re.MULTILINE))


@pytest.mark.parametrize("header", HEADERS, ids=lambda h: h.stem)
def test_the_generated_header_is_the_last_include_of_a_header_with_reflection_and_of_no_other(
    header: Path,
) -> None:
    text = header.read_text()
    generated = [i for i in includes(header) if i.endswith(".generated.h")]
    if "GENERATED_BODY" in text:
        assert includes(header)[-1] == f"{header.stem}.generated.h"
        assert len(generated) == 1
    else:
        assert generated == []
    assert text.startswith("#pragma once\n")


@pytest.mark.parametrize("header", HEADERS, ids=lambda h: h.stem)
def test_each_reflected_type_has_its_body_its_prefix_and_its_module_export(header: Path) -> None:
    text = header.read_text()
    kinds = re.findall(r"^U(CLASS|STRUCT)\(", text, re.MULTILINE)
    found = re.findall(
        r"^U(CLASS|STRUCT)\(.*\)\n(class|struct) (\w+_API) (\w)\w+[^{;]*\{\n\tGENERATED_BODY\(\)",
        text,
        re.MULTILINE,
    )
    assert len(found) == len(kinds) == text.count("GENERATED_BODY()")
    for macro, keyword, export, prefix in found:
        assert macro.lower() == keyword
        assert export == f"{module_of(header).upper()}_API"
        assert prefix == ("U" if keyword == "class" else "F")


@pytest.mark.parametrize("header", HEADERS, ids=lambda h: h.stem)
def test_what_blueprints_see_has_a_category(header: Path) -> None:
    for macro, arguments in re.findall(r"U(PROPERTY|FUNCTION)\(([^\n]*)\)\n", header.read_text()):
        assert "Category" in arguments, (macro, arguments)


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.name)
def test_a_module_depends_on_what_its_files_include(file: Path) -> None:
    module = module_of(file)
    for include in includes(file):
        local = any(
            (folder / include).exists()
            for folder in (SOURCE / module / "Public", SOURCE / module / "Private")
        )
        if local or include.endswith(".generated.h"):
            continue
        owner = next((owner for start, owner in MODULES.items() if include.startswith(start)), None)
        assert owner is not None, f"{include}: which module is it of?"
        assert owner in dependencies(module), f"{include} is of {owner}"


@pytest.mark.parametrize("module", ["MienCore", "Mien", "MienEditor"])
def test_a_module_is_listed_built_and_implemented_once(module: str) -> None:
    assert [m["Name"] for m in DESCRIPTOR["Modules"]].count(module) == 1
    assert f"class {module} : ModuleRules" in (SOURCE / module / f"{module}.Build.cs").read_text()
    implemented = [
        f
        for f in (SOURCE / module).rglob("*.cpp")
        if re.search(rf"IMPLEMENT_MODULE\(\w+, {module}\)", f.read_text())
    ]
    assert len(implemented) == 1


def test_the_descriptor_has_only_keys_that_unreal_reads() -> None:
    assert set(DESCRIPTOR) <= PLUGIN_KEYS
    assert DESCRIPTOR["FileVersion"] == 3
    for module in DESCRIPTOR["Modules"]:
        assert set(module) == MODULE_KEYS
        assert module["PlatformAllowList"]
    for reference in DESCRIPTOR["Plugins"]:
        assert set(reference) <= REFERENCE_KEYS


def test_source_and_factory_are_in_a_runtime_module_so_that_packaged_games_have_them() -> None:
    types = {module["Name"]: module["Type"] for module in DESCRIPTOR["Modules"]}
    assert types == {"MienCore": "Runtime", "Mien": "Runtime", "MienEditor": "Editor"}
    for name in ("MienLiveLinkSource.cpp", "MienLiveLinkSourceFactory.cpp"):
        assert (SOURCE / "Mien" / "Private" / name).exists()
    for file in FILES:
        if module_of(file) == "Mien":
            assert "WITH_EDITOR" not in file.read_text()
    assert dependencies("Mien").isdisjoint({"UnrealEd", "Slate", "SlateCore", "LiveLinkEditor", "MienEditor"})


def test_the_receiver_thread_touches_no_object_of_unreal() -> None:
    feed = (SOURCE / "Mien" / "Private" / "MienLiveLinkFeed.cpp").read_text()
    assert set(re.findall(r"\bU[A-Z][a-z]\w+", feed)) == {"ULiveLinkBasicRole"}  # its class, never an object
