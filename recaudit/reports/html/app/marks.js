// Small signs that stand beside a name: the state of a facility, a share with its counts, a verdict.
import { standingAt, wholeOf } from "./counts.js";
import { h, svg } from "./core.js";
import { number, percent, t } from "./say.js";
import { statusMeans, statusWord, verdictWord } from "./terms.js";

const SHAPES = {
  refuted: "M4 4l8 8M12 4l-8 8",
  confirmed: "M3 8.5l3.3 3.3L13 4.8",
  unverifiable: "M5.5 6a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.9-1.1 1.7M8 12.6v.2",
};

// A verdict: a shape, a word and a colour. `words`: with its ground, where it has one.
export function verdictMark(verdict, words = verdictWord(verdict)) {
  return h(
    "span",
    { class: `verdict ${verdict}` },
    svg(
      "svg",
      { width: 16, height: 16, viewBox: "0 0 16 16", "aria-hidden": "true" },
      svg("path", {
        d: SHAPES[verdict] ?? "",
        fill: "none",
        stroke: "currentColor",
        "stroke-width": 2.2,
        "stroke-linecap": "round",
        "stroke-linejoin": "round",
      }),
    ),
    h("span", null, words),
  );
}

export function badge(name, words, title) {
  return h("span", { class: `mark ${name}`, title: title ?? null }, words);
}

// What is to be known of a facility before its numbers are read; nothing where all is as it should be.
export function marksOf(facility) {
  const marks = [];
  if (facility.status !== "ok") marks.push(badge(facility.status, statusWord(facility.status), statusMeans(facility.status)));
  if (facility.over_reported) marks.push(badge("over", t("over-reported")));
  if (facility.expected === null) marks.push(badge("uncounted", t("no expected number")));
  if (facility.disputed) marks.push(badge("disputed", t("disputed")));
  return marks.length ? h("span", { class: "marks" }, marks) : null;
}

// Per cent that are complete, beside the counts; of who sent nothing there is no share, whether that is unknown or, by
// the plan, missing.
export function shareOf(facility, rung) {
  return shareAt(standingAt(facility.rungs, rung), wholeOf(facility), facility.status === "silent");
}

export function shareAt({ reached, unknown }, whole, silent = false) {
  const unseen = whole > 0 && (silent || unknown === whole);
  const share = unseen ? (silent ? t("not submitted") : t("unknown")) : percent(reached, whole);
  return [
    h("span", { class: unseen ? "unseen-share" : "share" }, share),
    h("span", { class: "under" }, `${number(reached)} / ${number(whole)}`),
  ];
}
