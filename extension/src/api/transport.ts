/** How a call reaches the API: the token, the headers, the second attempt and the errors. */

import { type Auth, SignInRequiredError } from "../auth/auth.ts";
import type { ClientConfig } from "../auth/config.ts";
import type { TokenRequest } from "../auth/token-source.ts";
import { csvSeparator } from "./csv-format.ts";
import { OfflineError, readProblem } from "./problem.ts";

export interface Call {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  query?: object | undefined;
  body?: object;
  contentType?: string;
  idempotencyKey?: string;
  etag?: string;
  accept?: string;
  /** How long one attempt may take, in milliseconds, the whole answer included. */
  limitMs?: number;
  /** Ends the call, whose answer nobody waits for any more. It rejects with OfflineError. */
  signal?: AbortSignal | undefined;
}

/** Every method rejects with ApiProblem, OfflineError or SignInRequiredError. */
export interface Transport {
  json<T>(path: string, call?: Call): Promise<T>;
  /** Changes the given fields of a resource (RFC 7396) if it is still the version of the entity tag. */
  patch<T>(path: string, etag: string, body: object): Promise<T>;
  /** For answers without content. */
  send(path: string, call: Call): Promise<void>;
  file(path: string, accept: string, query: object): Promise<Blob>;
  csv(path: string, query: object): Promise<Blob>;
  /** A file that needs no signing in. */
  publicFile(path: string, accept: string, query: object): Promise<Blob>;
}

/** The limit of most answers. A month's report of a large tenant is the slowest of them. */
const attemptMs = 30_000;
/** The limit of files, which may be long on a slow line: as long as the server goes on sending. */
const fileMs = 120_000;

export function createTransport(
  auth: Pick<Auth, "getToken" | "requireConfirmation">,
  config: Pick<ClientConfig, "api_base">,
): Transport {
  async function attempt(path: string, call: Call, wanted: TokenRequest): Promise<Response> {
    const url = config.api_base + path + queryString(call.query);
    const init = requestInit(call, await tokenOf(auth, wanted));
    const repeatable = init.method === "GET" || init.method === "PUT" || call.idempotencyKey !== undefined;
    return fetchInTime(url, init, call).catch((error) => {
      if (!repeatable || call.signal?.aborted) {
        throw error;
      }
      return fetchInTime(url, init, call);
    });
  }

  async function request(path: string, call: Call = {}): Promise<Response> {
    let response = await attempt(path, call, {});
    if (response.status === 401) {
      response = await attempt(path, call, { forceRefresh: true, claims: challengeOf(response).claims });
    }
    const { insufficient, claims } = challengeOf(response);
    if (response.status === 401 && insufficient) {
      auth.requireConfirmation(claims);
      throw new SignInRequiredError("the person has to confirm the sign-in");
    }
    if (!response.ok) {
      throw await readProblem(response);
    }
    return response;
  }

  async function json<T>(path: string, call?: Call): Promise<T> {
    const response = await request(path, call);
    try {
      return (await response.json()) as T;
    } catch (error) {
      throw new OfflineError("the answer was cut off", { cause: error });
    }
  }

  async function file(path: string, accept: string, query: object): Promise<Blob> {
    const response = await request(path, { query, accept, limitMs: fileMs });
    try {
      return await response.blob();
    } catch (error) {
      throw new OfflineError("the file was cut off", { cause: error });
    }
  }

  return {
    json,
    patch: (path, etag, body) =>
      json(path, { method: "PATCH", body, contentType: "application/merge-patch+json", etag }),
    async send(path, call) {
      await request(path, call);
    },
    file,
    async publicFile(path, accept, query) {
      const headers = new Headers({ Accept: accept });
      const url = config.api_base + path + queryString(query);
      const response = await fetchInTime(url, { headers, cache: "no-store" }, { limitMs: fileMs });
      if (!response.ok) throw await readProblem(response);
      return response.blob();
    },
    csv: (path, query) => file(path, "text/csv", { ...query, ...csvSeparator(), format: "csv" }),
  };
}

/** Gets the token. A failure of the network on the way to Entra counts as being offline. */
async function tokenOf(auth: Pick<Auth, "getToken">, wanted: TokenRequest): Promise<string> {
  try {
    return await auth.getToken(wanted);
  } catch (error) {
    if (error instanceof SignInRequiredError) {
      throw error;
    }
    throw new OfflineError("no token", { cause: error });
  }
}

/** What a new token must have, as the API says it: `Bearer error="insufficient_claims", claims="BASE64"`. */
function challengeOf(response: Response): { insufficient: boolean; claims: string | undefined } {
  const challenge = response.headers.get("WWW-Authenticate") ?? "";
  const encoded = /\bclaims="([A-Za-z0-9+/]+=*)"/.exec(challenge)?.[1];
  return {
    insufficient: challenge.includes('error="insufficient_claims"'),
    claims: encoded && atob(encoded),
  };
}

function requestInit(call: Call, token: string): RequestInit {
  const { method = "GET", body, contentType = "application/json", idempotencyKey, etag, accept } = call;
  const headers = new Headers({
    Authorization: `Bearer ${token}`,
    Accept: accept ?? "application/json",
  });
  if (body) {
    headers.set("Content-Type", contentType);
  }
  if (idempotencyKey) {
    headers.set("Idempotency-Key", idempotencyKey);
  }
  if (etag) {
    headers.set("If-Match", etag);
  }
  return { method, headers, cache: "no-store", ...(body && { body: JSON.stringify(body) }) };
}

async function fetchInTime(
  url: string,
  init: RequestInit,
  { limitMs = attemptMs, signal }: Pick<Call, "limitMs" | "signal">,
): Promise<Response> {
  const late = AbortSignal.timeout(limitMs);
  try {
    return await fetch(url, { ...init, signal: signal ? AbortSignal.any([late, signal]) : late });
  } catch (error) {
    throw new OfflineError("not reached", { cause: error });
  }
}

/** Writes a query, without what is undefined, and each value of an array as a parameter of its own. */
function queryString(query: object = {}): string {
  const given = Object.entries(query)
    .filter(([, value]) => value !== undefined)
    .flatMap(([name, value]) => [value].flat().map((each) => [name, String(each)]));
  return given.length > 0 ? `?${new URLSearchParams(given)}` : "";
}
