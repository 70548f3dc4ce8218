// Affected users beyond the first ones are shown when they are asked for, in
// pages, so that a hundred thousand names do not make a hundred thousand
// elements.

const usersOnPage = 200;

function startUsers() {
  for (const part of document.querySelectorAll(".affected[data-named]")) {
    const named = Number(part.dataset.named);
    const all = named >= Number(part.dataset.count);
    const show = button(`Show all ${number.format(named)}${all ? "" : " that are named"}`, () => toggleUsers(part, show));
    show.dataset.text = show.textContent;
    show.setAttribute("aria-expanded", "false");
    part.querySelector(".held").hidden = true;
    part.append(show);
  }
}

async function toggleUsers(part, show) {
  const first = part.querySelector(".names");
  let list = part.querySelector(".users");
  const open = !list || list.hidden;
  if (!list) {
    try {
      const finding = (await findings()).get(key(part.closest("[data-finding]")));
      list = userList(finding.affected.users);
    } catch {
      say("The browser cannot read the report that this page holds.");
      return;
    }
    first.after(list);
  }
  list.hidden = !open;
  first.hidden = open;
  show.textContent = open ? `Show only the first ${first.children.length}` : show.dataset.text;
  show.setAttribute("aria-expanded", String(open));
  if (open) list.querySelector("input").focus();
}

function userList(users) {
  const names = users.map(clean);
  const box = make("div", "", { class: "users" });
  const label = make("label", "Find among these users ");
  const find = make("input", "", { type: "search", autocomplete: "off", spellcheck: "false" });
  const shown = make("p", "", { role: "status", class: "muted" });
  const list = make("ul", "", { class: "names" });
  let from = 0;
  const turn = (by) => {
    from += by;
    draw();
    // A button that has just been disabled loses the focus.
    if (document.activeElement === document.body) (by > 0 ? back : on).focus();
  };
  const back = button("Previous", () => turn(-usersOnPage));
  const on = button("Next", () => turn(usersOnPage));
  const pages = make("p", "", { class: "pages" });
  pages.append(back, on);
  const draw = () => {
    const wanted = find.value.trim().toLowerCase();
    const found = wanted ? names.filter((name) => name.toLowerCase().includes(wanted)) : names;
    const page = found.slice(from, from + usersOnPage);
    list.replaceChildren(...page.map((name) => {
      const item = make("li");
      item.append(make("bdi", name));
      return item;
    }));
    const among = wanted ? `${number.format(found.length)} found among ${number.format(names.length)}` : number.format(found.length);
    shown.textContent = page.length ? `${number.format(from + 1)}–${number.format(from + page.length)} of ${among}` : "No such user";
    back.disabled = from === 0;
    on.disabled = from + usersOnPage >= found.length;
    pages.hidden = found.length <= usersOnPage;
  };
  find.addEventListener("input", () => {
    from = 0;
    draw();
  });
  label.append(find);
  box.append(label, shown, list, pages);
  draw();
  return box;
}
