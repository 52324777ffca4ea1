// The result as the views read it: everything as in recaudit-result.json, the facilities by place, the counts by column.
import { RUNGS, STATES, islandBytes, unpackedCells, unpackedColumns, unpackedRows } from "./unpack.js";

const PLAIN = [
  "id", "name", "sector", "kind", "area", "vendor", "status", "basis", "covers", "read", "matched", "duplicate",
  "conflicting", "unexpected", "out_of_scope", "unreadable", "missing",
];

// Reads the islands of the page. The promise is of an object that no view changes:
//   result          the result without its facilities (and without what only `verify` reads of the evidence)
//   count           how many facilities; they are known by their place, 0 to count - 1
//   facility(i)     one facility as in the result; rungs[RUNG] = {reached, short, unknown}, {} where none was counted
//   find(sector,id) the place of a facility; -1: there is none
//   column(name)    all facilities: "id", "name", "sector", …, "read", "expected" (-1: null), "complete.reached", …
//   rules           result.rules, each with .index and .key ("health/emr-01")
//   rule(sector,id) one of them, or null
//   cells(i)        [{rule, met, unmet, excused, not_applicable, not_assessable, solo}] of a facility, by index of rule
//   cellsOfRule(r)  [{facility: i, met, …}] of a rule (itself or its index), by place of facility
//   areas           code -> entry of result.areas
//   only            {sector, id} where the page is of one facility alone, else null; then nothing is known of others,
//                   nor of the audit as a whole: no claim, gate, note, table, sum of an area, or what was not looked at
//   promises        of such a page: what the claims that speak of the facility promise: {id, statement, sector, unit,
//                   rung, level, target, each, said_by}
//   gates           what each of result.gates asks and how it stands, in its place: {asked, kept, missed: [{unit, known}]},
//                   sentences as in the result
//   map             the map that the plan names, null where it names none: {file, width, height, paths: {code: what an
//                   SVG path draws}}, or {file, why} where there is none to draw
//   older           earlier results, oldest first: {as_of, period, plan, tool, totals, claims, areas, unlike, facility(sector, id)};
//                   unlike: {claims: {id: [why]}, facilities: {"sector/id": [why]}}, of what was not measured alike
export async function readAudit() {
  const head = JSON.parse(new TextDecoder().decode(await islandBytes("result")));
  const bytes = await islandBytes("counts");
  return auditOf(head, bytes);
}

function auditOf(head, bytes) {
  const result = withRows(head.result);
  const columns = unpackedColumns(head.facilities, bytes, head.facilities.start);
  const places = placesOf(columns);
  const rules = result.rules.map((rule, index) => ({ ...rule, index, key: `${rule.sector}/${rule.id}` }));
  const ruleOf = new Map(rules.map((rule) => [rule.key, rule]));
  let unpacked = null;
  function cellsByRule() {
    unpacked ??= unpackedCells(head.facilities, bytes, head.facilities.start, rules, columns);
    return unpacked;
  }
  return {
    result,
    count: head.facilities.count,
    facility: (place) => facilityAt(columns, head.facilities.extras, place),
    find: (sector, id) => places.get(`${sector}/${id}`) ?? -1,
    column: (name) => columns[name],
    rules,
    rule: (sector, id) => ruleOf.get(`${sector}/${id}`) ?? null,
    cells: (place) => cellsAt(cellsByRule(), rules, columns.sector[place], place),
    cellsOfRule: (rule) => cellsOf(cellsByRule()[typeof rule === "number" ? rule : rule.index]),
    areas: new Map(result.areas.map((area) => [area.code, area])),
    only: head.only,
    promises: head.promises,
    gates: head.gates,
    map: head.map,
    older: head.older.map((one) => olderOf(one, bytes)),
  };
}

function withRows(result) {
  const found = { ...result, inputs: unpackedRows(result.inputs), signals: unpackedRows(result.signals) };
  if (result.patterns) {
    found.patterns = result.patterns.map((one) => ({ ...one, facilities: unpackedRows(one.facilities) }));
  }
  return found;
}

function placesOf(columns) {
  return new Map(columns.id.map((id, place) => [`${columns.sector[place]}/${id}`, place]));
}

function facilityAt(columns, extras, place) {
  const found = {};
  for (const name of PLAIN) found[name] = columns[name][place];
  for (const name of ["expected", "probable"]) {
    found[name] = columns[name][place] < 0 ? null : columns[name][place];
  }
  found.over_reported = Boolean(columns.over_reported[place]);
  found.rungs = {};
  if (columns.on_the_ladder[place]) {
    for (const rung of RUNGS) {
      found.rungs[rung] = {
        reached: columns[`${rung}.reached`][place],
        short: columns[`${rung}.short`][place],
        unknown: columns[`${rung}.unknown`][place],
      };
    }
  }
  return { ...found, ...extras[place] };
}

function cellAt(cells, at) {
  const found = { solo: cells.solo[at] };
  for (const state of STATES) found[state] = cells[state][at];
  return found;
}

function cellsAt(byRule, rules, sector, place) {
  const found = [];
  let at = -1;
  for (const rule of rules) {
    if (rule.sector !== sector) continue;
    const cells = byRule[rule.index];
    if (at < 0) at = cells.members.indexOf(place);
    if (cells.known[at]) found.push({ rule, ...cellAt(cells, at) });
  }
  return found;
}

function cellsOf(cells) {
  const found = [];
  cells.members.forEach((facility, at) => {
    if (cells.known[at]) found.push({ facility, ...cellAt(cells, at) });
  });
  return found.sort((one, other) => one.facility - other.facility);
}

function olderOf(one, bytes) {
  const columns = unpackedColumns(one.facilities, bytes, one.facilities.start);
  const places = placesOf(columns);
  const facility = (sector, id) => {
    const place = places.get(`${sector}/${id}`);
    return place === undefined ? null : facilityAt(columns, one.facilities.extras, place);
  };
  return { ...one.result, unlike: one.unlike, facility };
}
