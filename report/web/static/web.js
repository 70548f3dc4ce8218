"use strict";
// Shows the progress of an audit as it comes. Without this the page is loaded
// again every few seconds.
{
  const part = document.getElementById("progress");
  if (part?.dataset.events) {
    const events = new EventSource(part.dataset.events);
    // The server has escaped what it sends, as in the page itself.
    const show = event => { part.innerHTML = event.data; };
    events.addEventListener("progress", show);
    events.addEventListener("end", event => {
      events.close();
      show(event);
      part.removeAttribute("data-events");
    });
    events.addEventListener("error", () => {
      // The browser connects again by itself unless it was refused.
      if (events.readyState === EventSource.CLOSED) setTimeout(() => location.reload(), 5000);
    });
  }
}
