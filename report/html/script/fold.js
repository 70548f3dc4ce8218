// Folded parts: all at once, for a link into one, and for paper.

function startFolding() {
  addEventListener("beforeprint", unfoldForPaper);
  addEventListener("afterprint", foldAgain);
  addEventListener("hashchange", reveal);
  reveal();
}

// foldAll opens or closes what is folded, but not what is filtered out.
function foldAll(open) {
  let n = 0;
  for (const part of document.querySelectorAll("main details")) {
    if (part.open === open || part.closest("[hidden]")) continue;
    part.open = open;
    n++;
  }
  say(`${number.format(n)} parts ${open ? "unfolded" : "folded"}`);
}

let unfolded = [];

function unfoldForPaper() {
  unfolded = [...document.querySelectorAll("details:not([open])")];
  for (const part of unfolded) part.open = true;
}

function foldAgain() {
  for (const part of unfolded) part.open = false;
  unfolded = [];
}

// target is the element that the address leads to.
function target() {
  const { hash } = location;
  if (hash.length < 2 || hash.startsWith("#?")) return null;
  try {
    return document.getElementById(decodeURIComponent(hash.slice(1)));
  } catch {
    return null; // not an escape
  }
}

// reveal opens what the target is folded in.
function reveal() {
  const element = target();
  if (!element) return;
  let folded = false;
  for (let part = element.closest("details"); part; part = part.parentElement.closest("details")) {
    folded ||= !part.open;
    part.open = true;
  }
  if (folded) element.scrollIntoView();
}
