"""Drawn scenes on disk, and batches of them for training.

Scenes are stored at the network's input size in shards, so that an interrupted run goes on where it was.
"""
import math
import multiprocessing

import numpy as np

import scenes

SHARD = 250  # scenes
MAX_BOXES = 8
TRAINING, HELD_BACK, DEMO = 1, 2, 3  # first part of a scene's seed: no scene is in two sets


def _draw_shard(task):
    path, number, side = task
    pictures = np.zeros((SHARD, side, side, 3), np.uint8)
    boxes = np.zeros((SHARD, MAX_BOXES, 4), np.float32)
    classes = np.full((SHARD, MAX_BOXES), -1, np.int64)
    for row in range(SHARD):
        picture, found, labels = scenes.draw_scene((TRAINING, number * SHARD + row))
        pictures[row] = scenes.network_input(picture, side)
        boxes[row, :len(found)] = found
        classes[row, :len(found)] = labels
    partial = path.with_suffix(".partial")
    with open(partial, "wb") as file:
        np.savez(file, pictures=pictures, boxes=boxes, classes=classes)
    partial.rename(path)


def draw(folder, count, side, processes):
    """Draws `count` training scenes into shards, as far as they are missing; returns the shards' paths."""
    folder.mkdir(parents=True, exist_ok=True)
    tasks = [(folder / f"shard{number:03d}-{side}.npz", number, side)
             for number in range(math.ceil(count / SHARD))]
    missing = [task for task in tasks if not task[0].exists()]
    if missing:
        with multiprocessing.get_context("spawn").Pool(processes) as pool:
            for done, _ in enumerate(pool.imap_unordered(_draw_shard, missing), 1):
                print(f"drawn {done} of {len(missing)} shards of {SHARD} scenes", flush=True)
    return [task[0] for task in tasks]


def batches(paths, batch_size, seed):
    """Endless tf.data of (pictures float32 -1..1, boxes, one-hot classes, weights); weight 0 is padding."""
    import tensorflow as tf

    shards = [np.load(path) for path in paths]
    pictures, boxes, classes = (np.concatenate([shard[key] for shard in shards])
                                for key in ("pictures", "boxes", "classes"))

    def indices():
        random = np.random.default_rng(seed)
        while True:
            yield from random.permutation(len(pictures))

    def look_up(index):
        return pictures[index], boxes[index], classes[index]

    def prepare(index):
        picture, box, label = tf.numpy_function(look_up, [index], (tf.uint8, tf.float32, tf.int64))
        picture = tf.ensure_shape(tf.cast(picture, tf.float32) * (2 / 255) - 1, pictures.shape[1:])
        box, label = tf.ensure_shape(box, boxes.shape[1:]), tf.ensure_shape(label, classes.shape[1:])
        weight = tf.cast(label >= 0, tf.float32)
        if tf.random.uniform([]) < 0.5:
            picture = tf.reverse(picture, [1])
            mirrored = tf.stack([box[:, 0], 1 - box[:, 3], box[:, 2], 1 - box[:, 1]], axis=1)
            box = tf.where(weight[:, None] > 0, mirrored, box)
        gain = tf.random.uniform([1, 1, 3], 0.85, 1.15)
        picture = tf.clip_by_value(picture * gain + tf.random.uniform([], -0.15, 0.15), -1, 1)
        return picture, box, tf.one_hot(label, len(scenes.LABELS)), weight

    data = tf.data.Dataset.from_generator(indices, output_signature=tf.TensorSpec([], tf.int64))
    data = data.map(prepare, num_parallel_calls=1).batch(batch_size, drop_remainder=True).prefetch(2)
    options = tf.data.Options()
    options.threading.private_threadpool_size = 1
    return data.with_options(options)
