// One rule: what it asks and why, how it is repaired, and who misses it: by software, by facility.
import { announce, h } from "./core.js";
import { downloadCsv } from "./csv.js";
import { areaName, compareShares, eligible, missedOf, summed } from "./counts.js";
import { slimBarSilent } from "./bars.js";
import { blindRule } from "./blind.js";
import { missedShare } from "./facility_rules.js";
import { listing } from "./listing.js";
import { link } from "./router.js";
import { number, percent, t, tn } from "./say.js";
import { cellRow, RULE_NAMES } from "./sheets.js";
import { rungQuestion, rungWord, sectorWord, severityWord, stateWord, titleOf, worded } from "./terms.js";
import { toFacility } from "./links.js";
import { tiesOf } from "./seek.js";
import { STATES } from "./unpack.js";

export function rule(audit, { sector, id }) {
  const entry = audit.rule(sector, id);
  if (entry === null) return noSuchRule();
  const cells = audit.cellsOfRule(entry);
  return h(
    "div",
    { class: "stack" },
    ruleHead(entry, cells),
    h("div", { class: "two" }, askedCard(audit, entry), countsCard(entry, cells)),
    entry.totals.not_assessable ? blindRule(audit, entry) : null,
    audit.only ? null : [vendorCard(audit, cells), facilityCard(audit, entry, cells)],
  );
}

function noSuchRule() {
  return h(
    "section",
    { class: "card" },
    h("h1", null, t("There is no such rule")),
    h("p", null, h("a", { href: link("rules") }, t("All rules"))),
  );
}

function ruleHead(entry, cells) {
  const failing = cells.filter((cell) => missedOf(cell)).length;
  const due = eligible(entry.totals);
  const lost = missedOf(entry.totals);
  const lead = due
    ? [
        t("{n} / {whole} eligible rows missed it", { n: lost, whole: due }),
        ` (${percent(lost, due)}) · `,
        tn("{failing} of {n} facility", "{failing} of {n} facilities", { n: cells.length, failing }),
      ]
    : t("No row was eligible: the rule judged nothing, and says nothing.");
  return h(
    "div",
    { class: "page-head" },
    h(
      "nav",
      { class: "crumbs", "aria-label": t("Where it stands") },
      h("a", { href: link("rules") }, t("Rules")),
      h("span", null, sectorWord(entry.sector)),
      h("code", null, entry.id),
    ),
    h("h1", null, titleOf(entry)),
    h("p", { class: "lead" }, lead),
  );
}

// Where nobody said what to expect, no record can be missing: what the rule `received` says of these is not said.
function reasonsOf(audit, entry) {
  if (entry.id !== "received" || audit.result.totals[entry.sector]?.expected !== null) return [worded(entry.why), worded(entry.fix)];
  return [
    t("Nobody said how many records to expect, so none is known to be missing. A row whose key could not be read is not assessable."),
    t("Repair the rows that could not be read, and say how many records there should be."),
  ];
}

function askedCard(audit, entry) {
  const [why, fix] = reasonsOf(audit, entry);
  const facts = [
    [t("Why"), why],
    [t("How to repair"), fix],
    [t("Asked"), entry.required ? t("required: a record that misses it is short") : t("advisory: counted, keeps no record from its rung")],
    [t("Rung"), `${rungWord(entry.rung)}: ${rungQuestion(entry.rung)}`],
    [t("Table"), h("code", null, entry.table)],
    [t("Kind of check"), entry.type === "built-in" ? t("built in") : h("code", null, entry.type)],
    [t("Fingerprint of what it asks"), entry.sha256 && h("code", null, entry.sha256)],
  ];
  return h(
    "section",
    { class: "card" },
    h("h2", null, t("What it asks")),
    h("p", { class: "strong" }, titleOf(entry)),
    h("dl", { class: "facts" }, facts.filter(([, said]) => said).map(([name, said]) => [h("dt", null, name), h("dd", null, said)])),
  );
}

// The five states of its rows; that they add up is said, over the facilities as well.
function countsCard(entry, cells) {
  const totals = entry.totals;
  const sums = summed(cells);
  const alike = STATES.every((state) => sums[state] === totals[state]);
  const line = (name, n, className) =>
    h("tr", { class: className ?? null }, h("th", { scope: "row" }, name), h("td", { class: "num" }, number(n)));
  return h(
    "section",
    { class: "card" },
    h("h2", null, t("Its rows, each in one state")),
    slimBarSilent({ reached: totals.met, unknown: totals.not_assessable, short: missedOf(totals) }),
    h(
      "table",
      { class: "parts" },
      h(
        "tbody",
        null,
        ["met", "unmet", "excused", "not_assessable"].map((state) => line(stateWord(state), totals[state])),
        line(t("eligible"), eligible(totals), "sum"),
        line(t("beside it: {state}", { state: stateWord("not_applicable") }), totals.not_applicable),
      ),
    ),
    h("p", { class: "small" }, t("Excused: absent with an explicit reason. It counts as unmet, unless a claim says otherwise.")),
    alike
      ? h("p", { class: "adds small" }, tn("✓ The sum over {n} facility is the same in every state.", "✓ The sums over {n} facilities are the same in every state.", { n: cells.length }))
      : h("p", { class: "small" }, t("The facilities on this page do not sum to these totals: this page does not hold all of them.")),
  );
}

function vendorCard(audit, cells) {
  const groups = new Map();
  for (const cell of cells) {
    const vendor = audit.facility(cell.facility).vendor;
    if (!groups.has(vendor)) groups.set(vendor, []);
    groups.get(vendor).push(cell);
  }
  const rows = [...groups].map(([vendor, own]) => ({ vendor, facilities: own.length, ...summed(own) }));
  rows.sort((a, b) => compareShares(missedOf(b), eligible(b), missedOf(a), eligible(a)));
  if (!rows.length) return null;
  const name = (row) => row.vendor || t("(software not named)");
  return h(
    "section",
    { class: "card long" },
    h("h2", null, t("By software")),
    h("p", { class: "muted small" }, t("What many facilities of one software miss, its vendor can repair once.")),
    listing({
      caption: t("By software"),
      rows,
      size: 0,
      columns: [
        { id: "vendor", title: t("Software"), header: true, class: "named", value: name, cell: (row) => h("bdi", null, name(row)) },
        { id: "facilities", title: t("Facilities"), number: true, value: (row) => row.facilities, cell: (row) => number(row.facilities) },
        ...missedColumns((row) => row),
      ],
    }).node,
  );
}

// The columns that lists by software and by facility have in common.
function missedColumns(countsOf) {
  const count = (id, title, value) => ({ id, title, number: true, value: (row) => value(countsOf(row)), cell: (row) => number(value(countsOf(row))) });
  return [
    { ...count("missed", t("Missed"), missedOf), class: "strong" },
    {
      id: "share",
      title: t("Of eligible"),
      number: true,
      order: (a, b) => {
        const [one, other] = [countsOf(a), countsOf(b)];
        return compareShares(missedOf(one), eligible(one), missedOf(other), eligible(other));
      },
      cell: (row) => missedShare(countsOf(row)),
    },
    {
      id: "bar",
      title: t("Bounds"),
      unseen: true,
      class: "bar",
      cell: (row) => {
        const counts = countsOf(row);
        return slimBarSilent({ reached: counts.met, unknown: counts.not_assessable, short: missedOf(counts) });
      },
    },
    count("excused", t("Excused"), (counts) => counts.excused),
    count("blind", t("Not assessable"), (counts) => counts.not_assessable),
    count("solo", t("Alone wins"), (counts) => counts.solo),
  ];
}

function facilityCard(audit, entry, cells) {
  const failing = cells.filter((cell) => missedOf(cell) || cell.not_assessable);
  if (!failing.length) {
    const judged = cells.some(eligible) ? t("No facility misses it.") : t("No row was eligible: the rule judged nothing, and says nothing.");
    const words = cells.length ? judged : t("It was asked of no facility.");
    return h("section", { class: "card" }, h("h2", null, t("By facility")), h("p", null, words));
  }
  const ties = tiesOf(audit);
  failing.sort((a, b) => missedOf(b) - missedOf(a) || ties(a.facility, b.facility));
  const at = (cell) => audit.facility(cell.facility);
  const list = listing({
    caption: t("By facility"),
    rows: failing,
    columns: [
      {
        id: "name",
        title: t("Facility"),
        header: true,
        class: "named",
        value: (cell) => at(cell).name,
        cell: (cell) => [
          toFacility(at(cell)),
          h("div", { class: "muted small" }, h("bdi", null, at(cell).id)),
        ],
      },
      { id: "area", title: t("Commune or ward"), value: (cell) => areaName(audit, at(cell).area), cell: (cell) => h("bdi", null, areaName(audit, at(cell).area)) },
      { id: "vendor", title: t("Software"), value: (cell) => at(cell).vendor, cell: (cell) => h("bdi", null, at(cell).vendor) },
      ...missedColumns((cell) => cell),
    ],
  });
  const save = () => {
    downloadCsv("rule.csv", RULE_NAMES, list.rows().map((cell) => cellRow(audit, entry, cell)));
    announce(tn("{n} facility saved", "{n} facilities saved", { n: list.rows().length }));
  };
  return h(
    "section",
    { class: "card long" },
    h(
      "div",
      { class: "head" },
      h("h2", null, tn("{n} facility misses it or could not be judged", "{n} facilities miss it or could not be judged", { n: failing.length })),
      h("div", { class: "controls" }, h("button", { type: "button", onclick: save }, t("Save as CSV"))),
    ),
    list.node,
  );
}
