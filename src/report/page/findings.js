// The findings, as the terminal tells them.
import { breakable, button, h } from "./dom.js";
import { count, plural } from "./format.js";

const shapeText = (shape) => (shape ? `[${shape.map((dim) => (dim < 0 ? "?" : dim)).join(",")}]` : "[*]");

// Text with `commands` between backquotes set as code.
function prose(text) {
  return text.split("`").map((part, i) => (i % 2 ? h("code", {}, part) : part));
}

function command(text) {
  const copy = button("Copy", async () => {
    try {
      await navigator.clipboard.writeText(text);
      copy.textContent = "Copied";
    } catch (problem) {
      copy.textContent = "Select it";  // pages from disk may not touch the clipboard everywhere
    }
    setTimeout(() => (copy.textContent = "Copy"), 1500);
  }, { class: "quiet copy", "aria-label": `Copy ${text}` });
  return h("span", { class: "command" }, h("code", {}, text), copy);
}

function where(finding) {
  const parts = [];
  if (finding.op) parts.push(h("code", {}, finding.op));
  if (finding.node) parts.push(h("span", { class: "path" }, breakable(finding.node)));
  if (finding.count > 1) parts.push(`and ${count(finding.count - 1)} more like it`);
  if (finding.layer) parts.push(["in layer ", h("span", { class: "path" }, breakable(finding.layer))]);
  if (finding.source) parts.push(["made at ", h("code", {}, breakable(finding.source))]);
  return parts.map((part, i) => [i ? " · " : "", part]);
}

function card(model, finding, i, visit) {
  const page = model.data.pages[finding.code];
  const rows = [
    ["Where", where(finding)],
    ["Given", finding.tensors.map((tensor, at) => [at ? h("br") : "", h("span", { class: "path" }, breakable(tensor.name)), " ",
      h("code", { class: "type" }, `${tensor.dtype || ""}${shapeText(tensor.shape)}`)])],
    ["Why", finding.cause ? prose(finding.cause) : []],
    ["Do", finding.fixes.length === 0 ? [] : h("ul", { class: "plain fixes" }, finding.fixes.map((fix) =>
      h("li", {}, prose(fix.text), fix.option ? [" ", command(fix.option)] : null)))],
  ].filter(([, content]) => content && content.length !== 0);
  return h("article", { class: `finding ${finding.severity}`, id: `finding-${i + 1}`, tabindex: "-1", "aria-labelledby": `finding-${i + 1}-title` },
    h("h3", { id: `finding-${i + 1}-title` },
      h("span", { class: "badge" }, finding.severity), " ",
      h("a", { class: "code", href: `#finding-${i + 1}` }, finding.code), " ", prose(finding.headline)),
    h("dl", { class: "facts" }, rows.map(([name, content]) => [h("dt", {}, name), h("dd", {}, content)])),
    h("div", { class: "actions" },
      finding.at ? button("Show in the graph", () => visit(model.graphs[finding.at[0]], finding.at[1]), { class: "primary show" }) : null,
      page ? h("details", { class: "about" }, h("summary", {}, `About ${finding.code}`),
        h("p", {}, prose(page.meaning)),
        page.fixes.length ? h("ul", {}, page.fixes.map((fix) => h("li", {}, prose(fix)))) : null) : null));
}

const batch = 100;  // cards made at once

export function findingsSection(model, visit) {
  const { findings } = model.data;
  const list = h("div", { class: "findings" });
  let kept = findings.map((_, i) => i);
  let made = 0;
  const more = button("", () => add(batch), { class: "quiet" });
  const add = (n) => {
    list.append(...kept.slice(made, made + n).map((i) => card(model, findings[i], i, visit)));
    made = Math.min(kept.length, made + n);
    more.textContent = `Show ${count(Math.min(batch, kept.length - made))} more`;
    more.hidden = made === kept.length;
  };
  const keep = (severity) => {
    kept = findings.map((_, i) => i).filter((i) => !severity || findings[i].severity === severity);
    list.replaceChildren();
    made = 0;
    add(batch);
    for (const other of filters.children) other.setAttribute("aria-pressed", String(other.dataset.severity === severity));
  };
  const some = ["error", "warning", "note"].map((severity) => [severity, findings.filter((one) => one.severity === severity).length]).filter(([, n]) => n);
  const filters = h("div", { class: "tabs", role: "group", "aria-label": "Which findings" },
    button(`All ${count(findings.length)}`, () => keep(""), { "data-severity": "" }),
    some.map(([severity, n]) => button(plural(n, severity), () => keep(severity), { "data-severity": severity })));
  keep("");
  // A link to a finding must find it, whatever is filtered or not made yet.
  addEventListener("hashchange", () => {
    const wanted = /^#finding-(\d+)$/.exec(location.hash);
    if (!wanted) return;
    if (!document.getElementById(location.hash.slice(1))) {
      keep("");
      add(findings.length);
    }
    const target = document.getElementById(location.hash.slice(1));
    if (target) {
      target.scrollIntoView();
      target.focus({ preventScroll: true });
    }
  });
  return h("section", { class: "panel", id: "findings", "aria-labelledby": "findings-title" },
    h("h2", { id: "findings-title" }, "Findings"),
    findings.length === 0 ? h("p", { class: "aside" }, "None: nothing was refused, assumed or approximated.") : null,
    some.length > 1 ? filters : null, list, more);
}
