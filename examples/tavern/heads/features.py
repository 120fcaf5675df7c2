"""What tells one head from another: proportions, hair, colors."""

from dataclasses import dataclass
from typing import Final, Literal

Color = str
"""sRGB as `rrggbb`."""


@dataclass(frozen=True)
class Features:
    """One character's features. Proportions are factors around 1, unless they say otherwise."""

    skin: Color
    hair: Color
    brow: Color
    iris: Color
    cloth: Color
    collar: Color

    scale: float = 1.0
    """Size of the whole bust."""
    skull_width: float = 1.0
    skull_height: float = 1.0
    face_length: float = 1.0
    """From the eyes down to the chin."""
    jaw_width: float = 1.0
    chin: float = 1.0
    """How far the chin stands out."""
    cheekbones: float = 1.0
    cheeks: float = 1.0
    """How full the cheeks are."""
    brow_ridge: float = 1.0
    brow_weight: float = 1.0
    brow_tilt: float = 0.0
    """How far the outer end of the brows lies above the inner one, cm."""
    nose_length: float = 1.0
    nose_width: float = 1.0
    nose_tip: float = 0.0
    """How far the tip of the nose turns up, cm."""
    lips: float = 1.0
    """How full the lips are."""
    mouth_width: float = 1.0
    eye_size: float = 1.0
    eye_gap: float = 1.0
    eye_tilt: float = 0.0
    """How far the outer corner of the eye lies above the inner one, radians on the eyeball."""
    lid: float = 1.0
    """How far the eyes stand open."""
    lashes: float = 1.0
    ears: float = 1.0
    neck: float = 1.0
    shoulders: float = 0.84
    blush: float = 1.0
    age: float = 0.0
    """From 0, smooth, to 1, lined."""
    freckles: bool = False
    stubble: float = 0.0
    style: Literal["crop", "bun", "curls", "tousled", "bob"] = "crop"
    beard: float = 0.0
    """Length of the beard, cm; 0 for none."""


CAST: Final[dict[str, Features]] = {
    "Marta": Features(
        skin="f0c3a0", hair="8a4b2a", brow="6b3519", iris="4f8f6b", cloth="7d3f3a", collar="efe6d2",
        skull_width=1.0, jaw_width=0.96, cheeks=1.2, cheekbones=1.05, chin=0.85, face_length=0.95,
        brow_weight=0.8, nose_length=0.95, nose_tip=0.15, lips=1.15, eye_size=1.08, lashes=1.1,
        neck=0.86, blush=1.3, age=0.25, style="bun",
    ),
    "Bram": Features(
        skin="e2b28c", hair="4a2a1c", brow="3a2014", iris="6f8a96", cloth="49597f", collar="6b5a48",
        skull_width=1.03, jaw_width=1.16, chin=1.25, cheekbones=1.0, cheeks=0.92, brow_ridge=1.5,
        brow_weight=1.5, brow_tilt=0.15, nose_length=1.12, nose_width=1.2, lips=0.8, mouth_width=1.06,
        eye_size=0.9, lid=0.86, lashes=0.5, ears=1.08, neck=1.18, shoulders=0.98, blush=0.7, age=0.7,
        stubble=0.5, style="crop", beard=1.1,
    ),
    "Lily": Features(
        skin="8a5638", hair="241a1a", brow="1a1112", iris="5a3720", cloth="3f9a8d", collar="f0d9a0",
        scale=0.84, skull_width=1.05, skull_height=1.06, face_length=0.82, jaw_width=0.84, chin=0.7,
        cheekbones=0.9, cheeks=1.5, brow_ridge=0.4, brow_weight=0.8, nose_length=0.74, nose_width=0.9,
        nose_tip=0.35, lips=1.05, mouth_width=0.88, eye_size=1.2, eye_gap=1.03, lid=1.1, lashes=1.2,
        neck=0.72, shoulders=0.66, blush=1.2, style="curls",
    ),
    "Pip": Features(
        skin="f8d2ba", hair="d9a441", brow="a9772a", iris="4a86c5", cloth="b5505c", collar="5b4636",
        scale=0.95, skull_width=0.98, face_length=0.95, jaw_width=0.92, chin=0.95, cheekbones=1.05,
        brow_ridge=0.7, brow_weight=0.85, brow_tilt=-0.1, nose_length=1.05, nose_width=0.92, nose_tip=0.25,
        lips=0.9, eye_size=1.08, lid=1.05, lashes=0.6, ears=1.12, neck=0.82, shoulders=0.72, blush=1.4,
        freckles=True, style="tousled",
    ),
    "Mira": Features(
        skin="8a5638", hair="201819", brow="150f10", iris="5a3a1f", cloth="3f9a8d", collar="d8b25a",
        skull_width=1.0, face_length=0.95, jaw_width=0.95, chin=0.9, cheekbones=1.15, cheeks=1.0,
        brow_ridge=0.6, brow_weight=0.85, nose_length=0.95, nose_width=1.15, lips=1.3, mouth_width=1.05,
        eye_size=1.08, eye_tilt=0.06, lashes=1.2, neck=0.8, shoulders=0.76, style="bob",
    ),
}  # fmt: skip
"""The people of the tavern."""
