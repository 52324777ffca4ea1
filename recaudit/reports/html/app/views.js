// Which view shows which page. A view is a function (audit, parameters) -> Node; its first <h1> names the page.
import { placesViews } from "./views_places.js";
import { recordsViews } from "./views_records.js";

export const views = { ...placesViews, ...recordsViews };
