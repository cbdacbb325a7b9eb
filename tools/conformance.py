"""Holds the judges' results against the committed lists of cases that pass (see tools/conformance)."""
import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

LISTS = Path("tests/conformance")
# list: judge, corpus
JUDGES = {"detection": ("detection.py", "detection"), "ops": ("cases.py", "ops"), "runtime": ("runtime.py", "runtime")}


def results_of(options, judge, corpus):
    """{case: passed} from one judge over its whole corpus."""
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        command = [sys.executable, options.shared / "conformance" / judge, "--binary", options.binary, "--json", report.name,
                   options.cache / corpus]
        subprocess.run([str(part) for part in command], stdout=subprocess.DEVNULL, check=False)
        document = json.loads(Path(report.name).read_text() or "{}")
    return {row["name"]: row["verdict"] == "PASS" for row in document.get("cases", [])}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--binary", type=Path)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("--only", choices=JUDGES)
    options = parser.parse_args()
    broken = 0
    for name, (judge, corpus) in JUDGES.items():
        listing = LISTS / f"{name}.txt"
        if options.only not in (None, name) or not (options.cache / corpus).is_dir():
            continue
        if not options.update and not listing.exists():
            continue
        results = results_of(options, judge, corpus)
        passing = sorted(case for case, passed in results.items() if passed)
        print(f"conformance {name}: {len(passing)} of {len(results)} pass")
        if options.update:
            listing.write_text("".join(case + "\n" for case in passing))
            continue
        expected = listing.read_text().split("\n")
        for case in filter(None, expected):
            if results.get(case) is False:
                print(f"  {case} passed before and fails now")
                broken += 1
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
