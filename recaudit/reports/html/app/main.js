// The frame around every view: navigation, language, light and dark; and which view is shown.
import { announce, h } from "./core.js";
import { catalogued, language, languages, speak, t } from "./say.js";
import { link, route } from "./router.js";
import { auditName } from "./terms.js";
import { readAudit } from "./audit.js";
import { views } from "./views.js";

const NAMES = { en: "English", vi: "Tiếng Việt" };
const OF_SEVERAL = new Set(["overview", "areas", "area", "facilities", "claim", "trend"]);
const PART_OF = { area: "areas", facility: "facilities", rule: "rules", claim: "overview", trend: "overview" };

// What the reader chose before, where the browser keeps anything for a file; null where not.
function remembered(name) {
  try {
    return window.localStorage.getItem(`recaudit.${name}`);
  } catch {
    return null;
  }
}

function remember(name, value) {
  try {
    window.localStorage.setItem(`recaudit.${name}`, value);
  } catch {
    // a page opened from a stick may not keep anything: the choice holds as long as the page is open
  }
}

function themed(theme) {
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
}

function darkNow() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : window.matchMedia("(prefers-color-scheme: dark)").matches;
}

function pages(audit) {
  if (audit.only) {
    return [
      ["facility", t("Facility"), audit.only],
      ["rules", t("Rules"), {}],
      ["methods", t("Methods"), {}],
    ];
  }
  return [
    ["overview", t("Overview"), {}],
    ["areas", t("Areas"), {}],
    ["facilities", t("Facilities"), {}],
    ["rules", t("Rules"), {}],
    ["methods", t("Methods"), {}],
  ];
}

function navigation(audit, shown) {
  const listed = pages(audit);
  const current = listed.some(([name]) => name === shown) ? shown : PART_OF[shown];
  return h(
    "nav",
    { class: "pages", "aria-label": t("Pages") },
    listed.map(([name, words, parameters]) =>
      h("a", { href: link(name, parameters), "aria-current": name === current ? "page" : null }, words),
    ),
  );
}

function switches(again) {
  const speaking = (one) => {
    speak(one);
    remember("language", one);
    again();
    announce(NAMES[one] ?? one);
    document.querySelector(`[data-language="${one}"]`)?.focus();
  };
  const turn = () => {
    const theme = darkNow() ? "light" : "dark";
    themed(theme);
    remember("theme", theme);
    announce(theme === "dark" ? t("Dark colours") : t("Light colours"));
  };
  return h(
    "div",
    { class: "switches" },
    h(
      "div",
      { class: "choice", role: "group", "aria-label": t("Language") },
      languages().map((one) =>
        h(
          "button",
          {
            type: "button",
            lang: one,
            "data-language": one,
            "aria-pressed": String(one === language()),
            onclick: () => speaking(one),
          },
          NAMES[one] ?? one,
        ),
      ),
    ),
    h("button", { type: "button", class: "theme", onclick: turn }, t("Light or dark")),
    h("button", { type: "button", class: "print", onclick: () => window.print() }, t("Print")),
  );
}

function header(audit, shown, again) {
  return [
    h("a", { class: "brand", href: audit.only ? link("facility", audit.only) : link("overview") }, "recaudit"),
    navigation(audit, shown),
    switches(again),
  ];
}

function footer(audit) {
  const { tool, digest } = audit.result;
  const parts = [auditName(audit.result), `${tool.name} ${tool.version}`, digest ? `SHA-256 ${digest.slice(0, 16)}…` : ""];
  return parts.filter(Boolean).join(" · ");
}

function noSuchPage() {
  return h("section", { class: "card" }, h("h1", null, t("There is no such page")));
}

// On a page of one facility all that is said of several is the page of that facility.
function sought(audit) {
  const asked = route();
  return audit.only && OF_SEVERAL.has(asked.name) ? { name: "facility", parameters: audit.only } : asked;
}

function viewOf(audit, asked) {
  return asked.name ? views[asked.name](audit, asked.parameters) : noSuchPage();
}

function show(audit, moved) {
  const asked = sought(audit);
  const main = document.getElementById("main");
  const again = () => show(audit, false);
  document.getElementById("skip").textContent = t("Skip navigation");
  document.getElementById("top").replaceChildren(...header(audit, asked.name, again));
  document.getElementById("foot").textContent = footer(audit);
  main.replaceChildren(viewOf(audit, asked));
  const name = main.querySelector("h1")?.textContent;
  document.title = [...new Set([name, auditName(audit.result), "recaudit"])].filter(Boolean).join(" · ");
  if (moved) {
    window.scrollTo(0, 0);
    main.focus({ preventScroll: true });
    announce(name ?? "");
  }
}

async function start() {
  const settings = JSON.parse(document.getElementById("settings").textContent);
  catalogued(settings.catalogues);
  const { parameters } = route();
  speak(parameters.lang ?? remembered("language") ?? settings.language);
  themed(parameters.theme ?? remembered("theme"));
  if (!("DecompressionStream" in window)) {
    document.getElementById("foot").textContent = t("This page cannot be shown by this browser: it is older than 2023.");
    return; // the summary for those without scripts stays
  }
  const audit = await readAudit();
  document.getElementById("skip").addEventListener("click", (event) => {
    event.preventDefault(); // the address is the page's own
    document.getElementById("main").focus();
  });
  window.addEventListener("hashchange", () => show(audit, true));
  show(audit, false);
  document.body.dataset.ready = String(Math.round(performance.now()));
}

start();
