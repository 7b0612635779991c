"use strict";
// What pages ask for while somebody types is posted, because it may be a code; every POST carries the page's token.
(() => {
  const token = () => document.querySelector("[name=csrfmiddlewaretoken]").value;
  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRFToken"] = token();
  });
  window.addEventListener("load", () => window.django?.jQuery?.ajaxSetup({ headers: { "X-CSRFToken": token() } }));
})();
