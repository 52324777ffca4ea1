// The pages about records: facilities, one facility, rules, one rule, one claim, methods, and what is printed.
import { facilities } from "./facilities.js";
import { facility } from "./facility.js";
import { rule } from "./rule.js";
import { rules } from "./rules.js";
import { claim } from "./claim.js";
import { methods } from "./methods.js";
import { print } from "./printing.js";

export const recordsViews = {
  facilities,
  facility,
  rules,
  rule,
  claim,
  methods,
  print,
};
