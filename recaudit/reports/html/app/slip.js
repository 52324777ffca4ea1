// The slip of one facility: a page that its head and the auditor sign. It stands alone, for whoever has no screen.
import { h } from "./core.js";
import { barKey, slimBar, wideBar } from "./bars.js";
import { areaName, eligible, missedOf, standingAt, wholeOf } from "./counts.js";
import { receivedOnly, silenceMeans } from "./facility_expected.js";
import { notReceivedSaid, nothingToFix, winning } from "./facility_rules.js";
import { expectedAddsUp, readAddsUp } from "./funnel.js";
import { marksOf, shareAt, shareOf } from "./marks.js";
import { day, number, percent, t, tn } from "./say.js";
import { HEADLINE, auditName, kindWord, nothingThere, rungWord, sectorWord, statusMeans, titleOf, worded } from "./terms.js";
import { RUNGS } from "./unpack.js";

const SLIP_FIXES = 3;
const SLIP_MISSED = 8;

export function slip(audit, place) {
  const entry = audit.facility(place);
  const cells = audit.cells(place);
  return h(
    "section",
    { class: "card sheet slip page" },
    slipHead(audit, entry),
    slipStanding(audit, entry),
    entry.status === "silent" ? [h("p", null, statusMeans("silent")), silenceMeans(entry)] : repairs(entry, cells),
    missedRules(cells),
    signatures(),
    h("p", { class: "small muted digest" }, slipSource(audit)),
  );
}

function slipHead(audit, entry) {
  const facts = [entry.area && areaName(audit, entry.area), kindWord(entry.kind), sectorWord(entry.sector), entry.vendor];
  const { period } = audit.result;
  return h(
    "div",
    null,
    h("p", { class: "muted small" }, [auditName(audit.result), period.from && t("{from} to {to}", { from: day(period.from), to: day(period.to) })].filter(Boolean).join(" · ")),
    h("h2", { class: "title" }, h("bdi", null, entry.name || entry.id), h("span", { class: "muted" }, ` ${entry.id}`)),
    h("p", { class: "small" }, facts.filter(Boolean).join(" · "), " ", marksOf(entry)),
  );
}

function slipStanding(audit, entry) {
  const at = standingAt(entry.rungs);
  const whole = wholeOf(entry);
  const title = entry.expected === null ? t("Complete records of those received") : t("Complete records of those expected");
  return h(
    "div",
    { class: "slip-standing" },
    h("div", { class: "head" }, h("h3", null, title), h("span", { class: "big" }, shareAt(at, whole, entry.status === "silent"))),
    whole ? [wideBar(at), barKey({ reached: rungWord(HEADLINE) })] : h("p", null, nothingThere(entry)),
    entry.expected === null ? h("p", { class: "small" }, receivedOnly(audit, entry)) : null,
    h("p", { class: "small adds" }, expectedAddsUp(entry.rungs, entry.expected)),
    h("p", { class: "small adds" }, readAddsUp(entry)),
    Object.keys(entry.rungs).length ? rungStrip(entry) : null,
  );
}

function rungStrip(entry) {
  return h(
    "div",
    { class: "rung-strip" },
    RUNGS.map((rung) => {
      const at = standingAt(entry.rungs, rung);
      return h("div", null, h("div", { class: "small" }, rungWord(rung)), slimBar(at), h("div", { class: "small" }, shareOf(entry, rung)));
    }),
  );
}

function repairs(entry, cells) {
  const fixes = winning(cells).slice(0, SLIP_FIXES);
  const received = standingAt(entry.rungs, "received");
  const lost = received.short + received.unknown;
  const [what, counts, fix] = notReceivedSaid(entry, received, lost);
  return h(
    "div",
    null,
    h("h3", null, t("Fix first")),
    fixes.length ? null : h("p", { class: "small" }, nothingToFix(cells)),
    h(
      "ol",
      { class: "short" },
      fixes.map(({ rule, solo }) =>
        h(
          "li",
          null,
          h("strong", null, titleOf(rule)),
          " · ",
          t("repairing this alone: +{n} reach {rung}", { n: solo, rung: rungWord(rule.rung) }),
          h("div", { class: "small muted" }, worded(rule.fix)),
        ),
      ),
      lost
        ? h(
            "li",
            null,
            h("strong", null, what),
            counts ? [" · ", counts] : null,
            h("div", { class: "small muted" }, fix),
          )
        : null,
    ),
  );
}

function missedRules(cells) {
  const missed = cells.filter((cell) => missedOf(cell)).sort((a, b) => b.rule.required - a.rule.required || missedOf(b) - missedOf(a));
  if (!missed.length) return null;
  return h(
    "div",
    null,
    h("h3", null, t("Rules missed by some row")),
    h(
      "table",
      null,
      h("thead", null, h("tr", null, [t("Rule"), t("Missed"), t("Share")].map((name, at) => h("th", { scope: "col", class: at ? "num" : null }, name)))),
      h(
        "tbody",
        null,
        missed.slice(0, SLIP_MISSED).map((cell) =>
          h(
            "tr",
            null,
            h("th", { scope: "row" }, titleOf(cell.rule), cell.rule.required ? null : [" (", t("advisory"), ")"]),
            h("td", { class: "num" }, `${number(missedOf(cell))} / ${number(eligible(cell))}`),
            h("td", { class: "num" }, percent(missedOf(cell), eligible(cell))),
          ),
        ),
      ),
    ),
    missed.length > SLIP_MISSED ? h("p", { class: "small muted" }, tn("and {n} more rule, in the report", "and {n} more rules, in the report", { n: missed.length - SLIP_MISSED })) : null,
  );
}

function signatures() {
  const line = (words) => h("div", null, h("div", { class: "sign-here" }), h("div", { class: "small" }, words));
  return h(
    "div",
    { class: "signatures" },
    h("p", { class: "small" }, t("Seen and discussed. Signing says that the page was seen, not that it is agreed to. Remarks:")),
    h("div", { class: "remark-line" }),
    h("div", { class: "remark-line" }),
    h("div", { class: "sign-lines" }, line(t("Auditor (name, signature)")), line(t("For the facility (name, signature, stamp)")), line(t("Date"))),
  );
}

function slipSource(audit) {
  const { tool, digest } = audit.result;
  return [`${tool.name} ${tool.version}`, digest ? [" · SHA-256 ", h("code", null, digest)] : null];
}
