/** The people of the tenant, for admins. */

import type { Query, Schemas } from "./contract.ts";
import type { Transport } from "./transport.ts";

export type Seats = Schemas["Seats"];
export type Role = Schemas["Role"];
export type TenantUser = Schemas["TenantUser"];
export type UserPatch = Schemas["UserPatch"];
export type UserPage = Schemas["UserPage"];
export type Invitation = Schemas["Invitation"];
export type DirectoryPerson = Schemas["DirectoryPerson"];
export type UsersQuery = Query<"listUsers">;

const userPath = (id: string) => `/users/${encodeURIComponent(id)}`;

export function usersApi({ json, patch, send }: Transport) {
  return {
    listUsers: (query?: UsersQuery): Promise<UserPage> => json("/users", { query }),
    /** Invites all of them or none. */
    async inviteUsers(
      people: Invitation[],
      idempotencyKey: string = crypto.randomUUID(),
    ): Promise<TenantUser[]> {
      const call = { method: "POST", body: { people }, idempotencyKey } as const;
      return (await json<Schemas["UserList"]>("/users", call)).data;
    },
    patchUser: (id: string, etag: string, body: UserPatch): Promise<TenantUser> =>
      patch(userPath(id), etag, body),
    /** Withdraws an invitation, or declines a request to join. */
    withdrawUser: (id: string, etag: string) => send(userPath(id), { method: "DELETE", etag }),
    renewInvitation: (id: string, idempotencyKey: string = crypto.randomUUID()): Promise<TenantUser> =>
      json(`${userPath(id)}/invitation`, { method: "POST", idempotencyKey }),
    async searchDirectory(search: string): Promise<DirectoryPerson[]> {
      return (await json<Schemas["DirectoryPeople"]>("/directory-people", { query: { search } })).data;
    },
  };
}
