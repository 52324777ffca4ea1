// A share over several audits: a band from the lowest to the highest possible, a line along the lowest, the claimed
// level dashed. What was not measured alike is not joined by a line.
import { h, svg } from "./core.js";
import { day, number, percent, promised, t } from "./say.js";

const WIDTH = 460;
const HEIGHT = 190;
const LEFT = 44;
const RIGHT = 26;
const TOP = 16;
const BOTTOM = 40; // two lines of a label
const FLOORS = [90, 80, 60]; // per cent: where the axis may start, so that it starts below every point

// `points`, oldest first: [{label, under, name, low: [n, N] | null, high: [n, N] | null, unlike: bool}]; `under`: a second
// line of the label; `name`: both in one; `unlike`: not to be compared with the newest. `target`: a decimal text or null.
// A chart of fewer than two points is null: one point is no trend.
export function trendChart(points, { target = null, name = "" } = {}) {
  if (points.length < 2) return null;
  const aims = target === null ? [] : [Number(target) * 100];
  const known = points.flatMap((point) => [point.low, point.high]).filter(Boolean).map(place);
  const lowest = Math.min(100, ...known, ...aims);
  const floor = FLOORS.find((one) => lowest > one) ?? 0;
  const across = (at) => LEFT + 8 + (at * (WIDTH - LEFT - RIGHT - 16)) / (points.length - 1);
  const up = (value) => TOP + ((100 - value) / (100 - floor)) * (HEIGHT - TOP - BOTTOM);
  return svg(
    "svg",
    { class: "chart", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": trendWords(points, target, name) },
    axis(floor, up),
    target === null ? null : svg("path", { class: "aim", d: `M${LEFT} ${up(aims[0])}H${WIDTH - RIGHT}` }),
    stretches(points).map((stretch) => stretchDrawn(stretch, across, up)),
    points.map((point, at) => pointDrawn(point, at, points, across, up)),
  );
}

// For the drawing alone: a number that is never printed.
function place([n, whole]) {
  return whole ? (n * 100) / whole : 0;
}

function axis(floor, up) {
  return [floor, (floor + 100) / 2, 100].map((value) =>
    svg(
      "g",
      null,
      svg("path", { class: "grid", d: `M${LEFT} ${up(value)}H${WIDTH - RIGHT}` }),
      svg("text", { x: LEFT - 6, y: up(value) + 4, "text-anchor": "end", class: "muted" }, number(value)),
    ),
  );
}

// Runs of points that may be joined: neighbours with both bounds known, measured alike.
function stretches(points) {
  const found = [];
  let run = [];
  points.forEach((point, at) => {
    const whole = point.low !== null && point.high !== null;
    if (!whole || (run.length && point.unlike !== points[at - 1].unlike)) {
      found.push(run);
      run = [];
    }
    if (whole) run.push(at);
  });
  return [...found, run].filter((one) => one.length > 1).map((one) => one.map((at) => [at, points[at]]));
}

function stretchDrawn(stretch, across, up) {
  const lows = stretch.map(([at, { low }]) => `${across(at)} ${up(place(low))}`);
  const highs = stretch.map(([at, { high }]) => `${across(at)} ${up(place(high))}`);
  return [
    svg("path", { class: "band", d: `M${highs.join("L")}L${[...lows].reverse().join("L")}Z` }),
    svg("path", { class: "line", d: `M${lows.join("L")}` }),
  ];
}

function pointDrawn(point, at, points, across, up) {
  const last = at === points.length - 1;
  const every = points.length > 6 && !last && at % Math.ceil(points.length / 5);
  const drawn = svg("g", null);
  if (!every) {
    const text = (y, words) => svg("text", { x: across(at), y, "text-anchor": "middle", class: "muted" }, words);
    drawn.append(text(HEIGHT - (point.under ? 20 : 18), point.label), text(HEIGHT - 7, point.under ?? ""));
  }
  const { low, high } = point;
  if (low && high) {
    const [top, bottom] = [up(place(high)), up(place(low))];
    if (bottom - top > 1) drawn.append(svg("path", { class: "reach", d: `M${across(at)} ${top}V${bottom}` }));
  }
  if (high && !low) drawn.append(svg("circle", { class: "hollow", cx: across(at), cy: up(place(high)), r: 3.5 }));
  if (low) {
    drawn.append(svg("circle", { class: point.unlike ? "hollow" : "dot", cx: across(at), cy: up(place(low)), r: 3.5 }));
  }
  if (last && low) drawn.append(lastLabel(low, high, across(at), up));
  return drawn;
}

// Under the lowest point where there is room, so that it does not stand in the band.
function lastLabel(low, high, x, up) {
  const y = up(place(low));
  const below = y + 16 < HEIGHT - BOTTOM - 2;
  const above = up(place(high ?? low)) - 7;
  return svg("text", { class: "value", x: x + 14, y: below ? y + 17 : above, "text-anchor": "end" }, percent(...low));
}

function trendWords(points, target, name) {
  const said = points.map((point) => `${point.name}: ${boundsSaid(point)}`);
  const claimed = target === null ? [] : [t("claimed: {target}", { target: promised(target) })];
  return [name, ...said, ...claimed].filter(Boolean).join("; ");
}

// "65.90 % – 76.13 % (659 – 761 / 1,000)"; one number where both are one.
export function boundsSaid({ low, high }) {
  if (!low && !high) return t("no bounds");
  const [from, to] = [low ? percent(...low) : "—", high ? percent(...high, { up: true }) : "—"];
  const whole = number((low ?? high)[1]);
  if (low && high && low[0] === high[0]) return `${from} (${number(low[0])} / ${whole})`;
  return `${from} – ${to} (${low ? number(low[0]) : "—"} – ${high ? number(high[0]) : "—"} / ${whole})`;
}

// The earlier results and this one as points. `of(one)`: what there is of an older result or of this one, {low, high} or
// null; `unlike(one)`: whether it was measured otherwise than today.
export function pointsOf(audit, of, unlike = () => false) {
  const every = [...audit.older, audit.result];
  const points = every.flatMap((one) => {
    const found = of(one);
    return found ? [{ one, label: periodLabel(one), ...found, unlike: one !== audit.result && unlike(one) }] : [];
  });
  return toldApart(points);
}

// Points of one period get a second line: the day as of which each was audited, else the day its period begins.
function toldApart(points) {
  return points.map(({ one, ...point }) => {
    const alike = points.filter(({ label }) => label === point.label).map((other) => other.one);
    if (alike.length < 2) return { ...point, under: "", name: point.label };
    const dated = new Set(alike.map((other) => other.as_of)).size === alike.length;
    const under = day(dated ? one.as_of : one.period.from);
    const values = { period: point.label, day: under };
    return { ...point, under, name: dated ? t("{period}, as of {day}", values) : t("{period}, from {day}", values) };
  });
}

// "Q3/2026" for a quarter, the year for a year, else the last day.
export function periodLabel({ period, as_of }) {
  const [from, to] = [period?.from ?? "", period?.to ?? ""];
  const year = to.slice(0, 4);
  if (from === `${year}-01-01` && to === `${year}-12-31`) return year;
  const quarter = ["03-31", "06-30", "09-30", "12-31"].indexOf(to.slice(5));
  const first = ["01-01", "04-01", "07-01", "10-01"][quarter];
  if (quarter >= 0 && from === `${year}-${first}`) return t("Q{quarter}/{year}", { quarter: quarter + 1, year });
  return day(to || as_of);
}

// What the parts of a trend are.
export function trendKey(target) {
  const sign = (name, d) => svg("svg", { class: "chart sign", width: 22, height: 12, "aria-hidden": "true" }, svg("path", { class: name, d }));
  const parts = [
    [sign("band", "M1 1h20v10H1z"), t("lowest to highest possible")],
    [sign("line", "M1 6H21"), t("lowest possible")],
  ];
  if (target) parts.push([sign("aim", "M1 6H21"), t("claimed level")]);
  return h("ul", { class: "key" }, parts.map(([drawn, words]) => h("li", null, drawn, words)));
}
