// The brief: verdicts, key counts, what to do first, and how to read it, on one page of paper.
import { h } from "./core.js";
import { barKey, boundsBar, claimedLevel, claimStanding, isMarked, slimBar } from "./bars.js";
import { boundsSaid } from "./charts.js";
import { eligible, isExportOnly, missedOf, standingAt, totalOf, wantingOf, wholeOf } from "./counts.js";
import { rulesMissed, uncountedLine } from "./leading.js";
import { shareAt, verdictMark } from "./marks.js";
import { day, number, percent, promised, t, tn } from "./say.js";
import { columnsOf, firstByGap } from "./seek.js";
import { GRAVEST_FIRST, HEADLINE, auditName, levelWord, rungWord, sectorWord, titleOf, verdictWord, verdictsCounted, worded } from "./terms.js";

const CLAIMS_PRINTED = 8;
const NAMED_FIRST = 5;

export function brief(audit) {
  const { as_of: asOf, period } = audit.result;
  const facts = [
    auditName(audit.result),
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
  return tn("{n} claim was judged: {verdicts}.", "{n} claims were judged: {verdicts}.", { n: claims.length, verdicts: verdictsCounted(claims).join(", ") });
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
    h("td", { class: "tight" }, verdictMark(claim.verdict, verdictWord(claim.wording))),
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
      : t("no bounds; counted where a number was expected: {reached} reached, {unknown} unknown, {short} known short", standing);
  return t("{bounds}; claimed: {claimed}; rung: {rung}", { bounds, claimed: promised(claim.target), rung: rungWord(claim.rung) });
}

function keyCounts(audit) {
  const totals = Object.entries(audit.result.totals);
  if (!totals.length) return h("p", null, t("Nothing was counted: no row was read of any sector."));
  const names = [t("Sector"), t("Facilities"), t("silent"), t("Expected"), t("Received"), t("Complete"), h("span", { class: "unseen" }, t("Bounds"))];
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

// Where to act first, as on the first page.
function facilitiesFirst(audit) {
  const places = firstByGap(audit, NAMED_FIRST);
  return h(
    "div",
    null,
    h("h3", null, t("Facilities to look at first")),
    places.length
      ? h("ol", { class: "short" }, places.map((at) => facilityFirstLine(audit.facility(at))))
      : h("p", { class: "small" }, noFacility(audit)),
    uncountedLine(audit),
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
        ? tn("{n} record not submitted", "{n} records not submitted", { n: wantingOf(facility) })
        : t("gap {gap} of {whole}: {short} known short, {unknown} unknown", { gap: wantingOf(facility), whole: wholeOf(facility), ...at }),
    ),
  );
}

// Required rules by what is missed, as on the first page.
function rulesFirst(audit) {
  const rules = rulesMissed(audit).slice(0, NAMED_FIRST);
  return h(
    "div",
    null,
    h("h3", null, t("Missed most")),
    rules.length
      ? h("ol", { class: "short" }, rules.map((rule) => h("li", null, titleOf(rule), h("div", { class: "small muted" }, missedOfAsked(rule.totals)))))
      : h("p", { class: "small" }, noRepair(audit)),
  );
}

function missedOfAsked(totals) {
  const [lost, due] = [missedOf(totals), eligible(totals)];
  return t("missed {n} / {due} ({share})", { n: lost, due, share: percent(lost, due) });
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
    barKey({ claimed: audit.result.claims.some(isMarked) }),
    h("p", { class: "small" }, bar),
    h("p", { class: "small" }, t("“{rung}” means that every required element that is due is filled with a real value; it is one of six things that “100 %” may mean.", { rung: rungWord(HEADLINE) })),
  );
}
