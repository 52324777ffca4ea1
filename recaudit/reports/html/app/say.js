// Words, numbers and days in the language being spoken. English texts are the ids of the messages.

const LOCALES = { en: "en", vi: "vi" };
const NOTHING = "—";
let catalogues = {};
let spoken = "en";
let numbers = new Intl.NumberFormat("en");
let sorting = new Intl.Collator("en", { numeric: true });

// `given`: language -> {messages: {id: text or [forms]}, forms: [which form for n = 0 … 199]}; "en" needs none.
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
  spoken = wanted in catalogues ? wanted : "en";
  const locale = LOCALES[spoken] ?? spoken;
  numbers = new Intl.NumberFormat(locale);
  sorting = new Intl.Collator(locale, { numeric: true });
  document.documentElement.lang = spoken;
}

// t("{n} of {whole}", {n: 5, whole: 7}): numbers are grouped, texts stand as they are.
export function t(message, values) {
  const found = catalogues[spoken]?.messages?.[message];
  return filled(typeof found === "string" ? found : message, values);
}

// tn("{n} facility", "{n} facilities", {n: 5})
export function tn(one, many, values) {
  const found = catalogues[spoken]?.messages?.[one];
  if (!Array.isArray(found)) return filled(values.n === 1 ? one : many, values);
  return filled(found[formOf(values.n)] ?? found[0], values);
}

function formOf(n) {
  return catalogues[spoken].forms[n < 200 ? n : 100 + (n % 100)];
}

function filled(message, values) {
  return message.replace(/\{(\w+)\}/g, (whole, name) => (values && name in values ? valueOf(values[name]) : whole));
}

function valueOf(value) {
  if (typeof value === "number") return number(value);
  if (Array.isArray(value)) return value.map(valueOf).join(", ");
  return value !== null && typeof value === "object" ? said(value) : String(value);
}

// A sentence of the result: {text, plural, with}. A result that holds it as plain text is shown as it is.
export function said(entry) {
  if (typeof entry === "string") return entry;
  return entry.plural ? tn(entry.text, entry.plural, entry.with) : t(entry.text, entry.with);
}

// A text that the result has in several languages: {en, vi}.
export function inWords(texts) {
  return texts[spoken] ?? texts.en ?? texts.vi ?? Object.values(texts)[0] ?? "";
}

export function number(n) {
  return numbers.format(n);
}

// n of whole in per cent, two decimals, rounded down; `up` for a highest possible share. Whole numbers only.
export function percent(n, whole, { up = false } = {}) {
  if (!whole) return NOTHING;
  if (n === whole) return `${number(100)}\u00a0%`;
  if (n === 0) return `${number(0)}\u00a0%`;
  const scaled = BigInt(n) * 10000n;
  const parts = BigInt(whole);
  let hundredths = scaled / parts;
  if (up && scaled % parts) hundredths += 1n;
  if (up && n < whole && hundredths === 10000n) return `< ${number(100)}\u00a0%`;
  const rest = String(hundredths % 100n).padStart(2, "0");
  return `${number(Number(hundredths / 100n))}${decimalSign()}${rest}\u00a0%`;
}

// A share that somebody wrote, "0.97", exactly: "97 %".
export function promised(share) {
  const [whole, part = ""] = share.split(".");
  const digits = part.padEnd(2, "0");
  const above = Number(whole + digits.slice(0, 2));
  const below = digits.slice(2).replace(/0+$/, "");
  return `${number(above)}${below ? decimalSign() + below : ""}\u00a0%`;
}

function decimalSign() {
  return numbers.formatToParts(0.5).find((part) => part.type === "decimal").value;
}

// "2026-09-30" as it is written here; what is no day stands as it is.
export function day(iso) {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(iso ?? "");
  if (!parts) return iso ?? NOTHING;
  return spoken === "vi" ? `${parts[3]}/${parts[2]}/${parts[1]}` : iso;
}

// Compares two texts by the rules of the language.
export function collator() {
  return sorting;
}
