// What was expected of one facility, and by whom; and what is to be known of that number.
import { h } from "./core.js";
import { number, t, tn } from "./say.js";

// Said of a facility without an expected number. Where no facility of its sector has one, the sums are of received records too.
export function receivedOnly(audit, entry) {
  return audit.result.totals[entry.sector]?.expected === null
    ? t("Nobody said how many records it should have: every rate is of received records.")
    : t("Nobody said how many records it should have: every rate is of received records, and in no sum.");
}

// Who said how many records there should be, and what is to be known of that number.
export function expectationCard(audit, entry) {
  const bases = {
    roster: t("a roster: every record is known by its key"),
    count: t("a count: how many, but not which"),
    none: t("nobody said how many"),
  };
  const remarks = [
    entry.expected === null && receivedOnly(audit, entry),
    entry.covers === "subset" && t("The number covers only a part of its records: it is a floor, with no lowest possible share."),
    entry.over_reported && t("It sent more than was expected: the expected number was too low, and nothing is confirmed by it."),
    entry.disputed && t("The sources of its expected number contradict each other."),
    entry.probable &&
      tn(
        "{n} key of its roster was probably received under another: correct it in the export or the roster.",
        "{n} keys of its roster were probably received under another: correct them in the export or the roster.",
        { n: entry.probable },
      ),
    entry.moved &&
      tn(
        "{n} key of its roster came on days that count for its successor: nobody knows on whose list it belongs.",
        "{n} keys of its roster came on days that count for its successor: nobody knows on whose list they belong.",
        { n: entry.moved },
      ),
    entry.conflicting &&
      tn("{n} key has copies that differ.", "{n} keys have copies that differ.", { n: entry.conflicting }),
  ].filter(Boolean);
  return h(
    "section",
    { class: "card" },
    h("h2", null, t("What was expected, and by whom")),
    h(
      "dl",
      { class: "facts" },
      h("dt", null, t("expected")),
      h("dd", null, entry.expected === null ? t("not known") : number(entry.expected)),
      h("dt", null, t("known by")),
      h("dd", null, bases[entry.basis] ?? entry.basis),
      (entry.said ?? []).map((one, at) => [
        h("dt", null, at ? t("beside it") : t("decided by")),
        h("dd", null, saidBy(one)),
      ]),
    ),
    remarks.length ? h("ul", { class: "remarks" }, remarks.map((words) => h("li", null, words))) : null,
  );
}

function saidBy(one) {
  const how = one.basis === "roster" ? t("on a roster") : one.covers === "subset" ? t("of a part") : t("as a count");
  return [`${number(one.number)}, ${how}: `, h("bdi", null, one.source)];
}

// What is made of the silence of a facility that sent nothing of what was expected: what the plan says, as counted.
export function silenceMeans({ expected, missing }) {
  return h(
    "p",
    null,
    missing
      ? [
          tn("{n} record is expected of it.", "{n} records are expected of it.", { n: expected }),
          " ",
          tn(
            "By the plan, what was not submitted is missing: {n} record is missing and known short at every rung, and it stays in every sum.",
            "By the plan, what was not submitted is missing: {n} records are missing and known short at every rung, and they stay in every sum.",
            { n: missing },
          ),
        ]
      : tn(
          "{n} record is expected of it. Whether it exists and is complete is unknown: it is counted as unknown, not as 0 %, and it stays in every sum.",
          "{n} records are expected of it. Whether they exist and are complete is unknown: they are counted as unknown, not as 0 %, and they stay in every sum.",
          { n: expected },
        ),
  );
}
