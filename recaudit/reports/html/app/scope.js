// A scope in words: which areas, kinds, software and facilities a claim or a gate is about.
import { t } from "./say.js";
import { kindWord } from "./terms.js";

export function scopeOf(audit, scope) {
  const parts = [
    [t("areas"), scope.areas.map((code) => audit.areas.get(code)?.name || code)],
    [t("kinds"), scope.kinds.map(kindWord)],
    [t("software"), scope.vendors],
    [t("facilities"), scope.facilities],
  ].filter(([, values]) => values.length);
  if (!parts.length) return t("every facility of the register in the period");
  return parts.map(([name, values]) => `${name}: ${values.join(", ")}`).join("; ");
}
