"""Times a custom op beside the builtin one: see tools/bench-custom."""
import json
import statistics
import subprocess
import sys

OPS = 16  # one after the other
ROUNDS = 7


def graph(path, op, dims):
    """x, and OPS sums of it with what came before."""
    shape = "".join(f" dim {{ size: {dim} }}" for dim in dims)
    text = (f'node {{ name: "x" op: "Placeholder" attr {{ key: "dtype" value {{ type: DT_FLOAT }} }}'
            f' attr {{ key: "shape" value {{ shape {{{shape} }} }} }} }}\n')
    last = "x"
    for i in range(OPS):
        text += (f'node {{ name: "sum_{i}" op: "{op}" input: "{last}" input: "x"'
                 f' attr {{ key: "T" value {{ type: DT_FLOAT }} }} }}\n')
        last = f"sum_{i}"
    with open(path, "w") as file:
        file.write(text)


def main():
    binary, out = sys.argv[1:]
    library = ["--custom-op-library", f"{out}/libsum.so"]
    print(f"microseconds an op, fastest inference, median of {ROUNDS} rounds in turn (sums of float32, one thread):")
    for dims in ([1, 8], [1, 32, 32, 16], [1, 128, 128, 32]):
        files = {}
        for name, op, more in (("builtin", "AddV2", []), ("custom", "MySum", library)):
            graph(f"{out}/{name}.pbtxt", op, dims)
            files[name] = f"{out}/{name}.tflite"
            subprocess.run([binary, "convert", f"{out}/{name}.pbtxt", "-o", files[name], "--quiet", *more], check=True)
        times = {"builtin": [], "custom": []}
        for _ in range(ROUNDS):
            for name, file in files.items():
                command = [binary, "benchmark", file, "--runs", "200", "--json", *(library if name == "custom" else [])]
                report = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
                times[name].append(report["min_ms"] * 1e3 / OPS)
        ours = {name: statistics.median(values) for name, values in times.items()}
        ratio = statistics.median(b / a for a, b in zip(times["builtin"], times["custom"]))
        print(f"  {dims}: builtin {ours['builtin']:.2f}, custom {ours['custom']:.2f}, ratio {ratio:.2f}")


main()
