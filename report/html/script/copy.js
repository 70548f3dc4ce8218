// A button beside each command that can be run as it stands copies it.

function startCopying() {
  for (const command of document.querySelectorAll("pre[data-exact]")) {
    const copy = button("Copy", () => copyCommand(command, copy));
    copy.className = "copy";
    copy.setAttribute("aria-label", `Copy the command ${command.textContent}`);
    const box = make("div", "", { class: "command" });
    command.replaceWith(box);
    box.append(command, copy);
  }
}

async function copyCommand(command, copy) {
  const text = command.textContent;
  if (await toClipboard(text)) {
    copy.textContent = "Copied";
    say(`Copied: ${text}`);
    setTimeout(() => (copy.textContent = "Copy"), 2000);
  } else {
    getSelection().selectAllChildren(command);
    say("The browser does not let this page copy. The command is selected: copy it with the keyboard.");
  }
}

async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return byEvent(text); // no clipboard outside HTTPS, or no permission
  }
}

// byEvent answers the browser's question what to copy, so that neither the
// selection nor the focus changes.
function byEvent(text) {
  let answered = false;
  const answer = (event) => {
    event.clipboardData.setData("text/plain", text);
    event.preventDefault();
    answered = true;
  };
  document.addEventListener("copy", answer);
  const done = document.execCommand("copy");
  document.removeEventListener("copy", answer);
  return done && answered;
}
