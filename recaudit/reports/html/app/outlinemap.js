// Areas on the map that the plan names: outlines of the audited file, coloured by share; unknown is striped.
import { svg } from "./core.js";
import { stripes } from "./bars.js";
import { link } from "./router.js";
import { tn } from "./say.js";
import { tileWords } from "./tiles.js";

let maps = 0;

// Whether a path encloses anything: a speck or a line is drawn as nothing, and nobody could point at it. Every path is of
// closed rings "Mx yldx dy dx dy…z" (outlines.py).
export function canBeDrawn(path = "") {
  return path.split("z").some((ring) => {
    const [x, y, ...steps] = (ring.match(/-?\d+/g) ?? []).map(Number);
    let [right, down, twice] = [0, 0, 0];
    for (let at = 0; at + 1 < steps.length; at += 2) {
      const [nextRight, nextDown] = [right + steps[at], down + steps[at + 1]];
      twice += right * nextDown - nextRight * down;
      [right, down] = [nextRight, nextDown];
    }
    return x !== undefined && y !== undefined && twice !== 0;
  });
}

// `map`: {width, height, paths: code -> path}. Areas without an outline are the caller's to list.
export function outlineMap(audit, entries, map, { told = () => {} } = {}) {
  const id = `map-stripes-${(maps += 1)}`;
  const drawn = entries.filter(({ area }) => canBeDrawn(map.paths[area.code]));
  const edge = Math.max(map.width, map.height) / 60;
  const box = [-edge, -edge, map.width + 2 * edge, map.height + 2 * edge];
  return svg(
    "svg",
    {
      class: "outlines",
      viewBox: box.map((one) => Math.round(one)).join(" "),
      role: "group",
      "aria-label": tn("Map of {n} area", "Map of {n} areas", { n: drawn.length }),
      onmouseleave: () => told(null),
    },
    svg("defs", null, scaledStripes(id, Math.max(map.width, map.height) / 700)),
    drawn.map((entry) =>
      svg(
        "a",
        {
          href: link("area", { code: entry.area.code }),
          "aria-label": tileWords(audit, entry),
          onmouseenter: () => told(entry),
          onfocus: () => told(entry),
        },
        svg("path", {
          class: `outline band-${entry.band}`,
          d: map.paths[entry.area.code],
          fill: entry.band === "unknown" ? `url(#${id})` : null,
          "fill-rule": "evenodd",
          "vector-effect": "non-scaling-stroke",
        }),
      ),
    ),
  );
}

function scaledStripes(id, scale) {
  const pattern = stripes(id);
  pattern.setAttribute("patternTransform", `rotate(45) scale(${scale})`);
  return pattern;
}
