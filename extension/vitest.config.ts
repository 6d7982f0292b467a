import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// The language of the tests: dates and numbers are written by the browser's.
process.env.LC_ALL = "en-GB";

export default defineConfig({
  resolve: {
    alias: {
      "azure-devops-extension-sdk/XDM": fileURLToPath(
        new URL("node_modules/azure-devops-extension-sdk/esm/XDM.min.js", import.meta.url),
      ),
    },
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}", "host/**/*.test.{ts,tsx}"],
    setupFiles: ["src/setup.ts"],
    restoreMocks: true,
    // Ends a test that hangs; longer than a wait in vain, which says what it waited for.
    testTimeout: 120_000,
  },
});
