// The pages about records: facilities, one facility, rules, one rule, one claim, methods, and what is printed.
import { facilities } from "./facilities.js";
import { facility } from "./facility.js";
import { placeholder } from "./placeholder.js";

export const recordsViews = {
  facilities,
  facility,
  rules: placeholder,
  rule: placeholder,
  claim: placeholder,
  methods: placeholder,
  print: placeholder,
};
