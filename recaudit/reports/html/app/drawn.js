// The bars of the pages about records, until the shared ones are there.
import { h } from "./core.js";
import { number, t } from "./say.js";

export function slimBar({ reached, short, unknown }) {
  const whole = reached + short + unknown;
  if (!whole) return h("span", null, "—");
  const part = (name, n) => (n > 0 ? h("i", { class: name, style: { width: `${(n * 100) / whole}%` } }) : null);
  return h(
    "span",
    {
      class: "meter",
      role: "img",
      "aria-label": t("{reached} reached, {unknown} unknown, {short} known short", { reached, unknown, short }),
    },
    part("s-ok", reached),
    part("s-unk", unknown),
    part("s-bad", short),
  );
}

export function wideBar(standing) {
  return slimBar(standing);
}

export function swatch(name) {
  return h("i", { class: name, "aria-hidden": "true" });
}
