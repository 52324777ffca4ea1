// A scope in words: which areas, kinds, software and facilities a claim or a gate is about.
import { t } from "./say.js";
import { kindWord } from "./terms.js";

export function scopeOf(audit, scope) {
  const parts = [
    scope.areas.length && t("areas: {names}", { names: scope.areas.map((code) => audit.areas.get(code)?.name || code) }),
    scope.kinds.length && t("kinds: {names}", { names: scope.kinds.map(kindWord) }),
    scope.vendors.length && t("software: {names}", { names: scope.vendors }),
    scope.facilities.length && t("facilities: {names}", { names: scope.facilities }),
  ].filter(Boolean);
  return parts.reduce((first, then) => (first ? t("{first}; {then}", { first, then }) : then), "") || t("every facility of the register in the period");
}
