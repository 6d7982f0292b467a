/** What the switch field has to choose from, and how fresh it is. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Api, RecentWorkItem, WorkItem } from "../../api/client.ts";
import type { Failure } from "../failure.ts";
import { type AsyncState, useAsync, useDebounced, useTimerState } from "../hooks.ts";
import { largestPage } from "../paging.tsx";
import { useSession } from "../session.ts";
import { useAuthState } from "../sign-in.tsx";
import { type GeneralTime, generalTimes } from "../work-item.ts";
import { type Group, groupsOf, isEmpty, isSearched, matches, type Wanted, wantedBy } from "./choices.ts";

/** How long the typing pauses before Azure DevOps is asked, in milliseconds. */
const typingMs = 250;
/** In how long an Azure DevOps that didn't answer is asked again, in milliseconds, while the field is open. */
const againMs = 15_000;
const mineShown = 10;
const foundShown = 20;

export interface Choices {
  groups: Group[];
  wanted: Wanted;
  /** Whether Azure DevOps is being asked. */
  searching: boolean;
  /** Why TimeTracker gives no recent items. */
  failure: Failure | null;
  /** Why Azure DevOps can't be asked. */
  trackerFailure: Failure | null;
  /** The oldest reading of what is shown and could not be read again, in milliseconds since the epoch. */
  staleSince: number | undefined;
  /** Asks again, after a failure. */
  again: () => void;
}

/** The choices for what is typed, while the field is open. What was read at the last opening is there at once. */
export function useChoices(typed: string, open: boolean): Choices {
  const { me } = useSession();
  const recent = useRecent(open);
  const wanted = wantedBy(typed);
  const searched = useSearch(typed, open);
  const general = useGeneral(open);
  const groups = groupsOf({ ...searched, recent: recent.items, general }, wanted, me.user.name);
  const trackerFailure = searched.failure ?? recent.trackerFailure;
  const again = () => {
    recent.again();
    searched.again();
  };
  useEffect(() => {
    if (!open || !trackerFailure?.retryable || trackerFailure.signedOut) return;
    const timeout = setTimeout(again, againMs);
    return () => clearTimeout(timeout);
  }, [open, trackerFailure]);
  return {
    groups,
    wanted,
    searching: searched.loading || !recent.settled,
    failure: recent.failure,
    trackerFailure,
    staleSince: oldest(groups),
    again,
  };
}

function oldest(groups: Group[]): number | undefined {
  const read = groups
    .flatMap(({ choices }) => choices)
    .flatMap(({ item }) =>
      item.id !== undefined && item.stale && item.read_at ? Date.parse(item.read_at) : [],
    );
  return read.length > 0 ? Math.min(...read) : undefined;
}

/** Pinned and recent items, with what Azure DevOps says of them now. */
function useRecent(open: boolean) {
  const { api, timers } = useSession();
  const { changes } = useTimerState(timers);
  const recent = useAsync(() => api.recentWorkItems(), [api, changes, open]);
  const listed = recent.data?.data ?? [];
  const uids = listed.flatMap(({ work_item }) => work_item.uid ?? []);
  const facts = useAsync(
    async () => (open && uids.length > 0 ? api.workItems(uids) : undefined),
    [api, open, uids.join()],
  );
  const read = useKept(facts);
  const items = listed.map((each): RecentWorkItem => {
    const now = read?.data.find(({ uid }) => uid !== undefined && uid === each.work_item.uid);
    return now ? { ...each, work_item: now } : each;
  });
  return {
    items,
    settled: recent.data !== undefined || recent.failure !== null,
    failure: recent.failure,
    trackerFailure: trackerFailure(read?.tracker) ?? facts.failure,
    again() {
      recent.reload();
      facts.reload();
    },
  };
}

/** The projects that allow time without a work item. Without an answer none is offered. */
function useGeneral(open: boolean): readonly GeneralTime[] {
  const { api } = useSession();
  const read = useAsync(async () => (open ? readGeneral(api) : undefined), [api, open]);
  return useKept(read) ?? [];
}

async function readGeneral(api: Pick<Api, "listProjects">): Promise<GeneralTime[]> {
  const all: GeneralTime[] = [];
  let cursor: string | undefined;
  do {
    const { data, page } = await api.listProjects({
      general_allowed: true,
      limit: largestPage,
      ...(cursor && { cursor }),
    });
    all.push(...generalTimes(data));
    cursor = page.next_cursor;
  } while (cursor);
  return all;
}

/** A problem with Azure DevOps that came with an answer. */
function trackerFailure(problem: { code: string; message: string } | undefined): Failure | null {
  return problem ? { text: problem.message, code: problem.code, retryable: true } : null;
}

/** What Azure DevOps finds: before anything is typed, what is assigned to the person. */
function useSearch(typed: string, open: boolean) {
  const { api, auth, me } = useSession();
  const authState = useAuthState(auth);
  const call = useRef<AbortController>(undefined);
  useEffect(() => () => call.current?.abort(), [open]);

  const wanted = wantedBy(typed);
  const asked = wantedBy(useDebounced(typed, typingMs));
  const mine = useAsync(
    async () => (open ? (await api.searchWorkItems({ mine: true, limit: mineShown })).data : undefined),
    [api, open, authState.kind],
  );
  const found = useAsync(async () => {
    if (!open || isEmpty(asked) || !isSearched(asked)) return undefined;
    call.current?.abort();
    call.current = new AbortController();
    const query = { ...(asked.q && { q: asked.q }), ...(asked.mine && { mine: true }), limit: foundShown };
    const { data } = await api.searchWorkItems(query, call.current.signal);
    return { key: searchKey(asked), items: data };
  }, [api, open, searchKey(asked), authState.kind]);
  const [ofMine, last] = [useKept(mine), useKept(found)];

  const answered = last?.key === searchKey(wanted);
  const fits = (item: WorkItem) => !wanted.mine && matches(item, wanted, me.user.name);
  return {
    mine: ofMine ?? [],
    // What was found for other words stays where it fits, until these are answered.
    found: answered ? last.items : (last?.items ?? []).filter(fits),
    loading: isEmpty(wanted)
      ? open && mine.loading && !mine.failure
      : isSearched(wanted) && !answered && !found.failure,
    failure: isEmpty(wanted) ? mine.failure : (found.failure ?? (answered ? null : mine.failure)),
    again() {
      mine.reload();
      found.reload();
    },
  };
}

const searchKey = ({ mine, q }: Wanted) => `${mine} ${q}`;

/** The last data that there was. */
function useKept<T>({ data }: AsyncState<T | undefined>): T | undefined {
  const [kept, setKept] = useState(data);
  useEffect(() => {
    if (data !== undefined) setKept(data);
  }, [data]);
  return data ?? kept;
}
