// Links by name: to a facility, to a rule. Names come from data, so each stands in its own direction of writing.
import { h } from "./core.js";
import { link } from "./router.js";
import { titleOf } from "./terms.js";

export function toFacility({ sector, id, name }) {
  return h("a", { href: link("facility", { sector, id }) }, h("bdi", null, name || id));
}

export function toRule({ sector, id, ...rule }, className = null) {
  return h("a", { href: link("rule", { sector, id }), class: className }, titleOf({ id, ...rule }));
}
