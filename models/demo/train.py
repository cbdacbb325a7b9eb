"""Trains the demo detector on drawn scenes: python3 train.py --work DIR

The Object Detection API builds the model, assigns the targets and computes the losses; only the loop is ours,
since the API's own wants TFRecord files and a dozen packages that serve nothing here. Stopped at any time and
started again with the same command, it goes on from the last checkpoint.
"""
import argparse
import math
import os
from pathlib import Path
import time

os.environ.setdefault("OMP_NUM_THREADS", "2")  # for oneDNN, which reads it when TensorFlow is loaded

import api_compat  # noqa: F401  (before TensorFlow and the API)
from google.protobuf import text_format
from object_detection.builders import model_builder
from object_detection.protos import pipeline_pb2
import tensorflow as tf

import dataset

HERE = Path(__file__).resolve().parent
BATCH = 16
WARM_UP = 150  # steps
PEAK_LEARNING_RATE = 3e-3
GRADIENT_NORM = 10.0
SMALL_SIDE = 192
SMALL_SHARE = 0.85  # of the steps are on smaller pictures, which take half the time and teach nearly as much


def read_config():
    config = pipeline_pb2.TrainEvalPipelineConfig()
    text_format.Parse((HERE / "pipeline.config").read_text(), config)
    return config


def learning_rate(step, steps):
    """Linear warm-up, then half a cosine down to zero."""
    if step < WARM_UP:
        return PEAK_LEARNING_RATE * (step + 1) / WARM_UP
    return PEAK_LEARNING_RATE * 0.5 * (1 + math.cos(math.pi * (step - WARM_UP) / max(steps - WARM_UP, 1)))


def make_train_step(model, optimizer, side):
    """One step on pictures scaled to side x side, as a graph."""

    @tf.function
    def train_step(pictures, boxes, classes, weights):
        if pictures.shape[1] != side:
            pictures = tf.image.resize(pictures, (side, side))
        shapes = tf.tile(tf.constant([[side, side, 3]]), [BATCH, 1])
        model.provide_groundtruth(groundtruth_boxes_list=tf.unstack(boxes),
                                  groundtruth_classes_list=tf.unstack(classes),
                                  groundtruth_weights_list=tf.unstack(weights))
        with tf.GradientTape() as tape:
            losses = model.loss(model.predict(pictures, shapes), shapes)
            total = tf.add_n(list(losses.values())) + tf.add_n(model.regularization_losses())
        gradients = tape.gradient(total, model.trainable_variables)
        gradients, norm = tf.clip_by_global_norm(gradients, GRADIENT_NORM)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        return losses["Loss/localization_loss"], losses["Loss/classification_loss"], norm

    return train_step


def train(config, data, steps, folder, log):
    """Runs until `steps` are done in all, counting those of the checkpoint that `folder` may hold."""
    side = config.model.ssd.image_resizer.fixed_shape_resizer.height
    model = model_builder.build(config.model, is_training=True)
    tf.keras.backend.set_learning_phase(True)  # the way the API's loop tells its batch norms
    optimizer = tf.keras.optimizers.legacy.Adam(PEAK_LEARNING_RATE)
    step = tf.Variable(0, dtype=tf.int64)
    checkpoint = tf.train.Checkpoint(model=model, optimizer=optimizer, step=step)
    manager = tf.train.CheckpointManager(checkpoint, folder, max_to_keep=2)
    manager.restore_or_initialize()
    log(f"starts at step {int(step)} of {steps}")
    functions, sums, start = {}, [0.0, 0.0, 0.0], time.monotonic()
    for batch in data:
        number = int(step)
        if number >= steps:
            break
        now = SMALL_SIDE if number < SMALL_SHARE * steps else side
        if now not in functions:
            functions[now] = make_train_step(model, optimizer, now)
        optimizer.learning_rate = learning_rate(number, steps)
        sums = [a + float(b) for a, b in zip(sums, functions[now](*batch))]
        step.assign_add(1)
        if (number + 1) % 50 == 0 or number + 1 == steps:
            count = number % 50 + 1
            localization, classification, norm = (value / count for value in sums)
            pace = (time.monotonic() - start) / count
            log(f"step {number + 1} side {now}: localization {localization:.4f} "
                f"classification {classification:.4f} gradient {norm:.2f}, {pace:.2f} s a step")
            sums, start = [0.0, 0.0, 0.0], time.monotonic()
        if (number + 1) % 200 == 0 or number + 1 == steps:
            manager.save()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="folder for scenes and checkpoints")
    parser.add_argument("--scenes", type=int, default=5000)
    parser.add_argument("--steps", type=int, default=1800)
    parser.add_argument("--processes", type=int, default=2, help="for drawing")
    options = parser.parse_args()
    tf.config.threading.set_intra_op_parallelism_threads(2)
    tf.config.threading.set_inter_op_parallelism_threads(2)
    tf.keras.utils.set_random_seed(1)
    config = read_config()
    side = config.model.ssd.image_resizer.fixed_shape_resizer.height
    paths = dataset.draw(options.work / "scenes", options.scenes, side, options.processes)
    log_file = open(options.work / "train.log", "a", buffering=1, encoding="utf-8")
    begin = time.monotonic()

    def log(text):
        line = f"{(time.monotonic() - begin) / 60:6.1f} min  {text}"
        print(line, flush=True)
        print(line, file=log_file)

    train(config, dataset.batches(paths, BATCH, seed=1), options.steps, options.work / "checkpoint", log)


if __name__ == "__main__":
    main()
