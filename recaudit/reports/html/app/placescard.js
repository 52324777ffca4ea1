// Communes and wards at a glance: a map where the plan names one, tiles from coordinates, or by rank; by rung and sector.
import { announce, h } from "./core.js";
import { slimBar, swatch } from "./bars.js";
import { areaName } from "./counts.js";
import { canBeDrawn, outlineMap } from "./outlinemap.js";
import { bandOf, bandWords, areaCounts, byLowest, choiceOf, countsSaid, leavesOf } from "./places.js";
import { keep } from "./router.js";
import { percent, said, t, tn } from "./say.js";
import { rungWord, sectorWord } from "./terms.js";
import { tileGrid } from "./tilegrid.js";
import { tileList } from "./tiles.js";

// `page`: whose address keeps what is chosen; `asked`: {rung, sector, view} of that address. null without any area.
export function placesCard(audit, page, asked) {
  const leaves = leavesOf(audit);
  if (!leaves.length || !Object.keys(audit.result.totals).length) return null;
  const card = h("section", { class: "card places" });
  const chosen = { ...asked };

  function draw(focus) {
    card.replaceChildren(...content(audit, leaves, chosen, changed));
    if (focus) card.querySelector(`[data-choice="${focus}"]`)?.focus();
  }

  function changed(name, value) {
    chosen[name] = value;
    keep(page, chosen);
    draw(name === "view" ? `view-${value}` : name);
    announce(card.querySelector("h2").parentElement.textContent);
  }

  draw(null);
  return card;
}

function content(audit, leaves, asked, changed) {
  const choice = choiceOf(audit, asked);
  const entries = leaves.map((area) => {
    const counts = areaCounts(area, choice.sector, choice.rung);
    return { area, counts, band: bandOf(counts) };
  });
  const views = viewsOf(audit, leaves);
  const view = views.some(([name]) => name === asked.view) ? asked.view : views[0][0];
  const readout = h("div", { class: "readout small" });
  const tell = (entry) => readout.replaceChildren(...readoutOf(audit, entry));
  tell(null);
  return [
    h(
      "div",
      { class: "head" },
      h(
        "div",
        null,
        h("h2", null, tn("{n} commune or ward", "{n} communes and wards", { n: leaves.length })),
        h("p", { class: "muted small" }, whatIsShown(audit, choice)),
      ),
      controlsOf(choice, views, view, changed),
    ),
    drawnAs(audit, view, entries, tell),
    readout,
    bandKey(entries),
    ...withoutPlace(audit, view, entries),
    audit.map?.why ? h("p", { class: "muted small" }, said(audit.map.why), " ", views.length > 1 ? t("Tiles stand in its place.") : t("A list by rank stands in its place.")) : null,
  ].filter(Boolean);
}

function whatIsShown(audit, { rung, sector }) {
  const whole = audit.result.totals[sector].expected === null ? t("received records") : t("expected records");
  return t("{sector}: {rung}, known share of {whole} (%)", { sector: sectorWord(sector), rung: rungWord(rung), whole });
}

function viewsOf(audit, leaves) {
  const views = [];
  if (audit.map?.paths && leaves.some(({ code }) => canBeDrawn(audit.map.paths[code]))) views.push(["map", t("Map")]);
  if (gridOf(leaves)) views.push(["tiles", t("Tiles")]);
  return [...views, ["ranked", t("By rank")]];
}

// Those with coordinates, and where they stand; null where that makes no map.
function gridOf(leaves) {
  const placed = leaves.filter(({ lat, lon }) => lat && lon);
  const grid = tileGrid(placed.map(({ lat, lon }) => ({ lat: Number(lat), lon: Number(lon) })));
  return grid && { ...grid, placed };
}

function controlsOf(choice, views, view, changed) {
  const select = (name, words, options, value) => {
    const node = h(
      "select",
      { value, "data-choice": name, onchange: () => changed(name, node.value) },
      options.map(([option, text]) => h("option", { value: option }, text)),
    );
    return h("label", null, words, node);
  };
  const rungs = choice.rungs.map((one) => [one, rungWord(one)]);
  const sectors = choice.sectors.map((one) => [one, sectorWord(one)]);
  return h(
    "div",
    { class: "controls" },
    select("rung", t("Rung"), rungs, choice.rung),
    sectors.length > 1 ? select("sector", t("Sector"), sectors, choice.sector) : null,
    views.length > 1
      ? h(
          "span",
          { class: "choice", role: "group", "aria-label": t("Shown as") },
          views.map(([name, words]) =>
            h(
              "button",
              {
                type: "button",
                "data-choice": `view-${name}`,
                "aria-pressed": String(name === view),
                onclick: () => changed("view", name),
              },
              words,
            ),
          ),
        )
      : null,
  );
}

function drawnAs(audit, view, entries, told) {
  if (view === "map") return outlineMap(audit, entries, audit.map, { told });
  const label = view === "tiles" ? t("Communes and wards, as they lie") : t("Communes and wards, lowest share first");
  const kind = ({ area }) => (/^Phường /.test(area.name) ? "ward" : "");
  if (view === "ranked") return tileList(audit, [...entries].sort(byLowest), { label, told, kind });
  const grid = gridOf(entries.map(({ area }) => area));
  const of = new Map(entries.map((entry) => [entry.area, entry]));
  const order = grid.placed
    .map((area, at) => [of.get(area), grid.at[at]])
    .sort(([, a], [, b]) => a[0] - b[0] || a[1] - b[1]);
  const placed = { columns: grid.columns, at: order.map(([, at]) => at) };
  return tileList(audit, order.map(([entry]) => entry), { grid: placed, label, told, kind });
}

// Areas that the map or the coordinates lack: they do not vanish.
function withoutPlace(audit, view, entries) {
  const lacking = {
    map: ({ area }) => !canBeDrawn(audit.map.paths[area.code]),
    tiles: ({ area }) => !(area.lat && area.lon),
    ranked: () => false,
  }[view];
  const rest = entries.filter(lacking);
  if (!rest.length) return [];
  const words = view === "map" ? t("Not on the map") : t("Without coordinates");
  return [h("h3", { class: "rest" }, words), tileList(audit, [...rest].sort(byLowest), { label: words })];
}

function readoutOf(audit, entry) {
  if (!entry) return [h("span", { class: "muted" }, t("Point at an area to read its counts."))];
  const { area, counts } = entry;
  const share = counts?.whole ? percent(counts.standing.reached, counts.whole) : "—";
  return [
    h("b", null, h("bdi", null, areaName(audit, area.code))),
    h("b", null, counts && counts.standing.unknown === counts.whole && counts.whole ? t("unknown") : share),
    counts?.whole ? h("span", { class: "readout-bar", "aria-hidden": "true" }, slimBar(counts.standing)) : null,
    h("span", null, countsSaid(counts)),
    counts ? h("span", { class: "muted" }, facilitiesSaid(counts)) : null,
  ].filter(Boolean);
}

// Of one without an expected number no area says whether it sent anything.
export function facilitiesSaid({ facilities, silent, uncounted }) {
  if (uncounted) {
    const all = tn("{n} facility", "{n} facilities", { n: facilities });
    return silent ? t("{facilities}, {silent} silent", { facilities: all, silent }) : all;
  }
  const sent = facilities - silent;
  return tn("{sent} of {n} facility submitted", "{sent} of {n} facilities submitted", { n: facilities, sent });
}

function bandKey(entries) {
  const used = new Set(entries.map(({ band }) => band));
  const parts = bandWords().map(([band, words]) => [swatch(`band-${band}`), words]);
  if (used.has("unknown")) parts.push([swatch("unknown"), t("nothing known: not submitted, or not judged")]);
  if (used.has("none")) parts.push([swatch("band-none"), t("nothing to count")]);
  if (entries.some(({ area }) => /^Phường /.test(area.name))) parts.push([swatch("ward"), t("ward")]);
  return h("ul", { class: "key" }, parts.map(([sign, words]) => h("li", null, sign, words)));
}
