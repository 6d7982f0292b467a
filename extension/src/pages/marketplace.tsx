import { arrive } from "../ui/landing/token.ts";

// The token leaves the address before anything else is loaded. From then on only this page has it.
const arrival = arrive(window);

// A browser that keeps the page in memory would give it back, with the token, to whoever goes forward in its history.
window.addEventListener("pageshow", ({ persisted }) => {
  if (persisted) location.reload();
});

if (!arrival.leaving) {
  import("../ui/landing/landing.tsx").then(
    ({ mountLanding }) => mountLanding(arrival.token),
    () => {
      const root = document.querySelector("#app");
      if (root) {
        root.textContent =
          "TimeTracker can't be reached. Check your connection and open this page from the Azure Marketplace again.";
      }
    },
  );
}
