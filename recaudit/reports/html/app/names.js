// The order of names, the same in every language: names of places are Vietnamese, whatever is spoken around them.
// The twin of ../../names.py, which says why; not the browser's own order, which is not everywhere the same.

const ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz";
const TONES = { "\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5 };
const LETTER_MARKS = "\u0306\u0302\u031b";
const SIGNS = "_-–—,;:!?.…'\"()[]{}@*/\\&#%\u0060^+<=>|~$"; // in the order of Unicode CLDR
const weights = new Map();
const keys = new Map();

// Compares two names: a number below 0, 0 or above 0.
export function compareNames(one, other) {
  return one === other ? 0 : compareCodes(nameKey(one), nameKey(other));
}

// The same of codes: sign by sign.
export function compareCodes(one, other) {
  return one < other ? -1 : one > other ? 1 : 0;
}

// A text by which names are sorted: places of letters and numbers, then tones, then the name itself.
export function nameKey(name) {
  let key = keys.get(name);
  if (key === undefined) {
    key = keyOf(name);
    keys.set(name, key);
  }
  return key;
}

function keyOf(name) {
  let places = "";
  let tones = "";
  for (const part of name.toLowerCase().normalize("NFC").match(/[0-9]+|[^0-9]/gu) ?? []) {
    const [place, tone] = part >= "0" && part < ":" ? [numberPlace(part), 0] : weightOf(part);
    places += place;
    tones += String.fromCharCode(1 + tone);
  }
  return `${places}\u0000${tones}\u0000${name}`;
}

function numberPlace(number) {
  const digits = number.replace(/^0+/, "");
  return `\u0003${String.fromCharCode(1 + digits.length)}${digits}`;
}

// Spaces, signs, (numbers,) letters, what is left.
function weightOf(char) {
  if (!weights.has(char)) weights.set(char, weighed(char));
  return weights.get(char);
}

function weighed(char) {
  const [base, ...marks] = char.normalize("NFD");
  const letter = [base, ...marks.filter((mark) => LETTER_MARKS.includes(mark))].join("").normalize("NFC");
  if (" \u00a0\t\n".includes(char)) return ["\u0001", 0];
  if (SIGNS.includes(char)) return [`\u0002${String.fromCharCode(1 + SIGNS.indexOf(char))}`, 0];
  const tone = TONES[marks.find((mark) => TONES[mark])] ?? 0;
  if (ALPHABET.includes(letter)) return [`\u0004${String.fromCharCode(1 + ALPHABET.indexOf(letter))}`, tone];
  return [`\u0005${letter.codePointAt(0).toString(16).padStart(6, "0")}`, tone];
}
