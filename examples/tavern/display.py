"""A window where there is a display, a picture in memory where there is none."""

import os
import sys
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from panda3d.core import load_prc_file_data

SIZE: Final = (1280, 720)
WITHOUT: Final = (
    'make tavern ARGS="--offscreen --seconds 20 --picture out.png", or the same after '
    "`python -m mien.examples.tavern`"
)
"""What to do without a display."""

_SETTINGS: Final = """
window-title Mien: the tavern
audio-library-name null
print-pipe-types 0
textures-power-2 none
gl-coordinate-system default
notify-level-device fatal
notify-level-egldisplay error
text-minfilter linear_mipmap_linear
"""


class DisplayError(Exception):
    """There is nowhere to draw; the text says what would help."""


def has_display() -> bool:
    """Return whether windows can be opened here."""
    return sys.platform in ("win32", "darwin") or bool(os.environ.get("DISPLAY"))


def open_display(size: tuple[int, int] = SIZE, *, offscreen: bool = False, smooth: bool = True) -> Any:
    """Return Panda3D's `ShowBase`, of which a process has one.

    Args:
        size: pixels across and down.
        offscreen: draw into memory, without a window.
        smooth: smooth edges, by four samples a pixel.

    Raises:
        DisplayError: nothing can be opened.
    """
    from direct.showbase.ShowBase import ShowBase  # noqa: PLC0415 - reads the settings when it is imported

    lines = (
        f"win-size {size[0]} {size[1]}\nframebuffer-multisample {int(smooth)}\nmultisamples {4 * smooth}\n"
    )
    if offscreen:
        lines += "window-type offscreen\nload-display p3headlessgl\nsync-video 0\n"
    load_prc_file_data("tavern", _SETTINGS + lines)
    try:
        base = ShowBase()
    except Exception as error:  # Panda raises this very class
        driver = (
            "EGL, such as Mesa's (on Debian: apt install libegl1)"
            if offscreen
            else f"a display; without one: {WITHOUT}"
        )
        raise DisplayError(f"cannot draw here: it takes OpenGL 3.3 and {driver}") from error
    base.disable_mouse()
    return base


def picture(base: Any) -> NDArray[np.uint8]:
    """Return what was drawn last: (height, width, 3) red, green, blue."""
    shot = base.win.get_screenshot()
    width, height = shot.get_x_size(), shot.get_y_size()
    pixels = np.frombuffer(bytes(shot.get_ram_image_as("RGB")), np.uint8).reshape(height, width, 3)
    return np.ascontiguousarray(pixels[::-1])
