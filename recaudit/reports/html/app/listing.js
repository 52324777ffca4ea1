// A table whose columns sort and whose rows come in pages. It says how many rows there are, and of which it shows some.
import { announce, h } from "./core.js";
import { compareNames } from "./names.js";
import { number, t } from "./say.js";

const PAGE = 50;

// A listing is {node, show(rows)}: an element, and how it is given other rows.
//   caption   what the table is of, for who cannot see it
//   columns   [{id, title, number, wide, class, header, cell(row), value(row) or order(a, b)}]: the cell's content; what
//             the column sorts by (a number, or a text as Vietnamese sorts it); with neither it does not sort
//             `last(row)`: it has no value in the column, and stands at the end in either direction
//             `unseen`: its title is for who cannot see what stands in it
//   ties      compares two rows that the sorted column does not part; without it they stay as they are
//   sorted    {by: id, down: bool}; page: from 0; size: rows of a page, 0 for all on one
//   changed   told {by, down, page} after the reader sorted or turned a page
export function listing({ caption, columns, rows, ties = () => 0, sorted = {}, page = 0, size = PAGE, changed = () => {} }) {
  const node = h("div", { class: "listing" });
  const state = { by: sorted.by ?? "", down: Boolean(sorted.down), page, rows: [] };

  function order() {
    const column = columns.find((one) => one.id === state.by);
    const compare = column && comparing(column);
    if (!compare) return;
    const { last } = column;
    const directed = state.down ? (a, b) => compare(b, a) : compare;
    state.rows.sort((a, b) => (last ? last(a) - last(b) : 0) || directed(a, b) || ties(a, b));
  }

  function turned(to, focus) {
    state.page = to;
    draw(focus);
    changed({ ...state });
    announce(rangeOf(state, size));
  }

  function sortedBy(column) {
    state.down = state.by === column.id ? !state.down : Boolean(column.number);
    state.by = column.id;
    state.page = 0;
    order();
    draw(`sort-${column.id}`);
    changed({ ...state });
    announce(state.down ? t("sorted by {column}, largest first", { column: column.title }) : sortedUp(column));
  }

  function draw(focus) {
    const last = size ? Math.max(0, Math.ceil(state.rows.length / size) - 1) : 0;
    state.page = Math.min(Math.max(0, state.page), last);
    const shown = size ? state.rows.slice(state.page * size, (state.page + 1) * size) : state.rows;
    node.replaceChildren(
      h(
        "div",
        { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
        h(
          "table",
          null,
          h("caption", { class: "unseen" }, caption),
          h("thead", null, h("tr", null, columns.map((column) => heading(column, state, sortedBy)))),
          h("tbody", null, shown.map((row) => rowOf(row, columns))),
        ),
      ),
      ...(last > 0 ? [pagerOf(state, last, size, turned)] : []),
    );
    if (focus) focusOn(node, focus);
  }

  function show(given) {
    state.rows = [...given];
    order();
    draw();
  }

  state.rows = [...rows];
  order();
  draw();
  return {
    node,
    show: (given) => {
      state.page = 0;
      show(given);
    },
    rows: () => state.rows,
  };
}

function sortedUp(column) {
  return column.number
    ? t("sorted by {column}, smallest first", { column: column.title })
    : t("sorted by {column}, from the first letter", { column: column.title });
}

function comparing(column) {
  if (column.order) return column.order;
  if (!column.value) return null;
  return (a, b) => {
    const one = column.value(a);
    const other = column.value(b);
    return typeof one === "string" ? compareNames(one, other) : one - other;
  };
}

function heading(column, state, sortedBy) {
  const sorts = column.order || column.value;
  const now = state.by === column.id;
  const direction = state.down ? "descending" : "ascending";
  return h(
    "th",
    { scope: "col", class: classOf(column, "num"), "aria-sort": sorts && now ? direction : null },
    sorts
      ? h(
          "button",
          { type: "button", class: "sorts", "data-focus": `sort-${column.id}`, onclick: () => sortedBy(column) },
          column.title,
        )
      : column.unseen
        ? h("span", { class: "unseen" }, column.title)
        : column.title,
  );
}

// `wide`: a column that a phone has no room for; what it says stands elsewhere in the row.
function classOf(column, num, other = "") {
  return [column.number ? num : "", column.wide ? "wide-only" : "", other].filter(Boolean).join(" ") || null;
}

function rowOf(row, columns) {
  return h(
    "tr",
    null,
    columns.map((column) =>
      h(
        column.header ? "th" : "td",
        { class: classOf(column, "num", column.class), scope: column.header ? "row" : null },
        column.cell(row),
      ),
    ),
  );
}

function rangeOf(state, size) {
  const from = state.page * size;
  const values = { from: from + 1, to: Math.min(from + size, state.rows.length), n: state.rows.length };
  return t("{from} – {to} of {n}", values);
}

function pagerOf(state, last, size, turned) {
  const step = (words, to, key) =>
    h(
      "button",
      { type: "button", "data-focus": key, disabled: to < 0 || to > last, onclick: () => turned(to, key) },
      words,
    );
  return h(
    "nav",
    { class: "pager", "aria-label": t("Pages of the table") },
    h("span", { class: "muted small" }, rangeOf(state, size)),
    step(t("← Previous"), state.page - 1, "page-back"),
    h("span", { class: "muted small" }, `${number(state.page + 1)} / ${number(last + 1)}`),
    step(t("Next →"), state.page + 1, "page-on"),
  );
}

// A button that can no longer be pressed hands on to its twin.
function focusOn(node, key) {
  const wanted = node.querySelector(`[data-focus="${key}"]`);
  const twin = node.querySelector(`[data-focus="${key === "page-on" ? "page-back" : "page-on"}"]`);
  (wanted && !wanted.disabled ? wanted : twin)?.focus();
}
