/** Lists that are too long to load at once, read by the API's cursors. */

import { useRef, useState } from "preact/hooks";
import { Button } from "./controls.tsx";
import { type AsyncState, useAsync } from "./hooks.ts";
import { texts } from "./texts.ts";
import "./paging.css";

interface Page {
  data: unknown[];
  page: { next_cursor?: string };
}

type Item<P extends Page> = P["data"][number];

/** A position in a list, as the API takes it. */
export interface Position {
  limit: number;
  cursor?: string;
}

interface PagingOptions {
  /** Lines of a page. */
  size: number;
  /** Further pages are added to those on show, instead of replacing them. */
  appends?: boolean;
}

export interface Paging<P extends Page> extends Omit<AsyncState<P>, "data"> {
  /** The page that was loaded last; it stays while a newer one is on its way. */
  page: P | undefined;
  /** The lines on show. */
  items: Item<P>[] | undefined;
  /** The number of the page, from 1. */
  number: number;
  /** Goes back; absent on the first page. */
  previous: (() => void) | undefined;
  /** Goes on, or loads more where pages are added; absent on the last page. */
  next: (() => void) | undefined;
}

interface Progress<P extends Page> {
  /** The query that the cursors belong to. */
  query: string;
  /** The cursors of the pages after the first, up to the one on show. */
  cursors: string[];
  /** The lines of the pages before it, where pages are added. */
  before: Item<P>[];
}

/** The API's largest page. */
export const largestPage = 500;

/** All lines of a list, for a choice among them. */
export async function everyPage<Line>(
  load: (position: Position) => Promise<{ data: Line[]; page: Page["page"] }>,
): Promise<Line[]> {
  const all: Line[] = [];
  let cursor: string | undefined;
  do {
    const { data, page } = await load({ limit: largestPage, ...(cursor && { cursor }) });
    all.push(...data);
    cursor = page.next_cursor;
  } while (cursor);
  return all;
}

/**
 * Reads a list page by page. Another query begins again at the first page. Where pages are added, that page is as long
 * as the list on show, so that a reload shows as many lines as before.
 */
export function usePaging<P extends Page>(
  load: (position: Position) => Promise<P>,
  query: object,
  { size, appends = false }: PagingOptions,
): Paging<P> {
  const key = JSON.stringify(query);
  const start: Progress<P> = { query: key, cursors: [], before: [] };
  const [progress, setProgress] = useState(start);
  const { cursors, before } = progress.query === key ? progress : start;
  const cursor = cursors.at(-1);
  const shown = useRef(0);
  const { data, ...state } = useAsync(async () => {
    const first = appends ? Math.min(Math.max(size, shown.current), largestPage) : size;
    const page = await load(cursor === undefined ? { limit: first } : { limit: size, cursor });
    return { page, items: [...before, ...page.data] };
  }, [key, cursor]);
  const items = data?.items;
  shown.current = items?.length ?? 0;

  function go(next: string) {
    if (state.loading) return;
    // The page could not be loaded: going on means trying again.
    if (next === cursor) return state.reload();
    setProgress({ query: key, cursors: [...cursors, next], before: (appends && items) || [] });
  }

  const next = data?.page.page.next_cursor;
  return {
    ...state,
    page: data?.page,
    items,
    number: cursors.length + 1,
    previous:
      cursors.length > 0
        ? () => setProgress({ query: key, cursors: cursors.slice(0, -1), before: [] })
        : undefined,
    next: next === undefined ? undefined : () => go(next),
  };
}

interface PagerProps {
  paging: Pick<Paging<Page>, "number" | "previous" | "next" | "loading">;
  /** The id of the list's heading: it gets the focus, so that reading goes on at the top of the new page. */
  heading: string;
}

/** Steps through the pages; absent where there is only one. */
export function Pager({ paging, heading }: PagerProps) {
  const { number, previous, next, loading } = paging;
  if (number === 1 && !next && !loading) return null;
  const go = (step: (() => void) | undefined) => {
    step?.();
    document.getElementById(heading)?.focus();
  };
  return (
    <nav class="pager" aria-label={texts.paging.pages}>
      <Button disabled={!previous} onClick={() => go(previous)}>
        {texts.paging.previous}
      </Button>
      <span>{texts.paging.page(number)}</span>
      <Button disabled={!next || loading} onClick={() => go(next)}>
        {texts.paging.next}
      </Button>
    </nav>
  );
}

/** Adds the next page; absent where there is none. */
export function ShowMore({ paging: { next, loading } }: Pick<PagerProps, "paging">) {
  if (!next) return null;
  return (
    <Button onClick={next} disabled={loading}>
      {loading ? texts.loading : texts.showMore}
    </Button>
  );
}
