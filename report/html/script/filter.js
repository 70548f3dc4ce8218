// Filters: by SIP code, severity, verdict, server and words. What is filtered by
// is in the address, as #?code=404&severity=major&q=kim, so that a link, a
// bookmark and the way back lead to the same findings. Other anchors leave the
// filters as they are.

const filterNames = ["code", "severity", "verdict", "server", "q"];

let filters; // the bar; the other variables are set with it
let items; // every finding's element
let parts; // what holds them
let filtered = ""; // what is filtered by, as in the address
let turn = 0; // of what was asked for last
let typing = false; // words, which are one step back, not one for each letter

function startFilters() {
  filters = document.getElementById("filters");
  if (!filters) return; // nothing was judged
  const verdicts = "#present, #undetermined, #not-applicable, #absent";
  const within = [...document.querySelectorAll(verdicts)];
  items = within.flatMap((part) => [...part.querySelectorAll("[data-finding], .lines > li")]);
  parts = [...within, ...within.flatMap((part) => [...part.querySelectorAll("details, .group")])];
  for (const count of document.querySelectorAll(".bucket .count")) count.dataset.all = count.textContent;

  filters.addEventListener("change", ({ target: { name } }) => {
    typing = false;
    if (name !== "q" && filterNames.includes(name)) filterBy(entered());
  });
  filters.addEventListener("input", ({ target: { name } }) => {
    if (name !== "q") return;
    filterBy(entered(), typing ? "replaceState" : "pushState");
    typing = true;
  });
  filters.addEventListener("click", ({ target: { dataset } }) => {
    if (dataset.do === "clear") clearFilters();
    if (dataset.do === "unfold") foldAll(true);
    if (dataset.do === "fold") foldAll(false);
  });
  document.addEventListener("keydown", shortcut);
  document.addEventListener("click", followed);
  addEventListener("popstate", restore);
  filters.hidden = false;
  restore();
}

const field = (name) => filters.querySelector(`[name=${name}]`);

// entered is what the bar says, as in the address.
function entered() {
  const query = new URLSearchParams();
  for (const name of filterNames) {
    const value = field(name).value.trim();
    if (value) query.set(name, value);
  }
  return query.toString();
}

// filterBy filters, and notes it in the address.
function filterBy(query, how = "pushState") {
  note(query, how, query ? `#?${query}` : location.href.split("#")[0]);
  return show(query);
}

function clearFilters() {
  typing = false;
  fill("");
  filterBy("");
  field("q").focus();
}

// restore filters by what the address says, or by what was filtered by when it
// was first here.
async function restore() {
  typing = false;
  const { hash } = location;
  const then = history.state ? history.state.filtered : hash && filtered;
  let query = fill(hash.startsWith("#?") ? hash.slice(2) : then);
  await show(query);
  const element = target();
  if (element?.closest("[hidden], .context")) {
    query = fill(""); // a link must lead somewhere
    await show("");
    reveal();
    element.scrollIntoView();
  }
  if (!history.state) note(query, "replaceState");
}

// note notes in the history what is filtered by.
function note(query, how, address = location.href) {
  try {
    history[how]({ filtered: query }, "", address);
  } catch {
    // A page in a frame without an address of its own filters all the same.
  }
}

// fill shows in the bar what is filtered by, and returns it as in the address.
function fill(query) {
  const wanted = new URLSearchParams(query);
  for (const name of filterNames) {
    const input = field(name);
    const value = wanted.get(name) ?? "";
    if (input.options && ![...input.options].some((option) => option.value === value)) {
      input.append(make("option", value, { value })); // what nothing in the report has
    }
    input.value = value;
  }
  return entered();
}

// show hides what does not match.
async function show(query) {
  const mine = ++turn;
  const wanted = Object.fromEntries(new URLSearchParams(query));
  const active = Boolean(query);
  let known = new Map();
  if (active) {
    try {
      known = await findings();
    } catch {
      shownText("The browser cannot read the report that this page holds, so nothing is filtered.");
      return;
    }
    if (mine !== turn) return; // something else has been asked for
  }
  filtered = query;
  const words = (wanted.q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const matching = new Set();
  const around = new Set(); // what holds something that matches
  for (const item of items) {
    if (active && !matches(known.get(key(item)), wanted, words)) continue;
    matching.add(item);
    for (let part = item.parentElement; part && !around.has(part); part = part.parentElement) around.add(part);
  }
  for (const item of items) {
    item.hidden = !matching.has(item) && !around.has(item);
    item.classList.toggle("context", !item.hidden && !matching.has(item));
  }
  for (const part of parts) {
    part.hidden = !around.has(part);
    if (active && !part.hidden && part.parentElement.matches(".context")) part.open = true;
  }
  for (const count of document.querySelectorAll(".bucket .count")) {
    const n = count.closest(".bucket").querySelectorAll("li[id]:not([hidden])").length;
    count.textContent = active ? `${n} of ${count.dataset.all}` : count.dataset.all;
  }
  filters.classList.toggle("active", active);
  const chosen = filterNames.filter((name) => wanted[name]).map((name) => `${name === "q" ? "words" : name} ${wanted[name]}`);
  filters.querySelector(".chosen").textContent = active ? `Filtered by ${chosen.join(", ")}` : "";
  const all = items.length === 1 ? "1 check" : `${number.format(items.length)} checks`;
  shownText(`${active ? `${number.format(matching.size)} of ` : items.length > 1 ? "All " : ""}${all} shown`);
}

function shownText(text) {
  filters.querySelector("[role=status]").textContent = text;
}

// matches tells whether a finding is wanted. Severity is a matter of what is
// present or could be.
function matches(finding, wanted, words) {
  if (!finding) return false;
  const { subject, verdict } = finding;
  if (wanted.code && !finding.codes.includes(Number(wanted.code))) return false;
  if (wanted.verdict && verdict !== wanted.verdict) return false;
  if (wanted.severity && (finding.severity !== wanted.severity || (verdict !== "present" && verdict !== "undetermined"))) return false;
  if (wanted.server && clean(subject.server ?? "").toLowerCase() !== wanted.server.toLowerCase()) return false;
  if (words.length === 0) return true;
  finding.words ??= wordsOf(finding);
  return words.every((word) => finding.words.includes(word));
}

function wordsOf(finding) {
  const { id, cause, title, reason, subject, evidence, affected } = finding;
  const seen = evidence.flatMap((e) => [e.observed, e.expected, e.host]);
  return [id, cause, title, reason, subject.name, subject.server, ...seen, ...(affected?.users ?? [])].join("\n").toLowerCase();
}

// followed filters when a link that does so was followed. Its address is of the
// same kind, or, so that it leads somewhere without scripts, in data-filter.
function followed(event) {
  const link = event.target.closest("a[data-filter], a[href^='#?']");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  filterBy(fill(link.dataset.filter ?? link.getAttribute("href").slice(2)));
  filters.scrollIntoView();
  filters.querySelector("h2").focus();
}

// shortcut: / leads to the words, Escape clears. People who speak to their
// computer can switch the letter off (WCAG 2.2, 2.1.4).
function shortcut(event) {
  const { key: pressed, target: at } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (pressed === "/" && field("shortcut").checked && !at.matches("input:not([type=checkbox]), select, textarea")) {
    event.preventDefault();
    field("q").focus();
    field("q").select();
  }
  if (pressed === "Escape" && filtered && !at.closest(".users")) {
    event.preventDefault();
    clearFilters();
  }
}
