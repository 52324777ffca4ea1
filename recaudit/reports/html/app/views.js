// Which view shows which page. A view is a function (audit, parameters) -> Node; its first <h1> names the page.
import { area } from "./area.js";
import { areas } from "./areas.js";
import { claim } from "./claim.js";
import { facilities } from "./facilities.js";
import { facility } from "./facility.js";
import { methods } from "./methods.js";
import { overview } from "./overview.js";
import { print } from "./printing.js";
import { rule } from "./rule.js";
import { rules } from "./rules.js";
import { trend } from "./trend.js";

export const views = { area, areas, claim, facilities, facility, methods, overview, print, rule, rules, trend };
