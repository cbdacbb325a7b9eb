"""Drawings of single things: the five classes that the demo detector knows, and things it has to leave alone.

Every function takes a random generator and a `Tile`, and draws in coordinates from 0 to 1 (x to the right, y
down).
"""
import colorsys
import math

from PIL import Image, ImageDraw
import numpy as np

SUPERSAMPLING = 2  # Pillow draws without antialiasing


class Tile:
    """A square transparent picture with a pen that works in coordinates from 0 to 1."""

    def __init__(self, side, outline):
        self.side = side * SUPERSAMPLING
        self.image = Image.new("RGBA", (self.side, self.side))
        self.pen = ImageDraw.Draw(self.image)
        self.outline = outline  # (color, width from 0 to 1), or None

    def _pixels(self, points):
        return [(x * self.side, y * self.side) for x, y in points]

    def line(self, points, color, width):
        width = max(1, round(width * self.side))
        pixels = self._pixels(points)
        self.pen.line(pixels, fill=color, width=width, joint="curve")
        for x, y in (pixels[0], pixels[-1]):  # round ends
            self.pen.ellipse([x - width / 2, y - width / 2, x + width / 2, y + width / 2], fill=color)

    def polygon(self, points, color):
        self.pen.polygon(self._pixels(points), fill=color)
        if self.outline:
            self.line([*points, points[0]], *self.outline)

    def ellipse(self, x, y, rx, ry, color):
        self.polygon(arc(x, y, rx, ry, 0, 360), color)

    def finish(self):
        return self.image.resize((self.side // SUPERSAMPLING,) * 2, Image.Resampling.BOX)


def arc(x, y, rx, ry, start, end, count=48):
    """Points of an elliptic arc; degrees, clockwise from the right as the picture is seen."""
    angles = np.radians(np.linspace(start, end, count))
    return list(zip(x + rx * np.cos(angles), y + ry * np.sin(angles)))


def color_of(hue, saturation, value):
    parts = colorsys.hsv_to_rgb(hue % 1, min(saturation, 1), min(value, 1))
    return tuple(round(255 * part) for part in parts) + (255,)


def any_color(rng):
    return color_of(rng.uniform(), rng.uniform(0.05, 0.95), rng.uniform(0.25, 1))


def near(rng, color, spread):
    """A color close to the given one."""
    return tuple(int(np.clip(part + rng.normal(0, spread), 0, 255)) for part in color[:3]) + (255,)


def darker(color, factor):
    return tuple(int(part * factor) for part in color[:3]) + (255,)


def random_outline(rng):
    if rng.uniform() < 0.55:
        return None
    return darker(any_color(rng), 0.3), rng.uniform(0.008, 0.025)


# ---------------------------------------------------------------- the classes


def apple(rng, tile):
    color = color_of(rng.choice([0.98, 0.0, 0.02, 0.13, 0.22, 0.3]) + rng.normal(0, 0.015),
                     rng.uniform(0.55, 0.95), rng.uniform(0.5, 0.95))
    bulge, waist, dip = rng.uniform(0.30, 0.36), rng.uniform(0.78, 0.95), rng.uniform(0.06, 0.12)
    body = []
    for angle in np.linspace(0, 2 * math.pi, 72, endpoint=False):
        x, y = math.sin(angle), -math.cos(angle)  # starts at the top, where the stem is
        narrow = 1 if y < 0 else 1 - (1 - waist) * y
        notch = dip * math.exp(-(x / 0.35) ** 2) * (1 if y < 0 else 0.4)
        body.append((0.5 + bulge * 1.08 * x * narrow, 0.57 + y * (bulge - notch)))
    tile.polygon(body, color)
    if rng.uniform() < 0.5:  # a redder cheek
        cheek = near(rng, color, 30)
        tile.pen.ellipse(_box(tile, 0.5 + rng.uniform(-0.12, 0.12), 0.6, 0.14, 0.2), fill=cheek)
    lean = rng.uniform(-0.08, 0.08)
    top = 0.57 - bulge + dip
    tile.line([(0.5, top + 0.02), (0.5 + lean, top - rng.uniform(0.1, 0.17))],
              color_of(0.08, 0.6, rng.uniform(0.2, 0.4)), 0.035)
    if rng.uniform() < 0.8:
        side = rng.choice([-1, 1])
        length, width = rng.uniform(0.16, 0.24), rng.uniform(0.04, 0.07)
        leaf = [(t * length, width * math.sin(math.pi * t)) for t in np.linspace(0, 1, 12)]
        leaf += [(t * length, -width * math.sin(math.pi * t)) for t in np.linspace(1, 0, 12)]
        tile.polygon([(0.5 + side * x, top - 0.03 - 0.4 * x + y) for x, y in leaf],
                     color_of(rng.uniform(0.25, 0.38), rng.uniform(0.5, 0.9), rng.uniform(0.35, 0.75)))
    if rng.uniform() < 0.6:
        tile.pen.ellipse(_box(tile, 0.5 - bulge * 0.5, 0.45, 0.04, 0.06), fill=(255, 255, 255, 255))


def mug(rng, tile):
    color = any_color(rng)
    left, right = 0.17, rng.uniform(0.62, 0.72)
    top, bottom = rng.uniform(0.14, 0.26), rng.uniform(0.8, 0.88)
    taper = rng.uniform(-0.01, 0.08)
    rim = rng.uniform(0.03, 0.07)
    middle, half = (left + right) / 2, (right - left) / 2
    thick = rng.uniform(0.05, 0.08)
    handle = arc(right - taper / 2 - 0.02, (top + bottom) / 2, rng.uniform(0.15, 0.22), (bottom - top) * 0.3,
                 -95, 95)
    if tile.outline:
        tile.line(handle, tile.outline[0], thick + 2 * tile.outline[1])
    tile.line(handle, darker(color, 0.92), thick)
    side = arc(middle, bottom, half - taper, rim, 180, 0, 24)
    tile.polygon([(left, top), *side, (right, top)], color)
    pattern = rng.integers(0, 5)
    accent = any_color(rng)
    if pattern == 0:
        for _ in range(rng.integers(1, 3)):
            y = rng.uniform(top + 0.15, bottom - 0.12)
            width = rng.uniform(0.03, 0.1)
            inset = taper * (y - top) / (bottom - top) + 0.01
            tile.pen.rectangle([(left + inset) * tile.side, y * tile.side,
                                (right - inset) * tile.side, (y + width) * tile.side], fill=accent)
    elif pattern == 1:
        for x in np.linspace(left + 0.12, right - 0.12, 3):
            for y in np.linspace(top + 0.18, bottom - 0.12, 3):
                tile.pen.ellipse(_box(tile, x, y, 0.03, 0.03), fill=accent)
    elif pattern == 2:
        _star(tile, middle, (top + bottom) / 2 + 0.05, half * 0.5, int(rng.integers(4, 8)), 0.45, accent)
    tile.ellipse(middle, top, half, rim, darker(color, 0.8))
    tile.pen.ellipse(_box(tile, middle, top + 0.004, half * 0.86, rim * 0.72),
                     fill=color_of(0.07, rng.uniform(0.2, 0.8), rng.uniform(0.15, 0.5)))


def fish(rng, tile):
    color = any_color(rng)
    fin = any_color(rng) if rng.uniform() < 0.5 else darker(color, 0.75)
    half, start, end = rng.uniform(0.15, 0.23), 0.08, rng.uniform(0.66, 0.74)
    spread = rng.uniform(0.12, 0.2)
    fork = 0.93 - rng.uniform(0.03, 0.12)
    tail = [(end - 0.06, 0.5), (0.93, 0.5 - spread), (fork, 0.5), (0.93, 0.5 + spread)]
    tile.polygon(tail, fin)
    middle = (start + end) / 2
    tile.polygon([(middle - 0.12, 0.5 - half * 0.85), (middle + 0.08, 0.5 - half - rng.uniform(0.06, 0.12)),
                  (middle + 0.15, 0.5 - half * 0.7)], fin)
    steps = np.linspace(0, 1, 24)
    outline = [(start + (end - start) * t, half * math.sin(math.pi * t ** 0.8)) for t in steps]
    tile.polygon([(x, 0.5 - y) for x, y in outline] + [(x, 0.5 + y) for x, y in reversed(outline)], color)
    accent = near(rng, any_color(rng), 10)
    stripes = rng.integers(0, 4)
    for number in range(stripes):
        t = 0.42 + 0.4 * number / max(stripes, 1)
        x, height = start + (end - start) * t, half * math.sin(math.pi * t ** 0.8) * 0.93
        tile.pen.polygon([(a * tile.side, b * tile.side) for a, b in
                          [(x, 0.5 - height), (x + 0.05, 0.5 - height * 0.9), (x + 0.05, 0.5 + height * 0.9),
                           (x, 0.5 + height)]], fill=accent)
    eye = start + 0.12
    tile.pen.ellipse(_box(tile, eye, 0.46, 0.035, 0.035), fill=(250, 250, 245, 255))
    tile.pen.ellipse(_box(tile, eye - 0.005, 0.46, 0.018, 0.018), fill=(15, 15, 20, 255))
    if rng.uniform() < 0.7:
        tile.polygon([(middle - 0.02, 0.52), (middle + 0.12, 0.5 + half * 0.55),
                      (middle + 0.02, 0.5 + half * 0.6)], fin)


def clock(rng, tile):
    rim = any_color(rng)
    face = color_of(rng.uniform(), rng.uniform(0, 0.25), rng.uniform(0.8, 1))
    ink = darker(any_color(rng), 0.35)
    if rng.uniform() < 0.25:  # white on dark
        face, ink = ink, face
    radius, inner = 0.38, rng.uniform(0.29, 0.34)
    if rng.uniform() < 0.4:  # an alarm clock
        for side in (-1, 1):
            tile.line([(0.5 + side * 0.2, 0.8), (0.5 + side * 0.28, 0.93)], darker(rim, 0.6), 0.06)
            tile.ellipse(0.5 + side * 0.24, 0.19, 0.11, 0.09, near(rng, rim, 25))
    if rng.uniform() < 0.2:
        tile.polygon([(0.13, 0.13), (0.87, 0.13), (0.87, 0.87), (0.13, 0.87)], rim)
    else:
        tile.ellipse(0.5, 0.5, radius, radius, rim)
    tile.pen.ellipse(_box(tile, 0.5, 0.5, inner, inner), fill=face)
    for number in range(12):
        if rng.uniform() < 0.03:
            continue
        long = number % 3 == 0
        start, width = (0.78, 0.022) if long else (0.86, 0.012)
        tile.line(_ray(number * 30, inner * start, inner * 0.95), ink, width)
    minutes = rng.uniform(0, 720)
    tile.line(_ray(minutes / 2, -0.03, inner * 0.52), ink, rng.uniform(0.025, 0.045))
    tile.line(_ray(minutes * 6, -0.03, inner * 0.8), ink, rng.uniform(0.016, 0.03))
    if rng.uniform() < 0.4:
        tile.line(_ray(rng.uniform(0, 360), -0.06, inner * 0.85), color_of(0.0, 0.9, 0.8), 0.01)
    tile.pen.ellipse(_box(tile, 0.5, 0.5, 0.025, 0.025), fill=ink)


def umbrella(rng, tile):
    color = any_color(rng)
    other = near(rng, color, 12) if rng.uniform() < 0.4 else any_color(rng)
    handle = darker(any_color(rng), 0.6)
    rx, ry, brim = rng.uniform(0.38, 0.43), rng.uniform(0.3, 0.38), rng.uniform(0.46, 0.52)
    hook, low = rng.uniform(0.05, 0.08), rng.uniform(0.82, 0.88)
    side = rng.choice([-1, 1])
    tile.line([(0.5, brim - ry - 0.04), (0.5, low)], handle, 0.03)
    start, end = (180, 0) if side > 0 else (0, 180)
    tile.line(arc(0.5 + side * hook, low, hook, hook, start, end, 16), handle, 0.035)
    gores = int(rng.integers(4, 8))
    edges = -np.cos(np.linspace(0, math.pi, gores + 1))  # as the ribs of a round canopy look from the side
    steps = np.linspace(0, math.pi / 2, 12)
    for number, (a, b) in enumerate(zip(edges, edges[1:])):
        rise = [(0.5 + a * rx * math.cos(t), brim - ry * math.sin(t)) for t in steps]
        fall = [(0.5 + b * rx * math.cos(t), brim - ry * math.sin(t)) for t in reversed(steps)]
        scallop = arc(0.5 + (a + b) / 2 * rx, brim, (b - a) / 2 * rx, -0.035, 0, 180, 10)
        tile.polygon(rise + fall + scallop, color if number % 2 else other)


# ---------------------------------------------------------------- things that are none of the classes


def ball(rng, tile):
    tile.ellipse(0.5, 0.5, rng.uniform(0.25, 0.42), rng.uniform(0.25, 0.42), any_color(rng))
    if rng.uniform() < 0.4:
        tile.pen.ellipse(_box(tile, 0.5, 0.5, 0.2, 0.2), fill=any_color(rng))


def block(rng, tile):
    w, h, slant = rng.uniform(0.1, 0.44), rng.uniform(0.1, 0.44), rng.uniform(-0.05, 0.05)
    top, bottom = 0.5 - h, 0.5 + h
    tile.polygon([(0.5 - w + slant, top), (0.5 + w + slant, top), (0.5 + w, bottom), (0.5 - w, bottom)],
                 any_color(rng))
    for _ in range(rng.integers(0, 4)):
        y = rng.uniform(0.5 - h, 0.5 + h)
        tile.line([(0.5 - w * 0.8, y), (0.5 + w * 0.8, y)], any_color(rng), rng.uniform(0.01, 0.04))


def glass(rng, tile):
    """What a mug is without its handle."""
    color, taper = any_color(rng), rng.uniform(0, 0.12)
    tile.polygon([(0.25, 0.15), *arc(0.5, 0.85, 0.25 - taper, 0.04, 180, 0, 16), (0.75, 0.15)], color)
    tile.ellipse(0.5, 0.15, 0.25, 0.05, darker(color, 0.8))


def ring(rng, tile):
    points = arc(0.5, 0.5, 0.34, rng.uniform(0.15, 0.36), 0, rng.choice([180, 270, 360]))
    tile.line(points, any_color(rng), rng.uniform(0.03, 0.12))


def leaf(rng, tile):
    """A fish's body without eye, fins and tail."""
    half = rng.uniform(0.08, 0.25)
    steps = np.linspace(0, 1, 20)
    points = [(0.1 + 0.8 * t, half * math.sin(math.pi * t)) for t in steps]
    color = any_color(rng)
    tile.polygon([(x, 0.5 - y) for x, y in points] + [(x, 0.5 + y) for x, y in reversed(points)], color)
    tile.line([(0.08, 0.5), (0.95, 0.5)], darker(color, 0.7), 0.02)


def half_disc(rng, tile):
    """A canopy without a stick."""
    tile.polygon(arc(0.5, 0.65, 0.4, rng.uniform(0.2, 0.42), 180, 360), any_color(rng))


def star(rng, tile):
    _star(tile, 0.5, 0.5, rng.uniform(0.3, 0.45), int(rng.integers(3, 9)), rng.uniform(0.3, 0.9),
          any_color(rng))


def stick(rng, tile):
    tile.line([(0.5, 0.05), (0.5, 0.95)], any_color(rng), rng.uniform(0.02, 0.12))


def scribble(rng, tile):
    points = np.clip(0.5 + np.cumsum(rng.normal(0, 0.12, (14, 2)), axis=0), 0.05, 0.95)
    tile.line([tuple(point) for point in points], any_color(rng), rng.uniform(0.01, 0.05))


CLASSES = {"apple": apple, "mug": mug, "fish": fish, "clock": clock, "umbrella": umbrella}
DISTRACTORS = [ball, block, glass, ring, leaf, half_disc, star, stick, scribble]


def _box(tile, x, y, rx, ry):
    return [(x - rx) * tile.side, (y - ry) * tile.side, (x + rx) * tile.side, (y + ry) * tile.side]


def _ray(degrees, start, end):
    """Two points on a line through the middle; 0 degrees is up, as on a clock."""
    x, y = math.sin(math.radians(degrees)), -math.cos(math.radians(degrees))
    return [(0.5 + x * start, 0.5 + y * start), (0.5 + x * end, 0.5 + y * end)]


def _star(tile, x, y, radius, tips, depth, color):
    turns = np.arange(2 * tips) * math.pi / tips
    radii = np.where(np.arange(2 * tips) % 2, radius * depth, radius)
    tile.polygon(list(zip(x + radii * np.sin(turns), y - radii * np.cos(turns))), color)
