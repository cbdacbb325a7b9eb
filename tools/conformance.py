"""Holds the judges' results against the committed lists of cases that pass (see tools/conformance)."""
import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

LISTS = Path("tests/conformance")
# list: judge, corpus in the cache folder, or in shared (made by nobody, always there)
JUDGES = {"detection": ("detection.py", "detection"), "failures": ("failures.py", "failures"), "forms": ("forms.py", "models"),
          "logs": ("failures.py", "shared/corpus/logs"), "ops": ("cases.py", "ops"), "runtime": ("runtime.py", "runtime")}


def folder_of(options, corpus):
    inside = corpus.removeprefix("shared/")
    return options.cache / corpus if inside == corpus else options.shared / inside


def results_of(options, judge, corpus):
    """{case: passed} from one judge over its whole corpus."""
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        command = [sys.executable, options.shared / "conformance" / judge, "--binary", options.binary, "--json", report.name,
                   folder_of(options, corpus)]
        subprocess.run([str(part) for part in command], stdout=subprocess.DEVNULL, check=False)
        document = json.loads(Path(report.name).read_text() or "{}")
    rows = document if isinstance(document, list) else document.get("cases", [])
    return {row["name"]: row.get("verdict", row.get("result")) == "PASS" for row in rows}


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
        if options.only not in (None, name) or not folder_of(options, corpus).is_dir():
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
