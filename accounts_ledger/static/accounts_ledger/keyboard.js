"use strict";
// Unfold draws some of its buttons as links that lead nowhere ("Filters", "…"), or as no more than an icon (the menu) or a
// box (who is logged in). The keyboard gets to them too.
const BUTTONS = ["a:not([href])", "span", "div.cursor-pointer"].map((drawn) => `${drawn}[x-on\\:click]`).join();

document.addEventListener("DOMContentLoaded", () => {
  for (const button of document.querySelectorAll(BUTTONS)) {
    button.tabIndex = 0;
    button.setAttribute("role", "button");
    button.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      button.click();
    });
  }
});
