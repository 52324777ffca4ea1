// All facilities: searched, filtered, sorted, in pages; what is asked stands in the address, and goes into a file.
import { announce, h } from "./core.js";
import { downloadCsv } from "./csv.js";
import { areaName, standingAt } from "./counts.js";
import { slimBarSilent } from "./bars.js";
import { listing } from "./listing.js";
import { marksOf, shareOf } from "./marks.js";
import { compareNames } from "./names.js";
import { keep, link } from "./router.js";
import { collator, number, percent, t, tn } from "./say.js";
import { columnsOf, orderBy, soughtPlaces, tiesOf } from "./seek.js";
import { facilityRow, FACILITY_NAMES } from "./sheets.js";
import { toFacility } from "./links.js";
import { kindWord, sectorWord, statusWord } from "./terms.js";

const ASKED = ["q", "sector", "kind", "area", "vendor", "status", "state", "from", "below"];
const FIRST_ORDER = { sort: "gap", order: "down" };

// The columns of a list of facilities; a row is a place. `wide`: with the area and the marks, for lists of many areas.
export function facilityColumns(audit, { area = true } = {}) {
  const known = new Map(); // each row asks for its facility several times
  const at = (place) => {
    if (!known.has(place)) known.set(place, audit.facility(place));
    return known.get(place);
  };
  const counts = (id, title, value) => ({
    id,
    title,
    number: true,
    order: orderBy(audit, id),
    cell: (place) => number(value(at(place))),
  });
  return [
    {
      id: "name",
      title: t("Facility"),
      header: true,
      class: "named",
      order: orderBy(audit, "name"),
      cell: (place) => nameCell(audit, at(place), area),
    },
    area && {
      id: "area",
      title: t("Commune or ward"),
      wide: true,
      order: orderBy(audit, "area"),
      cell: (place) => areaCell(audit, at(place).area),
    },
    { id: "marks", title: t("State"), wide: true, cell: (place) => marksOf(at(place)) },
    {
      id: "share",
      title: t("Complete"),
      number: true,
      order: orderBy(audit, "share"),
      cell: (place) => shareOf(at(place)),
    },
    { id: "bar", title: t("Bounds"), unseen: true, class: "bar", cell: (place) => slimBarSilent(standingAt(at(place).rungs)) },
    { ...counts("gap", t("Gap")), class: "strong", cell: (place) => gapCell(columnsOf(audit).gap[place]) },
    counts("short", t("Known short"), (facility) => standingAt(facility.rungs).short),
    counts("unknown", t("Unknown"), (facility) => standingAt(facility.rungs).unknown),
    {
      ...counts("expected", t("Expected"), (facility) => facility.expected),
      cell: (place) => (at(place).expected === null ? t("not known") : number(at(place).expected)),
    },
  ].filter(Boolean);
}

// Nobody said what to expect of it, as it was said of others: it has no gap.
function gapCell(gap) {
  return gap < 0 ? h("span", { class: "muted" }, "—") : number(gap);
}

function nameCell(audit, facility, area) {
  return [
    toFacility(facility),
    h("div", { class: "muted small" }, h("bdi", null, facility.id), facility.kind ? ` · ${kindWord(facility.kind)}` : ""),
    h("div", { class: "narrow-only small" }, area && facility.area ? h("bdi", null, areaName(audit, facility.area)) : null, " ", marksOf(facility)),
  ];
}

function areaCell(audit, code) {
  if (!code) return h("span", { class: "muted" }, t("in no area"));
  return audit.areas.has(code) ? h("a", { href: link("area", { code }) }, h("bdi", null, areaName(audit, code))) : code;
}

export function facilities(audit, parameters) {
  const asked = Object.fromEntries(ASKED.map((name) => [name, parameters[name] ?? ""]));
  const state = { sort: parameters.sort || FIRST_ORDER.sort, order: parameters.order || "", page: Number(parameters.page) || 0 };
  state.order ||= state.sort === "name" || state.sort === "area" ? "up" : "down";
  const count = h("p", { class: "count muted" });
  const list = listing({
    caption: t("Facilities"),
    columns: facilityColumns(audit),
    rows: soughtPlaces(audit, asked),
    ties: tiesOf(audit),
    sorted: { by: state.sort, down: state.order === "down" },
    page: state.page,
    changed: ({ by, down, page }) => {
      Object.assign(state, { sort: by, order: down ? "down" : "up", page });
      remembered();
    },
  });

  function remembered() {
    const sorted = state.sort === FIRST_ORDER.sort && state.order === FIRST_ORDER.order ? {} : { sort: state.sort, order: state.order };
    keep("facilities", { ...asked, ...sorted, page: state.page || "" });
    print.setAttribute("href", link("print", asked));
  }

  function sought() {
    state.page = 0;
    list.show(soughtPlaces(audit, asked));
    count.textContent = countOf(list.rows().length, audit.count);
    announce(count.textContent);
    remembered();
  }

  const print = h("a", { class: "button", href: link("print", asked) }, t("Print slips"));
  const save = () => {
    downloadCsv("facilities.csv", FACILITY_NAMES, list.rows().map((place) => facilityRow(audit, place)));
    announce(tn("{n} facility saved", "{n} facilities saved", { n: list.rows().length }));
  };
  count.textContent = countOf(list.rows().length, audit.count);
  return h(
    "div",
    { class: "stack" },
    h("h1", null, t("Facilities")),
    h(
      "section",
      { class: "card long" },
      filtersOf(audit, asked, sought),
      h(
        "div",
        { class: "head" },
        count,
        h("div", { class: "controls" }, h("button", { type: "button", onclick: save }, t("Save as CSV")), print),
      ),
      rangeAsked(asked),
      list.node,
      audit.count ? null : h("p", null, t("The result has no facility: nothing was judged of any.")),
    ),
  );
}

function countOf(n, whole) {
  return tn("{shown} of {n} facility shown", "{shown} of {n} facilities shown", { n: whole, shown: n });
}

// Where a chart asked for a range of shares, it is said.
function rangeAsked({ from, below }) {
  const limits = [
    from && t("at least {share} complete", { share: percent(Number(from), 100) }),
    below && t("less than {share} complete", { share: percent(Number(below), 100) }),
  ].filter(Boolean);
  if (!limits.length) return null;
  const words = t("Only where anything is known, and {limits}.", { limits });
  return h("p", { class: "small" }, words, " ", h("a", { href: link("facilities") }, t("Show all")));
}

function filtersOf(audit, asked, sought) {
  const field = h("input", {
    type: "search",
    id: "asked-q",
    value: asked.q,
    autocomplete: "off",
    spellcheck: "false",
    oninput: () => {
      asked.q = field.value;
      sought();
    },
  });
  const choose = (name, words, options) => {
    const chosen = h(
      "select",
      {
        id: `asked-${name}`,
        value: asked[name],
        onchange: () => {
          asked[name] = chosen.value;
          sought();
        },
      },
      h("option", { value: "" }, t("All")),
      options.map(([value, said]) => h("option", { value }, said)),
    );
    return h("label", null, words, chosen);
  };
  const form = h(
    "form",
    { class: "filters", role: "search", onsubmit: (event) => event.preventDefault() },
    h("label", null, t("Name, code, area or software"), field),
    choose("sector", t("Sector"), choicesOf(audit, "sector", sectorWord)),
    choose("area", t("Commune or ward"), areaOptions(audit)),
    choose("kind", t("Kind"), choicesOf(audit, "kind", kindWord)),
    choose("vendor", t("Software"), choicesOf(audit, "vendor", (vendor) => vendor)),
    choose("status", t("Submission"), ["ok", "partial", "silent"].map((status) => [status, statusWord(status)])),
    choose("state", t("State"), conditionWords()),
    h("a", { class: "button", href: link("facilities") }, t("Clear")),
  );
  return form;
}

function conditionWords() {
  return [
    ["gap", t("with a gap")],
    ["full", t("every record complete")],
    ["short", t("with records known short")],
    ["unknown", t("with records unknown")],
    ["over", t("over-reported")],
    ["uncounted", t("no expected number")],
    ["nothing", t("0 expected")],
  ];
}

function distinctOf(audit, name) {
  return [...new Set(audit.column(name))].filter(Boolean);
}

function choicesOf(audit, name, word) {
  const texts = collator();
  return distinctOf(audit, name)
    .map((value) => [value, word(value)])
    .sort((a, b) => texts.compare(a[1], b[1]));
}

function areaOptions(audit) {
  return [...audit.areas.values()]
    .map((area) => [area.code, area.name || area.code])
    .sort((a, b) => compareNames(a[1], b[1]));
}
