// Finding facilities: what is asked for in the address, held against columns; 15 000 of them within one stroke of a key.
import { HEADLINE } from "./terms.js";
import { areasAbove, compareShares, isExportOnly } from "./counts.js";
import { compareCodes, compareNames, nameKey } from "./names.js";

const prepared = new WeakMap();

// A text as it is looked for: no marks, no case, đ as d. "Trạm y tế Đắk" is found by "tram y te dak".
export function folded(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐ]/g, "d").toLowerCase();
}

// What is asked once of all facilities of a result, and kept.
export function columnsOf(audit) {
  if (!prepared.has(audit)) prepared.set(audit, preparedColumns(audit));
  return prepared.get(audit);
}

function preparedColumns(audit) {
  const { count } = audit;
  const [ids, names, areas] = [audit.column("id"), audit.column("name"), audit.column("area")];
  const [vendors, expected] = [audit.column("vendor"), audit.column("expected")];
  const [reached, short] = [audit.column(`${HEADLINE}.reached`), audit.column(`${HEADLINE}.short`)];
  const unknown = audit.column(`${HEADLINE}.unknown`);
  const above = new Map([...new Set(areas)].map((code) => [code, new Set(areasAbove(audit, code))]));
  const texts = new Array(count);
  const whole = new Float64Array(count);
  const wanting = new Float64Array(count); // expected, else received, and not known to be complete
  const gap = new Float64Array(count); // -1: nobody said what to expect of it, as it was said of others
  const ofReceived = isExportOnly(audit);
  const foldedArea = new Map([...above.keys()].map((code) => [code, folded(`${code} ${audit.areas.get(code)?.name ?? ""}`)]));
  const foldedVendor = new Map([...new Set(vendors)].map((vendor) => [vendor, folded(vendor)]));
  for (let at = 0; at < count; at += 1) {
    texts[at] = `${folded(names[at])} ${folded(ids[at])} ${foldedArea.get(areas[at])} ${foldedVendor.get(vendors[at])}`;
    whole[at] = expected[at] < 0 ? reached[at] + short[at] + unknown[at] : expected[at];
    wanting[at] = whole[at] - reached[at];
    gap[at] = ofReceived || expected[at] >= 0 ? wanting[at] : -1;
  }
  return { texts, whole, wanting, gap, reached, short, unknown, expected, above };
}

// The conditions a facility can be asked for, beside its status. `at`: its place.
export const CONDITIONS = {
  gap: (columns, at) => columns.gap[at] > 0,
  full: (columns, at) => columns.whole[at] > 0 && columns.wanting[at] === 0,
  short: (columns, at) => columns.short[at] > 0,
  unknown: (columns, at) => columns.unknown[at] > 0,
  over: (columns, at) => columns.over[at] > 0,
  uncounted: (columns, at) => columns.expected[at] < 0,
  nothing: (columns, at) => columns.expected[at] === 0,
};

// The places of the facilities that are asked for: {q, sector, kind, area, vendor, status, state, from, below}, each a
// text, "" or left out for any. Every word of q has to be found; an area holds what lies below it. `from` and `below`:
// whole per cent that are complete, where anything is known.
export function soughtPlaces(audit, asked) {
  const columns = { ...columnsOf(audit), over: audit.column("over_reported") };
  const words = folded(asked.q ?? "").split(/\s+/).filter(Boolean);
  const equal = ["sector", "kind", "vendor", "status"]
    .filter((name) => asked[name])
    .map((name) => [audit.column(name), asked[name]]);
  const areas = audit.column("area");
  const condition = Object.hasOwn(CONDITIONS, asked.state ?? "") ? CONDITIONS[asked.state] : null;
  const places = [];
  for (let at = 0; at < audit.count; at += 1) {
    if (!equal.every(([column, value]) => column[at] === value)) continue;
    if (asked.area && !columns.above.get(areas[at]).has(asked.area)) continue;
    if (condition && !condition(columns, at)) continue;
    if (!withinShares(columns, at, asked)) continue;
    if (!words.every((word) => columns.texts[at].includes(word))) continue;
    places.push(at);
  }
  return places;
}

function withinShares(columns, at, { from, below }) {
  if (!from && !below) return true;
  const [reached, whole] = [columns.reached[at], columns.whole[at]];
  if (!whole || columns.unknown[at] === whole) return false;
  return (!from || reached * 100 >= Number(from) * whole) && (!below || reached * 100 < Number(below) * whole);
}

// Of places those with a gap, the largest first, `most` of them: where to act. As parts.by_gap of Python has them, for
// the same facilities have to stand first in every report.
export function firstByGap(audit, most) {
  const { gap } = columnsOf(audit);
  const least = [...gap].sort((a, b) => b - a)[most - 1] ?? 0;
  return byGap(audit, [...gap.keys()].filter((at) => gap[at] > 0 && gap[at] >= least)).slice(0, most);
}

// All of these places: the largest gap first, those that have none because nobody said what to expect at the end.
export function byGap(audit, places) {
  const { gap } = columnsOf(audit);
  const ties = tiesOf(audit);
  return [...places].sort((a, b) => gap[b] - gap[a] || ties(a, b));
}

// The places of those of which nobody said what to expect, where it was said of others; by name.
export function uncountedPlaces(audit) {
  const { gap } = columnsOf(audit);
  return [...gap.keys()].filter((at) => gap[at] < 0).sort(tiesOf(audit));
}

// Which of two places that no number parts comes first: by name, then by sector and id.
export function tiesOf(audit) {
  const [keys, sectors, ids] = [keysOf(audit), audit.column("sector"), audit.column("id")];
  return (a, b) => compareCodes(keys[a], keys[b]) || compareCodes(sectors[a], sectors[b]) || compareCodes(ids[a], ids[b]);
}

// By what each facility's name is sorted: made once, when first asked for.
function keysOf(audit) {
  const columns = columnsOf(audit);
  columns.keys ??= audit.column("name").map(nameKey);
  return columns.keys;
}

// How to sort places by a column: a comparison of two places.
export function orderBy(audit, name) {
  const columns = columnsOf(audit);
  if (name === "name") {
    const keys = keysOf(audit);
    return (a, b) => compareCodes(keys[a], keys[b]);
  }
  if (name === "area") {
    const rank = areaRanks(audit);
    return (a, b) => rank[a] - rank[b];
  }
  if (name === "share") {
    const known = (at) => (columns.unknown[at] === columns.whole[at] ? 0 : columns.whole[at]);
    return (a, b) => compareShares(columns.reached[a], known(a), columns.reached[b], known(b));
  }
  const column = columns[name];
  return (a, b) => column[a] - column[b];
}

// The place of each facility's area in the order of their names: sorted once, compared as numbers from then on.
function areaRanks(audit) {
  const columns = columnsOf(audit);
  columns.areaRanks ??= rankedAreas(audit);
  return columns.areaRanks;
}

function rankedAreas(audit) {
  const words = audit.column("area").map((code) => audit.areas.get(code)?.name ?? code);
  const rank = new Map([...new Set(words)].sort(compareNames).map((word, at) => [word, at]));
  return Int32Array.from(words, (word) => rank.get(word));
}
