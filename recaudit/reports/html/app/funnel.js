// The ladder of one facility: what reached each rung, what is unknown, what is known short; and that it adds up.
import { h } from "./core.js";
import { standingAt, totalOf, wholeOf } from "./counts.js";
import { slimBar, slimBarSilent } from "./bars.js";
import { shareAt, shareOf } from "./marks.js";
import { number, percent, t } from "./say.js";
import { HEADLINE, basisWord, rungQuestion, rungsAsked, rungWord } from "./terms.js";
import { RUNGS } from "./unpack.js";

const ROWS_READ = ["matched", "duplicate", "unexpected", "out_of_scope", "unreadable"];

// A table of rungs; where none was counted, that is said.
export function funnelCard(audit, entry) {
  const whole = wholeOf(entry);
  return h(
    "section",
    { class: "card long" },
    h("h2", null, entry.expected === null ? t("From received to timely") : t("From expected to timely")),
    h("p", { class: "muted small" }, t("A record is counted at a rung when that rung and every rung before it hold.")),
    Object.keys(entry.rungs).length ? rungTable(entry.rungs, entry.expected, whole, rungsAsked(audit, entry.sector), entry.status === "silent") : null,
    h("p", { class: "adds small" }, expectedAddsUp(entry.rungs, entry.expected)),
    h("p", { class: "adds small" }, readAddsUp(entry)),
  );
}

export function rungTable(rungs, expected, whole, asked, silent = false) {
  const row = (rung) => {
    const at = standingAt(rungs, rung);
    return h(
      "tr",
      { class: rung === HEADLINE ? "strong" : null },
      h(
        "th",
        { scope: "row", title: rungQuestion(rung) },
        rungWord(rung),
        asked.includes(rung) ? null : h("div", { class: "muted small" }, t("no required rule asks for it")),
      ),
      h("td", { class: "num" }, shareAt(at, whole, silent)),
      h("td", { class: "bar" }, slimBarSilent(at)),
      h("td", { class: "num" }, number(at.reached)),
      h("td", { class: "num" }, number(at.unknown)),
      h("td", { class: "num" }, number(at.short)),
      h("td", { class: "num" }, number(totalOf(at))),
    );
  };
  const names = [t("Rung"), t("Share"), h("span", { class: "unseen" }, t("Bounds")), t("Reached"), t("Unknown"), t("Known short"), basisTitle(expected)];
  return h(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": t("Rungs") },
    h(
      "table",
      null,
      h("thead", null, h("tr", null, names.map((name, at) => h("th", { scope: "col", class: at && at !== 2 ? "num" : null }, name)))),
      h("tbody", null, RUNGS.filter((rung) => rungs[rung]).map(row)),
    ),
  );
}

function basisTitle(expected) {
  return expected === null ? t("Received") : t("Expected");
}

// The first identity, with its numbers.
export function expectedAddsUp(rungs, expected, rung = HEADLINE) {
  const at = standingAt(rungs, rung);
  return t("{whole} {basis} = {reached} reached + {unknown} unknown + {short} known short, at {rung}", {
    whole: expected ?? totalOf(at),
    basis: basisWord(expected),
    ...at,
    rung: rungWord(rung),
  });
}

// The second identity: every row that was read, in its state.
export function readAddsUp(counts, unattributed = null) {
  const words = rowStates();
  const parts = ROWS_READ.map((state) => `${number(counts[state])} ${words[state]}`);
  if (unattributed !== null) parts.push(`${number(unattributed)} ${words.unattributed}`);
  return t("{read} read = {parts}", { read: counts.read, parts: parts.join(" + ") });
}

export function rowStates() {
  return {
    matched: t("matched"),
    duplicate: t("duplicate"),
    unexpected: t("unexpected"),
    out_of_scope: t("out of scope"),
    unreadable: t("unreadable"),
    unattributed: t("unattributed"),
  };
}

// Each rung of the facility beside that of its sector as a whole.
export function facilityRungs(audit, entry) {
  const total = audit.result.totals[entry.sector];
  const all = total ? (total.expected ?? totalOf(standingAt(total.rungs))) : 0;
  const others = !audit.only && total;
  const alike = others && (total.expected === null) === (entry.expected === null);
  return h(
    "section",
    { class: "card" },
    h(
      "div",
      { class: "head" },
      h("h2", null, t("Rung by rung")),
      alike ? h("span", { class: "muted small" }, h("i", { class: "tick-sign", "aria-hidden": "true" }), t("all facilities of the sector")) : null,
    ),
    RUNGS.filter((rung) => entry.rungs[rung]).length
      ? h(
          "div",
          { class: "rungs" },
          RUNGS.filter((rung) => entry.rungs[rung]).map((rung) => rungLine(entry, rung, alike ? { ...standingAt(total.rungs, rung), all } : null)),
        )
      : h("p", null, t("No rung was counted: nothing was received and nothing is known to be expected.")),
    alike || !others ? null : h("p", { class: "small" }, t("It cannot be held against the sector: one is of expected records, the other of received ones.")),
  );
}

function rungLine(entry, rung, others) {
  const at = standingAt(entry.rungs, rung);
  const unseen = Boolean(others?.all) && others.unknown === others.all;
  const said = others ? t("all facilities: {share}", { share: unseen ? t("unknown") : percent(others.reached, others.all) }) : "";
  return h(
    "div",
    { class: "rung" },
    h("span", null, rungWord(rung)),
    h(
      "span",
      { class: "track", title: said || null },
      slimBar(at),
      others?.all && !unseen ? h("span", { class: "tick", style: { left: `${(others.reached * 100) / others.all}%` } }) : null,
      said ? h("span", { class: "unseen" }, said) : null,
    ),
    h("span", { class: "num" }, shareOf(entry, rung)),
  );
}
