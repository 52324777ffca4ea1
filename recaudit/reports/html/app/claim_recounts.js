// Recounts in the field that speak of a claim: what was drawn, what was found, and how sure that makes anybody.
import { h } from "./core.js";
import { listing } from "./listing.js";
import { day, number, percent, promised, t, tn } from "./say.js";
import { toFacility } from "./links.js";
import { levelWord } from "./terms.js";

export function recountsOf(audit, entry) {
  const own = (audit.result.recounts ?? []).filter((one) => one.claim === entry.id);
  return own.length ? own.map((one) => recountCard(audit, one)) : null;
}

export function recountCard(audit, one) {
  const asked = one.facilities.filter((each) => each.sampled);
  const flagged = asked.filter((each) => each.flagged);
  return h(
    "section",
    { class: "card long" },
    h("h2", null, t("Recounted: {name}", { name: one.name })),
    h("p", { class: "muted small" }, t("by {who}, {day}", { who: one.by, day: day(one.date) }), "; ", howDrawn(one)),
    h("p", null, whatWasFound(one)),
    h("p", null, rangeSupported(one)),
    one.factor ? h("p", null, t("verification factor: {share}", { share: factorOf(one.factor) })) : null,
    flagged.length
      ? h("p", null, tn("{n} facility is below what was claimed, corrected for looking at all of them (Holm).", "{n} facilities are below what was claimed, corrected for looking at all of them (Holm).", { n: flagged.length }))
      : null,
    asked.length ? listing({ caption: t("Recounted facilities"), rows: asked, columns: recountColumns(audit, one), size: 25 }).node : null,
  );
}

function howDrawn(one) {
  const parts = [
    one.drawn ? t("drawn from the lists, and the draw was repeated") : t("nobody shows how it was drawn"),
    one.design_effect === "1" ? "" : t("design effect {n}, as stated", { n: one.design_effect }),
    one.independent ? "" : t("not independent"),
  ];
  return parts.filter(Boolean).join("; ");
}

function whatWasFound(one) {
  const words = t("{n} of {whole} {units} match, {bad} do not, {open} without an answer", {
    n: one.matching,
    whole: one.sampled,
    units: levelWord(one.of),
    bad: one.answered - one.matching,
    open: one.sampled - one.answered,
  });
  return one.frame === null ? words : [words, "; ", t("drawn from {n}", { n: one.frame })];
}

function rangeSupported(one) {
  if (one.low === null || one.high === null) return t("Nothing was sampled: it says nothing.");
  const values = { low: promised(one.low), high: promised(one.high), confidence: promised(one.confidence) };
  return one.drawn
    ? t("At least {low} match, at most {high}, each at {confidence}.", values)
    : t("If it was drawn at random: at least {low} match, at most {high}, each at {confidence}.", values);
}

function factorOf([recounted, reported]) {
  return `${percent(recounted, reported)} (${number(recounted)} / ${number(reported)})`;
}

function recountColumns(audit, one) {
  const name = (each) => {
    const place = audit.find(one.sector, each.id);
    return place < 0 ? each.id : audit.facility(place).name || each.id;
  };
  const facility = {
    id: "name",
    title: t("Facility"),
    header: true,
    class: "named",
    value: name,
    cell: (each) => [
      toFacility({ sector: one.sector, id: each.id, name: name(each) }),
      h("div", { class: "muted small" }, each.id),
    ],
  };
  if (one.of === "facilities") {
    return [
      facility,
      { id: "factor", title: t("Recounted / reported"), number: true, cell: (each) => (each.factor ? factorOf(each.factor) : t("no answer")) },
    ];
  }
  return [
    facility,
    { id: "share", title: t("Match"), number: true, cell: (each) => `${percent(each.matching, each.sampled)} (${number(each.matching)} / ${number(each.sampled)})` },
    { id: "open", title: t("Open"), number: true, value: (each) => each.sampled - each.answered, cell: (each) => number(each.sampled - each.answered) },
    { id: "p", title: "p", number: true, cell: (each) => each.p ?? "—" },
    { id: "flagged", title: t("State"), cell: (each) => (each.flagged ? h("span", { class: "mark flagged" }, t("⚑ flagged")) : null) },
  ];
}
