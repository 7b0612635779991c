"use strict";
// Unfold draws some of its buttons as links that lead nowhere ("Filters", "…"). The keyboard gets to them too.
document.addEventListener("DOMContentLoaded", () => {
  for (const button of document.querySelectorAll("a[x-on\\:click]:not([href])")) {
    button.tabIndex = 0;
    button.setAttribute("role", "button");
    button.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      button.click();
    });
  }
});
