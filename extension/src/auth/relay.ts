import { runPopupRelay } from "@azure/msal-browser/popup-relay";
import { speak } from "../texts/catalogue.ts";
import { loadConfig } from "./config.ts";
import { delayClose } from "./delay-close.ts";
import { signInTexts } from "./texts.ts";

// The frame opens this window. It belongs to our own site, so it may wait for the answer of a second window, where the
// person signs in. It posts that answer back to the frame. Browsers open the second window on a click alone.
delayClose();

const heading = document.querySelector<HTMLElement>("h1");
const message = document.querySelector<HTMLElement>("#message");
const button = document.querySelector<HTMLButtonElement>("#continue");
if (!heading || !message || !button) {
  throw new Error("relay.html lacks its heading, its message or its button");
}

function finish(text: string): void {
  if (message && button) {
    message.textContent = text;
    button.hidden = true;
  }
}

// The page has its English sentences already, so that nothing moves for most people.
const spoken = speak().then(() => {
  document.title = signInTexts.title;
  heading.textContent = signInTexts.heading;
  message.textContent = signInTexts.account;
  button.textContent = signInTexts.continue;
});

Promise.all([loadConfig(), spoken]).then(
  ([{ authority }]) => {
    button.addEventListener("click", () => {
      try {
        runPopupRelay({ allowedAuthorityOrigins: [new URL(authority).origin] });
        finish(signInTexts.opened);
      } catch {
        finish(signInTexts.blocked);
      }
    });
    button.disabled = false;
    button.focus();
  },
  () => spoken.then(() => finish(signInTexts.unreachable)),
);
