// What to do first: the facilities that most records are wanting of, and the required rules missed most.
import { h } from "./core.js";
import { meter, slimBar } from "./bars.js";
import { areaName, eligible, gapOf, isExportOnly, missedOf, standingAt } from "./counts.js";
import { shareOf } from "./marks.js";
import { link } from "./router.js";
import { number, percent, t, tn } from "./say.js";
import { columnsOf } from "./seek.js";
import { sectorWord, titleOf } from "./terms.js";

const SHOWN = 8;

// Facilities by gap in records, largest first, as everywhere; nothing where none has a gap.
export function facilitiesFirstCard(audit) {
  const { gap } = columnsOf(audit);
  const ids = audit.column("id");
  const places = [...gap.keys()].filter((at) => gap[at] > 0);
  const first = places.sort((a, b) => gap[b] - gap[a] || (ids[a] < ids[b] ? -1 : 1)).slice(0, SHOWN);
  if (!first.length) return null;
  return h(
    "section",
    { class: "card" },
    h(
      "div",
      { class: "head" },
      h(
        "div",
        null,
        h("h2", null, t("Act here first")),
        h("p", { class: "muted small" }, t("Facilities by records not known to be complete, most first.")),
      ),
      h("a", { class: "screen-only", href: link("facilities") }, t("See all")),
    ),
    h(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": t("Act here first") },
      h("table", { class: "first" }, firstHeads(), h("tbody", null, first.map((at) => firstRow(audit, audit.facility(at))))),
    ),
  );
}

function firstHeads() {
  const heads = [[t("Facility"), ""], [t("Complete"), "num"], [t("Bounds"), ""], [t("Gap"), "num"]];
  const cell = ([words, name]) => h("th", { scope: "col", class: name || null }, words);
  return h("thead", null, h("tr", null, heads.map(cell)));
}

function firstRow(audit, facility) {
  return h(
    "tr",
    null,
    h(
      "th",
      { scope: "row" },
      h("a", { href: link("facility", facility) }, h("bdi", null, facility.name || facility.id)),
      h("span", { class: "under" }, h("bdi", null, facility.id), facility.area ? [" · ", h("bdi", null, areaName(audit, facility.area))] : ""),
    ),
    h("td", { class: "num" }, shareOf(facility)),
    h("td", { class: "bar" }, slimBar(standingAt(facility.rungs))),
    h("td", { class: "num strong" }, number(gapOf(facility))),
  );
}

// Required rules by rows unmet or excused; nothing where none is missed.
export function missedCard(audit) {
  const ranked = rulesMissed(audit).slice(0, SHOWN);
  if (!ranked.length) return null;
  const most = missedOf(ranked[0].totals);
  const whole = isExportOnly(audit) ? t("of the rows received that they ask of") : t("of the rows that they ask of");
  return h(
    "section",
    { class: "card" },
    h(
      "div",
      { class: "head" },
      h("div", null, h("h2", null, t("Missed most")), h("p", { class: "muted small" }, t("Required rules: rows unmet or excused, {whole}", { whole }))),
      h("a", { class: "screen-only", href: link("rules") }, t("See all")),
    ),
    h("div", { class: "missed" }, ranked.map((rule) => missedLine(rule, most))),
  );
}

export function rulesMissed(audit) {
  const missed = audit.rules.filter((rule) => rule.required && missedOf(rule.totals));
  return missed.sort((a, b) => missedOf(b.totals) - missedOf(a.totals) || (a.id < b.id ? -1 : 1));
}

function missedLine(rule, most) {
  const [lost, due] = [missedOf(rule.totals), eligible(rule.totals)];
  return [
    h("span", null, h("a", { href: link("rule", rule) }, titleOf(rule)), h("span", { class: "muted small" }, " · ", sectorWord(rule.sector))),
    meter(lost, most),
    h("span", { class: "num" }, `${number(lost)} / ${number(due)} (${percent(lost, due)})`),
  ];
}

// Signals in one line; they move no number. Nothing where nothing is flagged.
export function signalsLine(audit) {
  const signals = audit.result.signals.filter((one) => one.flagged === true).length;
  const patterns = (audit.result.patterns ?? []).reduce((sum, one) => sum + one.flagged, 0);
  if (!signals && !patterns) return null;
  const parts = [];
  if (signals) parts.push(tn("{n} signal is flagged", "{n} signals are flagged", { n: signals }));
  if (patterns) parts.push(tn("{n} group with a pattern", "{n} groups with a pattern", { n: patterns }));
  return h(
    "p",
    { class: "card small" },
    t("{signals}: a reason to look at the papers, before anybody is accused. They move no number.", { signals: parts.join("; ") }),
    " ",
    h("a", { href: link("methods") }, t("Signals and patterns")),
  );
}
