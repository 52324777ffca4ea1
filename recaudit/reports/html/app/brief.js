// The brief: verdicts, key counts, what to do first, and how to read it, on one page of paper.
import { h } from "./core.js";
import { barKey, boundsBar, claimedLevel, claimStanding, slimBar } from "./bars.js";
import { boundsSaid } from "./charts.js";
import { eligible, gapOf, isExportOnly, missedOf, standingAt, totalOf, wholeOf } from "./counts.js";
import { shareAt, verdictMark } from "./marks.js";
import { day, number, promised, t, tn } from "./say.js";
import { columnsOf } from "./seek.js";
import { HEADLINE, levelWord, rungWord, sectorWord, titleOf, verdictWord, worded, wordingOf } from "./terms.js";

const CLAIMS_PRINTED = 8;
const NAMED_FIRST = 5;
const GRAVEST_FIRST = ["refuted", "unverifiable", "confirmed"];

export function brief(audit) {
  const { plan, as_of: asOf, period } = audit.result;
  const facts = [
    plan.name,
    asOf && t("as of {day}", { day: day(asOf) }),
    period.from && t("{from} to {to}", { from: day(period.from), to: day(period.to) }),
  ];
  return h(
    "section",
    { class: "card sheet brief" },
    h("p", { class: "muted small" }, facts.filter(Boolean).join(" · ")),
    h("h2", { class: "title" }, t("Brief of the audit")),
    h("p", { class: "lead" }, verdictsSaid(audit)),
    claimTable(audit),
    keyCounts(audit),
    h("div", { class: "two" }, facilitiesFirst(audit), rulesFirst(audit)),
    howToRead(audit),
    audit.result.digest ? h("p", { class: "small muted digest" }, t("SHA-256 of the result"), ": ", h("code", null, audit.result.digest)) : null,
  );
}

function verdictsSaid(audit) {
  const { claims } = audit.result;
  if (!audit.count) return t("Nothing was judged: the result speaks of no facility.");
  if (!claims.length) {
    return isExportOnly(audit)
      ? t("No claim was judged, and nobody said what to expect: every rate is of received records.")
      : t("No claim was judged: there is no verdict.");
  }
  const counts = GRAVEST_FIRST.map((verdict) => [verdict, claims.filter((one) => one.verdict === verdict).length]);
  const parts = counts.filter(([, n]) => n).map(([verdict, n]) => `${number(n)} ${verdictWord(verdict)}`);
  return tn("{n} claim was judged: {verdicts}.", "{n} claims were judged: {verdicts}.", { n: claims.length, verdicts: parts.join(", ") });
}

function claimTable(audit) {
  const claims = [...audit.result.claims].sort((a, b) => GRAVEST_FIRST.indexOf(a.verdict) - GRAVEST_FIRST.indexOf(b.verdict));
  if (!claims.length) return null;
  return [
    h(
      "table",
      { class: "claims-printed" },
      h("tbody", null, claims.slice(0, CLAIMS_PRINTED).map(claimLine)),
    ),
    claims.length > CLAIMS_PRINTED ? h("p", { class: "small muted" }, tn("and {n} more claim, in the report", "and {n} more claims, in the report", { n: claims.length - CLAIMS_PRINTED })) : null,
  ];
}

function claimLine(claim) {
  const standing = claimStanding(claim);
  return h(
    "tr",
    null,
    h("td", { class: "tight" }, verdictMark(claim.verdict, wordingOf(claim))),
    h(
      "td",
      null,
      h("strong", null, h("bdi", null, t("“{statement}”", { statement: worded(claim.statement) || claim.id }))),
      h("div", { class: "small muted" }, boundsInWords(claim, standing)),
    ),
    h("td", { class: "bar" }, standing ? boundsBar(standing, { target: claimedLevel(claim) }) : null),
  );
}

function boundsInWords(claim, standing) {
  const bounds =
    claim.low || claim.high || !standing
      ? t("{bounds}, of the {units}", { bounds: boundsSaid(claim), units: levelWord(claim.level) })
      : t("no bounds; counted: {reached} reached, {unknown} unknown, {short} known short", standing);
  return t("{bounds}; claimed: {claimed}; rung: {rung}", { bounds, claimed: promised(claim.target), rung: rungWord(claim.rung) });
}

function keyCounts(audit) {
  const totals = Object.entries(audit.result.totals);
  if (!totals.length) return h("p", null, t("Nothing was counted: no row was read of any sector."));
  const names = [t("Sector"), t("Facilities"), t("silent"), t("Expected"), t("Received"), t("Complete"), ""];
  const table = h(
    "table",
    { class: "key-counts" },
    h("thead", null, h("tr", null, names.map((name, at) => h("th", { scope: "col", class: at ? "num" : null }, name)))),
    h(
      "tbody",
      null,
      totals.map(([sector, total]) => {
        const at = standingAt(total.rungs);
        const whole = total.expected ?? totalOf(at);
        return h(
          "tr",
          null,
          h("th", { scope: "row" }, sectorWord(sector)),
          h("td", { class: "num" }, number(total.facilities)),
          h("td", { class: "num" }, number(total.silent)),
          h("td", { class: "num" }, total.expected === null ? t("not known") : number(total.expected)),
          h("td", { class: "num" }, receivedSaid(total)),
          h("td", { class: "num" }, shareAt(at, whole)),
          h("td", { class: "bar" }, slimBar(at)),
        );
      }),
    ),
  );
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("Key counts") }, table);
}

// Received records; where nothing was expected they are the whole of every share, so that those without a key are there too.
function receivedSaid({ expected, rungs }) {
  const received = standingAt(rungs, "received");
  const whole = totalOf(received);
  if (expected !== null || whole === received.reached) return number(received.reached);
  return [number(whole), " ", h("span", { class: "under" }, t("{n} read with their key", { n: received.reached }))];
}

// Where most records are wanting.
function facilitiesFirst(audit) {
  const { gap } = columnsOf(audit);
  const places = Array.from({ length: audit.count }, (_, at) => at)
    .filter((at) => gap[at] > 0)
    .sort((a, b) => gap[b] - gap[a])
    .slice(0, NAMED_FIRST);
  return h(
    "div",
    null,
    h("h3", null, t("Facilities to look at first")),
    places.length
      ? h("ol", { class: "short" }, places.map((at) => facilityFirstLine(audit.facility(at))))
      : h("p", { class: "small" }, noFacility(audit)),
  );
}

function noFacility(audit) {
  if (!audit.count) return t("The result has no facility.");
  return columnsOf(audit).whole.some((whole) => whole > 0)
    ? t("No facility has a gap.")
    : t("Nothing was expected of any facility, and nothing received.");
}

function facilityFirstLine(facility) {
  const at = standingAt(facility.rungs);
  return h(
    "li",
    null,
    h("bdi", null, `${facility.name || facility.id} (${facility.id})`),
    h(
      "div",
      { class: "small muted" },
      facility.status === "silent"
        ? tn("{n} record not submitted", "{n} records not submitted", { n: gapOf(facility) })
        : t("gap {gap} of {whole}: {short} known short, {unknown} unknown", { gap: gapOf(facility), whole: wholeOf(facility), ...at }),
    ),
  );
}

// Required rules whose repair alone wins most records over all facilities.
export function rulesByGain(audit) {
  return audit.rules
    .filter((rule) => rule.required && missedOf(rule.totals))
    .map((rule) => ({ rule, gain: audit.cellsOfRule(rule).reduce((sum, cell) => sum + cell.solo, 0) }))
    .sort((a, b) => b.gain - a.gain || missedOf(b.rule.totals) - missedOf(a.rule.totals));
}

function rulesFirst(audit) {
  const rules = rulesByGain(audit).slice(0, NAMED_FIRST);
  return h(
    "div",
    null,
    h("h3", null, t("What to repair first")),
    rules.length
      ? h(
          "ol",
          { class: "short" },
          rules.map(({ rule, gain }) =>
            h(
              "li",
              null,
              titleOf(rule),
              h(
                "div",
                { class: "small muted" },
                gain
                  ? t("repairing this alone: +{n} reach {rung}", { n: gain, rung: rungWord(rule.rung) })
                  : tn("missed by {n} row; repaired alone, no record gains", "missed by {n} rows; repaired alone, no record gains", { n: missedOf(rule.totals) }),
              ),
            ),
          ),
        )
      : h("p", { class: "small" }, noRepair(audit)),
  );
}

// Where no rule was missed it matters whether any was asked of any row.
function noRepair(audit) {
  const judged = audit.rules.some((rule) => rule.required && eligible(rule.totals));
  return judged ? t("No required rule is known to be missed.") : t("No required rule judged any row: nothing can be said.");
}

function howToRead(audit) {
  if (!audit.count) return null;
  const bar = isExportOnly(audit)
    ? t("The bar stands over all that was received, for nobody said how many records there should be. The hatched part is unknown: it is neither complete nor short.")
    : t("The bar stands over all that was expected. Where the mark lies in the reached part, the claim holds; in the hatched part nobody knows; in the part known short it fails. What a facility did not send is hatched, never 0 %.");
  return h(
    "div",
    { class: "how" },
    h("h3", null, t("How to read it")),
    barKey({ claimed: audit.result.claims.length > 0 }),
    h("p", { class: "small" }, bar),
    h("p", { class: "small" }, t("“{rung}” means that every required element that is due is filled with a real value; it is one of six things that “100 %” may mean.", { rung: rungWord(HEADLINE) })),
  );
}
