"""Times a build of litesmith: see tools/bench."""
import json
import os
import statistics
import subprocess
import sys
import time

RUNS = 9


def timed(command):
    """Median wall seconds of a whole process, and its peak resident megabytes."""
    seconds, peak = [], 0
    for _ in range(RUNS):
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        seconds.append(time.perf_counter() - start)
        peak = max(peak, usage.ru_maxrss / 1024)
        if status != 0:
            sys.exit(f"failed: {' '.join(command)}")
    return statistics.median(seconds), peak


def litert_median(file, runs):
    from ai_edge_litert import interpreter as litert
    import numpy as np

    interpreter = litert.Interpreter(model_path=file, num_threads=1)
    interpreter.allocate_tensors()
    for detail in interpreter.get_input_details():
        interpreter.set_tensor(detail["index"], np.random.default_rng(0).random(detail["shape"], np.float32))
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        interpreter.invoke()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e3


def main():
    binary, model, photo, out = sys.argv[1:]
    file = f"{out}/model.tflite"
    seconds, peak = timed([binary, "convert", model, "-o", file, "--quiet"])
    print(f"convert: {seconds:.3f} s, {peak:.0f} MB at most")
    for ending in ("jpg", "png"):
        seconds, peak = timed([binary, "detect", file, photo, "-o", f"{out}/boxes.{ending}", "--quiet"])
        print(f"detect, from start to written {ending.upper()}: {seconds * 1e3:.1f} ms, {peak:.0f} MB at most")
    ours, theirs = [], []
    for _ in range(5):  # in turn, so that both see the same machine
        report = subprocess.run([binary, "benchmark", file, "--runs", "20", "--json"], capture_output=True, check=True)
        ours.append(json.loads(report.stdout)["median_ms"])
        try:
            theirs.append(litert_median(file, 20))
        except ImportError:
            pass
    print(f"inference, one thread: {statistics.median(ours):.2f} ms")
    if theirs:
        ratio = statistics.median(a / b for a, b in zip(ours, theirs))
        print(f"LiteRT on the same file: {statistics.median(theirs):.2f} ms; ours takes {ratio:.2f} of its time")


if __name__ == "__main__":
    main()
