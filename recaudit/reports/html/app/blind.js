// Why rules could not be judged: what was not looked at, as far as it concerns these rules.
import { h } from "./core.js";
import { t } from "./say.js";
import { worded } from "./terms.js";

const MORE = "{n} more"; // how a list that is cut short ends

// Nothing where nothing is said of them. A page of one facility alone holds no such words: they tell of the whole audit.
export function blindCard(audit, sector, rules) {
  const found = concerning(audit.result.not_looked_at, sector, rules);
  if (!found.length) return null;
  return h(
    "section",
    { class: "card" },
    h("h2", null, t("Not assessable, and why")),
    h("ul", { class: "plain" }, found.map((one) => h("li", { class: "small" }, h("code", null, one.what), ": ", worded(one.why)))),
  );
}

// Tables that some of the rules stand on, and whatever is said of the rules by name.
function concerning(entries, sector, rules) {
  const ids = new Set(rules.map((rule) => rule.id));
  const tables = new Set(rules.map((rule) => rule.table));
  return entries.filter((one) => {
    if ((one.sector ?? sector) !== sector) return false;
    const named = namedIn(one.why);
    const [table, column] = one.what.split(": ").pop().split(".");
    return named.some((word) => ids.has(word)) || (tables.has(table) && (!column || named.includes(MORE)));
  });
}

// Every text that stands as a value in a sentence of the result, however deep, and MORE of a list that goes on.
function namedIn(value) {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(namedIn);
  if (value === null || typeof value !== "object") return [];
  return value.text === MORE ? [MORE] : Object.values(value.with ?? {}).flatMap(namedIn);
}
