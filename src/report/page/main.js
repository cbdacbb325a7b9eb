import { Explorer } from "./explorer.js";
import { findingsSection } from "./findings.js";
import { madeSection } from "./made.js";
import { Model } from "./model.js";
import { header, summarySection } from "./summary.js";
import { opsSection, tableSection } from "./tables.js";

const model = new Model(JSON.parse(document.getElementById("data").textContent));
const main = document.getElementById("main");
const drawable = model.graphs.some((graph) => graph.size);
const explorer = drawable ? new Explorer(model) : null;
const visit = (graph, node) => explorer.visit(graph, node);

main.append(summarySection(model, visit), findingsSection(model, visit));
model.data.tables.forEach((table, i) => main.append(tableSection(model, table, i, visit)));
if (explorer) main.append(explorer.element);
const sections = [["summary", "Summary"], ["findings", "Findings"], ...model.data.tables.map(({ title }, i) => [`table-${i + 1}`, title])];
if (explorer) sections.push(["graph", "Graph"], ["ops", "Ops"]);
if (model.source && model.file) sections.push(["made", "Source to file"]);
document.getElementById("top").append(header(model, sections));
if (explorer) {
  explorer.start();
  // What lies below the first screen is made after that is there.
  requestAnimationFrame(() => setTimeout(() => {
    main.append(opsSection(model));
    if (model.source && model.file) main.append(madeSection(model, visit));
  }));
}
addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target.closest("input, select, textarea")) return;
  const search = document.getElementById("search");
  if (search) {
    event.preventDefault();
    search.focus();
  }
});
if (location.hash) dispatchEvent(new HashChangeEvent("hashchange"));
