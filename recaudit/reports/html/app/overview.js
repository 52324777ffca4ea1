// The first page: what became of the claims, where records are wanting, and what to do first.
import { h } from "./core.js";
import { claimCards } from "./claimcards.js";
import { isExportOnly, standingAt, totalOf } from "./counts.js";
import { distributionCard } from "./distribution.js";
import { gatesCard } from "./gates_card.js";
import { facilitiesFirstCard, missedCard, signalsLine } from "./leading.js";
import { placesCard } from "./placescard.js";
import { link } from "./router.js";
import { day, number, percent, t, tn } from "./say.js";
import { HEADLINE, auditName, sectorWord, verdictsCounted } from "./terms.js";
import { trendCard } from "./trend.js";

export function overview(audit, parameters) {
  const first = facilitiesFirstCard(audit);
  const spread = distributionCard(audit);
  return h(
    "div",
    { class: "stack" },
    overviewHead(audit),
    claimCards(audit),
    Object.entries(audit.result.totals).map(([sector, total]) => sectorFigures(audit, sector, total)),
    placesCard(audit, "overview", parameters),
    first && spread ? h("div", { class: "two" }, spread, first) : (spread ?? first),
    missedCard(audit),
    gatesCard(audit),
    signalsLine(audit),
    trendCard(audit),
  );
}

function overviewHead(audit) {
  const { as_of: asOf, period, register } = audit.result;
  const days = period.from && period.to ? t("{from} to {to}", { from: day(period.from), to: day(period.to) }) : "";
  const facts = [asOf ? t("as of {day}", { day: day(asOf) }) : "", days].filter(Boolean).join(" · ");
  return h(
    "div",
    { class: "page-head" },
    h("p", { class: "muted small" }, facts),
    h(
      "div",
      { class: "head" },
      h("h1", null, h("bdi", null, auditName(audit.result))),
      h("a", { class: "button screen-only", href: link("print") }, t("Print the report")),
    ),
    h("p", { class: "lead" }, verdictsSentence(audit)),
    register === null && audit.result.claims.length ? h("p", { class: "small" }, t("There is no register: nobody said how many records there should be, so every rate is of received records.")) : null,
  );
}

// "Of 3 claims examined: 1 refuted, 1 unverifiable, 1 confirmed."
function verdictsSentence(audit) {
  const { claims } = audit.result;
  if (!audit.count) return t("Nothing was judged: the result speaks of no facility.");
  if (!claims.length) {
    if (isExportOnly(audit) && audit.result.plan.sha256) return t("No claim was judged, and nobody said what to expect: every rate is of received records.");
    if (isExportOnly(audit)) return t("Exports alone, without a claim and so without a verdict: every rate is of received records.");
    return t("No claim was judged: there is no verdict.");
  }
  const lead = tn("{n} claim was examined:", "{n} claims were examined:", { n: claims.length });
  return [lead, " ", h("b", null, verdictsCounted(claims).join(", ")), "."];
}

// Four figures of a sector, each a count of how many.
function sectorFigures(audit, sector, total) {
  const at = standingAt(total.rungs, HEADLINE);
  const whole = totalOf(at);
  const received = standingAt(total.rungs, "received");
  const basis = total.expected === null ? t("received records") : t("expected records");
  const figures = [
    submittedFigure(audit, sector, total),
    total.expected === null
      ? [received.reached, totalOf(received), t("read with their key, of received records; nobody said how many to expect")]
      : [received.reached, total.expected, t("records received, of the expected")],
    [at.reached, whole, t("complete, of {basis}", { basis }), knownShare(at.reached, at, whole)],
    [at.short, whole, t("known short, of {basis}", { basis }), knownShare(at.short, at, whole)],
  ];
  return h(
    "section",
    { class: "card sector-figures" },
    h("h2", null, sectorWord(sector)),
    h("div", { class: "figures" }, figures.map(figureDrawn)),
    total.no_expected && total.expected !== null
      ? h("p", { class: "small muted remark" }, tn("{n} facility without an expected number stands in no sum.", "{n} facilities without an expected number stand in no sum.", { n: total.no_expected }))
      : null,
  );
}

// Where nothing is known there is no 0 %.
function knownShare(n, { unknown }, whole) {
  return whole && unknown === whole ? t("unknown") : percent(n, whole);
}

// Without a register nobody knows who should have submitted. Who sent nothing and has no expected number is not called
// silent, but did not submit.
function submittedFigure(audit, sector, { facilities, silent }) {
  if (audit.result.register === null) return [facilities, null, tn("facility in the exports", "facilities in the exports", { n: facilities })];
  const [sectors, expected, read] = ["sector", "expected", "read"].map((name) => audit.column(name));
  const unasked = sectors.filter((one, at) => one === sector && expected[at] < 0 && !read[at]).length;
  return [facilities - silent - unasked, facilities, tn("facility submitted", "facilities submitted", { n: facilities })];
}

function figureDrawn([n, whole, words, share = ""]) {
  return h(
    "div",
    { class: "figure" },
    h("div", { class: "value" }, number(n), whole === null ? null : h("small", null, ` / ${number(whole)}`)),
    h("div", { class: "label" }, words, share ? ` · ${share}` : ""),
  );
}
