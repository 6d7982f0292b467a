import { useState } from "preact/hooks";
import { Icon } from "../icons.tsx";
import { isAdmin, useSession } from "../session.ts";
import {
  type Definition,
  type Filters,
  type FlagFilter,
  flagFilters,
  type ListFilter,
  listFilters,
  type Rounding,
} from "./definition.ts";
import { ChoiceEditor, FlagEditor, NoteEditor, StateEditor } from "./filter-editors.tsx";
import { focusBeside } from "./levels.tsx";
import type { Period } from "./period.ts";
import { Popup } from "./popup.tsx";
import type { Calendar } from "./query.ts";
import { RoundingChoice } from "./rounding-choice.tsx";
import { reportTexts } from "./texts.ts";
import { isNamed, useNames } from "./use-values.ts";

const texts = reportTexts.filters;

export type FilterKind = ListFilter | FlagFilter | "note";

interface FilterBarProps {
  definition: Definition;
  period: Period;
  calendar: Calendar;
  onChange: (filters: Filters) => void;
  onRounding: (rounding: Rounding | undefined) => void;
}

const nameOf = (kind: FilterKind) => (kind === "note" ? texts.note : texts.names[kind]);

/** Who sees only themselves has no use for people. */
function offeredTo(admin: boolean): FilterKind[] {
  const known: FilterKind[] = [...listFilters, ...flagFilters, "note"];
  return admin ? known : known.filter((each) => each !== "user");
}

/** The filters as chips, which open to be changed, and what rounds. */
export function FilterBar({ definition, period, calendar, onChange, onRounding }: FilterBarProps) {
  const { me } = useSession();
  const { filters, rounding } = definition;
  const kinds = ([...listFilters, ...flagFilters, "note"] as const).filter(
    (kind) => filters[kind] !== undefined,
  );
  const put = (kind: FilterKind, value: Filters[FilterKind]) => {
    const { [kind]: _, ...others } = filters;
    const empty = value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
    onChange(empty ? others : { ...others, [kind]: value });
  };
  const around = { filters, period, calendar };
  const left = offeredTo(isAdmin(me)).filter((kind) => !kinds.includes(kind));
  return (
    <div class="report-row">
      <span class="report-label" id="report-filters">
        {texts.label}
      </span>
      <ul class="report-filters" aria-labelledby="report-filters">
        {kinds.map((kind) => (
          <li key={kind}>
            <FilterChip {...{ kind, ...around }} onPut={(value) => put(kind, value)} />
          </li>
        ))}
      </ul>
      {left.length > 0 && <AddFilter kinds={left} {...around} onPut={put} />}
      <RoundingChoice rounding={rounding} onChange={onRounding} />
    </div>
  );
}

interface Around {
  filters: Filters;
  period: Period;
  calendar: Calendar;
}

interface FilterChipProps extends Around {
  kind: FilterKind;
  onPut: (value: Filters[FilterKind]) => void;
}

function FilterChip({ kind, onPut, ...around }: FilterChipProps) {
  const name = nameOf(kind);
  const values = useFilterText(kind, around);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a key of the buttons in it.
    <span
      class="report-chip filter"
      onKeyDown={(event) => {
        const button =
          event.target instanceof HTMLElement && event.target.closest<HTMLElement>(".popup-button");
        if (event.key !== "Delete" || !button) return;
        focusBeside(button);
        onPut(undefined);
      }}
    >
      <Popup
        text={
          <span class="report-chip-text">
            {texts.chip(name)} <b>{values}</b>
          </span>
        }
        label={texts.change(name, values)}
        title={name}
        kind="panel"
        look="chip"
        arrow={false}
      >
        {(close) => (
          <Editor
            {...{ kind, ...around }}
            onPut={(value) => {
              close();
              onPut(value);
            }}
          />
        )}
      </Popup>
      <button
        type="button"
        class="report-chip-remove"
        aria-label={texts.remove(name)}
        onClick={({ currentTarget }) => {
          focusBeside(currentTarget);
          onPut(undefined);
        }}
      >
        <Icon name="close" />
      </button>
    </span>
  );
}

/** What a filter lets through, in words. */
function useFilterText(kind: FilterKind, { filters, period, calendar }: Around): string {
  const list = listFilters.find((each) => each === kind);
  const ids = (list && filters[list]) ?? [];
  const names = useNames(list && isNamed(list) ? list : undefined, ids, filters, period, calendar);
  if (kind === "note") return filters.note ?? "";
  if (!list) return texts.only[kind as FlagFilter][filters[kind as FlagFilter] ? "yes" : "no"];
  const [first = "", second, ...others] = names;
  if (second === undefined) return first;
  return others.length === 0 ? `${first}, ${second}` : texts.many(first, others.length + 1);
}

interface AddFilterProps extends Around {
  kinds: readonly FilterKind[];
  onPut: (kind: FilterKind, value: Filters[FilterKind]) => void;
}

function AddFilter({ kinds, onPut, ...around }: AddFilterProps) {
  return (
    <Popup
      text={
        <>
          <Icon name="plus" />
          {texts.add}
        </>
      }
      title={texts.addTitle}
      kind="panel"
      arrow={false}
    >
      {(close) => (
        <KindThenEditor
          kinds={kinds}
          {...around}
          onPut={(kind, value) => {
            close();
            onPut(kind, value);
          }}
        />
      )}
    </Popup>
  );
}

/** First which filter, and then its values. */
function KindThenEditor({ kinds, onPut, ...around }: AddFilterProps) {
  const [kind, setKind] = useState<FilterKind>();
  if (kind) return <Editor {...{ kind, ...around }} onPut={(value) => onPut(kind, value)} autoFocus />;
  return (
    <div class="popup-list">
      {kinds.map((each) => (
        <button key={each} type="button" class="popup-item" onClick={() => setKind(each)}>
          {nameOf(each)}
        </button>
      ))}
    </div>
  );
}

interface EditorProps extends FilterChipProps {
  /** Whether it takes the focus, since what had it is gone. */
  autoFocus?: boolean;
}

function Editor({ kind, filters, period, calendar, onPut, autoFocus = false }: EditorProps) {
  if (kind === "note") return <NoteEditor value={filters.note ?? ""} onPut={onPut} autoFocus={autoFocus} />;
  if (kind === "state")
    return <StateEditor values={filters.state ?? []} onPut={onPut} autoFocus={autoFocus} />;
  const list = listFilters.find((each) => each === kind);
  if (list) {
    return <ChoiceEditor {...{ filters, period, calendar, onPut, autoFocus }} kind={list as never} />;
  }
  const flag = kind as FlagFilter;
  return <FlagEditor kind={flag} value={filters[flag]} onPut={onPut} autoFocus={autoFocus} />;
}
