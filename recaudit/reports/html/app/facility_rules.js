// What one facility has to repair: the rules whose repair alone wins most, and every rule that is not met by every row.
import { h } from "./core.js";
import { compareShares, eligible, missedOf, standingAt } from "./counts.js";
import { slimBarSilent } from "./bars.js";
import { listing } from "./listing.js";
import { number, percent, t, tn } from "./say.js";
import { toRule } from "./links.js";
import { rungWord, severityWord, titleOf, worded } from "./terms.js";

const FIXES = 5;

// Required rules whose repair alone wins records, most first.
export function winning(cells) {
  return cells
    .filter(({ rule, solo }) => rule.required && solo > 0)
    .sort((a, b) => b.solo - a.solo || (a.rule.id < b.rule.id ? -1 : 1));
}

export function fixFirst(entry, cells, most = FIXES) {
  const fixes = winning(cells);
  const received = standingAt(entry.rungs, "received");
  const lost = received.short + received.unknown;
  const steps = fixes.slice(0, most).map((cell) => fixStep(cell));
  if (lost) steps.push(notReceived(entry, received, lost));
  return h(
    "section",
    { class: "card" },
    h("h2", null, t("Fix first")),
    steps.length ? h("ol", { class: "steps" }, steps) : h("p", null, nothingToFix(cells)),
    fixes.length > most
      ? h("p", { class: "muted small" }, tn("and {n} more rule that wins records", "and {n} more rules that win records", { n: fixes.length - most }))
      : null,
  );
}

function fixStep({ rule, solo, ...counts }) {
  return h(
    "li",
    null,
    toRule(rule, "strong"),
    h(
      "p",
      { class: "small" },
      t("missed {n} / {whole}", { n: missedOf(counts), whole: eligible(counts) }),
      " · ",
      h("strong", null, t("repairing this alone: +{n} reach {rung}", { n: solo, rung: rungWord(rule.rung) })),
    ),
    h("p", { class: "muted small" }, worded(rule.fix)),
  );
}

function notReceived(entry, received, lost) {
  const [what, counts, fix] = notReceivedSaid(entry, received, lost);
  return h("li", null, h("span", { class: "strong" }, what), counts ? h("p", { class: "small" }, counts) : null, h("p", { class: "muted small" }, fix));
}

// Records that are not known to be received: what they are, the counts, and what to do. Where nobody said what to expect,
// none is missing: they are rows whose key could not be read.
export function notReceivedSaid(entry, received, lost) {
  if (entry.expected === null) {
    return [tn("{n} record could not be read", "{n} records could not be read", { n: lost }), "", t("Repair the rows that could not be read, and send them again.")];
  }
  return [
    tn("{n} record was not received", "{n} records were not received", { n: lost }),
    t("{missing} missing, {unknown} unknown", { missing: received.short, unknown: received.unknown }),
    t("Compare with the roster or the register of cases, and send what is lacking."),
  ];
}

// Why there is nothing to repair first. Only required rules keep a record from a rung.
export function nothingToFix(cells) {
  const required = cells.filter((cell) => cell.rule.required);
  if (!required.some(eligible)) {
    return t("No required rule could be judged here: there is nothing to say, and nothing is confirmed by that.");
  }
  if (required.some(missedOf)) {
    return t("No single repair brings a record to its next rung: other rules fail, or could not be judged, on the same records.");
  }
  return required.some((cell) => cell.not_assessable)
    ? t("No required rule is known to be missed, but some could not be judged for every row.")
    : t("Every required rule that was judged is met.");
}

// Every rule that some row missed or that could not be judged for some. Behind them those that no row missed, and apart
// from these the rules that had no row to judge: they are not met, they are silent.
export function failedRules(entry, cells) {
  if (!cells.length) {
    return h("section", { class: "card" }, h("h2", null, t("Rules")), h("p", null, t("No rule was asked of this facility.")));
  }
  const failing = cells.filter((cell) => missedOf(cell) || cell.not_assessable);
  const kept = cells.filter((cell) => eligible(cell) && !missedOf(cell) && !cell.not_assessable);
  const unasked = cells.filter((cell) => !eligible(cell));
  return h(
    "section",
    { class: "card long" },
    h("h2", null, tn("{n} rule not met by every row", "{n} rules not met by every row", { n: failing.length })),
    h("p", { class: "muted small" }, t("eligible = met + unmet + excused + not assessable")),
    failing.length
      ? listing({ caption: t("Rules not met by every row"), columns: ruleColumns(), rows: byLoss(failing), size: 25 }).node
      : null,
    folding(tn("{n} rule: every eligible row met it", "{n} rules: every eligible row met them", { n: kept.length }), kept),
    folding(tn("{n} rule had no row to judge, and says nothing", "{n} rules had no row to judge, and say nothing", { n: unasked.length }), unasked),
  );
}

function folding(words, cells) {
  if (!cells.length) return null;
  const list = listing({ caption: words, columns: ruleColumns(), rows: cells, size: 0 });
  return h("details", null, h("summary", null, words), list.node);
}

function byLoss(cells) {
  return [...cells].sort((a, b) => b.rule.required - a.rule.required || missedOf(b) - missedOf(a));
}

function ruleColumns() {
  const count = (id, title, value) => ({ id, title, number: true, value, cell: (cell) => number(value(cell)) });
  return [
    {
      id: "rule",
      title: t("Rule"),
      header: true,
      class: "named",
      value: ({ rule }) => titleOf(rule),
      cell: ({ rule }) => [
        toRule(rule),
        h("div", { class: "muted small" }, h("code", null, rule.id), " · ", severityWord(rule)),
      ],
    },
    { id: "rung", title: t("Rung"), class: "nowrap", value: ({ rule }) => rungWord(rule.rung), cell: ({ rule }) => rungWord(rule.rung) },
    {
      id: "share",
      title: t("Missed"),
      number: true,
      order: (a, b) => compareShares(missedOf(a), eligible(a), missedOf(b), eligible(b)),
      cell: (cell) => missedShare(cell),
    },
    {
      id: "bar",
      title: t("Bounds"),
      unseen: true,
      class: "bar",
      cell: (cell) => slimBarSilent({ reached: cell.met, unknown: cell.not_assessable, short: missedOf(cell) }),
    },
    count("met", t("Met"), (cell) => cell.met),
    count("unmet", t("Unmet"), (cell) => cell.unmet),
    count("excused", t("Excused"), (cell) => cell.excused),
    count("not_assessable", t("Not assessable"), (cell) => cell.not_assessable),
    count("not_applicable", t("Not applicable"), (cell) => cell.not_applicable),
    { ...count("solo", t("Alone wins"), (cell) => cell.solo), cell: (cell) => (cell.solo ? `+${number(cell.solo)}` : "—") },
  ];
}

// Per cent of the eligible rows that missed a rule, beside the counts; where none could be judged, that.
export function missedShare(counts) {
  const due = eligible(counts);
  const blind = due > 0 && counts.not_assessable === due;
  return [
    h("span", { class: "share" }, blind ? t("unknown") : percent(missedOf(counts), due)),
    h("span", { class: "under" }, `${number(missedOf(counts))} / ${number(due)}`),
  ];
}
