// Words, numbers and days in the language being spoken. English texts are the ids of the messages.

const NOTHING = "—";
let catalogues = {};
let spoken = "en";
let sorting = new Intl.Collator("en", { numeric: true });

// `given`: language -> {group, decimal, per_cent: its signs; messages: {id: text or [forms]}; forms: [which form for
// n = 0 … 199], [] where there is one form only}. Without a message, English is said: the id itself.
export function catalogued(given) {
  catalogues = given;
}

export function languages() {
  return Object.keys(catalogues);
}

export function language() {
  return spoken;
}

export function speak(wanted) {
  spoken = Object.hasOwn(catalogues, wanted) ? wanted : "en";
  sorting = new Intl.Collator(spoken, { numeric: true });
  document.documentElement.lang = spoken;
}

// t("{n} of {whole}", {n: 5, whole: 7}): numbers are grouped, texts stand as they are.
export function t(message, values) {
  const found = messageOf(message);
  return filled(typeof found === "string" ? found : message, values);
}

// tn("{n} facility", "{n} facilities", {n: 5})
export function tn(one, many, values) {
  const n = Number.isInteger(values?.n) ? values.n : 1;
  const found = messageOf(one);
  if (!Array.isArray(found)) return filled(n === 1 ? one : many, values);
  const { forms } = catalogues[spoken];
  return filled(found[forms[n < 200 ? n : 100 + (n % 100)] ?? 0], values);
}

// A message that is translated elsewhere: marked for the catalogue, and as it is.
export function mark(message) {
  return message;
}

function messageOf(message) {
  const messages = catalogues[spoken]?.messages;
  return messages && Object.hasOwn(messages, message) ? messages[message] : null;
}

function filled(message, values) {
  return message.replace(/\{(\w+)\}/g, (place, name) =>
    values && Object.hasOwn(values, name) ? valueOf(values[name]) : place,
  );
}

// A value of a sentence: a number, a text, a list, a sentence, {date}, {share: [n, whole], up} or {promised}.
function valueOf(value) {
  if (typeof value === "number") return number(value);
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.length ? listed(value.map(valueOf)) : NOTHING;
  if (typeof value?.text === "string") return said(value);
  if (typeof value?.date === "string") return day(value.date);
  if (Array.isArray(value?.share)) return percent(value.share[0], value.share[1], { up: value.up });
  if (typeof value?.promised === "string") return promised(value.promised);
  return NOTHING;
}

// "a, b and c"
export function listed(texts) {
  return new Intl.ListFormat(spoken === "en" ? "en-GB" : spoken, { type: "conjunction" }).format(texts);
}

// A sentence of the result: {text, plural, with}. What is plain text comes from data, and is shown as it is.
export function said(entry) {
  if (typeof entry === "string") return entry;
  return entry.plural ? tn(entry.text, entry.plural, entry.with) : t(entry.text, entry.with);
}

// A text that the result has in several languages: {en, vi}.
export function inWords(texts) {
  return texts[spoken] ?? texts.en ?? texts.vi ?? Object.values(texts)[0] ?? "";
}

export function number(n) {
  return String(n).replace(/\B(?=(\d{3})+$)/g, sign("group", ","));
}

function sign(name, otherwise) {
  return catalogues[spoken]?.[name] ?? otherwise;
}

function perCent() {
  return sign("per_cent", "\u00a0%");
}

// n of whole in per cent, two decimals, rounded down; `up` for a highest possible share. Whole numbers only.
export function percent(n, whole, { up = false } = {}) {
  if (!whole) return NOTHING;
  if (n === whole || n === 0) return (n ? "100" : "0") + perCent();
  const scaled = BigInt(n) * 10000n;
  const hundredths = scaled / BigInt(whole) + (up && scaled % BigInt(whole) ? 1n : 0n);
  if (up && hundredths === 10000n) return `< 100${perCent()}`;
  const part = String(hundredths % 100n).padStart(2, "0");
  return `${hundredths / 100n}${sign("decimal", ".")}${part}${perCent()}`;
}

// A share that somebody wrote, "0.97", exactly: "97 %".
export function promised(share) {
  const [whole, part = ""] = share.split(".");
  const digits = part.padEnd(2, "0");
  const below = digits.slice(2).replace(/0+$/, "");
  return `${Number(whole + digits.slice(0, 2))}${below ? sign("decimal", ".") + below : ""}${perCent()}`;
}

// A number of per cent as a code has it, "97.5".
export function inPerCent(text) {
  return text.replace(".", sign("decimal", ".")) + perCent();
}

// "2026-09-30" as it is written here; what is no day stands as it is.
export function day(iso) {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(iso ?? "");
  if (!parts) return iso ?? NOTHING;
  if (spoken === "en") return iso;
  if (spoken === "vi") return `${parts[3]}/${parts[2]}/${parts[1]}`;
  return new Intl.DateTimeFormat(spoken, { dateStyle: "short", timeZone: "UTC" }).format(new Date(iso));
}

// "2026-09-30T06:18:06+00:00" as a day and a time of day, in the zone that stands in it.
export function moment(iso) {
  const parts = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:\.\d+)?(Z|[+-]\d{2}:\d{2})$/.exec(iso ?? "");
  if (!parts) return iso ?? NOTHING;
  const zone = parts[3] === "Z" || parts[3] === "+00:00" ? "UTC" : `UTC${parts[3]}`;
  return t("{day}, {time} ({zone})", { day: day(parts[1]), time: parts[2], zone });
}

// Compares two texts by the rules of the language.
export function collator() {
  return sorting;
}
