/** Lists that are too long to show at once: one page at a time, by the API's cursors. */

import { useState } from "preact/hooks";
import { Button } from "../controls.tsx";
import { type Loaded, useLoaded } from "../hooks.ts";
import { adminTexts } from "./texts.ts";
import "../paging.css";

/** How many lines a page has. What is rendered stays bounded, however long the list is. */
export const pageSize = 100;

export interface Pages<P> extends Loaded<P> {
  /** The number of the page on show, from 1. */
  number: number;
  previous: (() => void) | undefined;
  next: (() => void) | undefined;
}

/** Loads the page that the person is on. Another query begins again at the first page. */
export function usePages<P extends { page: { next_cursor?: string } }>(
  load: (place: { limit: number; cursor?: string }) => Promise<P>,
  query: object,
): Pages<P> {
  const wanted = JSON.stringify(query);
  const [place, setPlace] = useState<{ wanted: string; cursors: string[] }>({ wanted, cursors: [] });
  // The cursors of the pages gone through; they belong to one query.
  const cursors = place.wanted === wanted ? place.cursors : [];
  const cursor = cursors.at(-1);
  const loaded = useLoaded(
    () => load({ limit: pageSize, ...(cursor !== undefined && { cursor }) }),
    [wanted, cursor],
  );
  const next = loaded.data?.page.next_cursor;
  return {
    ...loaded,
    number: cursors.length + 1,
    previous: cursors.length > 0 ? () => setPlace({ wanted, cursors: cursors.slice(0, -1) }) : undefined,
    next:
      next !== undefined && !loaded.loading
        ? () => setPlace({ wanted, cursors: [...cursors, next] })
        : undefined,
  };
}

interface PagerProps {
  pages: Pages<unknown>;
  /** The id of the list's heading: it gets the focus, so that reading goes on at the top of the new page. */
  heading: string;
}

/** Steps through the pages; absent where there is only one. */
export function Pager({ pages, heading }: PagerProps) {
  const { number, previous, next, loading } = pages;
  if (number === 1 && !next && !loading) return null;
  const go = (step: (() => void) | undefined) => {
    step?.();
    document.getElementById(heading)?.focus();
  };
  return (
    <nav class="pager" aria-label={adminTexts.pages}>
      <Button disabled={!previous} onClick={() => go(previous)}>
        {adminTexts.previous}
      </Button>
      <span>{adminTexts.page(number)}</span>
      <Button disabled={!next} onClick={() => go(next)}>
        {adminTexts.next}
      </Button>
    </nav>
  );
}
