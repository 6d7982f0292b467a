import { nestedAppToken } from "./api.ts";
import type { NestedAppAuth } from "./settings.ts";

interface Request {
  method: "Ping" | "GetInitContext" | "GetToken" | "GetTokenPopup";
  requestId: string;
  tokenParams?: { clientId: string; scope: string; authority?: string; claims?: string };
}

/**
 * The host's end of nested app authentication: it takes MSAL's messages as JSON and signs in for the extension. The
 * person is signed in to the host already, so the interactive request needs no window either.
 */
export function nestedAppAuth(mode: Exclude<NestedAppAuth, "off">, person: string) {
  return {
    async processRequest(json: string): Promise<string> {
      if (mode === "silent") {
        return new Promise<never>(() => {});
      }
      const request = JSON.parse(json) as Request;
      return JSON.stringify({
        messageType: "NestedAppAuthResponse",
        requestId: request.requestId,
        ...(await answer(request, person)),
      });
    },
  };
}

async function answer({ method, tokenParams }: Request, person: string): Promise<object> {
  switch (method) {
    case "Ping":
      return { success: true };
    case "GetInitContext":
      return { success: true, initContext: { sdkName: "timetracker-sandbox", sdkVersion: "1" } };
    case "GetToken":
    case "GetTokenPopup": {
      if (!tokenParams) {
        return { success: false, error: { status: "PERSISTENT_ERROR", code: "invalid_request" } };
      }
      const { clientId, scope, authority, claims } = tokenParams;
      const { error, ...tokens } = await nestedAppToken({
        user: person,
        client_id: clientId,
        scope,
        ...(authority && { authority }),
        ...(claims && { claims }),
        interactive: method === "GetTokenPopup",
      });
      return error ? { success: false, error } : { success: true, ...tokens };
    }
  }
}
