// What the pages write into files: the columns are named as in the result, for whoever reads them again by machine.
import { areaName, eligible } from "./counts.js";
import { RUNGS, STATES } from "./unpack.js";

const FIRST_NAMES = ["sector", "id", "name", "kind", "area", "area_name", "vendor", "status", "basis", "covers"];
const COUNT_NAMES = [
  "over_reported", "expected", "read", "matched", "duplicate", "conflicting", "unexpected", "out_of_scope", "unreadable",
  "missing",
];

export const STANDING_PARTS = ["reached", "short", "unknown"];

export const FACILITY_NAMES = [
  ...FIRST_NAMES,
  ...COUNT_NAMES,
  ...RUNGS.flatMap((rung) => STANDING_PARTS.map((part) => `${rung}_${part}`)),
];

// One facility; empty where nobody knows: no expected number, a rung that was not counted.
export function facilityRow(audit, place) {
  const facility = audit.facility(place);
  const named = { ...facility, area_name: facility.area ? areaName(audit, facility.area) : "" };
  return [
    ...[...FIRST_NAMES, ...COUNT_NAMES].map((name) => named[name]),
    ...RUNGS.flatMap((rung) => STANDING_PARTS.map((part) => facility.rungs[rung]?.[part] ?? null)),
  ];
}

export const RULE_NAMES = ["sector", "facility", "name", "vendor", "rule", ...STATES, "eligible", "solo"];

export function cellRow(audit, rule, cell) {
  const facility = audit.facility(cell.facility);
  return [
    facility.sector, facility.id, facility.name, facility.vendor, rule.id, ...STATES.map((state) => cell[state]),
    eligible(cell), cell.solo,
  ];
}
