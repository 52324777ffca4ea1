// How one facility stood in earlier results, where the page was given any: drawn, and line by line.
import { h } from "./core.js";
import { pointsOf, trendChart, trendKey } from "./charts.js";
import { standingAt, wholeOf } from "./counts.js";
import { slimBar } from "./bars.js";
import { shareAt } from "./marks.js";
import { day, number, t } from "./say.js";
import { worded } from "./terms.js";

// Oldest first, this result last; nothing where there is no earlier one.
export function trendOf(audit, entry) {
  if (!audit.older.length) return null;
  const key = `${entry.sector}/${entry.id}`;
  const of = (one) => (one === audit.result ? entry : one.facility(entry.sector, entry.id));
  const why = (one) => (one === audit.result ? [] : (one.unlike.facilities[key] ?? []));
  const points = pointsOf(audit, (one) => boundsOf(of(one)), (one) => why(one).length > 0);
  const lines = [...audit.older, audit.result].map((one) => ({ when: one.as_of, facility: of(one), unlike: why(one) }));
  const name = t("Complete, result by result");
  const heads = [t("As of"), t("Complete"), "", t("Unknown"), t("Known short")];
  return h(
    "section",
    { class: "card long" },
    h("h2", null, name),
    h(
      "div",
      { class: "two" },
      h("div", null, trendChart(points, { name }), trendKey(null)),
      h(
        "div",
        { class: "scroll", tabindex: "0", role: "region", "aria-label": name },
        h(
          "table",
          null,
          h("thead", null, h("tr", null, heads.map((words, at) => h("th", { scope: "col", class: at && at !== 2 ? "num" : null }, words)))),
          h("tbody", null, lines.map(trendLine)),
        ),
      ),
    ),
  );
}

// As bounds: what is reached, and that with all that is unknown. Nothing where nothing is expected or received.
function boundsOf(facility) {
  if (facility === null) return null;
  const at = standingAt(facility.rungs);
  const whole = wholeOf(facility);
  return whole ? { low: [at.reached, whole], high: [at.reached + at.unknown, whole] } : null;
}

function trendLine({ when, facility, unlike }) {
  if (facility === null) {
    return h("tr", null, h("th", { scope: "row" }, day(when)), h("td", { colspan: "4", class: "muted" }, t("it was not in this result")));
  }
  const at = standingAt(facility.rungs);
  return h(
    "tr",
    null,
    h(
      "th",
      { scope: "row" },
      day(when),
      unlike.length ? h("div", { class: "muted small" }, t("not measured alike: {why}", { why: unlike.map(worded) })) : null,
    ),
    h("td", { class: "num" }, shareAt(at, wholeOf(facility), facility.status === "silent")),
    h("td", { class: "bar" }, slimBar(at)),
    h("td", { class: "num" }, number(at.unknown)),
    h("td", { class: "num" }, number(at.short)),
  );
}
