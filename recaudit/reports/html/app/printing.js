// What is printed: a brief of one page, and a slip of one page for each facility that is chosen; nothing else.
import { brief } from "./brief.js";
import { h } from "./core.js";
import { link } from "./router.js";
import { t, tn } from "./say.js";
import { byGap, soughtPlaces } from "./seek.js";
import { slip } from "./slip.js";

const SLIPS = 50;

// `only`: "sector/id" of one facility; else the filter of the list of facilities. The largest gaps come first.
export function print(audit, { only, ...asked }) {
  const places = only || audit.only ? onePlace(audit, only) : byGap(audit, soughtPlaces(audit, asked));
  const shown = places.slice(0, SLIPS);
  return h(
    "div",
    { class: "stack pack" },
    h(
      "section",
      { class: "card screen-only" },
      h("h1", null, t("To print")),
      h("p", null, printedWords(places.length, shown.length, Boolean(audit.only || only))),
      h(
        "div",
        { class: "controls" },
        h("button", { type: "button", onclick: () => window.print() }, t("Print")),
        audit.only ? null : h("a", { class: "button", href: link("facilities", asked) }, t("Choose facilities")),
      ),
    ),
    audit.only || only ? null : brief(audit),
    shown.map((place) => slip(audit, place)),
  );
}

function onePlace(audit, only) {
  const [sector, ...id] = (only ?? "").split("/");
  const place = audit.only ? audit.find(audit.only.sector, audit.only.id) : audit.find(sector, id.join("/"));
  return place < 0 ? [] : [place];
}

function printedWords(n, shown, single) {
  if (!n) return single ? t("There is no such facility: there is no slip.") : t("A brief of one page. No facility is chosen: there is no slip.");
  if (single) return t("A slip of one page, to be signed.");
  const words = tn("A brief of one page, and a slip for {n} facility, each on a page to be signed.", "A brief of one page, and slips for {n} facilities, each on a page to be signed.", { n: shown });
  const cut = tn("{n} more facility is chosen and has no slip here: narrow the filter.", "{n} more facilities are chosen and have no slip here, the smaller gaps: narrow the filter.", { n: n - shown });
  return n > shown ? `${words} ${cut}` : words;
}
