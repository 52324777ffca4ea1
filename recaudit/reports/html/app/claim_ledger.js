// The evidence of a claim as a ledger: what was expected, what came, where it stands at each rung, which rows are open.
import { h } from "./core.js";
import { standingAt, totalOf } from "./counts.js";
import { slimBarSilent } from "./bars.js";
import { shareAt } from "./marks.js";
import { number, t } from "./say.js";
import { rungWord } from "./terms.js";
import { RUNGS } from "./unpack.js";

// In records, whatever the level of the claim.
export function ledgerCard(audit, entry) {
  const received = standingAt(entry.standing, "received");
  const whole = totalOf(received);
  return h(
    "section",
    { class: "card long" },
    h("h2", null, t("Evidence, in records")),
    whole
      ? [standingTable(entry, whole), h("p", { class: "adds small" }, t("In every line: expected = reached + unknown + known short. Missing ones are among those known short."))]
      : h("p", null, t("No record is counted here: nothing was expected of the facilities in scope, or nobody said how many.")),
    entry.low || entry.high ? null : h("p", { class: "small" }, t("Counted are the facilities in scope that have an expected number; the others stand in no sum.")),
    openRows(entry.open),
  );
}

function standingTable(entry, whole) {
  const names = [t("Rung"), t("Share"), h("span", { class: "unseen" }, t("Bounds")), t("Reached"), t("Unknown"), t("Known short"), t("of them missing"), t("Expected")];
  return h(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": t("Evidence, in records") },
    h(
      "table",
      null,
      h("thead", null, h("tr", null, names.map((name, at) => h("th", { scope: "col", class: at && at !== 2 ? "num" : null }, name)))),
      h(
        "tbody",
        null,
        RUNGS.filter((rung) => entry.standing[rung]).map((rung) => {
          const at = entry.standing[rung];
          return h(
            "tr",
            { class: rung === entry.rung ? "strong" : null },
            h("th", { scope: "row" }, rungWord(rung)),
            h("td", { class: "num" }, shareAt(at, whole)),
            h("td", { class: "bar" }, slimBarSilent(at)),
            [at.reached, at.unknown, at.short, at.missing, totalOf(at)].map((n) => h("td", { class: "num" }, number(n))),
          );
        }),
      ),
    ),
  );
}

function openRows(open) {
  const lines = [
    [open.returned, t("rows without a facility that may be missing records")],
    [open.holes, t("unreadable rows that hang on some record")],
    [open.spoiled, t("reached records that these may spoil")],
    [open.rescued, t("short records that these may rescue")],
  ];
  if (!lines.some(([n]) => n)) return h("p", { class: "small" }, t("No row is open: none without a facility, none unreadable."));
  return [
    h("h3", null, t("What is open")),
    h(
      "table",
      { class: "parts" },
      h("tbody", null, lines.map(([n, words]) => h("tr", null, h("th", { scope: "row" }, words), h("td", { class: "num" }, number(n))))),
    ),
    h("p", { class: "muted small" }, t("lowest = (reached − those that may be spoiled) / expected; highest = (reached + unknown + rows that may be missing records + those that may be rescued) / expected")),
  ];
}
