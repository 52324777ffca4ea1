// Where every number comes from: files with their hashes, tables, suites, catalogues, and another engine's opinion.
import { h } from "./core.js";
import { findingsOf } from "./facility_rest.js";
import { listing } from "./listing.js";
import { number, t, tn } from "./say.js";
import { roleWord, sectorWord } from "./terms.js";

export function inputsCard(audit) {
  const { inputs } = audit.result;
  const cut = inputs.filter((one) => !one.to_the_end).length;
  return h(
    "section",
    { class: "card long" },
    h("h2", null, tn("{n} input", "{n} inputs", { n: inputs.length })),
    inputs.length
      ? [
          h("p", { class: "small" }, cut ? tn("{n} of them is not whole: what it lacks is unknown.", "{n} of them are not whole: what they lack is unknown.", { n: cut }) : t("Each was read to its end.")),
          listing({ caption: t("Inputs"), rows: inputs, columns: inputColumns(), size: 25 }).node,
        ]
      : h("p", null, audit.only ? t("No file is of this facility alone; files of several stand in the report of the audit.") : t("No file was read: nothing was judged.")),
  );
}

function inputColumns() {
  const count = (id, title, value) => ({ id, title, number: true, value, cell: (one) => number(value(one)) });
  return [
    {
      id: "path",
      title: t("File"),
      header: true,
      class: "named",
      value: (one) => one.path,
      cell: (one) => [
        h("code", null, one.path),
        h("div", { class: "muted small" }, h("code", { class: "hash" }, one.sha256)),
        one.findings.length ? h("details", { class: "small" }, h("summary", null, tn("{n} finding", "{n} findings", { n: one.findings.length })), findingsOf(one)) : null,
      ],
    },
    { id: "role", title: t("Role"), class: "nowrap", value: (one) => roleWord(one.role), cell: (one) => roleWord(one.role) },
    { id: "format", title: t("Format"), value: (one) => one.format, cell: (one) => h("code", null, one.format) },
    { id: "facility", title: t("Facility"), value: (one) => one.facility ?? "", cell: (one) => (one.role === "export" ? (one.facility ?? t("any")) : "") },
    count("bytes", t("Bytes"), (one) => one.bytes),
    count("read", t("Rows read"), (one) => one.read),
    count("unreadable", t("Unreadable"), (one) => one.unreadable),
    { id: "whole", title: t("Whole"), value: (one) => Number(one.to_the_end), cell: (one) => (one.to_the_end ? t("yes") : h("strong", null, t("no"))) },
  ];
}

export function tablesCard(audit) {
  const { tables } = audit.result;
  if (!tables.length) return null;
  const count = (id, title) => ({ id, title, number: true, value: (one) => one[id], cell: (one) => number(one[id]) });
  const list = listing({
    caption: t("Tables"),
    rows: tables,
    size: 0,
    columns: [
      { id: "sector", title: t("Sector"), class: "nowrap", value: (one) => sectorWord(one.sector), cell: (one) => sectorWord(one.sector) },
      { id: "name", title: t("Table"), header: true, value: (one) => one.name, cell: (one) => h("code", null, one.name) },
      count("read", t("Rows read")),
      count("unreadable", t("Unreadable")),
      count("unlinked", t("Unlinked")),
      count("duplicate", t("Duplicate")),
      count("conflicting", t("Conflicting")),
    ],
  });
  return h(
    "section",
    { class: "card long" },
    h("h2", null, t("Tables")),
    h("details", null, h("summary", null, tn("{n} table", "{n} tables", { n: tables.length })), list.node),
  );
}

export function suitesCard(audit) {
  const { suites } = audit.result;
  const rules = suites.reduce((sum, one) => sum + one.rules, 0);
  return h(
    "section",
    { class: "card long" },
    h("h2", null, t("Suites")),
    suites.length
      ? [
          h("p", { class: "small" }, tn("{n} rule in all; received and conformant are built in.", "{n} rules in all; received and conformant are built in.", { n: rules })),
          h(
            "details",
            null,
            h("summary", null, tn("{n} suite", "{n} suites", { n: suites.length })),
            hashes(suites.map((one) => [`${one.name} ${one.version}`, tn("{n} rule", "{n} rules", { n: one.rules }), one.sha256])),
          ),
        ]
      : h("p", null, t("No suite was applied: complete and what is above it were not judged.")),
  );
}

export function catalogueCard(audit) {
  const { catalogues } = audit.result;
  return h(
    "section",
    { class: "card long" },
    h("h2", null, t("Catalogues")),
    h("p", { class: "small" }, t("Files that travel with the tool and say how cells are read: placeholders, views, links between tables.")),
    catalogues.length ? h("details", null, h("summary", null, tn("{n} file", "{n} files", { n: catalogues.length })), hashes(catalogues.map((one) => [one.name, "", one.sha256]))) : null,
  );
}

function hashes(rows) {
  return h(
    "ul",
    { class: "hashes" },
    rows.map(([name, more, hash]) => h("li", null, h("bdi", null, name), more ? h("span", { class: "muted small" }, ` ${more}`) : null, h("code", { class: "hash" }, hash))),
  );
}

// Another engine's counts of the same cells, where one was asked.
export function agreementCard(audit) {
  const said = audit.result.run?.agreement;
  if (!said) return null;
  const engine = said.engine === "great-expectations" ? "Great Expectations" : said.engine;
  const judged = said.equal + said.documented + said.differing;
  const facts = [
    [t("equal"), said.equal],
    [t("otherwise, as documented"), said.documented],
    [t("differing"), said.differing],
    [t("with nothing to judge"), said.nothing_to_judge],
    [t("not compared"), said.left_out],
  ];
  return h(
    "section",
    { class: "card" },
    h("h2", null, t("Agreement with {engine}", { engine: `${engine} ${said.version}` })),
    judged ? null : h("p", null, t("No cell (rule and facility) could be compared.")),
    h(
      "table",
      { class: "parts" },
      h(
        "tbody",
        null,
        facts.map(([words, n]) => h("tr", null, h("th", { scope: "row" }, words), h("td", { class: "num" }, number(n)))),
        h("tr", { class: "sum" }, h("th", { scope: "row" }, t("cells (rule and facility)")), h("td", { class: "num" }, number(said.cells))),
      ),
    ),
  );
}
