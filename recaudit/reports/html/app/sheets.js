// What the pages write into files, for whoever reads them again by machine: columns and words as `-f csv` writes them.
import { eligible, isExportOnly, wantingOf } from "./counts.js";
import { RUNGS, STATES } from "./unpack.js";

const FIRST_NAMES = ["sector", "id", "name", "kind", "area", "area_name", "vendor", "status", "basis", "covers"];
const COUNT_NAMES = [
  "over_reported", "expected", "gap", "missing", "read", "matched", "duplicate", "conflicting", "unexpected", "out_of_scope",
  "unreadable",
];

export const STANDING_PARTS = ["reached", "short", "unknown"];

const RUNG_NAMES = RUNGS.flatMap((rung) => STANDING_PARTS.map((part) => `${rung}_${part}`));
export const FACILITY_NAMES = [...FIRST_NAMES, ...COUNT_NAMES, ...RUNG_NAMES];
const SUM_NAMES = ["facilities", "silent", "no_expected", "expected"];
export const AREA_NAMES = ["code", "name", "parent", "sector", ...SUM_NAMES, ...RUNG_NAMES];

// Empty at a rung that was not counted.
function rungCounts(rungs) {
  return RUNGS.flatMap((rung) => STANDING_PARTS.map((part) => rungs[rung]?.[part] ?? null));
}

// One facility; empty where nobody knows: no expected number, and so no gap, where it was said of others.
export function facilityRow(audit, place) {
  const facility = audit.facility(place);
  const named = {
    ...facility,
    area_name: audit.areas.get(facility.area)?.name ?? "",
    over_reported: facility.over_reported ? "yes" : "no",
    gap: facility.expected === null && !isExportOnly(audit) ? "" : wantingOf(facility),
  };
  return [...[...FIRST_NAMES, ...COUNT_NAMES].map((name) => named[name]), ...rungCounts(facility.rungs)];
}

// One area in a sector.
export function areaRow(area, sector) {
  const sums = area.sectors[sector];
  return [area.code, area.name, area.parent, sector, ...SUM_NAMES.map((name) => sums[name]), ...rungCounts(sums.rungs)];
}

export const RULE_NAMES = ["sector", "facility", "name", "vendor", "rule", ...STATES, "eligible", "solo"];

export function cellRow(audit, rule, cell) {
  const facility = audit.facility(cell.facility);
  return [
    facility.sector, facility.id, facility.name, facility.vendor, rule.id, ...STATES.map((state) => cell[state]),
    eligible(cell), cell.solo,
  ];
}
