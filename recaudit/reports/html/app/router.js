// Which page the address asks for. Everything stands behind the #, so that a link can be sent and the back button works.

// Of each page, the names of the parts of its path.
const PATHS = {
  "": { name: "overview", parts: [] },
  areas: { name: "areas", parts: [] },
  area: { name: "area", parts: ["code"] },
  facilities: { name: "facilities", parts: [] },
  facility: { name: "facility", parts: ["sector", "id"] },
  rules: { name: "rules", parts: [] },
  rule: { name: "rule", parts: ["sector", "id"] },
  claim: { name: "claim", parts: ["id"] },
  trend: { name: "trend", parts: [] },
  methods: { name: "methods", parts: [] },
  print: { name: "print", parts: [] },
};

// {name, parameters}: parameters are the parts of the path and of the query, as texts. name null: there is no such page.
export function route(hash = window.location.hash) {
  const [path, query = ""] = hash.replace(/^#\/?/, "").split("?");
  const [first, ...rest] = path.split("/").map(decoded);
  const page = Object.hasOwn(PATHS, first) ? PATHS[first] : null;
  const parameters = Object.fromEntries(new URLSearchParams(query));
  if (page === null || rest.length !== page.parts.length) return { name: null, parameters };
  page.parts.forEach((part, at) => {
    parameters[part] = rest[at];
  });
  return { name: page.name, parameters };
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

// link("facility", {sector: "health", id: "66001"}), link("facilities", {q: "tram", sort: "name"}): what an href says.
export function link(name, parameters = {}) {
  const [first, page] = Object.entries(PATHS).find(([, one]) => one.name === name);
  const path = [first, ...page.parts.map((part) => encodeURIComponent(parameters[part]))].join("/");
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(parameters)) {
    if (!page.parts.includes(key) && value !== "" && value !== null && value !== undefined) query.set(key, value);
  }
  const asked = query.toString();
  return `#/${path}${asked ? `?${asked}` : ""}`;
}

// Write the state of the page that is shown (its search, its order) into the address, without going anywhere.
export function keep(name, parameters) {
  window.history.replaceState(null, "", link(name, parameters));
}
