// Why rules could not be judged: what was not looked at, as far as it concerns a facility or a rule. Which rules want it,
// and whose source lacks it, is said by the result; blind.py is the twin of this.
import { h } from "./core.js";
import { t } from "./say.js";
import { worded } from "./terms.js";

// A page of one facility alone holds no such words: they tell of the whole audit.
export function blindFacility(audit, entry, rules) {
  return card(ofFacility(audit.result, entry, rules));
}

export function blindRule(audit, entry) {
  return card(concerning(audit.result, entry.sector, [entry]));
}

// Of its own sources first, and of no others.
export function ofFacility(result, entry, rules) {
  const found = concerning(result, entry.sector, rules).filter((one) => !one.facilities || one.facilities.includes(entry.id));
  return [...found.filter((one) => one.facilities), ...found.filter((one) => !one.facilities)];
}

export function concerning(result, sector, rules) {
  const ids = new Set(rules.map((rule) => rule.id));
  return result.not_looked_at.filter((one) => one.sector === sector && (one.rules ?? []).some((id) => ids.has(id)));
}

// Nothing where nothing was found.
function card(found) {
  if (!found.length) return null;
  return h(
    "section",
    { class: "card" },
    h("h2", null, t("Not assessable, and why")),
    h("ul", { class: "plain" }, found.map((one) => h("li", { class: "small" }, h("code", null, one.what), ": ", worded(one.why)))),
  );
}
