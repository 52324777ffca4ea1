// One facility: what was expected and by whom, what became of it, what to repair first, and every rule not met.
import { h } from "./core.js";
import { areaName, areasAbove, standingAt, wantingOf, wholeOf } from "./counts.js";
import { swatch, wideBar } from "./bars.js";
import { expectationCard, silenceMeans } from "./facility_expected.js";
import { inputsOf, signalsOf } from "./facility_rest.js";
import { blindFacility } from "./blind.js";
import { fixFirst, failedRules } from "./facility_rules.js";
import { facilityRungs, funnelCard } from "./funnel.js";
import { marksOf, shareAt } from "./marks.js";
import { link } from "./router.js";
import { number, promised, t } from "./say.js";
import { HEADLINE, kindWord, levelWord, nothingThere, rungWord, sectorWord, statusMeans } from "./terms.js";
import { trendOf } from "./facility_trend.js";
import { quoted } from "./claim.js";

export function facility(audit, { sector, id }) {
  const place = audit.find(sector, id);
  if (place < 0) return noSuchFacility(audit);
  const entry = audit.facility(place);
  const cells = audit.cells(place);
  return h(
    "div",
    { class: "stack" },
    headOf(audit, entry),
    entry.status === "silent" || (entry.expected === null && !entry.read) ? silence(entry) : null,
    h("div", { class: "two" }, standingCard(audit, entry), fixFirst(entry, cells)),
    h("div", { class: "two" }, facilityRungs(audit, entry), expectationCard(audit, entry)),
    promisedCard(audit),
    trendOf(audit, entry),
    funnelCard(audit, entry),
    failedRules(entry, cells),
    blindFacility(audit, entry, cells.filter((cell) => cell.not_assessable).map((cell) => cell.rule)),
    signalsOf(audit, entry),
    inputsOf(audit, entry),
  );
}

export function noSuchFacility(audit) {
  return h(
    "section",
    { class: "card" },
    h("h1", null, t("There is no such facility")),
    h("p", null, t("The result speaks of no facility with this code.")),
    audit.only ? null : h("p", null, h("a", { href: link("facilities") }, t("Search all facilities"))),
  );
}

// Where it lies, its name, and what is to be known of it before any number.
function headOf(audit, entry) {
  const above = areasAbove(audit, entry.area).reverse();
  const steps = audit.only
    ? above.map((code) => h("span", null, h("bdi", null, areaName(audit, code))))
    : above.map((code) => h("a", { href: link("area", { code }) }, h("bdi", null, areaName(audit, code))));
  const facts = [kindWord(entry.kind), sectorWord(entry.sector), entry.vendor && t("software: {name}", { name: entry.vendor })];
  return h(
    "div",
    { class: "page-head" },
    h("nav", { class: "crumbs", "aria-label": t("Where it lies") }, [...steps, h("bdi", null, entry.id)]),
    h(
      "div",
      { class: "row" },
      h("h1", null, h("bdi", null, entry.name || entry.id)),
      marksOf(entry),
      h("a", { class: "button screen-only", href: link("print", { only: `${entry.sector}/${entry.id}` }) }, t("Print slip")),
    ),
    h("p", { class: "muted" }, facts.filter(Boolean).join(" · "), " · ", statusMeans(entry.status)),
  );
}

function silence(entry) {
  return h(
    "section",
    { class: "card notice" },
    h("h2", null, t("This facility sent nothing")),
    silenceMeans(entry),
    h("p", null, t("The first step is to send what is due; no rule can be judged before.")),
  );
}

// The three parts of what was expected, at the headline rung; every number adds up, and the card says so.
function standingCard(audit, entry) {
  const at = standingAt(entry.rungs);
  const whole = wholeOf(entry);
  const title = entry.expected === null ? t("Complete records of those received") : t("Complete records of those expected");
  const rows = [
    ["reached", rungWord(HEADLINE), at.reached],
    ["unknown", t("unknown"), at.unknown],
    ["short", t("known short"), at.short],
  ];
  return h(
    "section",
    { class: "card" },
    h("div", { class: "head" }, h("h2", null, title), h("span", { class: "big" }, shareAt(at, whole, entry.status === "silent"))),
    whole ? wideBar(at) : h("p", null, nothingThere(entry)),
    h(
      "table",
      { class: "parts" },
      h(
        "tbody",
        null,
        rows.map(([name, words, n]) =>
          h(
            "tr",
            null,
            h("td", { class: "tight" }, swatch(name)),
            h("th", { scope: "row" }, words),
            h("td", { class: "num" }, number(n)),
          ),
        ),
        h(
          "tr",
          { class: "sum" },
          h("td", null),
          h("th", { scope: "row" }, entry.expected === null ? t("received") : t("expected")),
          h("td", { class: "num" }, number(whole)),
        ),
      ),
    ),
    wantingOf(entry) ? null : whole ? h("p", { class: "small" }, t("Every one of them is complete.")) : null,
  );
}

// On a page of this facility alone: what was claimed of it and others. What became of a claim is a sum over several.
function promisedCard(audit) {
  if (!audit.only) return null;
  return h(
    "section",
    { class: "card" },
    h("h2", null, t("Claims that speak of this facility")),
    h("p", { class: "muted small" }, t("Verdicts are of several facilities together, so they stand in the report of the audit.")),
    audit.promises.length ? h("ul", { class: "plain" }, audit.promises.map(promise)) : h("p", null, t("No claim speaks of this facility.")),
  );
}

function promise(one) {
  return h("li", null, h("strong", null, h("bdi", null, quoted(one))), " ", h("span", { class: "muted small" }, promiseWords(one)));
}

function promiseWords(one) {
  const words = t("{target}, {level}, rung: {rung}", { target: promised(one.target), level: levelWord(one.level), rung: rungWord(one.rung) });
  return one.said_by ? [words, "; ", t("said by {who}", { who: one.said_by })] : words;
}
