"""Draws scenes: background, things of the five classes, other things, light, shadows, a camera's faults.

A scene is a function of its seed alone. Run as a program, it writes a contact sheet to look at.
"""
import argparse
import io

from PIL import Image, ImageFilter
import numpy as np

import shapes

LABELS = list(shapes.CLASSES)
MIN_VISIBLE = 0.45  # of a thing's area; what is hidden more than that would be a label nobody could guess
SMALLEST, LARGEST = 0.1, 0.62  # size of a thing relative to the picture's shorter side


def smooth_noise(rng, height, width, cells):
    """Noise in about -1..1 that varies over 1/cells of the picture, float32 [height, width]."""
    grid = rng.uniform(0, 255, (cells + 1, cells + 1)).astype(np.uint8)
    picture = Image.fromarray(grid).resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(picture, np.float32) / 127.5 - 1


def ramp(rng, height, width):
    """A plane from -1 to 1 in a random direction, float32 [height, width]."""
    angle = rng.uniform(0, 2 * np.pi)
    x = np.linspace(-1, 1, width, dtype=np.float32)[None] * np.float32(np.cos(angle))
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None] * np.float32(np.sin(angle))
    return (x + y) / np.float32(abs(np.cos(angle)) + abs(np.sin(angle)))


def mix(first, second, share):
    """Blends two colors by a [height, width] map of 0..1 into float32 [height, width, 3]."""
    first, second = (np.asarray(color[:3], np.float32) for color in (first, second))
    return first + share[..., None] * (second - first)


def surface(rng, height, width):
    """One kind of wall or table, float32 [height, width, 3]."""
    first = shapes.any_color(rng)
    second = shapes.any_color(rng) if rng.uniform() < 0.4 else shapes.near(rng, first, 35)
    kind = rng.integers(0, 6)
    if kind == 0:
        share = ramp(rng, height, width) * 0.5 + 0.5
    elif kind == 1:  # clouds
        share = 0.5 + 0.3 * smooth_noise(rng, height, width, 4) + 0.2 * smooth_noise(rng, height, width, 17)
    elif kind == 2:  # stripes or a weave of them
        waves = np.sin(ramp(rng, height, width) * rng.uniform(6, 70))
        if rng.uniform() < 0.5:
            waves = (waves + np.sin(ramp(rng, height, width) * rng.uniform(6, 70))) / 2
        share = np.clip(waves * rng.choice([0.5, 4]) + 0.5, 0, 1)
    elif kind == 3:  # wood
        grain = ramp(rng, height, width) * rng.uniform(5, 20) + smooth_noise(rng, height, width, 5)
        share = np.modf(np.abs(grain))[0] * 0.7 + 0.15 * smooth_noise(rng, height, width, 60) + 0.15
    elif kind == 4:  # tiles
        step = rng.integers(20, 90)
        rows, columns = (np.arange(size) for size in (height, width))
        if rng.uniform() < 0.5:
            share = ((rows[:, None] // step + columns[None] // step) % 2).astype(np.float32)
        else:
            share = ((rows[:, None] % step < 3) | (columns[None] % step < 3)).astype(np.float32)
    else:  # grain
        share = 0.5 + 0.25 * rng.standard_normal((height, width), np.float32)
    return mix(first, second, share.astype(np.float32))


def background(rng, height, width):
    result = surface(rng, height, width)
    if rng.uniform() < 0.45:  # a table before a wall
        edge = int(height * rng.uniform(0.35, 0.75))
        result[edge:] = surface(rng, height - edge, width)
    return result


def shade(rng, image):
    """Light from one side over a thing, so that it looks less flat."""
    pixels = np.asarray(image, np.float32)
    height, width = pixels.shape[:2]
    light = 1 + rng.uniform(0, 0.35) * ramp(rng, height, width)
    if rng.uniform() < 0.4:  # a rough surface
        light = light + rng.uniform(0, 0.12) * smooth_noise(rng, height, width, int(rng.integers(8, 40)))
    lit = np.dstack([np.clip(pixels[..., :3] * light[..., None], 0, 255), pixels[..., 3]])
    return Image.fromarray(lit.astype(np.uint8), "RGBA")


def draw_thing(rng, draw, side):
    """RGBA picture of one thing, cropped to what is not transparent; its longer side is `side` pixels."""
    tile = shapes.Tile(int(np.clip(1.3 * side, 48, 512)), shapes.random_outline(rng))
    draw(rng, tile)
    image = shade(rng, tile.finish())
    if rng.uniform() < 0.5:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    aspect = np.exp(rng.normal(0, 0.1))
    image = image.resize((round(image.width * aspect), image.height), Image.Resampling.BILINEAR)
    angle = rng.uniform(-180, 180) if rng.uniform() < 0.1 else rng.normal(0, 14)
    image = image.rotate(angle, Image.Resampling.BILINEAR, expand=True)
    image = image.crop(image.getchannel("A").point(lambda alpha: 255 * (alpha > 100)).getbbox())
    scale = side / max(image.size)
    size = [max(4, round(length * scale)) for length in image.size]
    return image.resize(size, Image.Resampling.LANCZOS)


class Scene:
    """A picture under construction. `owner` says for each pixel which thing is seen there (-1: none)."""

    def __init__(self, rng, height, width):
        self.rng = rng
        self.height, self.width = height, width
        picture = np.clip(background(rng, height, width), 0, 255).astype(np.uint8)
        self.picture = Image.fromarray(picture)
        self.owner = np.full((height, width), -1, np.int16)
        self.areas, self.boxes, self.classes = [], [], []
        # One light for all: shadows fall the same way.
        self.shadow_strength = rng.uniform(0, 0.6) if rng.uniform() < 0.8 else 0
        self.shadow_shift = rng.normal(0, 0.06, 2)

    def add(self, draw, side, class_index=None):
        """Tries a few places for a thing; gives up if at each it hides others, or lies outside, too far."""
        image = draw_thing(self.rng, draw, side)
        solid = np.asarray(image.getchannel("A")) > 100
        if not solid.any():
            return
        for _ in range(6):
            left = int(self.rng.uniform(-0.25 * image.width, self.width - 0.75 * image.width))
            top = int(self.rng.uniform(-0.25 * image.height, self.height - 0.75 * image.height))
            x0, y0 = max(left, 0), max(top, 0)
            x1, y1 = min(left + image.width, self.width), min(top + image.height, self.height)
            if x1 - x0 < 4 or y1 - y0 < 4:
                continue
            inside = solid[y0 - top:y1 - top, x0 - left:x1 - left]
            if class_index is not None and inside.sum() < 0.7 * solid.sum():
                continue
            covered = self.owner.copy()
            covered[y0:y1, x0:x1][inside] = -1
            if all((covered == number).sum() >= MIN_VISIBLE * area for number, area in enumerate(self.areas)):
                self._paste(image, solid, left, top, inside, (y0, x0, y1, x1), class_index)
                return

    def _paste(self, image, solid, left, top, inside, seen, class_index):
        y0, x0, y1, x1 = seen
        if self.shadow_strength:
            alpha = image.getchannel("A")
            pad = max(image.size) // 4
            shadow = Image.new("L", (image.width + 2 * pad, image.height + 2 * pad))
            shadow.paste(alpha.point(lambda value: int(value * self.shadow_strength)), (pad, pad))
            shadow = shadow.filter(ImageFilter.BoxBlur(max(image.size) * 0.07 + 1))
            shift_y, shift_x = (int(part * max(image.size)) for part in self.shadow_shift)
            self.picture.paste((0, 0, 0), (left - pad + shift_x, top - pad + shift_y), shadow)
        self.picture.paste(image, (left, top), image.getchannel("A"))
        self.owner[y0:y1, x0:x1][inside] = -1
        if class_index is None:
            return
        self.owner[y0:y1, x0:x1][inside] = len(self.areas)
        self.areas.append(int(solid.sum()))
        self.classes.append(class_index)
        self.boxes.append([y0 / self.height, x0 / self.width, y1 / self.height, x1 / self.width])


def camera(rng, picture, strength):
    """Uneven light, color cast, blur, noise and JPEG's artifacts; strength 0 leaves the picture as it is."""
    if rng.uniform() < 0.5 * strength:
        picture = picture.filter(ImageFilter.GaussianBlur(rng.uniform(0, 1.8) * strength))
    pixels = np.asarray(picture, np.float32)
    height, width = pixels.shape[:2]
    light = 1 + strength * (rng.normal(0, 0.15) + rng.uniform(0, 0.35) * ramp(rng, height, width))
    light = light + strength * rng.uniform(0, 0.15) * smooth_noise(rng, height, width, 3)
    cast = 1 + strength * rng.normal(0, 0.07, 3).astype(np.float32)
    contrast = np.exp(strength * rng.normal(0, 0.18))
    pixels = (pixels * light[..., None] * cast - 127) * np.float32(contrast) + 127
    if rng.uniform() < 0.7:
        noise = rng.standard_normal((height, width, 3), np.float32)
        pixels = pixels + noise * np.float32(rng.uniform(0, 14) * strength)
    picture = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    if rng.uniform() < 0.4 * strength:
        file = io.BytesIO()
        picture.save(file, "JPEG", quality=int(rng.integers(35, 90)))
        picture = Image.open(file)
    return np.asarray(picture)


def draw_scene(seed, size=None, things=None, others=None, camera_strength=1.0):
    """A scene: picture uint8 [height, width, 3], boxes float32 [n, 4], classes int [n].

    Boxes are ymin, xmin, ymax, xmax in 0..1, around the whole thing, hidden parts too, cut at the
    picture's edge.

    `seed` is what numpy.random.default_rng takes. size is (height, width); what is not given is drawn.
    """
    rng = np.random.default_rng(seed)
    if size is None:
        scale = rng.uniform(0.5, 1)
        shape = [(480, 640), (480, 640), (640, 480), (512, 512), (400, 700)][rng.integers(0, 5)]
        size = [round(length * scale) for length in shape]
    height, width = size
    if things is None:
        things = 0 if rng.uniform() < 0.03 else int(rng.integers(1, 9))
    if others is None:
        others = int(rng.integers(0, 9))
    scene = Scene(rng, height, width)
    order = np.arange(things + others)
    rng.shuffle(order)
    for number in order:
        side = min(size) * np.exp(rng.uniform(np.log(SMALLEST), np.log(LARGEST)))
        if number < things:
            label = int(rng.integers(0, len(LABELS)))
            scene.add(shapes.CLASSES[LABELS[label]], side, label)
        else:
            scene.add(shapes.DISTRACTORS[rng.integers(0, len(shapes.DISTRACTORS))], side)
    picture = camera(rng, scene.picture, camera_strength)
    return picture, np.array(scene.boxes, np.float32).reshape(-1, 4), np.array(scene.classes, np.int64)


def network_input(picture, side):
    """uint8 [side, side, 3], scaled as the API's fixed_shape_resizer does: bilinear, no half-pixel shift."""
    height, width = picture.shape[:2]
    ys, xs = (np.arange(side, dtype=np.float32) * (length / side) for length in (height, width))
    y0, x0 = ys.astype(int), xs.astype(int)
    y1, x1 = np.minimum(y0 + 1, height - 1), np.minimum(x0 + 1, width - 1)
    fy, fx = (ys - y0)[:, None, None], (xs - x0)[None, :, None]
    rows = picture[y0] * (1 - fy) + picture[y1] * fy
    return np.round(rows[:, x0] * (1 - fx) + rows[:, x1] * fx).astype(np.uint8)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sheet", help="picture to write")
    parser.add_argument("--first", type=int, default=0, help="first seed")
    options = parser.parse_args()
    sheet = Image.new("RGB", (5 * 384, 4 * 300))
    for number in range(20):
        picture = Image.fromarray(draw_scene(options.first + number)[0])
        picture.thumbnail((380, 296))
        sheet.paste(picture, (number % 5 * 384, number // 5 * 300))
    sheet.save(options.sheet)


if __name__ == "__main__":
    main()
