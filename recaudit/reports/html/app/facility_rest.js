// What else is known of one facility: groups that stand out, and what its files are like. Nothing here moves a rung.
import { h } from "./core.js";
import { said, t, tn } from "./say.js";
import { placeOf, worded } from "./terms.js";

export function signalsOf(audit, entry) {
  const own = audit.result.signals.filter((one) => one.sector === entry.sector && one.group === entry.id);
  const seats = (audit.result.patterns ?? [])
    .filter((one) => one.sector === entry.sector)
    .flatMap((one) => one.facilities.filter((seat) => seat.facility === entry.id).map((seat) => ({ pattern: one, seat })));
  if (!own.length && !seats.length) return null;
  const order = (flagged) => (flagged ? 0 : flagged === null ? 2 : 1);
  const sorted = [...own].sort((a, b) => order(a.flagged) - order(b.flagged));
  return h(
    "section",
    { class: "card" },
    h("h2", null, t("Signals")),
    h("p", { class: "muted small" }, t("They move no rung and prove nothing: where one is flagged, somebody should look at the papers.")),
    h(
      "ul",
      { class: "signals" },
      sorted.map((one) => h("li", null, flagMark(one.flagged), " ", worded(one.title) || one.id, figureOf(one))),
      seats.map(({ pattern, seat }) =>
        h("li", null, flagMark(seat.tested ? seat.flagged > 0 : null), " ", worded(pattern.title) || pattern.id, seatOf(seat)),
      ),
    ),
  );
}

export function flagMark(flagged) {
  if (flagged === null) return h("span", { class: "mark" }, t("not assessable"));
  return flagged
    ? h("span", { class: "mark flagged" }, t("⚑ flagged"))
    : h("span", { class: "mark" }, t("not flagged"));
}

export function figureOf(one) {
  const parts = [worded(one.figure), one.threshold ? t("limit: {threshold}", { threshold: worded(one.threshold) }) : ""];
  const words = parts.filter(Boolean).join(" · ");
  return words ? h("span", { class: "muted small" }, ` ${words}`) : null;
}

function seatOf(seat) {
  const words = t("{flagged} flagged of {tested} tested, {untested} could not be", {
    flagged: seat.flagged,
    tested: seat.tested,
    untested: seat.untested,
  });
  const rest = seat.whole ? null : ["; ", t("not all was read, so nothing is cleared")];
  return h("span", { class: "muted small" }, " ", words, rest);
}

// Inputs that may hold its rows and are not whole, and what was found in its own files.
export function inputsOf(audit, entry) {
  const cut = audit.result.inputs.filter(
    (one) =>
      !one.to_the_end &&
      one.role === "export" &&
      one.sector === entry.sector &&
      (one.facility === null || one.facility === entry.id),
  );
  const own = audit.result.inputs.filter((one) => one.facility === entry.id && one.findings.length);
  if (!cut.length && !own.length) return null;
  return h(
    "section",
    { class: "card" },
    h("h2", null, own.length ? t("Its files") : t("Files that may hold its rows")),
    cut.length ? [h("h3", null, t("Not whole: what these inputs lack is unknown")), h("ul", null, cut.map((one) => h("li", null, h("code", null, one.path))))] : null,
    own.length
      ? [h("h3", null, t("What was found in them")), h("ul", { class: "findings" }, own.map((one) => h("li", null, h("code", null, one.path), findingsOf(one))))]
      : null,
  );
}

export function findingsOf(input) {
  return h(
    "ul",
    null,
    input.findings.map((one) =>
      h(
        "li",
        { class: "small" },
        said({ text: one.kind }),
        one.where || one.what ? [" · ", placeOf(one)] : null,
        " · ",
        one.lines.length
          ? tn("{n} time, first in line {line}", "{n} times, first in line {line}", { n: one.count, line: String(one.lines[0]) })
          : tn("{n} time", "{n} times", { n: one.count }),
      ),
    ),
  );
}
