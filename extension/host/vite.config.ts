import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

// The sandbox's page that embeds the extension. It is served at every path, so its addresses are absolute.
export default defineConfig({
  root: path("."),
  base: "/",
  publicDir: false,
  resolve: {
    alias: {
      // The SDK exports its root only, and the host needs the other end of its protocol.
      "azure-devops-extension-sdk/XDM": path("../node_modules/azure-devops-extension-sdk/esm/XDM.min.js"),
    },
  },
  build: {
    outDir: path("../dist/host"),
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
