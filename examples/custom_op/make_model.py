"""Writes a small single-shot detector with a layer of its own as a SavedModel, and a picture for it.

    python make_model.py saved_model picture.png

The network looks for red squares: one anchor in each cell of a grid, a convolution for class logits and one for box
encodings. Its weights are set by hand, so that there is nothing to train. The layer of its own turns logits into scores
by the normal distribution instead of the logistic function, and needs TensorFlow's op Erfc for that.
"""

import sys

import numpy as np
import tensorflow as tf

SIZE, CELL = 128, 16
GRID = SIZE // CELL


class ProbitScores(tf.keras.layers.Layer):
    """The probability that a standard normal variable stays below the logit."""

    def call(self, logits):
        return 0.5 * tf.math.erfc(-logits * np.float32(np.sqrt(0.5)))


def anchors():
    centers = (np.arange(GRID, dtype=np.float32) + 0.5) / GRID
    y, x = np.meshgrid(centers, centers, indexing="ij")
    half = np.full_like(y, 0.5 / GRID)
    return np.stack([y, x, half, half], axis=-1).reshape(-1, 4)


class Detector(tf.Module):
    def __init__(self):
        super().__init__()
        red = np.array([12.0, -6.0, -6.0], np.float32).reshape(1, 1, 3, 1)
        self.class_weights = tf.Variable(red)
        self.box_weights = tf.Variable(np.zeros((1, 1, 3, 4), np.float32))
        self.anchors = tf.constant(anchors())
        self.scores = ProbitScores()

    @tf.function(input_signature=[tf.TensorSpec([1, SIZE, SIZE, 3], tf.float32, "image")])
    def __call__(self, image):
        features = tf.nn.avg_pool2d(image, CELL, CELL, "VALID")
        logits = tf.nn.conv2d(features, self.class_weights, 1, "SAME") - 6.0
        encodings = tf.reshape(tf.nn.conv2d(features, self.box_weights, 1, "SAME"), [-1, 4])
        scores = self.scores(tf.reshape(logits, [-1]))
        center = self.anchors[:, :2] + encodings[:, :2] * self.anchors[:, 2:]
        half = self.anchors[:, 2:] * tf.exp(encodings[:, 2:])
        boxes = tf.concat([center - half, center + half], axis=-1)
        best, places = tf.math.top_k(scores, 8)
        return {
            "detection_boxes": tf.gather(boxes, places)[tf.newaxis],
            "detection_scores": best[tf.newaxis],
            "detection_classes": tf.ones_like(best)[tf.newaxis],
            "num_detections": tf.reduce_sum(tf.cast(best > 0.5, tf.float32))[tf.newaxis],
        }


def picture():
    pixels = np.full((SIZE, SIZE, 3), 200, np.uint8)
    for row, column in [(1, 2), (5, 6)]:
        pixels[row * CELL:(row + 1) * CELL, column * CELL:(column + 1) * CELL] = [255, 0, 0]
    return pixels


if __name__ == "__main__":
    model = Detector()
    pixels = picture()
    found = model(pixels[np.newaxis].astype(np.float32) / 255)
    tf.saved_model.save(model, sys.argv[1])
    tf.io.write_file(sys.argv[2], tf.io.encode_png(pixels))
    for score, box in zip(found["detection_scores"][0].numpy(), found["detection_boxes"][0].numpy()):
        if score > 0.5:
            print("%.4f" % score, (box * SIZE).round(1))
