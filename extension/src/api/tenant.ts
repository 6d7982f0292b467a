/** The caller, and the tenant that they belong to. */

import type { Query, Schemas } from "./contract.ts";
import type { Transport } from "./transport.ts";

export type Me = Schemas["Me"];
export type MeQuery = Query<"getMe">;
export type MePatch = Schemas["MePatch"];
export type SignUp = Schemas["SignUp"];
export type TenantDetails = Schemas["TenantDetails"];
export type TenantSettings = Schemas["TenantSettings"];
export type TenantPatch = Schemas["TenantPatch"];
export type Logo = Schemas["Logo"];
export type JoinRequest = Schemas["JoinRequest"];

export function tenantApi({ json, patch }: Transport) {
  return {
    /** Lets the caller join where they may. A page that has known who they are must not, in case they were erased. */
    me: (query: MeQuery = {}): Promise<Me> => json("/me", { query }),
    patchMe: (etag: string, body: MePatch): Promise<Me> => patch("/me", etag, body),
    signUp: (body: SignUp, idempotencyKey: string = crypto.randomUUID()): Promise<Me> =>
      json("/tenants", { method: "POST", body, idempotencyKey }),
    requestToJoin: (idempotencyKey: string = crypto.randomUUID()): Promise<JoinRequest> =>
      json("/join-requests", { method: "POST", idempotencyKey }),
    tenant: (): Promise<TenantDetails> => json("/tenant"),
    /** The picture on documents; without fields when there is none. */
    logo: (): Promise<Logo> => json("/tenant/logo"),
    /** For super_admins. */
    patchTenant: (etag: string, body: TenantPatch): Promise<TenantDetails> => patch("/tenant", etag, body),
  };
}
