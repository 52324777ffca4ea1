// Every claim and every sector over the earlier results that the page was given.
import { h } from "./core.js";
import { boundsSaid, pointsOf, trendChart, trendKey } from "./charts.js";
import { standingAt, totalOf } from "./counts.js";
import { quoted } from "./claim.js";
import { link } from "./router.js";
import { t, tn } from "./say.js";
import { HEADLINE, sectorWord, worded } from "./terms.js";

const REASONS = 3;

export function trend(audit) {
  const card = trendCard(audit, { tables: true });
  return h(
    "div",
    { class: "stack" },
    h("h1", null, t("Result by result")),
    card ?? h("section", { class: "card" }, h("p", null, t("The page was given no earlier result to compare with."))),
  );
}

// `tables`: with the counts of every point under its chart. null without an earlier result.
export function trendCard(audit, { tables = false } = {}) {
  if (!audit.older.length) return null;
  const panels = [...claimPanels(audit), ...sectorPanels(audit)].filter(({ points }) => points.length > 1);
  if (!panels.length) return null;
  return h(
    "section",
    { class: tables ? "card long" : "card" },
    h(
      "div",
      { class: "head" },
      h(
        "div",
        null,
        h("h2", null, tn("Over {n} result", "Over {n} results", { n: audit.older.length + 1 })),
        trendKey(true),
      ),
      tables ? null : h("a", { class: "screen-only", href: link("trend") }, t("All counts")),
    ),
    h("div", { class: "trends" }, panels.map((panel) => panelDrawn(panel, tables))),
  );
}

function claimPanels(audit) {
  return audit.result.claims.map((claim) => {
    const why = [...new Set(audit.older.flatMap((one) => (one.unlike.claims[claim.id] ?? []).map(worded)))];
    const points = pointsOf(
      audit,
      (one) => one.claims.find(({ id }) => id === claim.id) ?? null,
      (one) => Boolean(one.unlike.claims[claim.id]?.length),
    );
    return { name: claim.id, title: quoted(claim), href: link("claim", { id: claim.id }), target: claim.target, points, why };
  });
}

// Sums of a sector at the rung every report shows first, where no claim says it.
function sectorPanels(audit) {
  if (audit.result.claims.length) return [];
  return Object.keys(audit.result.totals).map((sector) => {
    const apart = (one) => Object.keys(one.unlike.facilities).some((key) => key.startsWith(`${sector}/`));
    const points = pointsOf(audit, (one) => sectorBounds(one.totals[sector]), apart);
    const why = points.some(({ unlike }) => unlike) ? [t("the pages of the facilities say why")] : [];
    return { name: sectorWord(sector), title: t("complete"), href: null, target: null, points, why };
  });
}

function sectorBounds(total) {
  if (!total) return null;
  const at = standingAt(total.rungs, HEADLINE);
  const whole = totalOf(at);
  return whole ? { low: [at.reached, whole], high: [at.reached + at.unknown, whole] } : null;
}

function panelDrawn({ name, title, href, target, points, why }, tables) {
  return h(
    "figure",
    null,
    h("h3", null, href ? h("a", { href }, h("bdi", null, name)) : name),
    h("p", { class: "muted small" }, h("bdi", null, title)),
    trendChart(points, { target, name }),
    why.length ? h("p", { class: "muted small" }, t("Hollow points were not measured alike: {why}", { why: why.slice(0, REASONS).join("; ") })) : null,
    tables ? countsTable(points) : null,
  );
}

function countsTable(points) {
  const row = (point) => h("tr", null, h("th", { scope: "row" }, point.name), h("td", null, boundsSaid(point)));
  const heads = h("tr", null, h("th", { scope: "col" }, t("Result")), h("th", { scope: "col" }, t("Lowest – highest possible")));
  return h("table", { class: "small" }, h("thead", null, heads), h("tbody", null, points.map(row)));
}
