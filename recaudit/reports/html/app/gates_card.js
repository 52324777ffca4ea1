// Gates: what has to be known at least, and who misses it most.
import { h } from "./core.js";
import { badge } from "./marks.js";
import { said, t, tn } from "./say.js";
import { worded } from "./terms.js";

const WORST_SHOWN = 5;

export function gatesCard(audit) {
  const { gates } = audit.result;
  if (!gates.length) return null;
  return h(
    "section",
    { class: "card" },
    h("h2", null, t("Gates: what has to be known at least")),
    h("p", { class: "muted small" }, t("A gate compares the lowest that is known with a threshold. It is no verdict on a claim.")),
    h("ul", { class: "signals" }, gates.map((gate, place) => gateLine(gate, audit.gates[place]))),
  );
}

// Its sentences are those of every other report: recaudit/gatewords.py.
function gateLine(gate, { asked, kept, missed }) {
  return h(
    "li",
    null,
    gate.met ? badge("met", t("✓ gate met")) : badge("flagged", t("✗ gate missed")),
    " ",
    h("strong", null, said(asked)),
    gate.reason ? h("span", { class: "muted" }, ` · ${worded(gate.reason)}`) : null,
    h("p", { class: "small" }, said(kept)),
    gate.per === "sector" || !missed.length ? null : h("ul", { class: "plain small" }, missed.slice(0, WORST_SHOWN).map((one) => h("li", null, h("bdi", null, one.unit || t("(in no area)")), ": ", said(one.known)))),
    gate.per !== "sector" && gate.missed > WORST_SHOWN ? h("p", { class: "muted small" }, tn("and {n} more", "and {n} more", { n: gate.missed - Math.min(WORST_SHOWN, missed.length) })) : null,
  );
}
