import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// The tests of a file share one browser and one server. Two files run beside each other: a browser often waits.
export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  cacheDir: fileURLToPath(new URL("../node_modules/.vite/e2e", import.meta.url)),
  test: {
    environment: "node",
    include: ["**/*.e2e.ts"],
    maxWorkers: 2,
    // A busy machine may take long. A wait in vain says what it waited for; these limits end what hangs.
    expect: { poll: { timeout: 15_000 } },
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
