// All rules of a sector, those that most rows miss first; with what each asks, and how often it is met.
import { h } from "./core.js";
import { compareShares, eligible, missedOf } from "./counts.js";
import { slimBarSilent } from "./bars.js";
import { listing } from "./listing.js";
import { missedShare } from "./facility_rules.js";
import { number, t, tn } from "./say.js";
import { toRule } from "./links.js";
import { rungWord, sectorWord, severityWord, titleOf } from "./terms.js";

export function rules(audit) {
  const sectors = [...new Set(audit.rules.map((rule) => rule.sector))];
  return h(
    "div",
    { class: "stack" },
    h("h1", null, t("Rules")),
    h(
      "p",
      { class: "lead" },
      t("A required rule that is missed keeps a record from its rung; an advisory one is counted and keeps none. A row is missed when it is unmet or excused."),
    ),
    sectors.length
      ? sectors.map((sector) => sectorCard(audit, sector))
      : h("section", { class: "card" }, h("p", null, t("No rule was applied: nothing was judged."))),
  );
}

function sectorCard(audit, sector) {
  const own = audit.rules.filter((rule) => rule.sector === sector);
  const ranked = [...own].sort((a, b) => b.required - a.required || missedOf(b.totals) - missedOf(a.totals));
  const missed = own.filter((rule) => missedOf(rule.totals)).length;
  return h(
    "section",
    { class: "card long" },
    h(
      "div",
      { class: "head" },
      h("h2", null, sectorWord(sector)),
      h("p", { class: "muted small" }, tn("{missed} of {n} rule is missed by some row", "{missed} of {n} rules are missed by some row", { n: own.length, missed })),
    ),
    listing({ caption: t("Rules of {sector}", { sector: sectorWord(sector) }), columns: columnsOfRules(), rows: ranked, size: 0 }).node,
  );
}

function columnsOfRules() {
  return [
    {
      id: "rule",
      title: t("Rule"),
      header: true,
      class: "named",
      value: (rule) => titleOf(rule),
      cell: (rule) => [
        toRule(rule),
        h("div", { class: "muted small" }, h("code", null, rule.id), " · ", h("code", null, rule.table)),
      ],
    },
    { id: "rung", title: t("Rung"), class: "nowrap", value: (rule) => rungWord(rule.rung), cell: (rule) => rungWord(rule.rung) },
    { id: "severity", title: t("Asked"), class: "nowrap", value: (rule) => severityWord(rule), cell: (rule) => severityWord(rule) },
    {
      id: "missed",
      title: t("Missed"),
      number: true,
      value: (rule) => missedOf(rule.totals),
      cell: (rule) => number(missedOf(rule.totals)),
      class: "strong",
    },
    {
      id: "share",
      title: t("Of eligible"),
      number: true,
      order: ({ totals: a }, { totals: b }) => compareShares(missedOf(a), eligible(a), missedOf(b), eligible(b)),
      cell: (rule) => missedShare(rule.totals),
    },
    {
      id: "bar",
      title: t("Bounds"),
      unseen: true,
      class: "bar",
      cell: ({ totals }) => slimBarSilent({ reached: totals.met, unknown: totals.not_assessable, short: missedOf(totals) }),
    },
    {
      id: "blind",
      title: t("Not assessable"),
      number: true,
      value: (rule) => rule.totals.not_assessable,
      cell: (rule) => number(rule.totals.not_assessable),
    },
    {
      id: "facilities",
      title: t("Facilities"),
      number: true,
      value: (rule) => rule.facilities_failing,
      cell: (rule) => number(rule.facilities_failing),
    },
  ];
}
