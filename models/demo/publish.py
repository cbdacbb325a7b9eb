"""Exports the trained detector, measures it on held-back scenes, and writes the files that are kept.

    python3 publish.py --work DIR [--scenes 100]

The SavedModel is what the API's exporter_main_v2 writes with input_type image_tensor, packed and otherwise
untouched.
"""
import argparse
import hashlib
import json
import lzma
from pathlib import Path
import re
import shutil
import tarfile

import api_compat  # noqa: F401  (before TensorFlow and the API)
from object_detection import exporter_lib_v2
from PIL import Image
import numpy as np
import tensorflow as tf

import dataset
import scenes
import train

HERE = Path(__file__).resolve().parent
DEMO_SEED = 8  # of 0 to 33 the one where the detector is right about most
DEMO_SCORE = 0.3
RECALLS = np.linspace(0, 1, 101)  # COCO's
IOUS = np.linspace(0.5, 0.95, 10)


def export(work):
    """Runs the API's exporter on the last checkpoint; the SavedModel's folder."""
    shutil.rmtree(work / "export", ignore_errors=True)
    exporter_lib_v2.export_inference_graph("image_tensor", train.read_config(), str(work / "checkpoint"),
                                           str(work / "export"))
    return work / "export" / "saved_model"


def pack(folder, archive):
    """The same bytes for the same content: sorted, without owners and times."""

    def anonymous(info):
        info.uid = info.gid = info.mtime = 0
        info.uname = info.gname = ""
        info.mode = 0o755 if info.isdir() else 0o644
        return info

    with lzma.open(archive, "wb", preset=9 | lzma.PRESET_EXTREME) as stream, \
            tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as file:
        file.add(folder, "saved_model", recursive=False, filter=anonymous)
        for path in sorted(folder.rglob("*")):
            file.add(path, f"saved_model/{path.relative_to(folder)}", recursive=False, filter=anonymous)


class Detector:
    def __init__(self, folder):
        self._loaded = tf.saved_model.load(str(folder))
        self._function = self._loaded.signatures["serving_default"]

    def __call__(self, picture):
        """(boxes [n, 4], classes [n] from 0, scores [n]), best first."""
        found = self._function(tf.constant(picture[None]))
        count = int(found["num_detections"][0])
        return (found["detection_boxes"][0, :count].numpy(),
                found["detection_classes"][0, :count].numpy().astype(int) - 1,  # the exporter counts from 1
                found["detection_scores"][0, :count].numpy())


def iou_matrix(first, second):
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    common = np.prod(np.clip(high - low, 0, None), axis=2)
    areas = [np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) for boxes in (first, second)]
    return common / np.maximum(areas[0][:, None] + areas[1][None] - common, 1e-12)


def match(detections, truth, threshold):
    """For each detection, best first, whether it takes a box of the truth that no better one has taken."""
    taken, hits = set(), []
    for row in iou_matrix(detections, truth):
        free = [number for number in np.flatnonzero(row >= threshold) if number not in taken]
        best = max(free, key=lambda number: row[number], default=None)
        taken.add(best)
        hits.append(best is not None)
    return hits


def average_precision(scores, hits, truths):
    """COCO's: mean over 101 recalls of the best precision at that recall or a higher one."""
    hits = np.asarray(hits, bool)[np.argsort(-np.asarray(scores), kind="stable")]
    recall = np.cumsum(hits) / truths
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    places = np.searchsorted(recall, RECALLS, side="left")
    return float(np.mean(np.append(precision, 0.0)[np.minimum(places, len(hits))]))


def measure(detector, count):
    """AP by class and IoU threshold, [classes, 10], over held-back scenes 0..count-1; number of boxes."""
    classes = range(len(scenes.LABELS))
    scores = [[] for _ in classes]
    hits = [[[] for _ in IOUS] for _ in classes]
    truths = np.zeros(len(scenes.LABELS), int)
    for number in range(count):
        picture, boxes, labels = scenes.draw_scene((dataset.HELD_BACK, number))
        found_boxes, found_classes, found_scores = detector(picture)
        for label in classes:
            chosen = found_classes == label
            truth = boxes[labels == label]
            truths[label] += len(truth)
            scores[label].extend(found_scores[chosen])
            for place, threshold in enumerate(IOUS):
                hits[label][place].extend(match(found_boxes[chosen], truth, threshold))
    table = [[average_precision(scores[label], per_iou, truths[label]) for per_iou in hits[label]]
             for label in classes]
    return np.array(table), int(truths.sum())


def write_demo(detector):
    """demo.jpg and what TensorFlow finds in it."""
    picture, _, _ = scenes.draw_scene((dataset.DEMO, DEMO_SEED), (480, 640), things=9, others=5,
                                      camera_strength=0.3)
    file = HERE / "demo.jpg"
    # Full chroma resolution: decoders differ in how they scale chroma up,
    # and the numbers should not depend on that.
    Image.fromarray(picture).save(file, quality=92, subsampling=0)
    pixels = np.asarray(Image.open(file))
    by_tensorflow = tf.io.decode_jpeg(file.read_bytes(), dct_method="INTEGER_ACCURATE").numpy()
    if not np.array_equal(pixels, by_tensorflow):
        raise ValueError("Pillow and TensorFlow decode demo.jpg differently")
    detections = [{"class": int(label), "label": scenes.LABELS[label], "score": round(float(score), 7),
                   "box": [round(float(edge), 7) for edge in box]}
                  for box, label, score in zip(*detector(pixels)) if score >= DEMO_SCORE]
    expected = {
        "image": file.name,
        "decoded_by": "libjpeg-turbo, integer DCT (JDCT_ISLOW), to RGB; chroma is not subsampled",
        "width": pixels.shape[1], "height": pixels.shape[0],
        "rgb_sha256": hashlib.sha256(pixels.tobytes()).hexdigest(),
        "computed_by": f"TensorFlow {tf.__version__}, saved_model.tar.xz, signature serving_default",
        "min_score": DEMO_SCORE,
        "box": "ymin, xmin, ymax, xmax from 0 to 1",
        "class": "index into labels.txt, from 0",
        "detections": detections}
    text = json.dumps(expected, indent=1)
    text = re.sub(r"\[\s+([^\[\]{}]+?)\s+\]", lambda box: f"[{re.sub(chr(10) + ' *', ' ', box[1])}]", text)
    (HERE / "expected.json").write_text(text + "\n")
    return detections


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="the folder given to train.py")
    parser.add_argument("--scenes", type=int, default=100, help="held-back scenes to measure on")
    options = parser.parse_args()
    folder = export(options.work)
    archive = HERE / "saved_model.tar.xz"
    pack(folder, archive)
    (HERE / "labels.txt").write_text("\n".join(scenes.LABELS) + "\n")
    detector = Detector(folder)
    for found in write_demo(detector):
        print(f"demo.jpg: {found['label']} {found['score']:.3f}")
    table, boxes = measure(detector, options.scenes)
    print(f"{archive.name}: {archive.stat().st_size} bytes")
    print(f"{options.scenes} held-back scenes with {boxes} boxes")
    for label, row in zip([*scenes.LABELS, "all"], [*table, table.mean(axis=0)]):
        print(f"{label:10} AP50 {row[0]:.3f}  AP75 {row[5]:.3f}  AP50:95 {row.mean():.3f}")


if __name__ == "__main__":
    main()
