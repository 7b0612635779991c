// Hides the button of a picture that is there, and shows it again for one that cannot be shown: what Oscar's widget says
// in attributes, which the content policy does not run. Neither event bubbles.
"use strict";

(function () {
    function set(event, hidden) {
        const button = event.target.matches?.(".image-input > img") && event.target.parentElement.querySelector("button");
        if (button) {
            button.hidden = hidden;
        }
    }
    document.addEventListener("load", (event) => set(event, true), true);
    document.addEventListener("error", (event) => set(event, false), true);
})();
