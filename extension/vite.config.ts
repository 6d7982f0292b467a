import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const page = (name: string) => fileURLToPath(new URL(`${name}.html`, import.meta.url));

// The frames that Azure DevOps embeds, and the two pages of the sign-in popup. The API serves them under /ext/.
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
    rollupOptions: { input: ["group", "page", "hub", "admin", "signup", "redirect", "relay"].map(page) },
  },
});
