// Elements and texts. Nothing here or in any view reads HTML: a text is a text node, whatever it holds.

const DRAWING = "http://www.w3.org/2000/svg";

// An element. A property that starts with "on" is a listener; "class", "href", "aria-label" … are attributes; `style` is
// an object of CSS properties (the page's policy forbids style attributes); null, undefined and false leave it out.
// Children: nodes, texts, numbers, lists of these; null, undefined and false are nothing.
export function h(tag, properties, ...children) {
  return built(document.createElement(tag), properties, children);
}

// The same for a part of a drawing.
export function svg(tag, properties, ...children) {
  return built(document.createElementNS(DRAWING, tag), properties, children);
}

function built(element, properties, children) {
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") styled(element, value);
    else if (name === "value" && "value" in element) element.value = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
  if (element.tagName === "SELECT" && properties?.value !== undefined) element.value = properties.value;
  return element;
}

function styled(element, properties) {
  for (const [name, value] of Object.entries(properties)) element.style.setProperty(name, String(value));
}

// Tell who cannot see the page what has changed on it.
export function announce(text) {
  document.getElementById("announced").textContent = text;
}

// Hand a file to the reader: text, or parts of text.
export function download(name, parts, type) {
  const address = URL.createObjectURL(new Blob(parts, { type }));
  const anchor = h("a", { href: address, download: name });
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}
