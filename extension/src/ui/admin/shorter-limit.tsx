/** The question before a shorter limit for forgotten timers, since it stops timers at once and nothing undoes that. */

import type { Api, TenantDetails, TenantPatch } from "../../api/client.ts";
import type { ServerClock } from "../clock.ts";
import { ConfirmDialog } from "../dialog.tsx";
import { largestPage } from "../paging.tsx";
import { explainToAdmin } from "./failure.ts";
import { adminTexts } from "./texts.ts";

const texts = adminTexts.tenant;

/** How many running timers a limit would stop. */
export interface Stops {
  timers: number;
  /** There are more than were counted. */
  more: boolean;
}

/** Counts the running timers that have reached the limit of the patch already. They come first in the list. */
export async function stopsOf(
  api: Api,
  clock: ServerClock,
  { tenant }: TenantDetails,
  { auto_stop_after_ms: limit }: TenantPatch,
): Promise<Stops> {
  if (limit === undefined || limit >= tenant.settings.auto_stop_after_ms) return { timers: 0, more: false };
  const { data, page } = await clock.timed(() => api.listTimers({ limit: largestPage }));
  const latest = clock.now() - limit;
  const timers = data.filter(({ started_at }) => Date.parse(started_at) <= latest).length;
  return { timers, more: timers === largestPage && page.next_cursor !== undefined };
}

interface ShorterLimitDialogProps {
  stops: Stops;
  /** The limit in hours, as it was typed. */
  hours: string;
  onSubmit: () => Promise<void>;
  onClose: () => void;
}

export function ShorterLimitDialog({ stops, hours, onSubmit, onClose }: ShorterLimitDialogProps) {
  return (
    <ConfirmDialog
      danger
      title={texts.stopsTitle(stops.timers, stops.more)}
      submit={texts.stopsSubmit}
      working={texts.saving}
      explainFailure={explainToAdmin}
      onSubmit={onSubmit}
      onClose={onClose}
    >
      <p>{texts.stopsDetail(stops.timers, texts.hours(hours))}</p>
    </ConfirmDialog>
  );
}
