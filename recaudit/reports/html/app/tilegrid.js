// Where each area stands in a tile map: one field of a grid each, neighbours near each other, north up. The same
// coordinates give the same grid.

const SPARE = 1.28; // fields for each area: the coast of a province needs some that stay empty
const MOST = 400; // areas; beyond these nobody finds one, and the work grows with the third power

// `places`: [{lat, lon}] in degrees. {rows, columns, at: [[row, column]]}, from 0; null for fewer than two places.
export function tileGrid(places) {
  if (places.length < 2 || places.length > MOST) return null;
  const narrow = Math.cos((middle(places.map(({ lat }) => lat)) * Math.PI) / 180);
  const across = evened(places.map(({ lon }) => lon * narrow));
  const up = evened(places.map(({ lat }) => -lat));
  const wide = extent(places.map(({ lon }) => lon * narrow));
  const high = extent(places.map(({ lat }) => lat));
  const fields = Math.ceil(places.length * SPARE);
  const ratio = Math.min(Math.max(wide / Math.max(high, 1e-9), 0.6), 2.2) * 0.9; // tiles are wider than high
  const columns = Math.max(1, Math.min(16, Math.round(Math.sqrt(fields * ratio))));
  const rows = Math.max(1, Math.ceil(fields / columns));
  const cost = across.map((x, place) => fieldCosts(x, up[place], rows, columns));
  const at = assigned(cost, rows * columns).map((field) => [Math.floor(field / columns), field % columns]);
  return trimmed(at);
}

function middle(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function extent(values) {
  return Math.max(...values) - Math.min(...values);
}

// From 0 to 1, half by distance and half by rank: a town's wards move apart, and far places stay far.
function evened(values) {
  const least = Math.min(...values);
  const whole = extent(values) || 1;
  const order = values.map((value, place) => [value, place]).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const found = new Array(values.length);
  order.forEach(([value, place], rank) => {
    found[place] = 0.5 * ((value - least) / whole) + 0.5 * (rank / Math.max(1, values.length - 1));
  });
  return found;
}

function fieldCosts(x, y, rows, columns) {
  const costs = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const [right, down] = [x * (columns - 1) - column, y * (rows - 1) - row];
      costs[row * columns + column] = right * right + down * down;
    }
  }
  return costs;
}

// The cheapest field for each, no field twice (the Hungarian method, by shortest augmenting paths). `cost[i][j]`.
function assigned(cost, fields) {
  const ofRow = new Float64Array(cost.length + 1);
  const ofField = new Float64Array(fields + 1);
  const holder = new Int32Array(fields + 1); // of each field, from 1: the row that has it, 0 for none
  const before = new Int32Array(fields + 1);
  for (let row = 1; row <= cost.length; row += 1) {
    let field = 0;
    holder[0] = row;
    const least = new Float64Array(fields + 1).fill(Infinity);
    const seen = new Uint8Array(fields + 1);
    while (holder[field] !== 0) {
      seen[field] = 1;
      const own = holder[field];
      let step = Infinity;
      let next = 0;
      for (let other = 1; other <= fields; other += 1) {
        if (seen[other]) continue;
        const reduced = cost[own - 1][other - 1] - ofRow[own] - ofField[other];
        if (reduced < least[other]) {
          least[other] = reduced;
          before[other] = field;
        }
        if (least[other] < step) {
          step = least[other];
          next = other;
        }
      }
      for (let other = 0; other <= fields; other += 1) {
        if (seen[other]) {
          ofRow[holder[other]] += step;
          ofField[other] -= step;
        } else least[other] -= step;
      }
      field = next;
    }
    while (field) {
      holder[field] = holder[before[field]];
      field = before[field];
    }
  }
  const found = new Array(cost.length);
  for (let field = 1; field <= fields; field += 1) if (holder[field]) found[holder[field] - 1] = field - 1;
  return found;
}

// Without rows and columns that stay empty at the edges.
function trimmed(at) {
  const [top, left] = [Math.min(...at.map(([row]) => row)), Math.min(...at.map(([, column]) => column))];
  const moved = at.map(([row, column]) => [row - top, column - left]);
  return {
    rows: Math.max(...moved.map(([row]) => row)) + 1,
    columns: Math.max(...moved.map(([, column]) => column)) + 1,
    at: moved,
  };
}
