/** Time from the exports of other products, for admins. */

import type { Query, Schemas } from "./contract.ts";
import type { Transport } from "./transport.ts";

export type Import = Schemas["Import"];
export type ImportPage = Schemas["ImportPage"];
export type ImportRow = Schemas["ImportRow"];
export type ImportRowPage = Schemas["ImportRowPage"];
export type ImportOutcome = Schemas["ImportOutcome"];
export type NewImport = Schemas["NewImport"];
export type ListImportRowsQuery = Query<"listImportRows">;

const importPath = (id: string) => `/imports/${encodeURIComponent(id)}`;

export function importsApi({ json, send }: Transport) {
  return {
    listImports: (query?: Query<"listImports">): Promise<ImportPage> => json("/imports", { query }),
    getImport: (id: string): Promise<Import> => json(importPath(id)),
    beginImport: (body: NewImport, idempotencyKey: string = crypto.randomUUID()): Promise<Import> =>
      json("/imports", { method: "POST", body, idempotencyKey }),
    /** Parts are numbered from 1. The same part may be sent again. */
    putImportPart: (id: string, number: number, text: string): Promise<void> =>
      send(`${importPath(id)}/parts/${number}`, { method: "PUT", body: { text } }),
    checkImport: (id: string, parts: number, idempotencyKey: string = crypto.randomUUID()): Promise<Import> =>
      json(`${importPath(id)}/check`, { method: "POST", body: { parts }, idempotencyKey }),
    runImport: (id: string, etag: string, idempotencyKey: string = crypto.randomUUID()): Promise<Import> =>
      json(`${importPath(id)}/run`, { method: "POST", etag, idempotencyKey }),
    stopImport: (id: string, etag: string, idempotencyKey: string = crypto.randomUUID()): Promise<Import> =>
      json(`${importPath(id)}/stop`, { method: "POST", etag, idempotencyKey }),
    undoImport: (id: string, etag: string, idempotencyKey: string = crypto.randomUUID()): Promise<Import> =>
      json(`${importPath(id)}/undo`, { method: "POST", etag, idempotencyKey }),
    discardImport: (id: string, etag: string): Promise<void> =>
      send(importPath(id), { method: "DELETE", etag }),
    listImportRows: (id: string, query?: ListImportRowsQuery): Promise<ImportRowPage> =>
      json(`${importPath(id)}/rows`, { query }),
  };
}
