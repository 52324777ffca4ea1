// The pages about places: overview, areas, one area, the trend.
import { area } from "./area.js";
import { areas } from "./areas.js";
import { overview } from "./overview.js";
import { trend } from "./trend.js";

export const placesViews = {
  overview,
  areas,
  area,
  trend,
};
