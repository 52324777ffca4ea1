// Bars. The bounds bar `reached | unknown | known short` stands over the expected number, with a mark at the claimed
// level: in the reached part the claim holds, in the hatched part nobody knows, in the short part it fails.
import { h, svg } from "./core.js";
import { promised, t } from "./say.js";

const LARGE = { name: "large", steps: 200, top: 8, height: 20, whole: 36 };
const SMALL = { name: "slim", steps: 60, top: 1, height: 10, whole: 12 };
let patterns = 0;

// `steps` (3 or more) in three parts, rounded towards the unknown: whatever is not 0 gets a step, so that neither end
// looks full or empty when it is not. [0, 0, 0] for nothing. The twin of columns() in ../../bars.py.
export function barParts({ reached, unknown, short }, steps) {
  const whole = reached + unknown + short;
  if (!whole) return [0, 0, 0];
  let first = Math.max(Math.floor((reached * steps) / whole), Math.min(reached, 1));
  let last = Math.max(Math.floor((short * steps) / whole), Math.min(short, 1));
  if (!unknown) return [first, 0, steps - first];
  if (first + last === steps) {
    if (first >= last) first -= 1;
    else last -= 1;
  }
  return [first, steps - first - last, last];
}

// How many steps stand left of the mark, so that it lies in the part that decides. `target` is a decimal text; low and
// high are [n, N]. Compared as whole numbers. The twin of mark_at() in ../../bars.py.
export function markAt(target, low, high, [first, middle, last]) {
  const [n, whole] = fractionOf(target);
  const steps = first + middle + last;
  const place = Number((n * BigInt(steps)) / whole);
  if (BigInt(low[0]) * whole >= n * BigInt(low[1])) return Math.min(place, first);
  if (BigInt(high[0]) * whole < n * BigInt(high[1])) return Math.min(Math.max(place, first + middle + 1), steps);
  return Math.min(Math.max(place, first + 1), first + middle);
}

// "0.97" is 97 / 100.
function fractionOf(decimal) {
  const [whole, part = ""] = decimal.split(".");
  return [BigInt(whole + part), 10n ** BigInt(part.length)];
}

// A bounds bar as wide as what it stands in. `target`: what is claimed, a decimal text; null draws no mark. `low`, `high`:
// the bounds that the mark is held against, [n, N]; those of the standing where they are not given.
export function boundsBar(standing, { target = null, low = null, high = null, size = LARGE } = {}) {
  const whole = standing.reached + standing.unknown + standing.short;
  const parts = barParts(standing, size.steps);
  const words = wordsOf(standing, whole, target);
  const drawing = svg("svg", { class: `bounds ${size.name}`, role: "img", "aria-label": words, height: size.whole });
  if (!whole) {
    drawing.append(barPart("empty", 0, size.steps, size));
    return drawing;
  }
  const [first, middle, last] = parts;
  if (first) drawing.append(barPart("reached", 0, first, size));
  if (middle) drawing.append(...hatchedPart(first, middle, size));
  if (last) drawing.append(barPart("short", first + middle, last, size));
  if (target !== null) {
    const from = low ?? [standing.reached, whole];
    const to = high ?? [standing.reached + standing.unknown, whole];
    drawing.append(claimedMark(markAt(target, from, to, parts), size));
  }
  return drawing;
}

// The same in a row of a table: no mark, no scale.
export function slimBar(standing) {
  return boundsBar(standing, { size: SMALL });
}

// The same beside its own numbers, which say all that it shows: nothing to be read out a second time.
export function slimBarSilent(standing) {
  const bar = slimBar(standing);
  bar.removeAttribute("role");
  bar.removeAttribute("aria-label");
  bar.setAttribute("aria-hidden", "true");
  return bar;
}

// With its scale from 0 to 100 % under it, as cards show it.
export function wideBar(standing, given = {}) {
  const ends = h("div", { class: "scale", "aria-hidden": "true" }, h("span", null, promised("0")), h("span", null, promised("1")));
  return h("div", null, boundsBar(standing, given), ends);
}

// What the bar of a claim shows: its bounds where both are known, else what was counted in facilities with an expected
// number. null: there is nothing to draw.
export function claimStanding(claim) {
  const { low, high } = claim;
  if (low && high) return { reached: low[0], unknown: high[0] - low[0], short: high[1] - high[0] };
  return claim.level === "records" ? (claim.standing[claim.rung] ?? null) : null;
}

export function claimBar(claim) {
  const standing = claimStanding(claim);
  return standing ? wideBar(standing, { target: claimedLevel(claim) }) : null;
}

// The level to be marked on the bar of a claim. Where no bounds are known the bar shows counts that decide nothing, and a
// mark among them would look like a verdict: null, unless what was counted refutes it.
export function claimedLevel({ low, high, verdict, target }) {
  return (low && high) || verdict === "refuted" ? target : null;
}

// Whether the bar of a claim is drawn with that mark: a key explains no sign that is not there.
export function isMarked(claim) {
  const standing = claimStanding(claim);
  return standing !== null && standing.reached + standing.unknown + standing.short > 0 && claimedLevel(claim) !== null;
}

function wordsOf({ reached, unknown, short }, whole, target) {
  const counts = { reached, unknown, short, whole };
  if (!whole) return t("nothing to show");
  if (target === null) return t("{reached} reached, {unknown} unknown, {short} known short, of {whole}", counts);
  return t("{reached} reached, {unknown} unknown, {short} known short, of {whole}; claimed: {target}", {
    ...counts,
    target: promised(target),
  });
}

function barPart(name, from, length, size) {
  const place = { x: percentOf(from, size.steps), width: percentOf(length, size.steps) };
  return svg("rect", { class: name, y: size.top, height: size.height, ...place });
}

function hatchedPart(from, length, size) {
  const id = `stripes-${(patterns += 1)}`;
  const place = { y: size.top, height: size.height, x: percentOf(from, size.steps), width: percentOf(length, size.steps) };
  return [
    svg("defs", null, stripes(id)),
    svg("rect", { class: "unknown-ground", ...place }),
    svg("rect", { class: "frame", fill: `url(#${id})`, ...place }),
  ];
}

// The pattern of what nobody knows.
export function stripes(id) {
  const turned = { patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" };
  return svg(
    "pattern",
    { id, width: 6, height: 6, ...turned },
    svg("path", { d: "M1.5 -1V7", class: "stripes", "stroke-width": 2.6 }),
  );
}

function claimedMark(step, size) {
  const bottom = size.top + size.height + 5;
  return svg(
    "svg",
    { x: percentOf(step, size.steps), overflow: "visible" },
    svg("path", { class: "claimed-edge", d: `M-2.5 4h5V${bottom}h-5z` }),
    svg("path", { class: "claimed", d: `M-1.5 0h3V${bottom}h-3z` }),
    svg("path", { class: "claimed", d: "M-6 0h12l-6 8z" }),
  );
}

function percentOf(steps, whole) {
  return `${(steps * 100) / whole}%`;
}

// `part / whole` of the width: more than nothing shows something, and less than all never looks full.
export function meter(part, whole, { label = "", name = "short", height = 14 } = {}) {
  const steps = 400;
  const floor = whole ? Math.floor((part * steps) / whole) : 0;
  const length = part ? Math.min(Math.max(floor, 2), part < whole ? steps - 2 : steps) : 0;
  const about = label ? { role: "img", "aria-label": label } : { "aria-hidden": "true" };
  return svg(
    "svg",
    { class: "meter", height, ...about },
    svg("rect", { class: "track", width: "100%", height, rx: 1 }),
    length ? svg("rect", { class: name, width: percentOf(length, steps), height, rx: 1 }) : null,
  );
}

// What the parts of a bounds bar are. `claimed`: with the mark.
export function barKey({ claimed = false, reached = t("reached") } = {}) {
  const parts = [
    [swatch("reached"), reached],
    [swatch("unknown"), t("unknown")],
    [swatch("short"), t("known short")],
  ];
  if (claimed) parts.push([markSwatch(), t("claimed level")]);
  return h("ul", { class: "key" }, parts.map(([sign, words]) => h("li", null, sign, words)));
}

// A small field as a key shows it; "unknown" is hatched.
export function swatch(name) {
  const box = { width: 15, height: 12, x: 0.5, y: 0.5 };
  const drawn = svg("svg", { class: `swatch ${name}`, width: 16, height: 13, "aria-hidden": "true" });
  if (name !== "unknown") {
    drawn.append(svg("rect", { rx: 2, ...box }));
    return drawn;
  }
  const id = `stripes-${(patterns += 1)}`;
  drawn.append(svg("defs", null, stripes(id)), svg("rect", { class: "frame", fill: `url(#${id})`, rx: 2, ...box }));
  return drawn;
}

function markSwatch() {
  const shape = svg("path", { class: "claimed", d: "M6.5 0h3v13h-3zM2 0h12l-6 7z" });
  return svg("svg", { class: "swatch bounds", width: 16, height: 13, "aria-hidden": "true" }, shape);
}
