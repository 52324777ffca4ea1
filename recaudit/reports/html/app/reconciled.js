// Every expected record and every row that was read, counted once: the sums are made again here, and compared.
import { h } from "./core.js";
import { standingAt, totalOf } from "./counts.js";
import { expectedAddsUp, readAddsUp, rungTable } from "./funnel.js";
import { number, said, t, tn } from "./say.js";
import { STANDING_PARTS } from "./sheets.js";
import { rungsAsked, sectorWord } from "./terms.js";
import { RUNGS } from "./unpack.js";

const ROW_STATES = ["matched", "duplicate", "unexpected", "out_of_scope", "unreadable"];

export function reconciledCard(audit) {
  const sectors = Object.keys(audit.result.totals);
  const reasons = Object.entries(audit.result.unattributed);
  return h(
    "section",
    { class: "card long" },
    h("h2", null, t("Every record and every row, counted once")),
    sectors.length
      ? sectors.map((sector) => sectorSums(audit, sector))
      : h("p", null, t("Nothing was counted: no row was read of any sector.")),
    reasons.length ? reasonTable(reasons) : null,
  );
}

function sectorSums(audit, sector) {
  const total = audit.result.totals[sector];
  const whole = total.expected ?? totalOf(standingAt(total.rungs));
  const sums = sumsOf(audit, sector);
  return [
    h("h3", null, sectorWord(sector)),
    h(
      "p",
      { class: "small" },
      [
        tn("{n} facility", "{n} facilities", { n: total.facilities }),
        t("{n} silent", { n: total.silent }),
        tn("{n} without an expected number", "{n} without an expected number", { n: total.no_expected }),
      ].join(", "),
    ),
    rungTable(total.rungs, total.expected, whole, rungsAsked(audit, sector)),
    h("p", { class: "adds small" }, expectedAddsUp(total.rungs, total.expected)),
    h("p", { class: "adds small" }, readAddsUp({ ...sums, read: total.read }, total.unattributed)),
    agreed(audit, total, sums),
  ];
}

// The sums of the facilities of a sector, made here from the page's own columns.
export function sumsOf(audit, sector) {
  const names = [...ROW_STATES, "read", ...RUNGS.flatMap((rung) => STANDING_PARTS.map((part) => `${rung}.${part}`))];
  const sums = Object.fromEntries(names.map((name) => [name, 0]));
  const [sectors, expected] = [audit.column("sector"), audit.column("expected")];
  let numbered = false;
  for (let at = 0; at < audit.count; at += 1) numbered ||= sectors[at] === sector && expected[at] >= 0;
  sums.facilities = 0;
  for (const name of names) {
    const column = audit.column(name);
    const ofRecords = name.includes(".");
    for (let at = 0; at < audit.count; at += 1) {
      if (sectors[at] !== sector || (ofRecords && numbered && expected[at] < 0)) continue;
      sums[name] += column[at];
    }
  }
  for (let at = 0; at < audit.count; at += 1) sums.facilities += sectors[at] === sector ? 1 : 0;
  return sums;
}

function agreed(audit, total, sums) {
  const rungs = RUNGS.every((rung) => STANDING_PARTS.every((part) => standingAt(total.rungs, rung)[part] === sums[`${rung}.${part}`]));
  const rows = total.read === sums.read + total.unattributed;
  if (rungs && rows) {
    return h("p", { class: "adds small" }, tn("The sums over {n} facility, made again on this page, are these totals.", "The sums over {n} facilities, made again on this page, are these totals.", { n: sums.facilities }));
  }
  return h("p", { class: "small" }, t("The facilities on this page do not sum to these totals: this page does not hold all of them."));
}

function reasonTable(reasons) {
  const whole = reasons.reduce((sum, [, rows]) => sum + rows, 0);
  return [
    h("h3", null, t("Rows of no facility, by reason")),
    h(
      "table",
      { class: "parts" },
      h(
        "tbody",
        null,
        reasons.map(([reason, rows]) => h("tr", null, h("th", { scope: "row" }, said({ text: reason })), h("td", { class: "num" }, number(rows)))),
        h("tr", { class: "sum" }, h("th", { scope: "row" }, t("unattributed")), h("td", { class: "num" }, number(whole))),
      ),
    ),
  ];
}

// What verdicts are judged by beside the facilities.
export function evidenceCard(audit) {
  const sectors = Object.entries(audit.result.evidence ?? {});
  if (!sectors.length) return null;
  return h("section", { class: "card" }, h("h2", null, t("What else verdicts rest on")), sectors.map(evidenceOf));
}

function evidenceOf([sector, one]) {
  const silence = { unknown: t("not received is unknown where a facility sent nothing or a file was cut off"), missing: t("every record not received is missing") };
  const holes = one.holes.map((hole) =>
    h(
      "li",
      null,
      tn("{n} unreadable row", "{n} unreadable rows", { n: hole.count }),
      ": ",
      h("code", null, hole.tables.join(", ")),
      ", ",
      hole.facility === null ? t("of any facility") : h("bdi", null, hole.facility),
      [" (", h("code", null, hole.namespace), ")"],
    ),
  );
  return [
    h("h3", null, sectorWord(sector)),
    h(
      "ul",
      { class: "plain" },
      h("li", null, t("Silence: {meaning}", { meaning: silence[one.silence] ?? one.silence })),
      h("li", null, tn("{n} row of no facility may be in scope", "{n} rows of no facility may be in scope", { n: one.unattributed })),
      holes,
      holes.length ? null : h("li", null, t("No unreadable row of a hanging table.")),
    ),
  ];
}

