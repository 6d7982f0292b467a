/** The tenant's chain, for super_admins. */

import type { Schemas } from "./contract.ts";
import type { Transport } from "./transport.ts";

export type ProofStatus = Schemas["ProofStatus"];
export type ProofVerification = Schemas["ProofVerification"];

export function proofApi({ json, file }: Transport) {
  return {
    proofStatus: (): Promise<ProofStatus> => json("/tenant/proof/status"),
    verifyProof: (head?: string): Promise<ProofVerification> =>
      json("/tenant/proof/verification", { query: { head } }),
    /** All of it, with the rows that it seals. */
    proof: () => file("/tenant/proof", "application/x-ndjson", {}),
  };
}
