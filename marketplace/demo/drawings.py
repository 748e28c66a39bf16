"""Pictures for the demo's products: drawn here, plainly illustrations, one form for each kind of machine, without a word."""

from __future__ import annotations

import io
from collections.abc import Callable

from PIL import Image, ImageDraw

from marketplace.infra.files.services import Upload

WIDTH, HEIGHT = 480, 300
"""The units in which the machines are drawn."""
TWICE = 4
"""Pixels to a unit while drawing; half as many are kept, which smooths every edge."""
FLOOR = 240
INK, WHITE, AMBER, STEEL, BOX = "#23303f", "#fffaf0", "#f2a71b", "#6b7c8f", "#d9a066"
PAPER, GRID = "#fbfaf6", "#e4e2da"
HUES = {
    "logistics": ("#0b6e75", "#e3f0ef", "#9fcfd1"),
    "manufacturing": ("#9a4a1c", "#f8e9dd", "#e6b48f"),
    "retail": ("#a22c5a", "#f9e8ef", "#e6afc6"),
    "healthcare": ("#4a6a10", "#edf2df", "#bcd08f"),
    "household": ("#5d4a99", "#edeaf6", "#b3a6dc"),
}
"""Of each domain: its dark, its light and its middle, as in the drawn placeholders."""


class Board:
    """A drawing board in units of the machines, with the paints of a domain."""

    def __init__(self, domain: str) -> None:
        self.dark, self.light, self.middle = HUES[domain]
        self.image = Image.new("RGB", (WIDTH * TWICE, HEIGHT * TWICE), self.light)
        self._draw = ImageDraw.Draw(self.image)

    def box(self, x: float, y: float, w: float, h: float, fill: str, *, round_: float = 4, edge: str = INK) -> None:
        """A rectangle with rounded corners; ``edge`` empty draws none."""
        at = [v * TWICE for v in (x, y, x + w, y + h)]
        self._draw.rounded_rectangle(at, round_ * TWICE, fill, edge or None, 2 * TWICE if edge else 0)

    def disc(self, x: float, y: float, r: float, fill: str, *, edge: str = INK) -> None:
        """A circle."""
        at = [v * TWICE for v in (x - r, y - r, x + r, y + r)]
        self._draw.ellipse(at, fill, edge or None, 2 * TWICE if edge else 0)

    def line(self, *points: tuple[float, float], width: float = 2, fill: str = INK) -> None:
        """A line through the points, round at its ends and corners."""
        at = [(x * TWICE, y * TWICE) for x, y in points]
        self._draw.line(at, fill, round(width * TWICE), joint="curve")
        if width > 3:
            for x, y in points:
                self.disc(x, y, width / 2, fill, edge="")

    def shape(self, *points: tuple[float, float], fill: str) -> None:
        """A filled outline."""
        self._draw.polygon([(x * TWICE, y * TWICE) for x, y in points], fill, INK, 2 * TWICE)

    def limb(self, *points: tuple[float, float], width: float = 12) -> None:
        """A jointed arm or leg."""
        self.line(*points, width=width + 4)
        self.line(*points, width=width, fill=WHITE)
        for x, y in points:
            self.disc(x, y, width * 0.55, WHITE)
            self.disc(x, y, width * 0.2, self.dark, edge="")

    def wheels(self, *xs: float, r: float = 12, y: float = FLOOR) -> None:
        """Wheels that stand on the floor."""
        for x in xs:
            self.disc(x, y - r, r, INK)
            self.disc(x, y - r, r * 0.4, WHITE, edge="")

    def scene(self) -> None:
        """The room behind: a wall with three panels and a floor."""
        for x in (40, 190, 340):
            self.box(x, 40, 100, 150, self.middle, round_=2, edge="")
            self.box(x + 8, 48, 84, 134, self.light, round_=2, edge="")
        self.box(0, FLOOR, WIDTH, HEIGHT, self.middle, round_=0, edge="")
        self.line((0, FLOOR), (WIDTH, FLOOR), fill=self.dark)

    def sheet(self) -> None:
        """A drawing sheet instead of a room: squared paper with dimension lines beside and below the machine."""
        self.box(0, 0, WIDTH, HEIGHT, PAPER, round_=0, edge="")
        for n in range(0, WIDTH, 20):
            self.line((n, 0), (n, HEIGHT), width=0.5, fill=GRID)
        for n in range(0, HEIGHT, 20):
            self.line((0, n), (WIDTH, n), width=0.5, fill=GRID)
        self.line((60, FLOOR), (420, FLOOR), fill=self.dark)
        for a, b in (((120, 268), (360, 268)), ((420, 60), (420, FLOOR))):
            across = a[1] == b[1]
            self.line(a, b, width=1.5, fill=self.dark)
            for n in range(7):
                x, y = a[0] + (b[0] - a[0]) * n / 6, a[1] + (b[1] - a[1]) * n / 6
                before, after = (8, 8) if n in (0, 6) else (4, 0)
                tick = ((x, y - before), (x, y + after)) if across else ((x - before, y), (x + after, y))
                self.line(*tick, width=1.5, fill=self.dark)


def _carrier(b: Board) -> None:
    for y in (70, 118, 166):
        b.box(150, y + 34, 180, 6, b.dark, round_=1, edge="")
        for x in (160, 216, 272):
            b.box(x, y + 4, 46, 30, BOX if (x + y) % 3 else b.middle)
    b.line((150, 66), (150, 212), width=4, fill=b.dark)
    b.line((330, 66), (330, 212), width=4, fill=b.dark)
    b.box(168, 208, 144, 24, WHITE, round_=8)
    b.box(184, 214, 30, 8, b.dark, edge="")
    b.disc(300, 214, 4, AMBER)
    b.wheels(190, 240, 290, r=9)


def _arm_on_base(b: Board) -> None:
    b.box(130, 168, 150, 58, WHITE, round_=10)
    b.box(146, 184, 60, 22, b.middle)
    b.disc(262, 180, 5, AMBER)
    b.wheels(156, 254, r=14)
    b.box(176, 150, 54, 20, b.dark)
    b.limb((204, 146), (226, 84), (300, 96), (318, 140))
    b.shape((310, 146), (330, 146), (336, 164), (326, 158), (314, 158), (304, 164), fill=b.dark)
    b.box(318, 186, 74, 54, STEEL, round_=2)
    b.box(336, 166, 38, 20, b.middle)


def _sorter(b: Board) -> None:
    b.box(60, 196, 360, 14, INK)
    for x in range(72, 420, 24):
        b.disc(x, 203, 5, STEEL, edge="")
    b.line((90, 210), (90, FLOOR), width=6)
    b.line((390, 210), (390, FLOOR), width=6)
    for x, w, h, paint in ((86, 40, 30, BOX), (150, 30, 44, b.middle), (330, 52, 24, BOX)):
        b.box(x, 196 - h, w, h, paint)
    b.line((120, 34), (360, 34), width=8, fill=b.dark)
    b.limb((240, 38), (212, 90), (262, 122))
    b.box(250, 124, 26, 10, b.dark)
    b.box(244, 136, 38, 30, BOX)


def _cabinet(b: Board) -> None:
    b.box(176, 66, 128, 160, WHITE, round_=16)
    b.box(192, 84, 96, 40, b.dark, round_=8)
    b.disc(222, 104, 6, WHITE, edge="")
    b.disc(258, 104, 6, WHITE, edge="")
    for y in (136, 180):
        b.box(192, y, 96, 36, b.light)
        b.line((230, y + 18), (250, y + 18), width=4, fill=b.dark)
    b.disc(240, 58, 6, AMBER)
    b.wheels(200, 280, r=12)


def _quadruped(b: Board) -> None:
    for x in (176, 316):
        b.limb((x, 140), (x - 22, 186), (x + 4, 232), width=10)
    b.box(150, 106, 196, 48, WHITE, round_=18)
    b.box(176, 116, 110, 12, b.dark, edge="")
    for x in (166, 306):
        b.limb((x, 144), (x - 24, 188), (x + 2, 232), width=12)
    b.box(336, 86, 58, 40, WHITE, round_=12)
    b.box(376, 98, 14, 16, b.dark)
    b.line((206, 106), (206, 76), width=4)
    b.box(190, 58, 32, 20, b.dark)
    b.disc(214, 68, 5, AMBER)


def _van(b: Board) -> None:
    b.shape((96, 220), (96, 92), (112, 76), (300, 76), (352, 132), (384, 150), (384, 220), fill=WHITE)
    b.shape((306, 92), (342, 134), (306, 134), fill=b.middle)
    for x in (112, 172, 232):
        for y in (92, 146):
            b.box(x, y, 52, 46, b.light)
            b.line((x + 20, y + 23), (x + 32, y + 23), width=4, fill=b.dark)
    b.box(96, 204, 288, 14, b.dark, round_=2)
    b.line((330, 76), (330, 60), width=3)
    b.box(316, 48, 28, 14, b.dark)
    b.disc(378, 178, 6, AMBER)
    b.wheels(148, 326, r=22)


def _guide(b: Board) -> None:
    b.shape((206, 226), (218, 128), (262, 128), (274, 226), fill=WHITE)
    b.box(222, 144, 36, 52, b.dark)
    b.limb((216, 138), (180, 166), (150, 140), width=9)
    b.limb((264, 138), (290, 170), (286, 200), width=9)
    b.box(200, 58, 80, 60, WHITE, round_=20)
    b.box(210, 70, 60, 34, b.dark, round_=12)
    b.disc(228, 87, 5, WHITE, edge="")
    b.disc(252, 87, 5, WHITE, edge="")
    b.disc(240, 50, 5, AMBER)
    b.box(186, 216, 108, 18, b.dark, round_=9)
    b.wheels(206, 274, r=7)


def _tidier(b: Board) -> None:
    b.box(70, 176, 116, 34, b.middle, round_=10)
    b.box(70, 140, 18, 72, b.middle, round_=8)
    b.line((90, 210), (90, FLOOR), width=6)
    b.line((170, 210), (170, FLOOR), width=6)
    b.box(240, 196, 130, 36, WHITE, round_=16)
    b.box(256, 206, 40, 10, b.dark, edge="")
    b.box(290, 92, 26, 106, WHITE, round_=6)
    b.disc(303, 84, 14, WHITE)
    b.disc(307, 84, 5, b.dark, edge="")
    b.limb((302, 130), (256, 150), (222, 190), width=9)
    b.disc(212, 204, 12, BOX)
    b.disc(354, 206, 4, AMBER)
    b.wheels(262, 348, r=8)
    b.box(380, 216, 26, 24, BOX)


def _gait(b: Board) -> None:
    b.line((120, FLOOR - 8), (120, 48), (300, 48), width=9, fill=b.dark)
    b.line((92, 232), (380, 232), width=9, fill=b.dark)
    b.line((240, 52), (240, 84), width=3)
    b.disc(240, 92, 17, BOX)
    b.line((240, 116), (240, 166), width=26, fill=STEEL)
    b.line((236, 124), (196, 150), width=9, fill=STEEL)
    b.line((146, 150), (210, 150), width=6)
    b.limb((236, 168), (212, 200), (204, 226), width=10)
    b.limb((246, 168), (274, 196), (294, 226), width=10)
    b.box(222, 156, 42, 18, b.dark)
    b.box(320, 110, 52, 70, WHITE, round_=8)
    b.line((330, 150), (342, 134), (352, 156), (362, 140), fill=b.dark)
    b.line((346, 180), (346, 232), width=5)
    b.disc(364, 118, 4, AMBER)


def _tracked(b: Board) -> None:
    b.box(122, 186, 220, 50, INK, round_=25)
    for x in (148, 190, 232, 274, 316):
        b.disc(x, 211, 14, STEEL)
    b.box(146, 150, 160, 40, WHITE, round_=8)
    b.box(160, 160, 60, 14, b.dark, edge="")
    b.limb((276, 148), (252, 88), (336, 72), (366, 110))
    b.disc(378, 126, 24, STEEL)
    b.disc(378, 126, 13, b.light)
    b.line((356, 126), (400, 126), width=4)
    b.line((378, 104), (378, 148), width=4)
    b.line((378, 150), (378, FLOOR), width=10, fill=STEEL)
    b.line((166, 150), (166, 116), width=4)
    b.box(150, 98, 34, 20, b.dark)
    b.disc(296, 160, 5, AMBER)


def _coil_carrier(b: Board) -> None:
    b.disc(240, 130, 66, STEEL)
    for r in (54, 42, 30):
        b.disc(240, 130, r, "#8795a5")
    b.disc(240, 130, 20, b.light)
    b.shape((150, 206), (184, 176), (296, 176), (330, 206), fill=b.dark)
    b.box(84, 196, 312, 28, WHITE, round_=6)
    b.box(100, 204, 40, 10, b.dark, edge="")
    b.disc(382, 206, 5, AMBER)
    b.box(92, 180, 10, 18, AMBER)
    b.box(378, 180, 10, 18, AMBER)
    b.wheels(116, 152, 188, 292, 328, 364, r=12)


def _lifter(b: Board) -> None:
    b.line((130, 232), (300, 232), width=10, fill=b.dark)
    b.box(136, 90, 30, 138, WHITE, round_=8)
    b.line((152, 94), (250, 62), (268, 96), width=10, fill=b.dark)
    b.line((236, 98), (300, 98), width=6)
    b.line((240, 98), (232, 168), width=3)
    b.line((296, 98), (308, 168), width=3)
    b.shape((226, 150), (248, 176), (306, 176), (316, 158), (322, 176), (302, 194), (240, 190), fill=b.middle)
    b.box(330, 186, 96, 16, WHITE)
    b.box(338, 174, 84, 14, b.middle)
    b.line((342, 202), (342, FLOOR), width=5)
    b.line((414, 202), (414, FLOOR), width=5)
    b.disc(151, 106, 5, AMBER)
    b.wheels(144, 290, r=8)


MACHINES: dict[str, Callable[[Board], None]] = {
    "carrier": _carrier,
    "arm_on_base": _arm_on_base,
    "sorter": _sorter,
    "cabinet": _cabinet,
    "quadruped": _quadruped,
    "van": _van,
    "guide": _guide,
    "tidier": _tidier,
    "gait": _gait,
    "tracked": _tracked,
    "coil_carrier": _coil_carrier,
    "lifter": _lifter,
}


def drawing(machine: str, domain: str, *, on_sheet: bool = False) -> Upload:
    """A machine of ``MACHINES`` in its domain's paints, in a room or on a drawing sheet, as a PNG of 960 × 600 pixels."""
    board = Board(domain)
    if on_sheet:
        board.sheet()
    else:
        board.scene()
    MACHINES[machine](board)
    out = io.BytesIO()
    board.image.reduce(2).save(out, "PNG", compress_level=1)
    return Upload(f"{machine}-{'sheet' if on_sheet else 'scene'}.png", "image/png", out.getvalue())
