// All areas: drawn, and as a table that sorts.
import { announce, h } from "./core.js";
import { slimBarSilent } from "./bars.js";
import { areaName, compareShares } from "./counts.js";
import { downloadCsv } from "./csv.js";
import { listing } from "./listing.js";
import { shareAt } from "./marks.js";
import { areaCounts, byLowest, choiceOf, nothingKnown } from "./places.js";
import { facilitiesSaid, placesCard } from "./placescard.js";
import { link } from "./router.js";
import { number, t, tn } from "./say.js";
import { AREA_NAMES, areaRow } from "./sheets.js";
import { rungWord, sectorWord } from "./terms.js";

export function areas(audit, parameters) {
  if (!audit.areas.size) return withoutAreas(audit);
  const sectors = Object.keys(audit.result.totals);
  return h(
    "div",
    { class: "stack" },
    h("h1", null, t("Areas")),
    placesCard(audit, "areas", parameters),
    sectors.map((sector) => sectorTable(audit, sector, choiceOf(audit, { ...parameters, sector }).rung)),
  );
}

function withoutAreas(audit) {
  return h(
    "section",
    { class: "card" },
    h("h1", null, t("Areas")),
    h("p", null, audit.result.register === null ? t("There is no register: nobody said which areas there are.") : t("The register names no areas: facilities stand in none.")),
    h("p", null, h("a", { href: link("facilities") }, t("See all facilities"))),
  );
}

// Every area with a facility of the sector below it, lowest share first.
function sectorTable(audit, sector, rung) {
  const rows = [...audit.areas.values()].map((area) => ({ area, counts: areaCounts(area, sector, rung) })).filter(({ counts }) => counts);
  if (!rows.length) return null;
  const title = t("{sector}: {rung}", { sector: sectorWord(sector), rung: rungWord(rung) });
  const list = listing({ caption: title, rows, size: 0, ties: byLowest, columns: areaTableColumns(audit), sorted: { by: "share", down: false } });
  const save = () => {
    const lines = list.rows().map(({ area }) => areaRow(area, sector));
    downloadCsv(`areas-${sector}.csv`, AREA_NAMES, lines);
    announce(tn("{n} area saved", "{n} areas saved", { n: lines.length }));
  };
  return h(
    "section",
    { class: "card long" },
    h(
      "div",
      { class: "head" },
      h("div", null, h("h2", null, title), h("p", { class: "muted small" }, basisSaid(audit, sector))),
      h("div", { class: "controls" }, h("button", { type: "button", onclick: save }, t("Save as CSV"))),
    ),
    list.node,
  );
}

function basisSaid(audit, sector) {
  return audit.result.totals[sector].expected === null
    ? t("An area holds what lies below it; nobody said how many records to expect, so every share is of received records.")
    : t("An area holds what lies below it; facilities without an expected number stand in no sum.");
}

// Columns of a table of areas; a row is {area, counts}.
export function areaTableColumns(audit) {
  const count = (id, title, value) => ({ id, title, number: true, value, cell: (row) => number(value(row)) });
  return [
    {
      id: "name",
      title: t("Area"),
      header: true,
      class: "named",
      value: ({ area }) => areaName(audit, area.code),
      cell: ({ area }) => [
        h("a", { href: link("area", { code: area.code }) }, h("bdi", null, areaName(audit, area.code))),
        h("span", { class: "under" }, h("bdi", null, area.code)),
      ],
    },
    {
      id: "facilities",
      title: t("Facilities"),
      number: true,
      value: ({ counts }) => counts.facilities,
      cell: ({ counts }) => [
        h("span", { title: facilitiesSaid(counts), "aria-hidden": "true" }, counts.uncounted ? number(counts.facilities) : `${number(counts.facilities - counts.silent)} / ${number(counts.facilities)}`),
        h("span", { class: "unseen" }, facilitiesSaid(counts)),
      ],
    },
    {
      id: "share",
      title: t("Share"),
      number: true,
      order: (a, b) => compareShares(a.counts.standing.reached, a.counts.whole, b.counts.standing.reached, b.counts.whole),
      last: ({ counts }) => nothingKnown(counts),
      cell: ({ counts }) => shareAt(counts.standing, counts.whole, counts.facilities > 0 && counts.silent === counts.facilities),
    },
    { id: "bar", title: t("Bounds"), class: "bar", cell: ({ counts }) => slimBarSilent(counts.standing) },
    count("gap", t("Gap"), ({ counts }) => counts.whole - counts.standing.reached),
    count("short", t("Known short"), ({ counts }) => counts.standing.short),
    count("unknown", t("Unknown"), ({ counts }) => counts.standing.unknown),
    {
      ...count("expected", t("Expected"), ({ counts }) => counts.expected ?? -1),
      cell: ({ counts }) => (counts.expected === null ? t("not known") : number(counts.expected)),
    },
  ];
}
