// Elements without markup: whatever a file's names hold becomes text, never HTML.

const svg = "http://www.w3.org/2000/svg";

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) {
      element.addEventListener(name.slice(2), value);
    } else {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return element;
}

export const h = (tag, properties, ...children) => fill(document.createElement(tag), properties, children);
export const s = (tag, properties, ...children) => fill(document.createElementNS(svg, tag), properties, children);

// A name that may break after slashes, dots and underscores, where a narrow screen needs it.
export function breakable(name) {
  const parts = name.split(/(?<=[/._:;])/);
  return parts.flatMap((part, i) => (i ? [document.createElement("wbr"), part] : [part]));
}

export function button(text, onclick, properties) {
  return h("button", { type: "button", onclick, ...properties }, text);
}

// Only the rows in sight exist: `count` rows of one height, each made by `row(index)`.
export class Rows {
  constructor(box, row) {
    this.box = box;
    this.row = row;
    this.count = 0;
    this.inner = h("div", { class: "rows-inner", role: "presentation" });
    box.append(this.inner);
    box.addEventListener("scroll", () => this.draw(), { passive: true });
    new ResizeObserver(() => this.draw()).observe(box);
  }

  show(count) {
    this.count = count;
    this.draw();
  }

  get height() {
    return parseFloat(getComputedStyle(this.box).getPropertyValue("--row")) || 28;
  }

  draw() {
    const height = this.height;
    const first = Math.max(0, Math.floor(this.box.scrollTop / height) - 8);
    const last = Math.min(this.count, Math.ceil((this.box.scrollTop + this.box.clientHeight) / height) + 8);
    this.inner.style.height = `${this.count * height}px`;
    const rows = [];
    for (let i = first; i < last; ++i) {
      const row = this.row(i);
      row.style.top = `${i * height}px`;
      rows.push(row);
    }
    this.inner.replaceChildren(...rows);
  }

  reveal(index) {
    const height = this.height;
    const top = index * height;
    const end = this.box.scrollTop + this.box.clientHeight;
    if (top < this.box.scrollTop || top + height > end) {
      this.box.scrollTop = Math.max(0, top - this.box.clientHeight / 3);
    }
    this.draw();
  }
}
