// A claim area by area: the records of the facilities in its scope, summed; and whether these sums are the claim's.
import { announce, h } from "./core.js";
import { downloadCsv } from "./csv.js";
import { areasAbove, compareShares, standingAt, totalOf } from "./counts.js";
import { slimBarSilent } from "./bars.js";
import { listing } from "./listing.js";
import { link } from "./router.js";
import { number, percent, t, tn } from "./say.js";
import { rungWord } from "./terms.js";

const CLAIM_AREA_NAMES = ["area", "name", "facilities", "no_expected", "expected", "received", "reached", "unknown", "short"];

export function claimAreas(audit, entry) {
  const rows = sumsByArea(audit, entry);
  if (!rows.length) return h("section", { class: "card" }, h("h2", null, t("By area")), h("p", null, t("No facility is in the claim's scope.")));
  rows.sort((a, b) => compareShares(a.at.reached, totalOf(a.at), b.at.reached, totalOf(b.at)));
  const list = listing({ caption: t("By area"), rows, size: 0, columns: claimAreaColumns() });
  const save = () => {
    const lines = list.rows().map((row) => [row.code, row.name, row.facilities, row.uncounted, totalOf(row.at), row.received, row.at.reached, row.at.unknown, row.at.short]);
    downloadCsv("claim.csv", CLAIM_AREA_NAMES, lines);
    announce(tn("{n} area saved", "{n} areas saved", { n: lines.length }));
  };
  return h(
    "section",
    { class: "card long" },
    h(
      "div",
      { class: "head" },
      h("h2", null, t("By area, at {rung}", { rung: rungWord(entry.rung) })),
      h("div", { class: "controls" }, h("button", { type: "button", onclick: save }, t("Save as CSV"))),
    ),
    h("p", { class: "small muted" }, t("Records of the facilities in scope, in the area that the register gives them; those without an expected number stand in no sum.")),
    addsUpTo(entry, rows),
    list.node,
  );
}

// Facilities in scope by their own area. A filter narrows; a facility that may lie in another area stays in its own.
function sumsByArea(audit, entry) {
  const { areas, kinds, vendors, facilities } = entry.scope;
  const rows = new Map();
  for (let place = 0; place < audit.count; place += 1) {
    if (audit.column("sector")[place] !== entry.sector) continue;
    const one = audit.facility(place);
    if (kinds.length && !kinds.includes(one.kind)) continue;
    if (vendors.length && !vendors.includes(one.vendor)) continue;
    if (facilities.length && !facilities.includes(one.id)) continue;
    if (areas.length && !areasAbove(audit, one.area).some((code) => areas.includes(code))) continue;
    if (!rows.has(one.area)) rows.set(one.area, emptyRow(audit, one.area));
    addTo(rows.get(one.area), one, entry.rung);
  }
  return [...rows.values()];
}

function emptyRow(audit, code) {
  const name = audit.areas.get(code)?.name || code || t("(in no area)");
  return { code, name, known: audit.areas.has(code), facilities: 0, uncounted: 0, received: 0, at: { reached: 0, short: 0, unknown: 0 } };
}

function addTo(row, facility, rung) {
  row.facilities += 1;
  if (facility.expected === null) {
    row.uncounted += 1;
    return;
  }
  const at = standingAt(facility.rungs, rung);
  for (const part of Object.keys(row.at)) row.at[part] += at[part];
  row.received += standingAt(facility.rungs, "received").reached;
}

// The claim counts its own way where it accepts excused values, or where an area is not certain: then it is said.
function addsUpTo(entry, rows) {
  const own = standingAt(entry.standing, entry.rung);
  const sums = { reached: 0, unknown: 0, short: 0 };
  for (const row of rows) for (const part of Object.keys(sums)) sums[part] += row.at[part];
  const alike = Object.keys(sums).every((part) => sums[part] === own[part]);
  if (alike) {
    return h("p", { class: "adds small" }, t("The areas sum to the claim: {reached} reached + {unknown} unknown + {short} known short.", sums));
  }
  const values = { ...sums, claimed: own.reached, open: own.unknown, lost: own.short };
  const why =
    entry.excused === "accept"
      ? t("Excused values count as unmet in this table, and as met in the claim.")
      : t("Some facilities may lie in another area, so they are in one count and not in the other.");
  return h(
    "p",
    { class: "small" },
    t("The areas sum to {reached} reached + {unknown} unknown + {short} known short; the claim counts {claimed} + {open} + {lost}.", values),
    " ",
    why,
  );
}

function claimAreaColumns() {
  const count = (id, title, value) => ({ id, title, number: true, value, cell: (row) => number(value(row)) });
  const name = (row) => h("bdi", null, row.name);
  return [
    {
      id: "name",
      title: t("Commune or ward"),
      header: true,
      class: "named",
      value: (row) => row.name,
      cell: (row) => (row.known ? h("a", { href: link("area", { code: row.code }) }, name(row)) : name(row)),
    },
    count("facilities", t("Facilities"), (row) => row.facilities),
    count("expected", t("Expected"), (row) => totalOf(row.at)),
    count("reached", t("Reached"), (row) => row.at.reached),
    count("unknown", t("Unknown"), (row) => row.at.unknown),
    count("short", t("Known short"), (row) => row.at.short),
    {
      id: "low",
      title: t("Share reached"),
      number: true,
      order: (a, b) => compareShares(a.at.reached, totalOf(a.at), b.at.reached, totalOf(b.at)),
      cell: ({ at }) => (totalOf(at) && totalOf(at) === at.unknown ? t("unknown") : percent(at.reached, totalOf(at))),
    },
    {
      id: "high",
      title: t("With all that is unknown"),
      number: true,
      order: (a, b) => compareShares(a.at.reached + a.at.unknown, totalOf(a.at), b.at.reached + b.at.unknown, totalOf(b.at)),
      cell: ({ at }) => percent(at.reached + at.unknown, totalOf(at), { up: at.unknown > 0 }),
    },
    { id: "bar", title: t("Bounds"), unseen: true, class: "bar", cell: (row) => slimBarSilent(row.at) },
  ];
}
