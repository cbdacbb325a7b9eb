// Numbers for people.

export const count = (n) => n.toLocaleString("en-US");
export const plural = (n, one, many) => `${count(n)} ${n === 1 ? one : many || one + "s"}`;

function scaled(n, units, step) {
  let unit = 0;
  while (n >= step && unit + 1 < units.length) {
    n /= step;
    ++unit;
  }
  const digits = unit === 0 || n >= 100 ? 0 : n >= 10 ? 1 : 2;
  return `${n.toFixed(digits)} ${units[unit]}`.trim();
}

export const bytes = (n) => scaled(n, ["B", "kB", "MB", "GB", "TB"], 1000);
export const amount = (n) => scaled(n, ["", "k", "M", "G", "T"], 1000);
export const percent = (share) =>
  share === 0 ? "0%" : share < 0.001 ? "<0.1%" : `${(share * 100).toFixed(share < 0.1 ? 1 : 0)}%`;
export function number(n) {
  if (Number.isInteger(n)) return count(n);
  return Math.abs(n) >= 1e-3 && Math.abs(n) < 1e6 ? String(Number(n.toPrecision(4))) : n.toExponential(3);
}
