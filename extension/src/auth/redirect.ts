import { broadcastResponseToMainFrame } from "@azure/msal-browser/redirect-bridge";
import { speak } from "../texts/catalogue.ts";
import { delayClose } from "./delay-close.ts";
import { signInTexts } from "./texts.ts";

// Entra sends the person back here. The waiting relay page gets the answer.
delayClose();
broadcastResponseToMainFrame().catch(() => {
  // Somebody has opened the page by its address. The page says that it can be closed.
});

void speak().then(() => {
  document.title = signInTexts.signedIn;
  const message = document.querySelector("p");
  if (message) message.textContent = signInTexts.close;
});
