import type { MarketplacePlan } from "../api/client.ts";
import { builtFile } from "./built-file.ts";

/** The settings that signing in needs. */
export interface ClientConfig {
  /** The Entra authority, such as `https://login.microsoftonline.com/organizations`. */
  authority: string;
  /** Hosts of authorities that MSAL need not look up. */
  known_authorities: string[];
  /** The authority's addresses, where MSAL can't ask the authority itself: OpenID Connect Discovery 1.0. */
  authority_metadata?: Record<string, string>;
  spa_client_id: string;
  /** The registered page to which Entra sends people back, on the origin that operators have configured. */
  redirect_uri: string;
  /** The API's scope, such as `api://…/Time.ReadWrite`. */
  scope: string;
  /** Path of the API on this origin, such as `/api/v1`. */
  api_base: string;
}

/** What a page needs before anybody has signed in, from the server's `/ext/config.json`. */
export interface PageConfig extends ClientConfig {
  /** What is sold. */
  plans: MarketplacePlan[];
  seller: { name: string; address: string };
  /** Where a plan is bought. */
  plans_url: string;
  terms_url: string;
  privacy_url: string;
}

/** Loads the configuration. */
export async function loadConfig(): Promise<PageConfig> {
  const response = await fetch(builtFile("config.json"), {
    signal: AbortSignal.timeout(15_000),
  });
  if (!response.ok) {
    throw new Error(`config.json: ${response.status}`);
  }
  return (await response.json()) as PageConfig;
}
