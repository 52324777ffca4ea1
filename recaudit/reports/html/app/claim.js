// One claim: what was judged, how, on what evidence; what would settle it; and where it holds and where not.
import { h } from "./core.js";
import { boundsSaid } from "./charts.js";
import { claimAreas } from "./claim_areas.js";
import { ledgerCard } from "./claim_ledger.js";
import { recountsOf } from "./claim_recounts.js";
import { barKey, claimBar, isMarked } from "./bars.js";
import { verdictMark } from "./marks.js";
import { link } from "./router.js";
import { number, percent, promised, t, tn } from "./say.js";
import { scopeOf } from "./scope.js";
import { levelWord, rungQuestion, rungWord, sectorWord, unitWord, verdictWord, worded } from "./terms.js";
import { toFacility } from "./links.js";
import { RUNGS } from "./unpack.js";

export function claim(audit, { id }) {
  const entry = audit.result.claims.find((one) => one.id === id);
  if (!entry) return noSuchClaim(audit);
  return h(
    "div",
    { class: "stack" },
    claimHead(entry),
    h("div", { class: "two" }, judgedCard(entry), definitionCard(audit, entry)),
    h("div", { class: "two" }, reasonsCard(audit, entry), settlingCard(entry)),
    ledgerCard(audit, entry),
    rungsCard(entry),
    recountsOf(audit, entry),
    claimAreas(audit, entry),
  );
}

function noSuchClaim(audit) {
  return h(
    "section",
    { class: "card" },
    h("h1", null, t("There is no such claim")),
    audit.result.claims.length ? null : h("p", null, t("No claim was judged: the result gives no verdict.")),
    h("p", null, h("a", { href: link("overview") }, t("Overview"))),
  );
}

export function quoted(entry) {
  return t("“{statement}”", { statement: worded(entry.statement) || entry.id });
}

function claimHead(entry) {
  return h(
    "div",
    { class: "page-head" },
    h("nav", { class: "crumbs", "aria-label": t("Where it stands") }, h("a", { href: link("overview") }, t("Overview")), h("span", null, entry.id)),
    h("div", { class: "row" }, h("h1", null, h("bdi", null, quoted(entry))), verdictMark(entry.verdict, verdictWord(entry.wording))),
    h("p", { class: "lead" }, worded(entry.sentence)),
  );
}

// Lowest and highest possible, the bar, and the counts behind it.
function judgedCard(entry) {
  const { low, high } = entry;
  const bounds = low || high;
  return h(
    "section",
    { class: `card claim-card ${entry.verdict}` },
    h("h2", null, t("Lowest – highest possible")),
    h("p", { class: "bounds-said" }, bounds ? shortBounds(low, high) : t("no bounds")),
    h("p", { class: "muted small" }, bounds ? boundsMean(entry) : t("some expected numbers are unknown, or only a floor")),
    claimBar(entry),
    barKey({ claimed: isMarked(entry) }),
    h("p", { class: "small" }, countsOfClaim(entry)),
    low && high
      ? null
      : h("p", { class: "muted small" }, t("The bar shows what was counted in facilities with an expected number.")),
  );
}

export function shortBounds(low, high) {
  if (low && high && low[0] === high[0]) return percent(...low);
  return `${low ? percent(...low) : "—"} – ${high ? percent(...high, { up: true }) : "—"}`;
}

export function boundsMean(entry) {
  const [low, high] = [entry.low, entry.high];
  const values = { bounds: boundsSaid(entry), units: levelWord(entry.level), claimed: promised(entry.target) };
  if (low && high && low[0] === high[0]) return t("{bounds} of the {units} · claimed: {claimed}", values);
  if (!low) return t("no lowest is known – highest possible: {bounds} of the {units} · claimed: {claimed}", values);
  if (!high) return t("lowest possible – no highest is known: {bounds} of the {units} · claimed: {claimed}", values);
  return t("lowest – highest possible: {bounds} of the {units} · claimed: {claimed}", values);
}

// As the terminal counts them (parts.claim_counts).
export function countsOfClaim(entry) {
  if (entry.level !== "records") {
    if (!entry.low || !entry.high) return "";
    const [[kept, whole], [most]] = [entry.low, entry.high];
    return t("{kept} kept / {unknown} unknown / {broken} broken, of {whole}", {
      kept,
      unknown: most - kept,
      broken: whole - most,
      whole: unitsCounted(entry.level, whole),
    });
  }
  const received = entry.standing.received;
  const at = entry.standing[entry.rung];
  if (!received || !at) return "";
  const values = { received: received.reached, expected: received.reached + received.short + received.unknown };
  const counts =
    entry.rung === "received"
      ? t("{received} received / {expected} expected", values)
      : t("{reached} {rung} / {received} received / {expected} expected", { reached: at.reached, rung: rungWord(entry.rung), ...values });
  return entry.low || entry.high ? counts : t("{counts}, where a number was expected", { counts });
}

// What a bound is of: records go without a name, other units have one.
export function unitsCounted(level, n) {
  if (level === "facilities") return tn("{n} facility", "{n} facilities", { n });
  if (level === "areas") return tn("{n} area", "{n} areas", { n });
  return number(n);
}

// What the sentence was taken to mean.
function definitionCard(audit, entry) {
  const any = entry.each === "any";
  const facts = [
    [t("Unit"), t("one {unit} ({sector})", { unit: unitWord(entry.unit), sector: sectorWord(entry.sector) })],
    [t("Rung"), any ? t("received, whatever the claim names") : [`${rungWord(entry.rung)}: ${rungQuestion(entry.rung)} `, t("Every rung below holds too.")]],
    [t("Target"), targetOf(entry)],
    [t("Scope"), scopeOf(audit, entry.scope)],
    [t("Excused values"), entry.excused === "accept" ? t("count as met") : t("count as unmet")],
    [t("Confirmed by"), entry.accept === "count" ? t("a roster, or a count") : t("a roster only")],
    [t("Said by"), entry.said_by || t("not named")],
  ];
  return h(
    "section",
    { class: "card" },
    h("h2", null, t("What was judged")),
    h("dl", { class: "facts" }, facts.map(([name, said]) => [h("dt", null, name), h("dd", null, h("bdi", null, said))])),
  );
}

function targetOf(entry) {
  const target = promised(entry.target);
  if (entry.level === "records") return t("{target} of the expected records", { target });
  const units = levelWord(entry.level);
  if (entry.each === "any") return t("{target} of the {units}, each with at least one received record", { target, units });
  return t("{target} of the {units}, each with {each} of its records", { target, units, each: promised(entry.each) });
}

function reasonsCard(audit, entry) {
  const units = entry.units ?? { refuted: [], unverifiable: [] };
  return h(
    "section",
    { class: "card" },
    h("h2", null, t("Why")),
    entry.reasons.length ? listOf(entry.reasons.map(worded)) : h("p", null, t("No reason is given.")),
    entry.counterexamples
      ? h("p", { class: "small" }, tn("{n} counter-example stands whatever is still open.", "{n} counter-examples stand whatever is still open.", { n: entry.counterexamples }))
      : null,
    unitList(audit, entry, t("Known to fall short"), units.refuted),
    unitList(audit, entry, t("May fall short"), units.unverifiable),
  );
}

const UNITS_SHOWN = 30;

function unitList(audit, entry, title, units) {
  if (!units.length) return null;
  const shown = units.slice(0, UNITS_SHOWN).map((unit) => h("li", null, unitLink(audit, entry, unit)));
  const rest = units.length - shown.length;
  return [
    h("h3", null, `${title}: ${number(units.length)}`),
    h("ul", { class: "plain" }, shown, rest > 0 ? h("li", { class: "muted" }, tn("and {n} more", "and {n} more", { n: rest })) : null),
  ];
}

function unitLink(audit, entry, unit) {
  if (entry.level === "areas") {
    return h("a", { href: link("area", { code: unit }) }, h("bdi", null, audit.areas.get(unit)?.name || unit));
  }
  const place = audit.find(entry.sector, unit);
  const name = place < 0 ? unit : audit.facility(place).name || unit;
  return toFacility({ sector: entry.sector, id: unit, name: `${name} (${unit})` });
}

function listOf(sentences) {
  return h("ul", { class: "plain" }, sentences.map((words) => h("li", null, words)));
}

function settlingCard(entry) {
  const title = entry.verdict === "refuted" ? t("What it would take") : t("What would settle it");
  const none = entry.verdict === "confirmed" ? t("Nothing is left to settle.") : t("The result names nothing that would settle it.");
  return h(
    "section",
    { class: "card" },
    h("h2", null, title),
    entry.would_settle.length ? listOf(entry.would_settle.map(worded)) : h("p", null, none),
  );
}

// The same sentence at every rung: "100 %" means at least six different claims.
function rungsCard(entry) {
  if (entry.each === "any") return null;
  const names = [t("Rung"), t("Verdict"), t("Lowest"), t("Highest"), t("Counts")];
  return h(
    "section",
    { class: "card long" },
    h("h2", null, t("The same sentence at every rung")),
    h("p", { class: "muted small" }, t("“100 %” may mean six different things. Which one was judged is set in bold.")),
    h(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": t("The same sentence at every rung") },
      h(
        "table",
        null,
        h("thead", null, h("tr", null, names.map((name, at) => h("th", { scope: "col", class: at > 1 ? "num" : null }, name)))),
        h("tbody", null, RUNGS.filter((rung) => entry.by_rung[rung]).map((rung) => rungRow(entry, rung))),
      ),
    ),
  );
}

function rungRow(entry, rung) {
  const { verdict, low, high } = entry.by_rung[rung];
  return h(
    "tr",
    { class: rung === entry.rung ? "strong" : null },
    h("th", { scope: "row" }, rungWord(rung)),
    h("td", null, verdictMark(verdict)),
    h("td", { class: "num" }, low ? percent(...low) : "—"),
    h("td", { class: "num" }, high ? percent(...high, { up: low?.[0] !== high[0] }) : "—"),
    h("td", { class: "num muted" }, countsBetween(low, high)),
  );
}

// The counts of both bounds over their common whole; once where they are one.
function countsBetween(low, high) {
  if (!low && !high) return "—";
  const whole = number((low ?? high)[1]);
  if (low && high && low[0] === high[0]) return `${number(low[0])} / ${whole}`;
  return `${low ? number(low[0]) : "—"} – ${high ? number(high[0]) : "—"} / ${whole}`;
}
