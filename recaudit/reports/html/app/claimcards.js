// Claims as cards: the verdict, the sentence, its bounds, the bar, the counts, and the way to the evidence.
import { h } from "./core.js";
import { barKey, claimBar, isMarked } from "./bars.js";
import { countsOfClaim, quoted, shortBounds, unitsCounted } from "./claim.js";
import { verdictMark } from "./marks.js";
import { link } from "./router.js";
import { number, promised, t } from "./say.js";
import { sectorWord, verdictWord, worded } from "./terms.js";

// Nothing where no claim was judged: exports alone have no verdicts.
export function claimCards(audit) {
  const { claims } = audit.result;
  if (!claims.length) return null;
  return h(
    "section",
    { "aria-labelledby": "claims", class: "stack" },
    h("h2", { id: "claims", class: "unseen" }, t("Claims and verdicts")),
    h("div", { class: "cards" }, claims.map(claimCard)),
    barKey({ claimed: claims.some(isMarked) }),
  );
}

function claimCard(claim) {
  const known = claim.low || claim.high;
  return h(
    "article",
    { class: `card claim-card ${claim.verdict}` },
    h(
      "div",
      { class: "head" },
      h("span", { class: "muted small" }, h("bdi", null, claim.id), " · ", sectorWord(claim.sector)),
      verdictMark(claim.verdict, verdictWord(claim.wording)),
    ),
    h("h3", { class: "quote" }, h("bdi", null, quoted(claim))),
    h(
      "div",
      null,
      h("p", { class: "bounds-said" }, known ? shortBounds(claim.low, claim.high) : "—"),
      h("p", { class: "muted small" }, claimedSaid(claim)),
    ),
    claimBar(claim),
    h("p", { class: "small" }, worded(claim.sentence)),
    h("p", { class: "small muted" }, countsOfClaim(claim)),
    h(
      "p",
      { class: "more screen-only" },
      h("a", { href: link("claim", { id: claim.id }), "aria-label": t("Evidence for {claim}", { claim: claim.id }) }, t("Evidence for it"), " →"),
    ),
  );
}

// The counts under the bounds, and what is claimed.
function claimedSaid({ low, high, level, target }) {
  const values = { claimed: promised(target) };
  if (!low && !high) return t("no bounds: some expected numbers are unknown, or only a floor · claimed: {claimed}", values);
  const counts = [low, high].map((bound) => (bound ? number(bound[0]) : "—"));
  values.whole = unitsCounted(level, (low ?? high)[1]);
  if (low && high && low[0] === high[0]) return t("{n} of {whole} · claimed: {claimed}", { n: counts[0], ...values });
  return t("lowest – highest possible: {low} – {high} of {whole} · claimed: {claimed}", { low: counts[0], high: counts[1], ...values });
}
