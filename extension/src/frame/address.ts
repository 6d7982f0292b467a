/**
 * The part of the host page's address that is ours: what follows its "#". With it a view is still there after a reload,
 * and the browser's Back and Forward go through views.
 */

import { getService } from "azure-devops-extension-sdk";
import { withTimeLimit } from "../auth/time-limit.ts";
import { readPageContext } from "./context.ts";
import { hubAddress } from "./host-services.ts";

/** The part of Azure DevOps' IHostNavigationService that is used here. */
interface HashService {
  getHash(): Promise<string>;
  /** Adds to the browser's history. */
  setHash(hash: string): void | Promise<void>;
  replaceHash(hash: string): void | Promise<void>;
  onHashChanged(callback: (hash: string) => void): void | Promise<void>;
}

export interface HostAddress {
  /**
   * Calls the listener with what the address says, now and when the browser has changed it, and perhaps after a write.
   * It is empty where the address says nothing, or where the host doesn't tell.
   */
  follow(listener: (text: string) => void): void;
  /** Writes to the address. A view that replaces the one before adds nothing to the browser's history. */
  write(text: string, how: "push" | "replace"): Promise<void>;
  /** The whole address with this text in it, for a link. Empty where the host doesn't tell it. */
  link(text: string): Promise<string>;
}

const navigationId = "ms.vss-features.host-navigation-service";
/** How long the host may take to answer. A page without an address works as well. */
const answerMs = 2_000;

/** The address of the page around the frame. None of its methods rejects: a host may lack the service. */
export function hostAddress(): HostAddress {
  const service = () => withTimeLimit(getService<HashService>(navigationId), answerMs);
  return {
    follow(listener) {
      const begin = async () => {
        const host = await service();
        // First of all, so that no change is missed.
        await withTimeLimit(
          Promise.resolve(host.onHashChanged((hash) => listener(withoutSign(hash)))),
          answerMs,
        );
        return withTimeLimit(host.getHash(), answerMs);
      };
      begin().then(
        (hash) => listener(withoutSign(hash)),
        () => listener(""),
      );
    },
    async write(text, how) {
      try {
        const host = await service();
        await (how === "push" ? host.setHash(text) : host.replaceHash(text));
      } catch {
        // The view is shown all the same.
      }
    },
    async link(text) {
      try {
        const { project } = readPageContext();
        return project ? `${await withTimeLimit(hubAddress(project.name), answerMs)}#${text}` : "";
      } catch {
        return "";
      }
    },
  };
}

function withoutSign(hash: string | null | undefined): string {
  return (hash ?? "").replace(/^#/, "");
}
