// What the other parts share: making elements, and saying things.

// make returns an element with a text. Names from the report only ever become
// text: nothing here makes markup of a string.
function make(tag, text = "", attributes = {}) {
  const element = document.createElement(tag);
  element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function button(text, pressed) {
  const element = make("button", text, { type: "button" });
  element.addEventListener("click", pressed);
  return element;
}

const number = new Intl.NumberFormat("en");

// say has a screen reader say something that others see.
function say(text) {
  document.getElementById("said").textContent = text;
}

document.addEventListener("DOMContentLoaded", () => {
  document.body.append(make("p", "", { id: "said", class: "unseen", role: "status" }));
  startCopying();
  startUsers();
  startFolding();
  startFilters();
});
