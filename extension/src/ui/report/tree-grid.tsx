/**
 * The table of a report: a treegrid after the ARIA Authoring Practices, in which rows have the focus. Long ones are drawn
 * piece by piece, as they come into sight.
 */

import type { ComponentChildren } from "preact";
import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Dimension } from "./definition.ts";
import { reportTexts } from "./texts.ts";
import { hasEntries, type Node, type Tree } from "./tree.ts";
import { NodeRow, SumCells } from "./tree-row.tsx";
import "./tree-grid.css";

const texts = reportTexts.table;

/** Which columns there are beside the hours. */
export interface Columns {
  billable: boolean;
  review: boolean;
  adjusted: boolean;
  /** What the period before is called. */
  previous: string | undefined;
}

interface TreeGridProps {
  tree: Tree;
  levels: readonly Dimension[];
  title: string;
  columns: Columns;
  /** The part of the chart that a row is, by its place in the legend. */
  colourOf: ((node: Node) => number | undefined) | undefined;
  /** The entries that a row counts, as rows. */
  entriesOf: (node: Node) => ComponentChildren;
  /** Goes up from the first level. */
  onUp: () => void;
}

/** Rows up to which the first level is open at the beginning. */
const openedAtFirst = 60;
/** Rows of a piece. */
const pieceSize = 40;

export function TreeGrid(props: TreeGridProps) {
  const { tree, levels, title, columns, colourOf, entriesOf, onUp } = props;
  const [open, setOpen] = useState(() => firstOpen(tree));
  const [listed, setListed] = useState<ReadonlySet<string>>(new Set());
  const rows = useMemo(() => visible(tree.nodes, open), [tree, open]);
  const [active, setActive] = useState("");
  const activeIndex = Math.max(
    0,
    rows.findIndex(({ key }) => key === nodeKey(active)),
  );
  const table = useRef<HTMLTableElement>(null);
  const focusOn = useFocusOn(table, setActive);
  const helpId = useId();
  const toggle = (set: ReadonlySet<string>, key: string) =>
    new Set(set.has(key) ? remove(set, key) : [...set, key]);
  const keys = gridKeys({
    rows,
    open,
    listed,
    focusOn,
    setOpen: (key) => setOpen(toggle(open, key)),
    setListed: (key) => setListed(toggle(listed, key)),
    onUp,
  });

  return (
    <>
      <p id={helpId} class="visually-hidden">
        {texts.help}
      </p>
      <table
        ref={table}
        class="report-table"
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a treegrid is a table whose rows open.
        role="treegrid"
        aria-label={title}
        aria-describedby={helpId}
        aria-rowcount={rows.length + 2}
        onKeyDown={keys}
        onFocusIn={({ target }) => {
          const row = target instanceof HTMLElement && target.closest<HTMLElement>("tr[data-key]");
          if (row && row.dataset.key !== active) setActive(row.dataset.key ?? "");
        }}
      >
        <Head levels={levels} columns={columns} />
        {pieces(rows).map((piece, p) => (
          <Piece
            key={piece[0]?.key}
            rows={piece.length}
            near={Math.abs(p - Math.floor(activeIndex / pieceSize)) <= 1}
          >
            {() =>
              piece.map((node, i) => (
                <NodeRow
                  key={node.key}
                  node={node}
                  index={p * pieceSize + i + 2}
                  columns={columns}
                  colour={node.level === 1 ? colourOf?.(node) : undefined}
                  coloured={colourOf !== undefined}
                  open={open.has(node.key)}
                  focusable={p * pieceSize + i === activeIndex}
                  onToggle={() => setOpen(toggle(open, node.key))}
                  onList={() => setListed(toggle(listed, node.key))}
                >
                  {listed.has(node.key) && entriesOf(node)}
                </NodeRow>
              ))
            }
          </Piece>
        ))}
        <Foot tree={tree} columns={columns} index={rows.length + 2} />
      </table>
    </>
  );
}

/** The first level is open where that leaves the table short. */
function firstOpen({ nodes }: Tree): ReadonlySet<string> {
  const below = nodes.reduce((sum, { children }) => sum + children.length, 0);
  return new Set(nodes.length + below <= openedAtFirst ? nodes.map(({ key }) => key) : []);
}

/** The rows that are shown, from the top down. */
function visible(nodes: readonly Node[], open: ReadonlySet<string>): Node[] {
  return nodes.flatMap((node) => (open.has(node.key) ? [node, ...visible(node.children, open)] : [node]));
}

function pieces(rows: readonly Node[]): Node[][] {
  const cut: Node[][] = [];
  for (let i = 0; i < rows.length; i += pieceSize) cut.push(rows.slice(i, i + pieceSize));
  return cut;
}

function remove(set: ReadonlySet<string>, key: string): string[] {
  return [...set].filter((each) => each !== key);
}

/** The node of a row: a row of an entry has the node's key before its own. */
function nodeKey(key: string): string {
  return key.split("#")[0] ?? "";
}

interface PieceProps {
  rows: number;
  /** Whether the keyboard may go there next. */
  near: boolean;
  children: () => ComponentChildren;
}

/** Draws its rows once they come near to what is seen, and keeps their room until then. */
function Piece({ rows, near, children }: PieceProps) {
  const body = useRef<HTMLTableSectionElement>(null);
  const [seen, setSeen] = useState(typeof IntersectionObserver === "undefined");
  useEffect(() => {
    if (!body.current || typeof IntersectionObserver === "undefined") return;
    const observer = new IntersectionObserver(
      (changes) => setSeen(changes.some(({ isIntersecting }) => isIntersecting)),
      { rootMargin: "600px" },
    );
    observer.observe(body.current);
    return () => observer.disconnect();
  }, []);
  return (
    <tbody ref={body}>
      {seen || near ? (
        children()
      ) : (
        // biome-ignore lint/a11y/noAriaHiddenOnFocusable: room alone, which nothing can focus.
        <tr aria-hidden="true">
          <td class="report-room" style={{ "--rows": rows }} />
        </tr>
      )}
    </tbody>
  );
}

/** Gives the focus to a row, as soon as it is drawn. */
function useFocusOn(table: { current: HTMLTableElement | null }, setActive: (key: string) => void) {
  const wanted = useRef<string | undefined>(undefined);
  useLayoutEffect(() => {
    if (wanted.current === undefined) return;
    const row = table.current?.querySelector<HTMLElement>(`tr[data-key="${CSS.escape(wanted.current)}"]`);
    if (!row) return;
    wanted.current = undefined;
    row.focus();
  });
  return (key: string) => {
    wanted.current = key;
    setActive(key);
  };
}

interface GridKeys {
  rows: readonly Node[];
  open: ReadonlySet<string>;
  listed: ReadonlySet<string>;
  focusOn: (key: string) => void;
  setOpen: (key: string) => void;
  setListed: (key: string) => void;
  onUp: () => void;
}

const page = 10;

function gridKeys({ rows, open, listed, focusOn, setOpen, setListed, onUp }: GridKeys) {
  return (event: KeyboardEvent) => {
    const row =
      event.target instanceof HTMLElement ? event.target.closest<HTMLElement>("tr[data-key]") : null;
    const key = row?.dataset.key;
    if (!row || key === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    const onRow = event.target === row;
    const at = rows.findIndex((each) => each.key === nodeKey(key));
    const node = rows[at];
    if (!node) return;
    const isEntry = key !== node.key;
    const opens = node.children.length > 0;
    const step = (by: number) => {
      const next = isEntry || Math.abs(by) === 1 ? beside(row, by) : rows[clamp(at + by, rows.length)]?.key;
      if (next !== undefined) focusOn(next);
    };
    const up = () => {
      if (isEntry) focusOn(node.key);
      else if (listed.has(node.key)) setListed(node.key);
      else if (node.level > 1) focusOn(parentKey(node.key));
      else onUp();
    };
    const actions: Record<string, () => void> = {
      ArrowDown: () => step(1),
      ArrowUp: () => step(-1),
      PageDown: () => step(page),
      PageUp: () => step(-page),
      Home: () => focusOn(rows[0]?.key ?? ""),
      End: () => focusOn(rows.at(-1)?.key ?? ""),
      ArrowRight: () => {
        if (isEntry || !opens) return;
        if (open.has(node.key)) focusOn(node.children[0]?.key ?? "");
        else setOpen(node.key);
      },
      ArrowLeft: () => {
        if (!isEntry && open.has(node.key)) setOpen(node.key);
        else if (isEntry || node.level > 1) focusOn(isEntry ? node.key : parentKey(node.key));
      },
      Enter: () => !isEntry && hasEntries(node) && setListed(node.key),
      Escape: up,
    };
    const action = actions[event.key];
    if (!action || (!onRow && event.key !== "Escape")) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape" && !onRow) focusOn(key);
    else action();
  };
}

function clamp(index: number, length: number): number {
  return Math.max(0, Math.min(index, length - 1));
}

function parentKey(key: string): string {
  return key.slice(0, key.lastIndexOf("/"));
}

/** The row after or before, in the same piece or the next. */
function beside(row: HTMLElement, by: number): string | undefined {
  const rows = [...(row.closest("table")?.querySelectorAll<HTMLElement>("tr[data-key]") ?? [])];
  return rows[rows.indexOf(row) + by]?.dataset.key;
}

function Head({ levels, columns }: Pick<TreeGridProps, "levels" | "columns">) {
  return (
    <thead>
      <tr aria-rowindex={1}>
        <th scope="col">{levels.map((each) => reportTexts.dimensions[each]).join(" › ")}</th>
        <th scope="col" class="number">
          {texts.hours}
        </th>
        {columns.billable && (
          <th scope="col" class="number billable">
            {texts.billable}
          </th>
        )}
        {columns.review && (
          <th scope="col" class="number review">
            {texts.review}
          </th>
        )}
        {columns.adjusted && (
          <th scope="col" class="number adjusted">
            {texts.adjusted}
          </th>
        )}
        {columns.previous !== undefined && (
          <>
            <th scope="col" class="number previous">
              {columns.previous}
            </th>
            <th scope="col" class="number change">
              {texts.change}
            </th>
          </>
        )}
      </tr>
    </thead>
  );
}

function Foot({ tree, columns, index }: Pick<TreeGridProps, "tree" | "columns"> & { index: number }) {
  return (
    <tfoot>
      <tr aria-rowindex={index} aria-level={1}>
        <th scope="row">{texts.total}</th>
        <SumCells sums={tree} columns={columns} />
      </tr>
    </tfoot>
  );
}
