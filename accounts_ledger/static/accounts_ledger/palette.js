"use strict";
(() => {
  const BOX = "search-input-command";
  const firstResult = () => document.querySelector("#command-results-list li");

  // What is typed may be a card's code, and addresses end up in logs: the search is posted.
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.elt.id !== BOX) return;
    event.detail.verb = "post";
    event.detail.useUrlParams = false;
    event.detail.headers["Content-Type"] = "application/x-www-form-urlencoded";
  });

  // The first result is chosen at once (after Unfold has counted them, by the same event), so that "Enter" opens it; without a result, "Enter" does nothing.
  document.addEventListener("htmx:after-swap", (event) => {
    if (event.target.id !== "command-results" || !firstResult()) return;
    document.getElementById(BOX).dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown" }));
  });
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "Enter" || event.target.id !== BOX || firstResult()) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    true,
  );
})();
