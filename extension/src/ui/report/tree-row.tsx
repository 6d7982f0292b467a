import type { ComponentChildren } from "preact";
import { Icon } from "../icons.tsx";
import { useOpenItem } from "../item-link.tsx";
import { devOpsAddress } from "../next-steps.tsx";
import { useSession } from "../session.ts";
import { TypeMark } from "../type-mark.tsx";
import { equalNames } from "../work-item.ts";
import { Swatch } from "./chart-view.tsx";
import { formatChange, formatExact, formatSum } from "./format.ts";
import { reportTexts } from "./texts.ts";
import { hasEntries, type Node, type Sums, type Tree } from "./tree.ts";
import type { Columns } from "./tree-grid.tsx";

const texts = reportTexts.table;

interface NodeRowProps {
  node: Node;
  /** The row's place in the table. The head is 1. */
  index: number;
  columns: Columns;
  /** The place in the legend, where the first level has colours. */
  colour: number | undefined;
  coloured: boolean;
  open: boolean;
  focusable: boolean;
  onToggle: () => void;
  onList: () => void;
  /** The rows of its entries. */
  children: ComponentChildren;
}

export function NodeRow(props: NodeRowProps) {
  const { node, index, columns, open, focusable, onToggle, onList, children } = props;
  const opens = node.children.length > 0;
  const { name } = node.value;
  const tabIndex = focusable ? 0 : -1;
  return (
    <>
      <tr
        class={`level-${node.level}`}
        data-key={node.key}
        tabIndex={tabIndex}
        aria-level={node.level}
        aria-rowindex={index}
        aria-expanded={opens ? open : undefined}
      >
        <th scope="row">
          <div class="report-name">
            {opens ? (
              <button
                type="button"
                class="report-opener"
                tabIndex={-1}
                aria-label={open ? texts.close(name) : texts.open(name)}
                onClick={onToggle}
              >
                <Icon name={open ? "down" : "forward"} />
              </button>
            ) : (
              <span class="report-opener" />
            )}
            {props.coloured && node.level === 1 && <Swatch index={props.colour} />}
            <NodeName node={node} tabIndex={tabIndex} />
            {hasEntries(node) && (
              <button
                type="button"
                class="report-entries"
                tabIndex={-1}
                aria-label={texts.entriesOf(name)}
                aria-pressed={Boolean(children)}
                title={texts.entriesOf(name)}
                onClick={onList}
              >
                <Icon name="list" />
              </button>
            )}
          </div>
        </th>
        <SumCells sums={node} columns={columns} />
      </tr>
      {children}
    </>
  );
}

function NodeName({ node, tabIndex }: { node: Node; tabIndex: number }) {
  const { frame } = useSession();
  const open = useOpenItem();
  const { item, name } = node.value;
  if (!item) {
    return (
      <bdi class="report-text" title={name}>
        {name}
      </bdi>
    );
  }
  const here = equalNames(item.organization, frame.context.organization.name);
  return (
    <span class="report-text" title={name}>
      <TypeMark type={item.type} />{" "}
      <a
        href={`${devOpsAddress(item.organization)}/${encodeURIComponent(item.project)}/_workitems/edit/${item.id}`}
        target="_blank"
        rel="noreferrer"
        tabIndex={tabIndex}
        onClick={(event) => {
          if (!here || event.ctrlKey || event.metaKey || event.shiftKey) return;
          event.preventDefault();
          open(item.id);
        }}
      >
        <bdi>{name}</bdi>
      </a>
    </span>
  );
}

/** What a row counts. Parts without anything are empty, but for the hours. */
export function SumCells({ sums, columns }: { sums: Pick<Tree, "exact" | "shown">; columns: Columns }) {
  const { exact, shown } = sums;
  const change = shown.hours - shown.previous;
  return (
    <>
      <Sum part="hours" sums={sums} />
      {columns.billable && <Sum part="billable" sums={sums} />}
      {columns.review && <Sum part="review" sums={sums} />}
      {columns.adjusted && <Sum part="adjusted" sums={sums} />}
      {columns.previous !== undefined && (
        <>
          <Sum part="previous" sums={sums} />
          <td class="number change">
            {exact.hours === 0 && exact.previous === 0 ? "" : formatChange(change)}
          </td>
        </>
      )}
    </>
  );
}

function Sum({ part, sums: { exact, shown } }: { part: keyof Sums; sums: Pick<Tree, "exact" | "shown"> }) {
  const ms = exact[part];
  const empty = ms === 0 && part !== "hours";
  return (
    <td class={`number ${part}`}>
      {!empty && (
        <span title={formatExact(ms)}>
          {part === "adjusted" ? formatChange(shown[part]) : formatSum(shown[part])}
        </span>
      )}
    </td>
  );
}
