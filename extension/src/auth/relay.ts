import { runPopupRelay } from "@azure/msal-browser/popup-relay";
import { loadConfig } from "./config.ts";
import { delayClose } from "./delay-close.ts";

// The frame opens this window. It belongs to our own site, so it may wait for the answer of a second window, where the
// person signs in. It posts that answer back to the frame. Browsers open the second window on a click alone.
delayClose();

const message = document.querySelector<HTMLElement>("#message");
const button = document.querySelector<HTMLButtonElement>("#continue");
if (!message || !button) {
  throw new Error("relay.html lacks its message or its button");
}

function finish(text: string): void {
  if (message && button) {
    message.textContent = text;
    button.hidden = true;
  }
}

loadConfig().then(
  ({ authority }) => {
    button.addEventListener("click", () => {
      try {
        runPopupRelay({ allowedAuthorityOrigins: [new URL(authority).origin] });
        finish("Sign in in the window that has just opened. This one closes by itself.");
      } catch {
        finish("This window can’t sign you in. Close it, and try again in Azure DevOps.");
      }
    });
    button.disabled = false;
    button.focus();
  },
  () => finish("TimeTracker can’t be reached. Close this window, and try again."),
);
