// Signals and patterns of all facilities. They stand apart, because they move no rung, no number and no verdict.
import { h } from "./core.js";
import { listing } from "./listing.js";
import { figureOf, flagMark } from "./facility_rest.js";
import { number, t, tn } from "./say.js";
import { toFacility } from "./links.js";
import { sectorWord, worded } from "./terms.js";

const GROUPS_NAMED = 20;

export function signalsCard(audit) {
  const { signals } = audit.result;
  const patterns = audit.result.patterns ?? [];
  if (!signals.length && !patterns.length) return null;
  const grouped = new Map();
  for (const one of signals) {
    const key = `${one.sector}/${one.id}`;
    if (!grouped.has(key)) grouped.set(key, []);
    grouped.get(key).push(one);
  }
  return h(
    "section",
    { class: "card long" },
    h("h2", null, t("Signals and patterns")),
    h("p", null, t("They move no rung and prove nothing: where a group is flagged, somebody should look at the papers before anybody is accused.")),
    grouped.size ? signalTable(audit, [...grouped.values()]) : null,
    patterns.length ? patternTable(audit, patterns) : null,
  );
}

function signalTable(audit, groups) {
  const rows = groups.map((own) => ({
    first: own[0],
    own,
    flagged: own.filter((one) => one.flagged === true),
    clear: own.filter((one) => one.flagged === false).length,
    open: own.filter((one) => one.flagged === null).length,
  }));
  rows.sort((a, b) => b.flagged.length - a.flagged.length);
  const count = (id, title, value) => ({ id, title, number: true, value, cell: (row) => number(value(row)) });
  return listing({
    caption: t("Signals"),
    rows,
    size: 0,
    columns: [
      {
        id: "title",
        title: t("Signal"),
        header: true,
        class: "named",
        value: ({ first }) => worded(first.title) || first.id,
        cell: (row) => signalCell(audit, row),
      },
      { id: "sector", title: t("Sector"), class: "nowrap", value: ({ first }) => sectorWord(first.sector), cell: ({ first }) => sectorWord(first.sector) },
      count("flagged", t("Flagged"), (row) => row.flagged.length),
      count("clear", t("Not flagged"), (row) => row.clear),
      count("open", t("Not assessable"), (row) => row.open),
    ],
  }).node;
}

function signalCell(audit, { first, own, flagged }) {
  const whole = own.find((one) => !one.group);
  return [
    worded(first.title) || first.id,
    h("div", { class: "muted small" }, h("code", null, first.id)),
    whole ? h("div", { class: "small" }, flagMark(whole.flagged), figureOf(whole)) : h("div", { class: "small" }, figureOf({ figure: "", threshold: first.threshold })),
    flagged.some((one) => one.group) ? h("div", { class: "small" }, namedGroups(audit, flagged.filter((one) => one.group))) : null,
  ];
}

function namedGroups(audit, flagged) {
  const shown = flagged.slice(0, GROUPS_NAMED).map((one, at) => [
    at ? ", " : "",
    toFacility({ sector: one.sector, id: one.group }),
    one.figure ? ` (${worded(one.figure)})` : "",
  ]);
  const rest = flagged.length - shown.length;
  return [shown, rest > 0 ? [", ", tn("and {n} more", "and {n} more", { n: rest })] : null];
}

function patternTable(audit, patterns) {
  const rows = [...patterns].sort((a, b) => b.flagged - a.flagged);
  const count = (id, title) => ({ id, title, number: true, value: (one) => one[id], cell: (one) => number(one[id]) });
  return [
    h("h3", null, t("Patterns in marks, names and rolls")),
    listing({
      caption: t("Patterns in marks, names and rolls"),
      rows,
      size: 0,
      columns: [
        {
          id: "title",
          title: t("Pattern"),
          header: true,
          class: "named",
          value: (one) => worded(one.title) || one.id,
          cell: (one) => patternCell(audit, one),
        },
        { id: "groups", title: t("Groups"), value: (one) => worded(one.groups), cell: (one) => worded(one.groups) },
        count("flagged", t("Flagged")),
        count("tested", t("Tested")),
        count("untested", t("Could not be tested")),
      ],
    }).node,
  ];
}

function patternCell(audit, one) {
  const flagged = one.facilities.filter((seat) => seat.flagged);
  const nothing = !one.tested && !one.untested;
  return [
    worded(one.title) || one.id,
    h("div", { class: "muted small" }, h("code", null, one.id), one.limit ? ` · q ≤ ${worded(one.limit)}` : ""),
    nothing ? h("div", { class: "small" }, t("nothing to look at: neither flagged nor cleared")) : null,
    flagged.length ? h("div", { class: "small" }, namedGroups(audit, flagged.map((seat) => ({ sector: one.sector, group: seat.facility })))) : null,
  ];
}
