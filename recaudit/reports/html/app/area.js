// One area: where it lies, its rungs in each sector, its facilities by gap, and what lies below it.
import { h } from "./core.js";
import { barKey, slimBarSilent, wideBar } from "./bars.js";
import { pointsOf, trendChart } from "./charts.js";
import { areaName, areasAbove, standingAt, totalOf } from "./counts.js";
import { areaTableColumns } from "./areas.js";
import { facilityColumns } from "./facilities.js";
import { expectedAddsUp } from "./funnel.js";
import { listing } from "./listing.js";
import { shareAt } from "./marks.js";
import { areaCounts, byLowest, bandOf, leavesOf } from "./places.js";
import { facilitiesSaid } from "./placescard.js";
import { link } from "./router.js";
import { number, t, tn } from "./say.js";
import { soughtPlaces, tiesOf } from "./seek.js";
import { HEADLINE, rungQuestion, rungsAsked, rungWord, sectorWord } from "./terms.js";
import { RUNGS } from "./unpack.js";

export function area(audit, { code }) {
  const entry = audit.areas.get(code);
  if (!entry) return noSuchArea();
  const sectors = Object.keys(entry.sectors);
  return h(
    "div",
    { class: "stack" },
    areaHead(audit, entry),
    sectors.length ? null : h("section", { class: "card" }, h("p", null, t("No facility of the register lies in this area."))),
    h("div", { class: sectors.length > 1 ? "two" : "stack" }, sectors.map((sector) => areaSectorCard(audit, entry, sector))),
    belowCards(audit, entry, sectors),
    facilitiesCard(audit, entry),
  );
}

function noSuchArea() {
  return h(
    "section",
    { class: "card" },
    h("h1", null, t("There is no such area")),
    h("p", null, h("a", { href: link("areas") }, t("See all areas"))),
  );
}

function areaHead(audit, entry) {
  const above = areasAbove(audit, entry.code).slice(1).reverse();
  return h(
    "div",
    { class: "page-head" },
    h(
      "nav",
      { class: "crumbs", "aria-label": t("Where it lies") },
      h("a", { href: link("areas") }, t("Areas")),
      above.map((code) => h("a", { href: link("area", { code }) }, h("bdi", null, areaName(audit, code)))),
      h("span", null, h("bdi", null, entry.code)),
    ),
    h("h1", null, h("bdi", null, areaName(audit, entry.code))),
    h("p", { class: "lead" }, Object.keys(entry.sectors).map((sector) => h("span", null, rankSaid(audit, entry, sector), " "))),
  );
}

// "Health: 46.15 % complete, place 3 of 8 from the lowest." Only areas of which something is known have a place.
function rankSaid(audit, entry, sector) {
  const ranked = leavesOf(audit)
    .map((area) => ({ area, counts: areaCounts(area, sector, HEADLINE) }))
    .map((one) => ({ ...one, band: bandOf(one.counts) }))
    .filter(({ band }) => band !== "none" && band !== "unknown")
    .sort(byLowest);
  const at = ranked.findIndex(({ area }) => area.code === entry.code);
  if (at < 0 || ranked.length < 2) return "";
  return t("{sector}: place {place} of {n}, counted from the lowest share.", { sector: sectorWord(sector), place: at + 1, n: ranked.length });
}

function areaSectorCard(audit, entry, sector) {
  const sums = entry.sectors[sector];
  const counts = areaCounts(entry, sector, HEADLINE);
  const { standing, whole } = counts;
  const ofReceived = audit.result.totals[sector].expected === null;
  return h(
    "section",
    { class: "card" },
    h(
      "div",
      { class: "head" },
      h("h2", null, t("{sector}: {rung}", { sector: sectorWord(sector), rung: rungWord(HEADLINE) })),
      h("span", { class: "big" }, shareAt(standing, whole, counts.silent === counts.facilities)),
    ),
    wideBar(standing),
    barKey(),
    h(
      "p",
      { class: "small muted" },
      facilitiesSaid(counts),
      counts.uncounted && ofReceived ? [", ", tn("{n} without an expected number", "{n} without an expected number", { n: counts.uncounted })] : "",
      counts.uncounted && !ofReceived ? [", ", tn("{n} without an expected number, in no sum", "{n} without an expected number, in no sum", { n: counts.uncounted })] : "",
    ),
    whole ? areaRungs(sums.rungs, rungsAsked(audit, sector), sector) : h("p", null, counts.uncounted ? t("Nobody said how many records to expect here.") : t("Nothing is expected here.")),
    whole ? h("p", { class: "adds small" }, expectedAddsUp(sums.rungs, sums.expected)) : null,
    areaTrend(audit, entry, sector),
  );
}

// Rung by rung; one that no required rule asks for is left out, because every record reaches it unlooked at.
function areaRungs(rungs, asked, sector) {
  const shown = RUNGS.filter((rung) => rungs[rung] && (rung === "received" || asked.includes(rung)));
  const heads = [[t("Rung")], [t("Share"), "num"], [t("Bounds")], [t("Unknown"), "num"], [t("Known short"), "num"]];
  const row = (rung) => {
    const at = standingAt(rungs, rung);
    return h(
      "tr",
      { class: rung === HEADLINE ? "strong" : null },
      h("th", { scope: "row", title: rungQuestion(rung) }, rungWord(rung)),
      h("td", { class: "num" }, shareAt(at, totalOf(at))),
      h("td", { class: "bar" }, slimBarSilent(at)),
      h("td", { class: "num" }, number(at.unknown)),
      h("td", { class: "num" }, number(at.short)),
    );
  };
  return h(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": t("Rungs: {sector}", { sector: sectorWord(sector) }) },
    h(
      "table",
      null,
      h("thead", null, h("tr", null, heads.map(([words, name]) => h("th", { scope: "col", class: name }, words)))),
      h("tbody", null, shown.map(row)),
    ),
  );
}

function areaTrend(audit, entry, sector) {
  const ids = soughtPlaces(audit, { area: entry.code, sector }).map((place) => audit.column("id")[place]);
  const points = pointsOf(
    audit,
    (one) => boundsThen(one.areas.find(({ code }) => code === entry.code)?.sectors[sector]),
    (one) => ids.some((id) => one.unlike.facilities[`${sector}/${id}`]),
  );
  const chart = trendChart(points, { name: sectorWord(sector) });
  const apart = points.some(({ unlike }) => unlike);
  return (
    chart &&
    h(
      "figure",
      null,
      h("h3", null, t("Complete, result by result")),
      chart,
      apart ? h("p", { class: "muted small" }, t("Hollow points were not measured alike; the pages of the facilities say why.")) : null,
    )
  );
}

function boundsThen(sums) {
  if (!sums) return null;
  const at = standingAt(sums.rungs);
  const whole = totalOf(at);
  return whole ? { low: [at.reached, whole], high: [at.reached + at.unknown, whole] } : null;
}

function belowCards(audit, entry, sectors) {
  const below = [...audit.areas.values()].filter(({ parent }) => parent === entry.code);
  if (!below.length) return null;
  return sectors.map((sector) => {
    const rows = below.map((one) => ({ area: one, counts: areaCounts(one, sector, HEADLINE) })).filter(({ counts }) => counts);
    if (!rows.length) return null;
    const title = t("Areas below: {sector}", { sector: sectorWord(sector) });
    const list = listing({ caption: title, rows, ties: byLowest, columns: areaTableColumns(audit), sorted: { by: "share", down: false } });
    return h("section", { class: "card long" }, h("h2", null, title), list.node);
  });
}

function facilitiesCard(audit, entry) {
  const places = soughtPlaces(audit, { area: entry.code });
  if (!places.length) return null;
  const list = listing({ caption: t("Facilities"), rows: places, ties: tiesOf(audit), columns: facilityColumns(audit, { area: false }), sorted: { by: "gap", down: true } });
  return h(
    "section",
    { class: "card long" },
    h(
      "div",
      { class: "head" },
      h("h2", null, t("Facilities here ({n})", { n: places.length })),
      h("a", { class: "screen-only", href: link("facilities", { area: entry.code }) }, t("Search and filter them")),
    ),
    list.node,
  );
}
