// Finding facilities: what is asked for in the address, held against columns; 15 000 of them within one stroke of a key.
import { HEADLINE } from "./terms.js";
import { areasAbove, compareShares } from "./counts.js";
import { NAMES_ORDER } from "./listing.js";

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
  const gap = new Float64Array(count);
  const foldedArea = new Map([...above.keys()].map((code) => [code, folded(`${code} ${audit.areas.get(code)?.name ?? ""}`)]));
  const foldedVendor = new Map([...new Set(vendors)].map((vendor) => [vendor, folded(vendor)]));
  for (let at = 0; at < count; at += 1) {
    texts[at] = `${folded(names[at])} ${folded(ids[at])} ${foldedArea.get(areas[at])} ${foldedVendor.get(vendors[at])}`;
    whole[at] = expected[at] < 0 ? reached[at] + short[at] + unknown[at] : expected[at];
    gap[at] = whole[at] - reached[at];
  }
  return { texts, whole, gap, reached, short, unknown, expected, above, ranks: new Map() };
}

// The conditions a facility can be asked for, beside its status. `at`: its place.
export const CONDITIONS = {
  gap: (columns, at) => columns.gap[at] > 0,
  full: (columns, at) => columns.whole[at] > 0 && columns.gap[at] === 0,
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

// How to sort places by a column: a comparison of two places. Names as Vietnamese sorts them; of equals the one stays
// first that is first in the result.
export function orderBy(audit, name) {
  const columns = columnsOf(audit);
  if (name === "name" || name === "area") {
    const rank = rankOf(audit, name);
    return (a, b) => rank[a] - rank[b];
  }
  if (name === "share") {
    const known = (at) => (columns.unknown[at] === columns.whole[at] ? 0 : columns.whole[at]);
    return (a, b) => compareShares(columns.reached[a], known(a), columns.reached[b], known(b));
  }
  const column = columns[name];
  return (a, b) => column[a] - column[b];
}

// The place of each facility in the order of its names: sorted once, compared as numbers from then on.
function rankOf(audit, name) {
  const { ranks } = columnsOf(audit);
  if (!ranks.has(name)) ranks.set(name, ranked(audit, name));
  return ranks.get(name);
}

function ranked(audit, name) {
  const words =
    name === "area" ? audit.column("area").map((code) => audit.areas.get(code)?.name ?? code) : audit.column("name");
  const distinct = [...new Set(words)].sort(NAMES_ORDER.compare);
  const rank = new Map();
  distinct.forEach((word, at) => {
    const before = distinct[at - 1];
    rank.set(word, at > 0 && NAMES_ORDER.compare(before, word) === 0 ? rank.get(before) : at);
  });
  return Int32Array.from(words, (word) => rank.get(word));
}
