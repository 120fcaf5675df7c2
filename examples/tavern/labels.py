"""What stands on the screen: what each character feels and does, and how the connection fares."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from panda3d.core import Point2, Point3, TextNode, TextProperties, TextPropertiesManager, TransparencyAttrib

from mien.examples.tavern.mien_core import Statistics
from mien.examples.tavern.scenery.mesh import card
from mien.examples.tavern.scenery.textures import vignette

COLORS: Final[Mapping[str, tuple[float, float, float]]] = {
    "joy": (1.0, 0.82, 0.36),
    "sadness": (0.55, 0.72, 1.0),
    "anger": (1.0, 0.42, 0.33),
    "fear": (0.80, 0.62, 1.0),
    "disgust": (0.65, 0.85, 0.42),
    "surprise": (0.45, 0.90, 0.88),
    "calm": (0.80, 0.78, 0.72),
}
HELP: Final = "L fire    D dog    I insult    C cheer    M break a mug    Esc quit"
FAINT: Final = 0.22
"""Levels of emotion below it are called calm."""


def strongest(emotions: Sequence[str], levels: Sequence[float]) -> tuple[str, float]:
    """Return the strongest emotion other than neutral, and its level; `calm` where none is strong."""
    felt = {name: float(level) for name, level in zip(emotions, levels, strict=True) if name != "neutral"}
    name = max(felt, key=lambda each: felt[each], default="")
    return (name, felt[name]) if name and felt[name] >= FAINT else ("calm", felt.get(name, 0.0))


def figures(statistics: Statistics) -> str:
    """Return the line about the connection."""
    s = statistics
    if not s.receiving:
        return "no faces arrive"
    return (
        f"{s.rate:.0f} faces/s    age {s.age / 1000:.1f} ms (buffer {s.delay / 1000:.1f})    gaps {s.gaps}"
        f"    late {s.late}    dropped {s.state.dropped + s.events.dropped + s.game.dropped}"
    )


class Labels:
    """Text over the picture."""

    def __init__(self, base: Any) -> None:
        """Prepare it on Panda's flat layer."""
        self._base = base
        corners = card(2, 2)
        corners.reparent_to(base.render2d)
        corners.set_texture(vignette())
        corners.set_transparency(TransparencyAttrib.M_alpha)
        self._over: dict[int, Any] = {}
        self._said: dict[int, Any] = {}
        manager = TextPropertiesManager.get_global_ptr()
        for name, color in COLORS.items():
            colored = TextProperties()
            colored.set_text_color(*color, 1)
            manager.set_properties(name, colored)
        small = TextProperties()
        small.set_text_scale(0.78)
        manager.set_properties("small", small)
        self._state = self._text(base.a2dBottomLeft, 0.036, (0.03, 0, 0.035), TextNode.A_left)
        self._notice = self._text(base.a2dTopCenter, 0.042, (0, 0, -0.08), TextNode.A_center)
        keys = self._text(base.a2dBottomRight, 0.036, (-0.03, 0, 0.035), TextNode.A_right)
        keys.node().set_text(HELP)

    def over(
        self,
        key: int,
        head: tuple[float, float, float],
        name: str,
        emotion: str,
        level: float,
        behavior: str,
        speech: str,
    ) -> None:
        """Say over the head at `head` in the room what its owner feels, does and says."""
        label = self._over.get(key) or self._over.setdefault(
            key, self._text(self._base.aspect2d, 0.043, (0, 0, 0), TextNode.A_center)
        )
        bubble = self._said.get(key) or self._said.setdefault(key, self._bubble())
        on_film = Point2()
        seen = self._base.camLens.project(
            self._base.camera.get_relative_point(self._base.render, Point3(head[0], head[1], head[2] + 0.22)),
            on_film,
        )
        if not (seen and name):
            label.hide()
            bubble.hide()
            return
        label.show()
        x, z = on_film.x * self._base.get_aspect_ratio(), on_film.y
        strength = f"  {level:.2f}" if emotion != "calm" else ""
        doing = f"   {behavior.replace('_', ' ')}" if behavior else ""
        label.node().set_text(
            f"{name}\n\1small\1\1{emotion if emotion in COLORS else 'calm'}\1{emotion}{strength}\2{doing}\2"
        )
        label.set_pos(x, 0, min(z + 0.05, 0.78))
        bubble.show() if speech else bubble.hide()
        if speech:
            bubble.node().set_text(speech)
            bubble.set_pos(x, 0, min(z + 0.155, 0.9))

    def state(self, line: str, notice: str) -> None:
        """Say how the connection fares, and what a person should know, or nothing."""
        self._state.node().set_text(line)
        self._notice.node().set_text(notice)
        self._notice.show() if notice else self._notice.hide()

    def clear(self, key: int) -> None:
        """Say nothing over this head."""
        for shown in (self._over, self._said):
            if key in shown:
                shown[key].hide()

    def _bubble(self) -> Any:
        made = self._text(self._base.aspect2d, 0.05, (0, 0, 0), TextNode.A_center)
        made.node().set_text_color(0.16, 0.10, 0.06, 1)
        made.node().set_card_color(0.98, 0.93, 0.80, 0.92)
        made.node().set_shadow_color(0, 0, 0, 0)
        made.node().set_card_as_margin(0.5, 0.5, 0.25, 0.25)
        return made

    def _text(self, parent: Any, size: float, place: tuple[float, float, float], align: Any) -> Any:
        text = TextNode("text")
        text.set_align(align)
        text.set_text_color(1, 0.97, 0.9, 1)
        text.set_shadow(0.04, 0.04)
        text.set_shadow_color(0, 0, 0, 0.7)
        text.set_card_color(0.05, 0.03, 0.02, 0.55)
        text.set_card_as_margin(0.35, 0.35, 0.2, 0.15)
        text.set_card_decal(True)
        made = parent.attach_new_node(text)
        made.set_scale(size)
        made.set_pos(*place)
        return made
