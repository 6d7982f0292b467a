import { useState } from "preact/hooks";
import { Icon } from "../icons.tsx";
import { useSession } from "../session.ts";
import { type Dimension, dimensions, mayAdd } from "./definition.ts";
import { MenuItem, Popup } from "./popup.tsx";
import { reportTexts } from "./texts.ts";

const texts = reportTexts.levels;
const nameOf = (dimension: Dimension) => reportTexts.dimensions[dimension];

interface LevelsProps {
  levels: readonly Dimension[];
  /** What is offered to be added. */
  offered: readonly Dimension[];
  onChange: (levels: readonly Dimension[]) => void;
}

/** The levels as chips, which are dragged, or moved with Alt and the arrow keys. */
export function Levels({ levels, offered, onChange }: LevelsProps) {
  const { timers } = useSession();
  const [dragged, setDragged] = useState<Dimension>();
  const addable = dimensions.filter((each) => offered.includes(each) && mayAdd(levels, each));

  function put(dimension: Dimension, at: number) {
    const place = Math.max(0, Math.min(at, levels.length - 1));
    if (levels.indexOf(dimension) === place) return;
    const others = levels.filter((each) => each !== dimension);
    onChange([...others.slice(0, place), dimension, ...others.slice(place)]);
    timers.announce(texts.moved(nameOf(dimension), place + 1));
  }

  function remove(dimension: Dimension) {
    if (levels.length === 1) return;
    onChange(levels.filter((each) => each !== dimension));
    timers.announce(texts.removed(nameOf(dimension)));
  }

  return (
    <div class="report-row">
      <span class="report-label" id="report-levels">
        {texts.label}
      </span>
      <span class="visually-hidden" id="report-levels-help">
        {texts.help}
      </span>
      <ol class="report-levels" aria-labelledby="report-levels">
        {levels.map((dimension, i) => (
          <li
            key={dimension}
            onDragOver={(event) => dragged && event.preventDefault()}
            onDrop={(event) => {
              event.preventDefault();
              if (dragged) put(dragged, i);
            }}
          >
            <LevelChip
              dimension={dimension}
              place={i + 1}
              all={levels.length}
              onMove={(by) => put(dimension, i + by)}
              onRemove={() => remove(dimension)}
              onDrag={setDragged}
            />
          </li>
        ))}
      </ol>
      {addable.length > 0 && (
        <Popup
          text={
            <>
              <Icon name="plus" />
              {texts.add}
            </>
          }
          title={texts.addTitle}
          kind="menu"
          arrow={false}
        >
          {(close) =>
            addable.map((dimension) => (
              <MenuItem
                key={dimension}
                onClick={() => {
                  close();
                  onChange([...levels, dimension]);
                }}
              >
                {nameOf(dimension)}
              </MenuItem>
            ))
          }
        </Popup>
      )}
    </div>
  );
}

interface LevelChipProps {
  dimension: Dimension;
  place: number;
  all: number;
  onMove: (by: number) => void;
  onRemove: () => void;
  onDrag: (dimension: Dimension | undefined) => void;
}

function LevelChip({ dimension, place, all, onMove, onRemove, onDrag }: LevelChipProps) {
  const name = nameOf(dimension);
  const keys: Record<string, () => void> = {
    ArrowLeft: () => onMove(-1),
    ArrowRight: () => onMove(1),
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button in it has keys for what dragging does.
    <span
      class="report-chip level"
      draggable
      onDragStart={() => onDrag(dimension)}
      onDragEnd={() => onDrag(undefined)}
    >
      <button
        type="button"
        class="report-chip-name"
        aria-label={texts.chip(name, place, all)}
        aria-describedby="report-levels-help"
        onKeyDown={(event) => {
          const move = event.altKey ? keys[event.key] : undefined;
          if (move) {
            event.preventDefault();
            move();
          } else if (event.key === "Delete" || event.key === "Backspace") {
            event.preventDefault();
            focusBeside(event.currentTarget);
            onRemove();
          }
        }}
      >
        {name}
      </button>
      {all > 1 && (
        <button
          type="button"
          class="report-chip-remove"
          aria-label={texts.remove(name)}
          onClick={({ currentTarget }) => {
            focusBeside(currentTarget);
            onRemove();
          }}
        >
          <Icon name="close" />
        </button>
      )}
    </span>
  );
}

/** Gives the focus to the chip before, or after, one that goes. */
export function focusBeside(part: HTMLElement): void {
  const item = part.closest("li");
  const next = item?.previousElementSibling ?? item?.nextElementSibling;
  const other =
    next?.querySelector("button") ??
    item?.closest("div")?.querySelector<HTMLElement>(":scope > .popup-box button");
  other?.focus();
}
