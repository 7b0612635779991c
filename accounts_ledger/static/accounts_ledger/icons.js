"use strict";
// An icon is a word that its font draws: a screen reader would say "add_card Top up". It is told the words beside the
// icon only, or, where there are none, what the icon is for.
(() => {
  const ICON = ".material-symbols-outlined";
  const CONTROL = "a, button, [role=button], [x-on\\:click]";

  const hasWords = (control) => {
    const icons = [control, ...control.querySelectorAll("*")].filter((element) => element.matches(ICON));
    const drawn = icons.reduce((length, icon) => length + icon.textContent.trim().length, 0);
    return control.textContent.replaceAll(/\s/g, "").length > drawn;
  };

  const hasName = (control) => control.title || control.hasAttribute("aria-label") || hasWords(control);

  const hide = () => {
    const words = document.getElementById("icon-words")?.dataset ?? {};
    for (const icon of document.querySelectorAll(`${ICON}:not([aria-hidden])`)) {
      const control = icon.closest(CONTROL);
      const word = words[icon.textContent.trim()];
      if (control && word && !hasName(control)) control.setAttribute("aria-label", word);
      if (!control || (control !== icon && hasName(control))) icon.setAttribute("aria-hidden", "true");
    }
  };

  document.addEventListener("DOMContentLoaded", () => {
    hide();
    new MutationObserver(hide).observe(document.body, { childList: true, subtree: true });
  });
})();
