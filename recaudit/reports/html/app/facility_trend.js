// How one facility stood in earlier results, where the page was given any.
import { h } from "./core.js";
import { standingAt, wholeOf } from "./counts.js";
import { slimBar } from "./bars.js";
import { shareAt } from "./marks.js";
import { day, number, t } from "./say.js";
import { worded } from "./terms.js";

// One line a result, oldest first, this one last; nothing where there is no earlier one.
export function trendOf(audit, entry) {
  if (!audit.older.length) return null;
  const then = audit.older.map((one) => ({
    when: one.as_of,
    facility: one.facility(entry.sector, entry.id),
    unlike: one.unlike.facilities[`${entry.sector}/${entry.id}`] ?? [],
  }));
  const lines = [...then, { when: audit.result.as_of, facility: entry, unlike: [] }];
  return h(
    "section",
    { class: "card long" },
    h("h2", null, t("Complete, result by result")),
    h(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": t("Complete, result by result") },
      h(
        "table",
        null,
        h(
          "thead",
          null,
          h("tr", null, [t("As of"), t("Complete"), "", t("Unknown"), t("Known short")].map((name, at) => h("th", { scope: "col", class: at && at !== 2 ? "num" : null }, name))),
        ),
        h("tbody", null, lines.map(trendLine)),
      ),
    ),
  );
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
      unlike.length ? h("div", { class: "muted small" }, t("not measured alike: {why}", { why: unlike.map(worded).join("; ") })) : null,
    ),
    h("td", { class: "num" }, shareAt(at, wholeOf(facility), facility.status === "silent")),
    h("td", { class: "bar" }, slimBar(at)),
    h("td", { class: "num" }, number(at.unknown)),
    h("td", { class: "num" }, number(at.short)),
  );
}
