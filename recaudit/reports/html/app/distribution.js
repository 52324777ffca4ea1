// How facilities are spread by their share of complete records. Every facility stands in exactly one row.
import { h, svg } from "./core.js";
import { stripes } from "./bars.js";
import { BANDS, bandWords } from "./places.js";
import { link } from "./router.js";
import { number, promised, t } from "./say.js";
import { columnsOf } from "./seek.js";
import { sectorWord } from "./terms.js";

let drawings = 0;

// Nothing without a facility.
export function distributionCard(audit) {
  if (!audit.count) return null;
  const sectors = Object.keys(audit.result.totals);
  const rows = rowsOf(audit.result.register === null);
  const counts = countsBy(audit, rows, sectors);
  const most = Math.max(1, ...counts.flat());
  const shown = rows.map((row, at) => [row, counts[at]]).filter(([row, own]) => !row.seldom || own.some(Boolean));
  const whole = sectors.map((sector) => audit.result.totals[sector].facilities);
  return h(
    "section",
    { class: "card" },
    h("div", { class: "head" }, h("div", null, h("h2", null, t("Facilities by share")), h("p", { class: "muted small" }, t("How many have which share of their records known to be complete; a bar leads to their list.")))),
    h(
      "div",
      { class: "distribution", style: { "--sectors": sectors.length } },
      h("span", null),
      sectors.map((sector, at) => h("span", { class: "column" }, t("{sector} ({n})", { sector: sectorWord(sector), n: whole[at] }))),
      shown.map(([row, own]) => [
        h("span", { class: "label" }, row.words),
        sectors.map((sector, at) => barOf(row, sector, own[at], most)),
      ]),
    ),
  );
}

// `unregistered`: nobody knows who should have submitted, so nobody did not.
// {words, band, asked, holds(columns, at, status)}: in the order in which they are tried and shown.
function rowsOf(unregistered) {
  const share = (columns, at, least) => columns.reached[at] * 100 >= least * columns.whole[at];
  const bands = bandWords().map(([band, words], at) => {
    const [from, below] = [BANDS[at - 1], BANDS[at]];
    return {
      words: below === undefined ? t("{from} to under {to}", { from: promised(`0.${from}`), to: promised("1") }) : words,
      band: `band-${band}`,
      asked: { from: from ?? "", below: below ?? "100" },
      holds: (columns, place) => columns.wanting[place] > 0 && (below === undefined || !share(columns, place, below)),
    };
  });
  return [
    ...bands,
    { words: promised("1"), band: "band-4", asked: { state: "full" }, holds: (columns, at) => columns.whole[at] > 0 },
    { words: t("not submitted"), band: "unknown", seldom: unregistered, asked: { status: "silent" }, first: (columns, at, status) => status === "silent" },
    { words: t("nothing known"), band: "unknown", seldom: true, asked: null, first: (columns, at) => columns.whole[at] > 0 && columns.unknown[at] === columns.whole[at] },
    { words: t("nothing to count"), band: "band-none", seldom: true, asked: { state: "nothing" }, first: (columns, at) => columns.whole[at] === 0 },
  ];
}

function countsBy(audit, rows, sectors) {
  const columns = columnsOf(audit);
  const [sector, status] = [audit.column("sector"), audit.column("status")];
  const counts = rows.map(() => sectors.map(() => 0));
  const tried = [...rows.keys()].sort((a, b) => (rows[b].first ? 1 : 0) - (rows[a].first ? 1 : 0) || a - b);
  for (let at = 0; at < audit.count; at += 1) {
    const found = tried.find((row) => (rows[row].first ?? rows[row].holds)(columns, at, status[at]));
    if (found !== undefined) counts[found][sectors.indexOf(sector[at])] += 1;
  }
  return counts;
}

function barOf(row, sector, n, most) {
  if (!n) return h("span", { class: "nobody" }, number(0));
  if (!row.asked) return h("span", null, number(n)); // no list holds exactly these
  return h(
    "a",
    { href: link("facilities", { sector, ...row.asked }), "aria-label": t("{sector}, {share}: {n}", { sector: sectorWord(sector), share: row.words, n }) },
    drawnBar(row.band, Math.max(1, Math.floor((n * 72) / most))),
    h("span", null, number(n)),
  );
}

// As wide as `share` per cent of the column.
function drawnBar(band, share) {
  const id = `bar-stripes-${(drawings += 1)}`;
  const striped = band === "unknown";
  return svg(
    "svg",
    { class: `swatch-bar ${band}`, width: `${share}%`, "aria-hidden": "true" },
    striped ? svg("defs", null, stripes(id)) : null,
    svg("rect", { width: "100%", height: "100%", rx: 2, fill: striped ? `url(#${id})` : null }),
  );
}
