// Areas as the pages about places read them: which are shown, what of an area is counted, and in which band it lies.
import { compareShares, standingAt, totalOf } from "./counts.js";
import { compareCodes, compareNames } from "./names.js";
import { number, percent, promised, t } from "./say.js";
import { rungsAsked } from "./terms.js";

export const BANDS = [50, 65, 80, 95]; // per cent: where the colours change

// The areas that no other area lies in: communes and wards, whatever stands above them.
export function leavesOf(audit) {
  const parents = new Set([...audit.areas.values()].map((area) => area.parent));
  return [...audit.areas.values()].filter((area) => !parents.has(area.code));
}

// What is counted of an area in a sector at a rung: {standing, whole, facilities, silent, uncounted}; null where it has
// no facility of the sector. `whole`: expected records; received ones where nobody said what to expect.
export function areaCounts(area, sector, rung) {
  const sums = area.sectors[sector];
  if (!sums) return null;
  const standing = standingAt(sums.rungs, rung);
  const { facilities, silent, no_expected: uncounted, expected } = sums;
  return { standing, whole: totalOf(standing), expected, facilities, silent, uncounted };
}

// 0 to 4 by the share that is known to be reached; "unknown" where nothing is known; "none" where nothing is counted.
export function bandOf(counts) {
  if (counts === null || !counts.whole) return "none";
  const { standing, whole } = counts;
  if (standing.unknown === whole) return "unknown";
  return String(BANDS.filter((least) => standing.reached * 100 >= least * whole).length);
}

// The words for the bands, lowest first: [["0", "under 50 %"], …].
export function bandWords() {
  const shares = BANDS.map((least) => promised(`0.${least}`));
  return [
    ["0", t("under {share}", { share: shares[0] })],
    ...shares.slice(1).map((to, at) => [String(at + 1), t("{from} to under {to}", { from: shares[at], to })]),
    [String(BANDS.length), t("{share} and more", { share: shares.at(-1) })],
  ];
}

// Per cent with one decimal, rounded down, without its sign, for a small field: "65.9"; 100 only for all.
export function shortShare(counts) {
  if (counts === null || !counts.whole || counts.standing.unknown === counts.whole) return "—";
  const { standing, whole } = counts;
  if (standing.reached === whole || standing.reached === 0) return number(standing.reached ? 100 : 0);
  return percent(standing.reached, whole).replace(/\d\s*%$/, "");
}

// The order of areas, {area, counts}: lowest share first; then those of which nothing is known, then those with nothing
// to count. Of one share the one with more records, then by name and code.
export function byLowest(a, b) {
  const rank = ({ counts }) => (nothingKnown(counts) ? (counts?.whole ? 1 : 2) : 0);
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  const wholes = (b.counts?.whole ?? 0) - (a.counts?.whole ?? 0);
  const ties = wholes || compareNames(a.area.name, b.area.name) || compareCodes(a.area.code, b.area.code);
  return rank(a) ? ties : compareShares(a.counts.standing.reached, a.counts.whole, b.counts.standing.reached, b.counts.whole) || ties;
}

// No record, or none of which anything is known.
export function nothingKnown(counts) {
  return !counts || !counts.whole || counts.standing.unknown === counts.whole;
}

// Which rungs and sectors can be chosen, and what was chosen: {rung, sector, rungs, sectors}. First choice: the sector of
// the first claim, and the rung every report shows first.
export function choiceOf(audit, { rung, sector }) {
  const sectors = Object.keys(audit.result.totals);
  const first = audit.result.claims.find((claim) => sectors.includes(claim.sector))?.sector ?? sectors[0] ?? "";
  const chosen = sectors.includes(sector) ? sector : first;
  const rungs = ["received", ...rungsAsked(audit, chosen).filter((one) => one !== "received")];
  const usual = rungs.includes("complete") ? "complete" : rungs.at(-1);
  return { rung: rungs.includes(rung) ? rung : usual, sector: chosen, rungs, sectors };
}

// One sentence about an area: what is reached, unknown and short, of how many.
export function countsSaid(counts) {
  if (counts === null) return t("no facility of this sector");
  if (!counts.whole) return counts.uncounted ? t("nobody said how many records to expect") : t("nothing is expected");
  return t("{reached} reached, {unknown} unknown, {short} known short, of {whole}", { ...counts.standing, whole: counts.whole });
}
