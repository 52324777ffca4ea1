// The words for what a result says in codes. A code that nobody here knows is data, and stands as it is.
import { inPerCent, inWords, said, t } from "./say.js";
import { RUNGS } from "./unpack.js";
import { WORDS } from "./words.js";

export const HEADLINE = "complete";
export const GRAVEST_FIRST = ["refuted", "unverifiable", "confirmed"];

// The word for a code of a kind, as in every other report: the table is that of recaudit/terms.py.
function wordFor(kind, code) {
  const messages = WORDS[kind];
  return Object.hasOwn(messages, code) ? t(messages[code]) : code;
}

// The name of the audit; that of exports without a plan is the program's own, and no name that anybody gave.
export function auditName({ plan }) {
  return plan.sha256 ? plan.name : t("Exports without a plan");
}

export function rungWord(rung) {
  return wordFor("rung", rung);
}

// What a rung asks, as SCORING asks it.
export function rungQuestion(rung) {
  const questions = {
    received: t("Does a readable row of its facility carry its key?"),
    conformant: t("Is it valid by the exchange standard?"),
    complete: t("Is every required element that is due filled with a real value?"),
    consistent: t("Do its values agree with each other, with references and with time?"),
    attested: t("Is it signed or approved by whoever must?"),
    timely: t("Was it finished inside the deadline?"),
  };
  return questions[rung] ?? "";
}

// A verdict with its ground: "confirmed by count"; that of a sample with its shares.
export function verdictWord(wording) {
  const sample = /^supported \(≥ ([0-9.]+) % at ([0-9.]+) %\)$/.exec(wording);
  if (!sample) return wordFor("verdict", wording);
  return t("supported (≥ {share} at {confidence})", { share: inPerCent(sample[1]), confidence: inPerCent(sample[2]) });
}

// How many claims of each wording, the gravest first: "1 refuted, 2 confirmed by count".
export function verdictsCounted(claims) {
  const wordings = GRAVEST_FIRST.flatMap((verdict) => claims.filter((one) => one.verdict === verdict).map((one) => one.wording));
  return [...new Set(wordings)].map((wording) =>
    t("{n} {verdict}", { n: wordings.filter((one) => one === wording).length, verdict: verdictWord(wording) }),
  );
}

// As a heading, or where a line begins with it.
export function sectorWord(sector) {
  return wordFor("heading", sector);
}

export function kindWord(kind) {
  return wordFor("kind", kind);
}

export function statusWord(status) {
  return wordFor("status", status);
}

export function statusMeans(status) {
  const words = {
    ok: t("All that it sent was read."),
    partial: t("One of its inputs was cut off or has unreadable rows."),
    silent: t("It sent nothing: the first step is to send what is due."),
  };
  return words[status] ?? "";
}

// Of a facility without a record to judge. Where nobody said what to expect, that is all that is known.
export function nothingThere(facility) {
  return facility.expected === null
    ? t("It sent nothing, and nobody said how many records to expect: there is nothing to judge.")
    : t("Nothing was expected and nothing was received: there is nothing to judge.");
}

export function stateWord(state) {
  return wordFor("state", state);
}

export function unitWord(unit) {
  return wordFor("unit", unit);
}

export function levelWord(level) {
  return wordFor("level", level);
}

export function roleWord(role) {
  return wordFor("role", role);
}

// How the gate before the full judgement was used: "verify:1/100" has a share of its own.
export function modeWord(mode) {
  const [name, share] = mode.split(":");
  return share ? t("{mode} ({share} of the rows)", { mode: wordFor("mode", name), share }) : wordFor("mode", name);
}

export function severityWord(rule) {
  return wordFor("severity", rule.required ? "required" : "advisory");
}

// Where a finding is, which is a name, and what is wrong there: the twin of `placed` in recaudit/terms.py.
export function placeOf({ where, what }) {
  if (!what) return where;
  return where ? t("{place}: {what}", { place: where, what: said(what) }) : said(what);
}

// Of what a rate is: nobody said how many there should be where `expected` is null.
export function basisWord(expected) {
  return wordFor("of", expected === null ? "received" : "expected");
}

// What a result says in words, whether as one text, as a sentence with values, or in each language.
export function worded(text) {
  if (text === null || text === undefined) return "";
  if (typeof text === "string" || "text" in text) return said(text);
  return inWords(text);
}

export function titleOf(rule) {
  return worded(rule.title) || rule.id;
}

// The rungs of a sector that a required rule asks for; every record reaches the others unlooked at.
export function rungsAsked(audit, sector) {
  const asked = new Set(audit.rules.filter((rule) => rule.required && rule.sector === sector).map((rule) => rule.rung));
  return RUNGS.filter((rung) => asked.has(rung));
}
