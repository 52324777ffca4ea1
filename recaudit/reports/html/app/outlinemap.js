// Areas on the map that the plan names: outlines of the audited file, coloured by share; unknown is striped.
import { svg } from "./core.js";
import { stripes } from "./bars.js";
import { link } from "./router.js";
import { t } from "./say.js";
import { tileWords } from "./tiles.js";

let maps = 0;

// `map`: {width, height, paths: code -> path}. Areas without an outline are the caller's to list.
export function outlineMap(audit, entries, map, { told = () => {} } = {}) {
  const id = `map-stripes-${(maps += 1)}`;
  const drawn = entries.filter(({ area }) => map.paths[area.code]);
  const edge = Math.max(map.width, map.height) / 60;
  const box = [-edge, -edge, map.width + 2 * edge, map.height + 2 * edge];
  return svg(
    "svg",
    {
      class: "outlines",
      viewBox: box.map((one) => Math.round(one)).join(" "),
      role: "group",
      "aria-label": t("Map of {n} areas", { n: drawn.length }),
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
