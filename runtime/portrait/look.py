"""What tells one character's portrait from another's: colors, hair and proportions, all from the name."""

import hashlib
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from mien.runtime.portrait.canvas import Color, mix
from mien.runtime.portrait.hair import STYLES

_SALT: Final = b"look51138"
"""Chosen by eye and search so that the characters of examples/first_light differ and look their parts."""
_INK: Final[Color] = (38, 24, 30)
_WARM_SHADE: Final[Color] = (52, 42, 128)


def _rgb(code: str) -> Color:
    red, green, blue = bytes.fromhex(code)
    return blue, green, red


_PALETTES: Final = tuple(
    tuple(_rgb(code) for code in row.split())
    # skin   hair   brow   iris   shirt  backdrop
    for row in (
        "f6cfb2 8a4b2a 6b3519 4f8f6b 3d6b8c f3e3c9",  # chestnut and sea green
        "c98d63 2b1d1a 20140f 6b4226 e0a33a cfe3e0",  # umber and marigold
        "fbdcc8 e3b04f a9772a 4a86c5 b5505c dfe8f2",  # straw and rose
        "8a5638 1c1617 150f10 4a2f1d 3f9a8d f2dcc4",  # cocoa and jade
        "f3c6a5 c2512a 8f3a1c 5a9a7d 49597f e3eddc",  # copper and slate
        "e2ad84 3a2a3f 2a1d2c 7a5230 8f5fa8 f4e2e4",  # plum and lilac
        "6f432c 2a1f1f 171011 3b2414 d8643f e6e4cf",  # espresso and coral
        "f8d8c4 b9b6c4 7f7c8e 6d8fae 5d7f63 ece2ee",  # silver and sage
        "d9a074 4d3120 38220f 7d8a3d 2f6f77 f6e6bf",  # walnut and teal
        "fce0d2 2c2f45 23253a 5c6fb5 d4a5a0 dde6ea",  # ink and blush
    )
)


@dataclass(frozen=True)
class Look:
    """How one character looks; proportions are factors around 1."""

    skin: Color
    hair: Color
    brow: Color
    iris: Color
    shirt: Color
    backdrop: Color
    style: str
    """A key of `hair.STYLES`."""
    width: float = 1.0
    jaw: float = 1.0
    eye: float = 1.0
    gap: float = 1.0
    """Distance between the eyes."""
    brow_weight: float = 1.0
    nose: float = 1.0
    mouth: float = 1.0
    freckles: bool = False

    def __post_init__(self) -> None:
        if self.style not in STYLES:
            raise ValueError(f"no hair style {self.style!r}; there are {', '.join(sorted(STYLES))}")

    @cached_property
    def shade(self) -> Color:
        """Skin in shadow."""
        return mix(self.skin, _WARM_SHADE, 0.24)

    @cached_property
    def crease(self) -> Color:
        """Lines and folds of the skin."""
        darkness = 1 - sum(self.skin) / 765  # dark skin needs darker lines
        return mix(self.skin, mix(_WARM_SHADE, _INK, 0.25 + 0.75 * darkness), 0.56 + 0.2 * darkness)

    @cached_property
    def light(self) -> Color:
        """Skin where light falls on it."""
        return mix(self.skin, (235, 245, 255), 0.34)

    @cached_property
    def blush(self) -> Color:
        """Cheeks, ears and the tip of the nose."""
        return mix(self.skin, (88, 72, 226), 0.42)

    @cached_property
    def lip(self) -> Color:
        """Lower lip; the upper one lies in shadow."""
        return mix(self.skin, (84, 62, 190), 0.50)

    @cached_property
    def upper_lip(self) -> Color:
        """The lip that faces down."""
        return mix(self.lip, _INK, 0.15)

    @cached_property
    def ink(self) -> Color:
        """Lashes and the line between the lips."""
        return mix(_INK, self.brow, 0.25)

    @cached_property
    def strand(self) -> Color:
        """Hair in shadow."""
        return mix(self.hair, _INK, 0.36)

    @cached_property
    def shine(self) -> Color:
        """Hair in the light."""
        return mix(self.hair, (205, 228, 255), 0.24)


@lru_cache(maxsize=4096)
def look_of(name: str) -> Look:
    """Return the look of the character of that name, the same one on every machine."""
    digest = hashlib.blake2b(name.encode(), digest_size=16, salt=_SALT).digest()

    def factor(byte: int, spread: float) -> float:
        return 1 + spread * (digest[byte] / 127.5 - 1)

    skin, hair, brow, iris, shirt, backdrop = _PALETTES[digest[0] % len(_PALETTES)]
    return Look(
        skin=skin,
        hair=hair,
        brow=brow,
        iris=iris,
        shirt=shirt,
        backdrop=backdrop,
        style=sorted(STYLES)[digest[1] % len(STYLES)],
        width=factor(2, 0.05),
        jaw=factor(3, 0.12),
        eye=factor(4, 0.09),
        gap=factor(5, 0.05),
        brow_weight=factor(6, 0.22),
        nose=factor(7, 0.12),
        mouth=factor(8, 0.09),
        freckles=digest[9] % 4 == 0,
    )
