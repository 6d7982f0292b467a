import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const page = (name: string) => fileURLToPath(new URL(`${name}.html`, import.meta.url));

// The frames that Azure DevOps embeds, the pages that people open by their address, and the two pages of the sign-in
// popup. The API serves them under /ext/, and the landing page at /marketplace: addresses begin with the base.
export default defineConfig({
  base: "/ext/",
  publicDir: false,
  build: {
    outDir: "dist/ext",
    emptyOutDir: true,
    target: "es2022",
    // The content security policy allows neither inline scripts nor data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: ["group", "page", "hub", "admin", "signup", "marketplace", "redirect", "relay"].map(page),
    },
  },
});
