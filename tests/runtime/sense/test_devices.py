"""What is there is listed by number and name; nothing being there is a normal outcome."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mien.runtime.sense.devices import Device, devices, linux_cameras, microphones, probed_cameras
from mien.runtime.sense.source import SenseError


def node(folder: Path, number: int, name: str, index: int) -> None:
    (folder / f"video{number}").mkdir()
    (folder / f"video{number}" / "name").write_text(f"{name}\n")
    (folder / f"video{number}" / "index").write_text(f"{index}\n")


def test_each_camera_is_listed_once_by_its_first_node(tmp_path: Path) -> None:
    node(tmp_path, 10, "Capture card", 0)
    node(tmp_path, 0, "Integrated camera", 0)
    node(tmp_path, 1, "Integrated camera", 1)
    (tmp_path / "video7").mkdir()
    (tmp_path / "video-dead").mkdir()
    assert linux_cameras(tmp_path) == (Device(0, "Integrated camera"), Device(10, "Capture card"))


def test_a_machine_without_cameras_has_none(tmp_path: Path) -> None:
    assert linux_cameras(tmp_path / "nowhere") == ()
    assert probed_cameras(lambda _: False) == ()


def test_cameras_that_no_list_names_are_found_by_trying() -> None:
    assert probed_cameras(lambda number: number in {0, 2}) == (Device(0, "camera 0"), Device(2, "camera 2"))


class PortAudioError(Exception):
    pass


def sounddevice(query: Any) -> Any:
    return SimpleNamespace(query_devices=query, PortAudioError=PortAudioError)


def test_only_devices_that_record_are_microphones() -> None:
    listed = [
        {"name": "Speakers", "max_input_channels": 0},
        {"name": "Headset", "max_input_channels": 1},
        {"name": "Mixer", "max_input_channels": 8},
    ]
    assert microphones(sounddevice(lambda: listed)) == (Device(1, "Headset"), Device(2, "Mixer"))
    assert microphones(sounddevice(list)) == ()


def test_a_failing_sound_system_is_a_clear_error() -> None:
    def fail() -> None:
        raise PortAudioError("host error\nwith details")

    with pytest.raises(SenseError, match=r"microphones cannot be listed: host error$"):
        microphones(sounddevice(fail))


def test_listing_this_machine_never_fails() -> None:
    found = devices()
    assert all(device.name for device in (*found.cameras, *found.microphones))
    assert all("\n" not in problem for problem in found.problems)
