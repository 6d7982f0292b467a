import { broadcastResponseToMainFrame } from "@azure/msal-browser/redirect-bridge";
import { delayClose } from "./delay-close.ts";

// Entra sends the person back here. The waiting relay page gets the answer.
delayClose();
broadcastResponseToMainFrame().catch(() => {
  // Somebody has opened the page by its address. The page says that it can be closed.
});
