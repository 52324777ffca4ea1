// Gates: what has to be known at least, and who misses it most.
import { h } from "./core.js";
import { badge } from "./marks.js";
import { number, percent, promised, t, tn } from "./say.js";
import { scopeOf } from "./scope.js";
import { rungWord, sectorWord, worded } from "./terms.js";

const WORST_SHOWN = 5;

export function gatesCard(audit) {
  const { gates } = audit.result;
  if (!gates.length) return null;
  return h(
    "section",
    { class: "card" },
    h("h2", null, t("Gates: what has to be known at least")),
    h("p", { class: "muted small" }, t("A gate compares the lowest that is known with a threshold. It is no verdict on a claim.")),
    h("ul", { class: "signals" }, gates.map((gate) => gateLine(audit, gate))),
  );
}

function gateLine(audit, gate) {
  const scoped = Object.values(gate.scope).some((values) => values.length);
  const missed = gate.worst.filter((unit) => !unit.met);
  return h(
    "li",
    null,
    gate.met ? badge("met", t("✓ gate met")) : badge("flagged", t("✗ gate missed")),
    " ",
    h("strong", null, gateAsked(gate)),
    scoped ? ` (${scopeOf(audit, gate.scope)})` : "",
    gate.reason ? h("span", { class: "muted" }, ` · ${worded(gate.reason)}`) : null,
    h("p", { class: "small" }, gateCounts(gate)),
    gate.per === "sector" || !missed.length ? null : h("ul", { class: "plain small" }, missed.slice(0, WORST_SHOWN).map((unit) => h("li", null, h("bdi", null, unit.unit || t("(in no area)")), ": ", lowOf(unit)))),
    gate.per !== "sector" && gate.missed > WORST_SHOWN ? h("p", { class: "muted small" }, tn("and {n} more", "and {n} more", { n: gate.missed - Math.min(WORST_SHOWN, missed.length) })) : null,
  );
}

// What a gate asks for, without its scope: the twin of `asked_of` in recaudit/terms.py.
function gateAsked({ rung, at_least, sector, of, per }) {
  const values = { rung: rungWord(rung), share: promised(at_least), sector: sectorWord(sector) };
  if (of === "received") {
    if (per === "area") return t("{rung}: at least {share} of received records in each area of {sector}", values);
    if (per === "facility") return t("{rung}: at least {share} of received records in each facility of {sector}", values);
    return t("{rung}: at least {share} of received records of {sector}", values);
  }
  if (per === "area") return t("{rung}: at least {share} of expected records in each area of {sector}", values);
  if (per === "facility") return t("{rung}: at least {share} of expected records in each facility of {sector}", values);
  return t("{rung}: at least {share} of expected records of {sector}", values);
}

function gateCounts(gate) {
  if (!gate.units) return worded(gate.why);
  if (gate.per === "sector") return lowOf(gate.worst[0]);
  return tn("{missed} of {n} unit misses it", "{missed} of {n} units miss it", { n: gate.units, missed: gate.missed });
}

function lowOf(unit) {
  if (unit.low === null) return worded(unit.why);
  const [n, whole] = unit.low;
  return t("at least {share} ({n} / {whole})", { share: percent(n, whole), n: number(n), whole: number(whole) });
}
