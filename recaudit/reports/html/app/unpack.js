// What the builder packed, unpacked: base64 and gzip to bytes, bytes to columns of whole numbers and to cells of rules.
// The twin of ../packing.py, which says how every count is written.

export const RUNGS = ["received", "conformant", "complete", "consistent", "attested", "timely"];
export const STATES = ["met", "unmet", "excused", "not_applicable", "not_assessable"];
const NUMBERS = [
  "read", "matched", "duplicate", "conflicting", "unexpected", "out_of_scope", "unreadable", "missing",
];
const MAY_BE_NULL = ["expected", "probable"];
const SOLO = 1 << 4;
const ROWS = 1 << 5;
const MASKS = 1 << 6;

// The bytes of an island of the page, which is taken away.
export async function islandBytes(id) {
  const node = document.getElementById(id);
  const text = atob(node.textContent.trim());
  node.remove();
  const packed = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) packed[at] = text.charCodeAt(at);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// Numbers out of bytes, one after the other: seven bits a byte, lowest first, the eighth says that more follow.
function reader(bytes, start) {
  let at = start;
  function one() {
    let byte = bytes[at];
    at += 1;
    if (byte < 128) return byte;
    let number = byte & 127;
    let scale = 128;
    do {
      byte = bytes[at];
      at += 1;
      number += (byte & 127) * scale; // no shift: counts may be above 2 ** 31
      scale *= 128;
    } while (byte > 127);
    return number;
  }
  function many(count) {
    const found = new Float64Array(count);
    for (let index = 0; index < count; index += 1) found[index] = one();
    return found;
  }
  return { one, many };
}

function unsigned(code) {
  return code % 2 ? -(code + 1) / 2 : code / 2;
}

// Name -> column, one value a facility; null is -1 in columns of numbers. Rungs are "complete.reached" and so on.
export function unpackedColumns(head, bytes, start) {
  const { many } = reader(bytes, start);
  const count = head.count;
  const columns = { ...head.texts };
  for (const [name, words] of Object.entries(head.words)) columns[name] = words.at.map((at) => words.of[at]);
  for (const name of NUMBERS) columns[name] = many(count);
  for (const name of MAY_BE_NULL) columns[name] = many(count).map((code) => code - 1);
  columns.over_reported = many(count);
  columns.on_the_ladder = many(count); // 0: its rungs were not counted
  const wholes = many(count);
  let reached = new Float64Array(count);
  let short = new Float64Array(count);
  for (const rung of RUNGS) {
    const fallen = many(count);
    const risen = many(count);
    reached = reached.map((below, at) => below - unsigned(fallen[at]));
    short = short.map((below, at) => below + unsigned(risen[at]));
    columns[`${rung}.reached`] = reached;
    columns[`${rung}.short`] = short;
    columns[`${rung}.unknown`] = many(count).map((code, at) => unsigned(code) + wholes[at] - reached[at] - short[at]);
  }
  return columns;
}

// Of each rule, by its index: the facilities of its sector, and the counts of each of them; `known` is 0 where none is.
export function unpackedCells(head, bytes, start, rules, sectors) {
  const { one, many } = reader(bytes, start + head.cells);
  const found = new Array(rules.length);
  for (const sector of new Set(rules.map((rule) => rule.sector))) {
    const members = [];
    sectors.forEach((name, at) => {
      if (name === sector) members.push(at);
    });
    const ofSector = rules.filter((rule) => rule.sector === sector);
    for (const table of new Set(ofSector.map((rule) => rule.table))) {
      const rows = many(members.length);
      for (const rule of ofSector) {
        if (rule.table === table) found[rule.index] = decodedCells(rule, members, rows, one, many(members.length));
      }
    }
  }
  return found;
}

function decodedCells(rule, members, rows, one, codes) {
  const cells = { rule, members, known: new Uint8Array(members.length), solo: new Float64Array(members.length) };
  for (const state of STATES) cells[state] = new Float64Array(members.length);
  for (let at = 0; at < members.length; at += 1) {
    if (!codes[at]) continue;
    cells.known[at] = 1;
    const mask = (codes[at] - 1) % MASKS;
    const rest = STATES[Math.floor((codes[at] - 1) / MASKS)];
    let left = rows[at] + (mask & ROWS ? unsigned(one()) : 0);
    let bit = 1;
    for (const state of STATES) {
      if (state === rest) continue;
      if (mask & bit) {
        cells[state][at] = one();
        left -= cells[state][at];
      }
      bit *= 2;
    }
    cells[rest][at] = left;
    if (mask & SOLO) cells.solo[at] = one();
  }
  return cells;
}

// A list of objects that was written as columns: {"columns": {name: [...] or {at, of}}, "count": n}.
export function unpackedRows(table) {
  const found = Array.from({ length: table.count }, () => ({}));
  for (const [name, column] of Object.entries(table.columns)) {
    const values = Array.isArray(column) ? column : column.at.map((at) => column.of[at]);
    values.forEach((value, at) => {
      found[at][name] = value;
    });
  }
  return found;
}
