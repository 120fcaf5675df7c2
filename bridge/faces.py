"""The names of what a face can do: 52 ARKit blend shapes and nine rotations, in Live Link Face order.

One order serves everywhere: columns of `FaceFrame.face`, values of a Live Link Face packet, properties of
an Unreal Live Link subject. Weights lie in [0, 1]; rotations are radians.
"""

from typing import Final

SHAPES: Final[tuple[str, ...]] = (
    "eyeBlinkLeft", "eyeLookDownLeft", "eyeLookInLeft", "eyeLookOutLeft", "eyeLookUpLeft",
    "eyeSquintLeft", "eyeWideLeft",
    "eyeBlinkRight", "eyeLookDownRight", "eyeLookInRight", "eyeLookOutRight", "eyeLookUpRight",
    "eyeSquintRight", "eyeWideRight",
    "jawForward", "jawLeft", "jawRight", "jawOpen",
    "mouthClose", "mouthFunnel", "mouthPucker", "mouthLeft", "mouthRight",
    "mouthSmileLeft", "mouthSmileRight", "mouthFrownLeft", "mouthFrownRight",
    "mouthDimpleLeft", "mouthDimpleRight", "mouthStretchLeft", "mouthStretchRight",
    "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper",
    "mouthPressLeft", "mouthPressRight", "mouthLowerDownLeft", "mouthLowerDownRight",
    "mouthUpperUpLeft", "mouthUpperUpRight",
    "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight",
    "cheekPuff", "cheekSquintLeft", "cheekSquintRight",
    "noseSneerLeft", "noseSneerRight", "tongueOut",
)  # fmt: skip
"""The 52 ARKit blend shapes, in the order of a Live Link Face packet (not MediaPipe's alphabetical one)."""

ROTATIONS: Final[tuple[str, ...]] = (
    "headYaw", "headPitch", "headRoll",
    "leftEyeYaw", "leftEyePitch", "leftEyeRoll",
    "rightEyeYaw", "rightEyePitch", "rightEyeRoll",
)  # fmt: skip
"""The nine rotations that follow the blend shapes, radians.

Positive yaw turns to the character's own left, positive pitch looks down, positive roll tilts the head
towards the character's own left shoulder.
"""

FACE: Final[tuple[str, ...]] = SHAPES + ROTATIONS
"""All 61 columns of a face."""

SHAPE: Final[dict[str, int]] = {name: column for column, name in enumerate(FACE)}
"""Column of each blend shape and rotation by name."""
