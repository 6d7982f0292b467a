/** What is held about the caller, and what they choose and ask about it. */

import type { Schemas } from "./contract.ts";
import type { Transport } from "./transport.ts";

export type PrivacyChoices = Schemas["PrivacyChoices"];
export type PrivacyChoicesPatch = Schemas["PrivacyChoicesPatch"];
export type Processing = Schemas["Processing"];
export type PrivacyRequest = Schemas["PrivacyRequest"];
export type PrivacyRequestPage = Schemas["PrivacyRequestPage"];
export type PrivacyRight = Schemas["PrivacyRight"];
export type AskedPrivacyRequest = Schemas["AskedPrivacyRequest"];
export type NewPrivacyRequest = Schemas["NewPrivacyRequest"];
export type PrivacyDecision = Schemas["PrivacyDecision"];
export type AccessRecord = Schemas["AccessRecord"];
export type AccessRecordPage = Schemas["AccessRecordPage"];
export type AccessRole = Schemas["Role"];
export type HeldData = Schemas["HeldData"];
export type KeptData = Schemas["KeptData"];
export type HeldDataList = Schemas["HeldDataList"];
export type TenantDeletion = Schemas["TenantDeletion"];

/** In which the confirmations are printed. */
export type ConfirmationLanguage = "en" | "de";

const pdf = "application/pdf";
const post = { method: "POST" } as const;

export function privacyApi({ json, patch, file, publicFile }: Transport) {
  const step = (id: string, name: string, etag: string, body?: object): Promise<PrivacyRequest> =>
    json(`/privacy-requests/${id}/${name}`, {
      ...post,
      etag,
      idempotencyKey: crypto.randomUUID(),
      ...(body && { body }),
    });
  return {
    myPrivacy: (): Promise<PrivacyChoices> => json("/me/privacy"),
    choosePrivacy: (etag: string, change: PrivacyChoicesPatch): Promise<PrivacyChoices> =>
      patch("/me/privacy", etag, change),
    heldData: (): Promise<HeldDataList> => json("/me/held-data"),
    accessRecords: (position: { limit: number; cursor?: string }): Promise<AccessRecordPage> =>
      json("/me/access-records", { query: position }),
    myData: (): Promise<Blob> => file("/me/export", "application/zip", {}),
    myPrivacyRequests: (): Promise<PrivacyRequestPage> =>
      json("/privacy-requests", { query: { limit: 100 } }),
    askPrivacy: (body: NewPrivacyRequest, idempotencyKey: string): Promise<AskedPrivacyRequest> =>
      json("/privacy-requests", { ...post, body, idempotencyKey }),
    withdrawPrivacyRequest: (id: string, etag: string) => step(id, "withdrawal", etag),
    confirmation: (id: string, language: ConfirmationLanguage): Promise<Blob> =>
      file(`/privacy-requests/${id}/confirmation`, pdf, { language }),

    /** Needs no signing in. */
    findConfirmation: (reference: string, language: ConfirmationLanguage): Promise<Blob> =>
      publicFile(`/privacy-confirmations/${encodeURIComponent(reference)}`, pdf, { language }),

    // The rest is for super_admins.
    listPrivacyRequests: (query: { waiting?: boolean; limit: number }): Promise<PrivacyRequestPage> =>
      json("/privacy-requests", { query: { ...query, scope: "tenant" } }),
    decidePrivacyRequest: (id: string, etag: string, decision: PrivacyDecision) =>
      step(id, "decision", etag, decision),
    completePrivacyRequest: (id: string, etag: string, outcome: string) =>
      step(id, "completion", etag, { outcome }),
    tenantExport: (): Promise<Blob> => file("/tenant/export", "application/zip", {}),
    tenantDeletion: (): Promise<TenantDeletion> => json("/tenant/deletion"),
    askTenantDeletion: (slug: string): Promise<TenantDeletion> =>
      json("/tenant/deletion", { ...post, body: { slug }, idempotencyKey: crypto.randomUUID() }),
    confirmTenantDeletion: (): Promise<TenantDeletion> =>
      json("/tenant/deletion/confirmation", { ...post, idempotencyKey: crypto.randomUUID() }),
    stopTenantDeletion: (): Promise<TenantDeletion> =>
      json("/tenant/deletion", { method: "DELETE", idempotencyKey: crypto.randomUUID() }),
  };
}
