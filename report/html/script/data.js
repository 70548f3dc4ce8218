// The report that the page holds. It is read when something first asks for it,
// so that a large one does not delay the page.

let reading;

function report() {
  reading ??= read();
  return reading;
}

// A large report is packed: base64 of gzip, as one JSON string.
async function read() {
  const held = JSON.parse(document.getElementById("report").textContent);
  if (typeof held !== "string") return held;
  const octets = Uint8Array.from(atob(held), (c) => c.charCodeAt(0));
  const plain = new Blob([octets]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(plain).json();
}

let mapping;

// findings maps keys to findings.
function findings() {
  mapping ??= report().then((r) => new Map(r.findings.map((f) => [oneMark(f.id), f])));
  return mapping;
}

const keys = new WeakMap();

// key is what an element of a finding is found by. Its id is f- and the
// finding's id, with _xx for the octets that an id cannot have.
function key(element) {
  if (keys.has(element)) return keys.get(element);
  const octets = [];
  for (const [, hex, plain] of element.id.slice(2).matchAll(/_([0-9a-f]{2})|(.)/g)) {
    octets.push(hex ? parseInt(hex, 16) : plain.charCodeAt(0));
  }
  const found = oneMark(new TextDecoder().decode(new Uint8Array(octets)));
  keys.set(element, found);
  return found;
}

// Decoders differ in how many marks stand for octets that are not UTF-8.
function oneMark(text) {
  return text.replace(/\ufffd+/g, "\ufffd");
}

// clean makes a string from outside fit to show on one line: what breaks lines
// becomes a space, what is invisible or moves other characters about one mark.
// Joiners between letters beyond ASCII stay, as scripts need them.
function clean(text) {
  return text
    .replace(/[\t\n\v\f\r\u0085\u2028\u2029]+/g, " ")
    .replace(/(?<![^\x00-\x7f])[\u200c\u200d\p{Variation_Selector}]+/gu, "\ufffd")
    .replace(/(?![\u200c\u200d\p{Variation_Selector}])[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]+/gu, "\ufffd");
}
