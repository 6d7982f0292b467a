import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// One browser and one server are shared by a file's tests; files run one after another, as each starts its own.
export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  cacheDir: fileURLToPath(new URL("../node_modules/.vite/e2e", import.meta.url)),
  test: {
    environment: "node",
    include: ["**/*.e2e.ts"],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
