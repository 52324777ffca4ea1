// The pages about places: overview, areas, one area, the trend.
import { placeholder } from "./placeholder.js";

export const placesViews = {
  overview: placeholder,
  areas: placeholder,
  area: placeholder,
  trend: placeholder,
};
