import { useRef } from "preact/hooks";

/** Gives each body a key. The same body sent again after a lost reply has the same key, so that it takes effect once. */
export function useIdempotencyKey(): (body: unknown) => string {
  const last = useRef({ sent: "", key: "" });
  return (body) => {
    const sent = JSON.stringify(body);
    if (last.current.sent !== sent) last.current = { sent, key: crypto.randomUUID() };
    return last.current.key;
  };
}
