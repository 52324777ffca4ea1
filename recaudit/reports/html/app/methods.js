// How everything was counted, and from what: sums that reconcile, inputs with their hashes, and what was not looked at.
import { h } from "./core.js";
import { gatesCard } from "./gates_card.js";
import { verdictMark } from "./marks.js";
import { agreementCard, catalogueCard, inputsCard, suitesCard, tablesCard } from "./provenance.js";
import { evidenceCard, reconciledCard } from "./reconciled.js";
import { signalsCard } from "./signals_card.js";
import { day, moment, number, t, tn } from "./say.js";
import { modeWord, sectorWord, worded } from "./terms.js";

export function methods(audit) {
  return h(
    "div",
    { class: "stack" },
    h("h1", null, t("Methods and provenance")),
    h("div", { class: "two" }, verdictsCard(), roundingCard(audit)),
    auditedCard(audit),
    reconciledCard(audit),
    gatesCard(audit),
    notLookedAt(audit),
    signalsCard(audit),
    inputsCard(audit),
    tablesCard(audit),
    h("div", { class: "two" }, suitesCard(audit), catalogueCard(audit)),
    evidenceCard(audit),
    agreementCard(audit),
  );
}

function verdictsCard() {
  return h(
    "section",
    { class: "card" },
    h("h2", null, t("How a verdict is reached")),
    h(
      "div",
      { class: "prose" },
      h("p", null, t("What is expected comes from another source than the audited exports. Every expected record is reached, known short or unknown at each rung; what is not known is not guessed, it opens a range.")),
      h("p", null, t("Lowest = reached / expected, as if all that is unknown failed. Highest = (reached + unknown) / expected, as if all of it held; rows that may still belong to a record widen the range.")),
      h(
        "ul",
        { class: "plain" },
        h("li", null, verdictMark("confirmed"), " ", t("the lowest reaches the claimed level, and every facility in scope has an independent roster")),
        h("li", null, verdictMark("refuted"), " ", t("the highest stays below the claimed level; or “100 %” has a counter-example")),
        h("li", null, verdictMark("unverifiable"), " ", t("everything else, with the reasons and what would settle it")),
      ),
      h("p", null, t("Nothing to judge is never a success: no file, no row, no rule or no expected number confirms nothing.")),
    ),
  );
}

// In which sums a facility stands that nobody said a number of.
function sumsSaid(audit) {
  const unsaid = Object.values(audit.result.totals).filter(({ expected }) => expected === null).length;
  if (!unsaid) {
    return t("Sums are sums of counts, never means of percentages. A facility that sent nothing keeps its expected records in every sum; one without an expected number is in none.");
  }
  if (unsaid === Object.keys(audit.result.totals).length) {
    return t("Sums are sums of counts, never means of percentages. Nobody said how many records to expect: every sum is of received records.");
  }
  return t("Sums are sums of counts, never means of percentages. In a sector where nobody said how many records to expect, every sum is of received records. In the others a facility that sent nothing keeps its expected records in every sum, and one without an expected number is in none.");
}

function roundingCard(audit) {
  return h(
    "section",
    { class: "card" },
    h("h2", null, t("How numbers are printed")),
    h(
      "div",
      { class: "prose" },
      h("p", null, t("Percentages are rounded down, a highest possible share up, and stand beside their counts. “100 %” is printed only where all of more than nothing are reached. A facility that sent nothing is “not submitted”, never 0 %: what it owes is unknown or, where the plan says so, missing.")),
      h("p", null, sumsSaid(audit)),
      h("p", null, t("A rule puts each row in one state: met, unmet, excused (absent with a reason), not applicable or not assessable. Excused counts as unmet unless a claim says otherwise.")),
      h("h3", null, t("What this report does not say")),
      h("p", null, t("A record that is complete and consistent need not be true. Whether it is can only be seen where the patient or the learner is; a recount in the field is reported apart.")),
    ),
  );
}

function auditedCard(audit) {
  const { plan, tool, policy, period, register, run, digest, deadline, bases, fail_on: failOn } = audit.result;
  const days = period.from && period.to ? t("{from} to {to} ({zone})", { from: day(period.from), to: day(period.to), zone: period.timezone }) : t("no period was named");
  const facts = [
    [t("Plan"), plan.sha256 ? [plan.name, " ", h("code", null, plan.file), " ", h("code", { class: "hash" }, plan.sha256)] : t("none: exports judged without a plan")],
    plan.facility && [t("Every row was said to be of"), plan.facility],
    [t("As of"), audit.result.as_of ? day(audit.result.as_of) : t("nobody said")],
    [t("Period"), days],
    deadline && [t("Deadline"), day(deadline)],
    [t("Register"), registerWords(register)],
    register?.resolved && [t("Codes of areas"), codesWords(register.resolved)],
    ...Object.entries(bases ?? {}).map(([sector, base]) => [t("Records of {sector}", { sector: sectorWord(sector) }), baseWords(base)]),
    [t("Rules fail the audit of themselves"), failWords(failOn)],
    [t("What counts as a value"), t("policy, edition {version}", { version: policy.version })],
    [t("Tool"), `${tool.name} ${tool.version}`],
    run && [t("Command that gives it again"), h("code", null, run.command)],
    run && [t("Run"), t("{started}, {seconds} seconds", { started: moment(run.started), seconds: Math.floor(run.seconds) })],
    run?.gate && [t("Gate before the full judgement"), t("{mode}; {n} rows judged by the group of their defects", { mode: modeWord(run.gate.mode), n: run.gate.by_group })],
    digest && [t("SHA-256 of the result"), h("code", { class: "hash" }, digest)],
  ].filter(Boolean);
  return h(
    "section",
    { class: "card" },
    h("h2", null, t("What was audited")),
    h("dl", { class: "facts" }, facts.map(([name, said]) => [h("dt", null, name), h("dd", null, said)])),
  );
}

function registerWords(register) {
  if (register === null) return t("none: every rate is of what was received, and no verdict is given");
  const dated = register.dated ? "" : t("It does not name both its source and its date: nothing is confirmed by it.");
  return [h("bdi", null, register.source || t("source not named")), ", ", register.date ? day(register.date) : t("date not named"), ". ", dated];
}

// Facilities whose code of an area is not plainly one of the day of the audit.
function codesWords({ by_crosswalk: older, split, unresolved }) {
  const named = (list) => list.map((one) => one.facility);
  const parts = [
    older && tn("{n} facility is placed by an older code of its area", "{n} facilities are placed by older codes of their areas", { n: older }),
    split.length &&
      tn("{n} facility has a code that may mean another area too: {named}", "{n} facilities have codes that may mean other areas too: {named}", { n: split.length, named: named(split) }),
    unresolved.length &&
      tn("{n} facility has a code that leads to no area: {named}", "{n} facilities have codes that lead to no area: {named}", { n: unresolved.length, named: named(unresolved) }),
  ];
  return parts.filter(Boolean).join("; ") || t("each is plainly one of the day");
}

function baseWords(base) {
  return [worded(base.title) || base.name, base.codes.length ? [" · ", h("code", null, base.column), ": ", base.codes.join(", ")] : null, base.source ? ` · ${worded(base.source)}` : null];
}

function failWords(failOn) {
  const words = {
    advisory: t("every rule has to be met, advisory ones too"),
    required: t("every required rule has to be met"),
    never: t("rules that are not met fail nothing"),
  };
  const who = { default: t("as usual"), plan: t("the plan says so"), command: t("the command says so") };
  return [words[failOn.on] ?? failOn.on, who[failOn.from], worded(failOn.reason)].filter(Boolean).join(" · ");
}

function notLookedAt(audit) {
  const entries = audit.result.not_looked_at;
  const notes = audit.result.notes ?? [];
  return h(
    "section",
    { class: "card" },
    h("h2", null, t("Not looked at"), audit.only ? null : [": ", number(entries.length)]),
    audit.only ? h("p", null, t("This page is of one facility; what was not looked at stands in the report of the audit.")) : null,
    entries.length
      ? h(
          "table",
          null,
          h("thead", null, h("tr", null, h("th", { scope: "col" }, t("What")), h("th", { scope: "col" }, t("Why")))),
          h("tbody", null, entries.map((one) => h("tr", null, h("th", { scope: "row" }, h("code", null, one.what), one.sector ? ` (${sectorWord(one.sector)})` : null), h("td", null, worded(one.why))))),
        )
      : audit.only
        ? null
        : h("p", null, audit.result.inputs.length ? t("Nothing that was handed in was left out.") : t("No file was read: nothing was judged.")),
    notes.length ? [h("h3", null, t("Notes")), h("ul", { class: "plain" }, notes.map((note) => h("li", null, worded(note))))] : null,
  );
}
