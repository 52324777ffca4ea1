// What to do first: the facilities that most records are wanting of, and the required rules missed most.
import { h } from "./core.js";
import { meter, slimBar } from "./bars.js";
import { areaName, eligible, isExportOnly, missedOf, standingAt } from "./counts.js";
import { shareOf } from "./marks.js";
import { toFacility, toRule } from "./links.js";
import { compareCodes } from "./names.js";
import { link } from "./router.js";
import { number, percent, t, tn } from "./say.js";
import { columnsOf, firstByGap, uncountedPlaces } from "./seek.js";
import { sectorWord } from "./terms.js";

const SHOWN = 8;
const NAMED = 3;

// Facilities by gap in records, largest first, as everywhere; nothing where none has a gap.
export function facilitiesFirstCard(audit) {
  const first = firstByGap(audit, SHOWN);
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
      h("table", { class: "first" }, firstHeads(), h("tbody", null, first.map((at) => firstRow(audit, at)))),
    ),
    uncountedLine(audit),
  );
}

// They stand apart: nobody can say what they lack. Nothing where there are none.
export function uncountedLine(audit) {
  const places = uncountedPlaces(audit);
  if (!places.length) return null;
  const names = places.slice(0, NAMED).map((at) => {
    const { name, id, rungs } = audit.facility(at);
    const { reached, short, unknown } = standingAt(rungs);
    return t("{name} ({n} of {whole} received complete)", { name: name || id, n: reached, whole: reached + short + unknown });
  });
  if (places.length > NAMED) names.push(t("{n} more", { n: places.length - NAMED }));
  return h(
    "p",
    { class: "small muted" },
    tn("{n} facility has no gap, because nobody said what to expect of it: {names}.", "{n} facilities have no gap, because nobody said what to expect of them: {names}.", { n: places.length, names }),
  );
}

function firstHeads() {
  const heads = [[t("Facility"), ""], [t("Complete"), "num"], [t("Bounds"), ""], [t("Gap"), "num"]];
  const cell = ([words, name]) => h("th", { scope: "col", class: name || null }, words);
  return h("thead", null, h("tr", null, heads.map(cell)));
}

function firstRow(audit, at) {
  const facility = audit.facility(at);
  return h(
    "tr",
    null,
    h(
      "th",
      { scope: "row" },
      toFacility(facility),
      h("span", { class: "under" }, h("bdi", null, facility.id), facility.area ? [" · ", h("bdi", null, areaName(audit, facility.area))] : ""),
    ),
    h("td", { class: "num" }, shareOf(facility)),
    h("td", { class: "bar" }, slimBar(standingAt(facility.rungs))),
    h("td", { class: "num strong" }, number(columnsOf(audit).gap[at])),
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
  return missed.sort((a, b) => missedOf(b.totals) - missedOf(a.totals) || compareCodes(a.id, b.id) || compareCodes(a.sector, b.sector));
}

function missedLine(rule, most) {
  const [lost, due] = [missedOf(rule.totals), eligible(rule.totals)];
  return [
    h("span", null, toRule(rule), h("span", { class: "muted small" }, " · ", sectorWord(rule.sector))),
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
