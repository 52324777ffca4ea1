// Stands where a page is not written yet.
import { h } from "./core.js";

export function placeholder(audit, parameters) {
  return h("section", { class: "card" }, h("h1", null, "…"), h("pre", null, JSON.stringify(parameters)));
}
