"""Opens reports as a reader would (see tools/report-test)."""

import argparse
import os
import subprocess
import tempfile

from browser import Browser

HOSTILE = "head/<img src=x onerror=console.error(1)>/op"


def graph(path, ops):
    """A frozen graph as text: `ops` of (name, op, inputs), floats throughout."""
    with open(path, "w") as file:
        for name, op, inputs in ops:
            lines = "".join(f'  input: "{one}"\n' for one in inputs)
            shape = "shape { dim { size: 1 } dim { size: 8 } }"
            more = f' attr {{ key: "dtype" value {{ type: DT_FLOAT }} }} attr {{ key: "shape" value {{ {shape} }} }}'
            types = more if op == "Placeholder" else ' attr { key: "T" value { type: DT_FLOAT } }'
            file.write(f'node {{\n  name: "{name}"\n  op: "{op}"\n{lines} {types}\n}}\n')


def large(path, count):
    ops = [("image", "Placeholder", [])]
    for i in range(count):
        op = ("Relu", "Tanh", "Abs")[i % 3]
        ops.append((f"net/block_{i // 400}/unit_{i // 20}/{op.lower()}_{i}", op, [ops[-1][0]]))
    graph(path, ops)


def failing(path):
    graph(path, [("image", "Placeholder", []), ("body/relu", "Relu", ["image"]),
                 (HOSTILE.replace("<", "\\074").replace(">", "\\076"), "OpThatNobodyKnows", ["body/relu"]),
                 ("tail/relu", "Relu", [HOSTILE.replace("<", "\\074").replace(">", "\\076")])])


class Check:
    def __init__(self, browser, folder):
        self.page = browser.page()
        self.folder = folder

    def show(self, name, **how):
        if how:
            self.page.look(**how)
        self.page.screenshot(os.path.join(self.folder, name + ".png"))

    def clean(self, what):
        problems = self.page.problems()
        assert not problems, f"{what}: {problems}"
        assert self.page.run("document.documentElement.scrollWidth <= innerWidth"), f"{what}: wider than the screen"
        fits = "[...document.querySelectorAll('.tile')].every((tile) => tile.scrollHeight <= tile.clientHeight + 1)"
        assert self.page.run(fits), f"{what}: words beyond the border of a card"

    def draws(self):
        self.page.run("document.getElementById('graph').scrollIntoView()")
        self.page.until("document.querySelector('.canvas svg .node')", 120)

    def failed_conversion(self, report):
        page = self.page
        page.look(1280, 860)
        page.open(report)
        assert "Not converted" in page.run("document.querySelector('.verdict').textContent")
        assert page.run("document.querySelectorAll('.finding.error').length") > 0
        assert page.run("document.querySelector('.finding').textContent").count("OpThatNobodyKnows")
        assert page.run("document.querySelectorAll('main img').length") == 0, "a name became markup"
        self.show("failed")
        page.click(".finding .show")
        page.until("document.querySelector('.node.chosen.has-error')", 120)
        assert "OpThatNobodyKnows" in page.run("document.querySelector('.details h3').textContent")
        self.show("failed-graph")
        page.click(".details .flag a")
        page.until("document.activeElement.id === 'finding-1'")
        self.clean("a failed conversion")

    def demo(self, report):
        page = self.page
        page.look(1280, 860)
        page.open(report)
        page.until("document.getElementById('made')")
        self.show("demo")
        self.draws()
        self.show("demo-graph")
        for column in range(1, page.run("document.querySelectorAll('#ops th').length") + 1):
            page.click(f"#ops th:nth-child({column}) button")
        assert page.run("document.querySelectorAll('#ops th[aria-sort=none]').length") > 0
        page.click("#made .row .op-name")
        page.until("document.querySelector('[data-graph=\"1\"][aria-pressed=true]') && document.querySelector('.node.chosen')")
        assert "Made from" in page.run("document.querySelector('.details').textContent")
        self.search("conv")
        self.clean("the demo on a desktop")
        for name, how in (("phone", dict(width=390, height=844, phone=True)), ("dark", dict(width=1280, height=860, dark=True))):
            page.look(**how)
            page.open(report)
            self.show(f"demo-{name}")
            self.draws()
            self.show(f"demo-{name}-graph")
            self.clean(f"the demo, {name}")

    def search(self, text):
        page = self.page
        page.click("#search")
        page.run("document.getElementById('search').select()")
        page.type(text)
        page.until("document.querySelectorAll('#hits [role=option]').length > 0", 120)
        page.press("ArrowDown", 40)
        assert page.run("document.getElementById('search').getAttribute('aria-activedescendant')") == "hit-0"
        page.press("Enter", 13)
        page.until("document.getElementById('hits').hidden && document.querySelector('.node.chosen')", 120)

    def large_graph(self, report, nodes):
        page = self.page
        page.look(1280, 860)
        page.open(report)
        self.draws()
        # What exists on the page does not grow with the graph.
        assert page.run("document.getElementsByTagName('*').length") < 6000
        page.run("document.querySelector('.tree').focus()")
        page.press("Home", 36)
        rows = page.run("document.querySelectorAll('.tree .row').length")
        page.press("ArrowLeft", 37)
        page.press("ArrowRight", 39)
        page.press("ArrowRight", 39)
        assert page.run("document.querySelector('.tree [aria-selected=true]') !== null") and rows > 0
        self.search(f"relu_{nodes // 3 * 3 - 3}")
        page.run("(() => { const limit = document.getElementById('limit'); limit.value = '300';"
                 " limit.dispatchEvent(new Event('change')); })()")
        assert page.run("document.querySelectorAll('.node').length") == 300
        page.click(".zoom button:nth-child(2)")
        assert page.run("document.querySelector('.node').getBoundingClientRect().height") > 12, "fitted to a line of dots"
        self.show("large")
        self.clean("a large graph")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--browser", required=True)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--demo", required=True)
    parser.add_argument("folder", nargs="?")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.folder or scratch
        os.makedirs(folder, exist_ok=True)

        def convert(model, name, status, *options):
            report = os.path.join(folder, name + ".html")
            ran = subprocess.run([arguments.binary, "convert", model, "-o", os.path.join(scratch, name + ".tflite"),
                                  "--report", report, *options], capture_output=True, text=True)
            assert ran.returncode == status, (name, ran.returncode, ran.stderr)
            assert os.path.exists(os.path.join(scratch, name + ".tflite")) == (status == 0)
            return report

        nodes = 39_999
        large(os.path.join(scratch, "large.pbtxt"), nodes)
        failing(os.path.join(scratch, "failing.pbtxt"))
        reports = [convert(os.path.join(scratch, "failing.pbtxt"), "failing", 1), convert(arguments.demo, "demo", 0),
                   convert(os.path.join(scratch, "large.pbtxt"), "large", 0)]
        browser = Browser(arguments.browser)
        try:
            check = Check(browser, folder)
            check.failed_conversion(reports[0])
            check.demo(reports[1])
            check.large_graph(reports[2], nodes)
        finally:
            browser.close()
    print("report-test: three reports opened, searched and drawn without a word in the console")


main()
