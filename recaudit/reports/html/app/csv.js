// A table as a file for a spreadsheet: UTF-8 with its mark, cells that a spreadsheet would run made texts.
import { download } from "./core.js";

const RUNS = /^[=+\-@]/; // what a spreadsheet takes for a formula, also after blanks; others are spelt out long before

// One cell: numbers as they are, texts in quotes where they need them.
export function csvCell(value) {
  if (value === null || value === undefined) return "";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  const text = RUNS.test(value.trim()) ? `'${value}` : String(value);
  return /[",;\r\n\t]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function csvText(names, rows) {
  return [names, ...rows].map((row) => row.map(csvCell).join(",")).join("\r\n") + "\r\n";
}

export function downloadCsv(file, names, rows) {
  download(file, ["\ufeff", csvText(names, rows)], "text/csv;charset=utf-8");
}
