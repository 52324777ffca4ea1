// The pages about records: facilities, one facility, rules, one rule, one claim, methods, and what is printed.
import { placeholder } from "./placeholder.js";

export const recordsViews = {
  facilities: placeholder,
  facility: placeholder,
  rules: placeholder,
  rule: placeholder,
  claim: placeholder,
  methods: placeholder,
  print: placeholder,
};
