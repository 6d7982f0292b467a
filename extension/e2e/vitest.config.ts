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
    // On a busy machine everything takes long. A wait that ends in vain says for what; these end what hangs.
    expect: { poll: { timeout: 15_000 } },
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
});
