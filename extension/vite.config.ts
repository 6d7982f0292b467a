import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { defineConfig, type Plugin } from "vite";

const page = (name: string) => fileURLToPath(new URL(`${name}.html`, import.meta.url));

/** Puts a brotli and a gzip form beside each text file, so that the server need not compress what never changes. */
const compress: Plugin = {
  name: "compress",
  async writeBundle({ dir = "" }, bundle) {
    const texts = Object.keys(bundle).filter((name) => /\.(css|html|js|json|svg)$/.test(name));
    await Promise.all(
      texts.map(async (name) => {
        const path = join(dir, name);
        const content = await readFile(path);
        await writeFile(`${path}.br`, brotliCompressSync(content));
        await writeFile(`${path}.gz`, gzipSync(content, { level: 9 }));
      }),
    );
  },
};

/** Puts the manifest's image where Azure DevOps looks for it: below the base address, as the manifest names it. */
const image: Plugin = {
  name: "image",
  async generateBundle() {
    const fileName = "images/icon.png";
    const source = await readFile(new URL(fileName, import.meta.url));
    this.emitFile({ type: "asset", fileName, source });
  },
};

// The frames that Azure DevOps embeds, the pages that people open by their address, and the two pages of the sign-in
// popup. The API serves them under /ext/, and the landing page at /marketplace: addresses begin with the base.
export default defineConfig({
  base: "/ext/",
  publicDir: false,
  plugins: [compress, image],
  build: {
    outDir: "dist/ext",
    emptyOutDir: true,
    target: "es2022",
    // The content security policy allows neither inline scripts nor data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: [
        ...["group", "page", "hub", "admin", "start-timer", "start-dialog"],
        ...["my-week", "my-week-settings", "team-month", "team-month-settings"],
        ...["signup", "legal", "my-data", "marketplace", "redirect", "relay"],
      ].map(page),
    },
  },
});
