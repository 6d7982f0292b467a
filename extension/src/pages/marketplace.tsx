import { takeToken } from "../ui/landing/token.ts";

// The token leaves the address before anything else is loaded. It is held here alone: not in storage, no link has it.
const token = takeToken(location, history);

import("../ui/landing/landing.tsx").then(
  ({ mountLanding }) => mountLanding(token),
  () => {
    const root = document.querySelector("#app");
    if (root) {
      root.textContent =
        "TimeTracker can't be reached. Check your connection and open this page from the Azure Marketplace again.";
    }
  },
);
