// Sums and differences of counts, and nothing else: what a facility's rungs are of, its gap, what a rule lost.
import { HEADLINE } from "./terms.js";

const NO_STANDING = { reached: 0, short: 0, unknown: 0 };

export function totalOf(standing) {
  return standing.reached + standing.short + standing.unknown;
}

// Where records stand at a rung; nothing everywhere where no rung was counted.
export function standingAt(rungs, rung = HEADLINE) {
  return rungs[rung] ?? NO_STANDING;
}

// What a facility's rungs are of: expected records, else received ones.
export function wholeOf(facility) {
  return facility.expected ?? totalOf(standingAt(facility.rungs));
}

// Records, expected or else received, that are not known to be complete.
export function wantingOf(facility) {
  return wholeOf(facility) - standingAt(facility.rungs).reached;
}

export function eligible(counts) {
  return counts.met + counts.excused + counts.unmet + counts.not_assessable;
}

// Unmet, and absent with an explicit reason.
export function missedOf(counts) {
  return counts.unmet + counts.excused;
}

// Nobody said of any facility how many records it should have: every rate is of what was received.
export function isExportOnly(audit) {
  return audit.column("expected").every((expected) => expected < 0);
}

// Compares a / b with c / d by whole numbers; what has nothing under the line comes first.
export function compareShares(a, b, c, d) {
  if (!b || !d) return (b ? 1 : 0) - (d ? 1 : 0);
  return a * d - c * b;
}

// The sums of the five states of several cells, and how many records each repair alone would win.
export function summed(cells) {
  const sums = { met: 0, unmet: 0, excused: 0, not_applicable: 0, not_assessable: 0, solo: 0 };
  for (const cell of cells) {
    for (const name of Object.keys(sums)) sums[name] += cell[name];
  }
  return sums;
}

// The facility and what lies above its area, from the area up; a circle ends where it closes.
export function areasAbove(audit, code) {
  const above = [];
  let at = code;
  while (at && !above.includes(at)) {
    above.push(at);
    at = audit.areas.get(at)?.parent ?? "";
  }
  return above;
}

export function areaName(audit, code) {
  return audit.areas.get(code)?.name || code;
}
