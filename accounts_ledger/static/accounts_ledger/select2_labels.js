"use strict";
// select2 draws a search box of its own in place of a labelled <select multiple>, and gives it no name.
window.addEventListener("load", () => {
  for (const box of document.querySelectorAll(".select2-search__field:not([aria-label])")) {
    const select = box.closest(".select2-container")?.previousElementSibling;
    const label = select && document.querySelector(`label[for="${select.id}"]`);
    if (label) box.setAttribute("aria-label", label.textContent.trim());
  }
});
