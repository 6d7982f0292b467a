import { type ChildProcess, spawn } from "node:child_process";
import { createHash, X509Certificate } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const binary = fileURLToPath(new URL("../../bin/timetracker", import.meta.url));

/** The hosts of the product: four sites, as in production. Only the test browser resolves these names. */
export const hosts = {
  product: "timetracker.test",
  devops: "ado.test",
  entra: "idp.test",
  marketplace: "market.test",
};

/** `timetracker dev`, running on a data directory of its own. */
export interface Product {
  url: string;
  devopsUrl: string;
  entraUrl: string;
  marketplaceUrl: string;
  /** The sandbox root's public key, as Chromium's --ignore-certificate-errors-spki-list takes it. */
  spkiHash: string;
  stop(): Promise<void>;
}

export interface StartOptions {
  /** Without recorded history. */
  empty?: boolean;
  /** At the addresses of `make dev`: plain http on loopback names, with which an ordinary browser must do. */
  ordinary?: boolean;
  /** The time on the product's clock when it starts, such as 2026-12-01T00:05:00Z. */
  at?: string;
  /** A data directory to keep; without it the product has a temporary one. */
  data?: string;
}

/** Starts the product. */
export async function startProduct(options: StartOptions = {}): Promise<Product> {
  const { empty = false, ordinary = false, at, data: kept } = options;
  if (!existsSync(binary)) {
    throw new Error("bin/timetracker does not exist; run `make build`");
  }
  const data = kept ?? (await mkdtemp(join(tmpdir(), "timetracker-e2e-")));
  const reserved = await reservePorts(9);
  const [product, devops, devopsApi, entra, signIn, graph, marketplace, webhook, internal] = reserved.ports;
  const urls = {
    "--public-url": ordinary ? `http://127.0.0.1:${product}` : `https://${hosts.product}:${product}`,
    "--devops-url": ordinary ? `http://localhost:${devops}` : `https://${hosts.devops}:${devops}`,
    "--entra-url": ordinary ? `http://localhost:${signIn}` : `https://${hosts.entra}:${entra}`,
    "--marketplace-url": ordinary
      ? `http://localhost:${marketplace}`
      : `https://${hosts.marketplace}:${marketplace}`,
  };
  const flags = {
    "--data": data,
    "--listen": `127.0.0.1:${product}`,
    "--devops-listen": `127.0.0.1:${devops}`,
    "--devops-api-listen": `127.0.0.1:${devopsApi}`,
    "--entra-listen": `127.0.0.1:${entra}`,
    "--sign-in-listen": `127.0.0.1:${signIn}`,
    "--graph-listen": `127.0.0.1:${graph}`,
    "--marketplace-listen": `127.0.0.1:${marketplace}`,
    "--webhook-listen": `127.0.0.1:${webhook}`,
    "--internal-listen": `127.0.0.1:${internal}`,
    ...(at && { "--at": at }),
    ...(!ordinary && urls),
  };
  const child = spawn(binary, ["dev", ...Object.entries(flags).flat(), ...(empty ? ["--empty"] : [])], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const stop = async () => {
    await terminate(child);
    await reserved.release();
    if (!kept) {
      await rm(data, { recursive: true, force: true });
    }
  };
  try {
    await lineOf(child, /^ready$/m);
    return {
      url: urls["--public-url"],
      devopsUrl: urls["--devops-url"],
      entraUrl: urls["--entra-url"],
      marketplaceUrl: urls["--marketplace-url"],
      spkiHash: spkiHash(await readFile(join(data, "sandbox/root.pem"))),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** How long a program may take to write the line that is waited for, in milliseconds. */
const lineTimeoutMs = 60_000;

/** Waits for a line that matches. Rejects with all output when the program ends first, or takes too long. */
export function lineOf(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    let written = "";
    const fail = (what: string) => reject(new Error(`${child.spawnfile} ${what}:\n${written}`));
    const timeout = setTimeout(() => fail(`does not write ${pattern}`), lineTimeoutMs);
    const read = (chunk: Buffer) => {
      written += chunk;
      const match = pattern.exec(written);
      if (match) {
        clearTimeout(timeout);
        resolve(match);
      }
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("error", (error) => {
      clearTimeout(timeout);
      reject(error);
    });
    child.once("exit", (code) => {
      clearTimeout(timeout);
      fail(`ended with ${code}`);
    });
  });
}

export function terminate(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve();
      return;
    }
    child.once("exit", () => resolve());
    child.kill("SIGTERM");
  });
}

/**
 * Reserves ports that nobody listens on until they are released. As in internal/apptest, they are below the range that
 * systems give to outgoing connections. A guard port is taken for each, so that no other test takes the same.
 */
async function reservePorts(count: number): Promise<{ ports: number[]; release(): Promise<void> }> {
  const lowestPort = 12_000;
  const range = 9_000;
  const ports: number[] = [];
  const guards: Server[] = [];
  const release = async () => {
    await Promise.all(guards.map(close));
  };
  for (let tries = 100 * count; ports.length < count && tries > 0; tries--) {
    const port = lowestPort + Math.floor(Math.random() * range);
    const guard = await listen(port + range);
    if (!guard) {
      continue;
    }
    guards.push(guard);
    const server = await listen(port);
    if (server) {
      await close(server);
      ports.push(port);
    }
  }
  if (ports.length < count) {
    await release();
    throw new Error("no free ports");
  }
  return { ports, release };
}

/** Listens on a port, unless somebody else does. */
function listen(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}

function close(server: Server): Promise<unknown> {
  return new Promise((resolve) => server.close(resolve));
}

function spkiHash(pem: Buffer): string {
  const key = new X509Certificate(pem).publicKey.export({ type: "spki", format: "der" });
  return createHash("sha256").update(key).digest("base64");
}
