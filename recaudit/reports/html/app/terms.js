// The words for what a result says in codes. A code that nobody here knows is data, and stands as it is.
import { inWords, said, t } from "./say.js";
import { RUNGS } from "./unpack.js";

export const HEADLINE = "complete";

export function rungWord(rung) {
  const words = {
    received: t("received"),
    conformant: t("conformant"),
    complete: t("complete"),
    consistent: t("consistent"),
    attested: t("attested"),
    timely: t("timely"),
  };
  return words[rung] ?? rung;
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

export function verdictWord(verdict) {
  const words = { confirmed: t("confirmed"), refuted: t("refuted"), unverifiable: t("unverifiable") };
  return words[verdict] ?? verdict;
}

// The verdict with its ground: "confirmed by count".
export function wordingOf(claim) {
  if (typeof claim.wording !== "string") return said(claim.wording);
  const words = {
    "confirmed by count": t("confirmed by count"),
    "supported by count": t("supported by count"),
  };
  return words[claim.wording] ?? (claim.wording === claim.verdict ? verdictWord(claim.verdict) : claim.wording);
}

export function sectorWord(sector) {
  const words = { health: t("Health"), education: t("Education") };
  return words[sector] ?? sector;
}

export function kindWord(kind) {
  const words = {
    hospital: t("hospital"),
    centre: t("health centre"),
    clinic: t("clinic"),
    station: t("health station"),
    school: t("school"),
    primary: t("primary school"),
    lower_secondary: t("lower secondary school"),
    upper_secondary: t("upper secondary school"),
  };
  return words[kind] ?? kind;
}

export function statusWord(status) {
  const words = { ok: t("read whole"), partial: t("partly read"), silent: t("silent") };
  return words[status] ?? status;
}

export function statusMeans(status) {
  const words = {
    ok: t("All that it sent was read."),
    partial: t("One of its inputs was cut off or has unreadable rows."),
    silent: t("It sent nothing: the first step is to send what is due."),
  };
  return words[status] ?? "";
}

export function stateWord(state) {
  const words = {
    met: t("met"),
    unmet: t("unmet"),
    excused: t("excused"),
    not_applicable: t("not applicable"),
    not_assessable: t("not assessable"),
  };
  return words[state] ?? state;
}

export function unitWord(unit) {
  const words = { encounter: t("encounter"), patient: t("patient"), report_card: t("report card") };
  return words[unit] ?? unit;
}

export function levelWord(level) {
  const words = { records: t("records"), facilities: t("facilities"), areas: t("areas") };
  return words[level] ?? level;
}

export function roleWord(role) {
  const words = {
    export: t("export"),
    register: t("register"),
    expected: t("expected numbers"),
    roster: t("roster"),
    recount: t("recount"),
    claims: t("claims of insurance"),
    suite: t("suite"),
    map: t("map"),
    mapping: t("mapping"),
  };
  return words[role] ?? role;
}

export function severityWord(rule) {
  return rule.required ? t("required") : t("advisory");
}

// Of what a rate is: nobody said how many there should be where `expected` is null.
export function basisWord(expected) {
  return expected === null ? t("received") : t("expected");
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
