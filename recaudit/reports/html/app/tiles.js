// Areas as tiles: in the order of a map, or by rank. Each is a link; arrows move between them, Tab leaves them.
import { h } from "./core.js";
import { slimBarSilent } from "./bars.js";
import { areaName } from "./counts.js";
import { percent, t } from "./say.js";
import { link } from "./router.js";
import { countsSaid, shortShare } from "./places.js";

// `entries`: [{area, counts, band}] in the order in which they are read. `grid`: {columns, at} from tileGrid, in the same
// order; null lays them out in rows as they come. `told(entry)`: called with what the reader points at, null for none.
export function tileList(audit, entries, { grid = null, label, told = () => {}, kind = () => "" }) {
  const list = h(
    "ul",
    {
      class: grid ? "tiles placed" : "tiles",
      "aria-label": entries.length > 1 ? t("{list}; arrow keys lead from one to the next", { list: label }) : label,
      style: grid ? { "--columns": grid.columns } : null,
      onkeydown: (event) => moved(event, list),
      onmouseleave: () => told(null),
    },
    entries.map((entry, at) => {
      const place = grid ? { "grid-row": grid.at[at][0] + 1, "grid-column": grid.at[at][1] + 1 } : null;
      return h("li", { style: place }, tile(audit, entry, at === 0, told, kind(entry)));
    }),
  );
  return list;
}

function tile(audit, entry, first, told, kind) {
  const { area, counts, band } = entry;
  return h(
    "a",
    {
      class: `tile band-${band} ${kind}`,
      href: link("area", { code: area.code }),
      tabindex: first ? "0" : "-1",
      "aria-label": tileWords(audit, entry),
      onmouseenter: () => told(entry),
      onfocus: () => told(entry),
    },
    h("span", { class: "name" }, h("bdi", null, plainName(areaName(audit, area.code)))),
    h("b", null, shortShare(counts)),
    counts && counts.whole ? slimBarSilent(counts.standing) : null,
  );
}

// "Xã Ea Súp" is "Ea Súp" where every tile is a commune or ward; nothing else is taken off.
function plainName(name) {
  return name.replace(/^(Xã|Phường|Thị trấn) /, "");
}

export function tileWords(audit, { area, counts }) {
  const name = areaName(audit, area.code);
  if (counts === null || !counts.whole) return t("{area}: {counts}", { area: name, counts: countsSaid(counts) });
  const share = counts.standing.unknown === counts.whole ? t("unknown") : percent(counts.standing.reached, counts.whole);
  return t("{area}: {share}; {counts}", { area: name, share, counts: countsSaid(counts) });
}

// Left, right, up, down to the nearest tile that way; Home and End to the first and last.
function moved(event, list) {
  const tiles = [...list.querySelectorAll("a")];
  const here = tiles.indexOf(document.activeElement);
  if (here < 0) return;
  const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  const next = way ? nearest(tiles, here, way) : { Home: 0, End: tiles.length - 1 }[event.key];
  if (next === undefined || next < 0) return;
  event.preventDefault();
  tiles[here].tabIndex = -1;
  tiles[next].tabIndex = 0;
  tiles[next].focus();
}

function nearest(tiles, here, [right, down]) {
  const boxes = tiles.map((one) => one.getBoundingClientRect());
  let best = -1;
  let least = Infinity;
  boxes.forEach((box, at) => {
    const [x, y] = [box.left - boxes[here].left, box.top - boxes[here].top];
    const along = right ? x * right : y * down;
    if (at === here || along <= 4) return;
    const far = along + 3 * Math.abs(right ? y : x);
    if (far < least) [least, best] = [far, at];
  });
  return best;
}
