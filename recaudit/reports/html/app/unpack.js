// What the builder packed, unpacked: base64 and zlib to bytes, bytes to columns of whole numbers and to cells of rules.
// The twin of ../packing.py, which says how every count is written.

export const RUNGS = ["received", "conformant", "complete", "consistent", "attested", "timely"];
export const STATES = ["met", "unmet", "excused", "not_applicable", "not_assessable"];
const NUMBERS = [
  "matched", "read", "duplicate", "conflicting", "unexpected", "out_of_scope", "unreadable", "missing",
];
const MAY_BE_NULL = ["expected", "probable"];
const PARTS = STATES.length + 1; // of a cell: four states, solo, and how many rows more than its table

// The bytes of an island of the page, which is taken away.
export async function islandBytes(id) {
  const node = document.getElementById(id);
  const text = atob(node.textContent.trim());
  node.remove();
  const packed = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) packed[at] = text.charCodeAt(at);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
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

// The places of the facilities, those with the fewest matched rows first: the order in which all else is written.
export function packedOrder(matched) {
  return Array.from(matched.keys()).sort((one, other) => matched[one] - matched[other] || one - other);
}

// Name -> column, one value a facility; null is -1 in columns of numbers. Rungs are "complete.reached" and so on.
export function unpackedColumns(head, bytes, start) {
  const { many } = reader(bytes, start);
  const count = head.count;
  const columns = { ...head.texts };
  for (const [name, words] of Object.entries(head.words)) columns[name] = words.at.map((at) => words.of[at]);
  const [first, ...others] = NUMBERS;
  columns[first] = many(count);
  const order = packedOrder(columns[first]);
  const back = (values) => {
    const found = new Float64Array(count);
    order.forEach((place, at) => {
      found[place] = values[at];
    });
    return found;
  };
  for (const name of others) columns[name] = back(many(count));
  for (const name of MAY_BE_NULL) columns[name] = back(many(count).map((code) => code - 1));
  columns.over_reported = back(many(count));
  columns.on_the_ladder = back(many(count)); // 0: its rungs were not counted
  const wholes = many(count);
  let reached = new Float64Array(count);
  let short = new Float64Array(count);
  for (const rung of RUNGS) {
    const fallen = many(count);
    const risen = many(count);
    reached = reached.map((below, at) => below - unsigned(fallen[at]));
    short = short.map((below, at) => below + unsigned(risen[at]));
    const unknown = many(count).map((code, at) => unsigned(code) + wholes[at] - reached[at] - short[at]);
    columns[`${rung}.reached`] = back(reached);
    columns[`${rung}.short`] = back(short);
    columns[`${rung}.unknown`] = back(unknown);
  }
  return columns;
}

// Of each rule, by its index: the facilities of its sector (`members`, by place), and the counts of each of them;
// `known` is 0 where the rule judged none of its rows.
export function unpackedCells(head, bytes, start, rules, columns) {
  const { many, one } = reader(bytes, start + head.cells);
  const order = packedOrder(columns.matched);
  const found = new Array(rules.length);
  for (const sector of new Set(rules.map((rule) => rule.sector))) {
    const members = order.filter((place) => columns.sector[place] === sector);
    const scratch = Array.from({ length: PARTS }, () => new Float64Array(members.length));
    const ofSector = rules.filter((rule) => rule.sector === sector);
    for (const table of new Set(ofSector.map((rule) => rule.table))) {
      const rows = many(members.length);
      for (const rule of ofSector) {
        if (rule.table !== table) continue;
        const codes = many(members.length);
        readParts(codes, one, scratch);
        found[rule.index] = { members, ...cellsFrom(codes, rows, scratch, head.wide ? Float64Array : Uint32Array) };
      }
    }
  }
  return found;
}

// The numbers of the cells of one rule that are not 0, part by part.
function readParts(codes, one, parts) {
  for (let bit = 0; bit < PARTS; bit += 1) {
    const numbers = parts[bit];
    for (let at = 0; at < codes.length; at += 1) {
      numbers[at] = codes[at] && (codes[at] - 1) & (1 << bit) ? one() : 0;
    }
  }
}

function cellsFrom(codes, rows, parts, Counts) {
  const counts = STATES.map(() => new Counts(codes.length));
  const known = new Uint8Array(codes.length);
  for (let at = 0; at < codes.length; at += 1) {
    if (!codes[at]) continue;
    known[at] = 1;
    const rest = (codes[at] - 1) >> PARTS;
    let left = rows[at] + unsigned(parts[PARTS - 1][at]);
    for (let part = 0; part < STATES.length - 1; part += 1) {
      counts[part < rest ? part : part + 1][at] = parts[part][at];
      left -= parts[part][at];
    }
    counts[rest][at] = left;
  }
  const cells = { known, solo: Counts.from(parts[PARTS - 2]) };
  STATES.forEach((state, place) => {
    cells[state] = counts[place];
  });
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
