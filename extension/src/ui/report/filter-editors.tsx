/** The values of one filter, to be chosen or typed. */

import { useEffect, useRef, useState } from "preact/hooks";
import { Button, FailureNotice, Field, Loading, SearchField } from "../controls.tsx";
import type { Filters, FlagFilter } from "./definition.ts";
import { formatSum } from "./format.ts";
import type { Period } from "./period.ts";
import type { Calendar } from "./query.ts";
import { reportTexts } from "./texts.ts";
import { type Choosable, useValues } from "./use-values.ts";

const texts = reportTexts.filters;

/** The values that are drawn; a search finds the others. */
const mostDrawn = 50;
/** The values that the API takes. */
const mostChosen = 100;

interface ChoiceEditorProps {
  kind: Choosable;
  filters: Filters;
  period: Period;
  calendar: Calendar;
  onPut: (values: readonly string[]) => void;
  autoFocus: boolean;
}

/** A list with a search, in which any number can be chosen. */
export function ChoiceEditor({ kind, filters, period, calendar, onPut, autoFocus }: ChoiceEditorProps) {
  const values = useValues(kind, filters, period, calendar);
  const [chosen, setChosen] = useState<readonly string[]>(filters[kind] ?? []);
  const [search, setSearch] = useState("");
  const form = useFirstFocus(autoFocus);
  const words = search.trim().toLocaleLowerCase();
  const found = (values.data ?? []).filter(({ value }) => value.name.toLocaleLowerCase().includes(words));
  const drawn = found.slice(0, mostDrawn);
  const toggle = (id: string, on: boolean) =>
    setChosen(on ? [...chosen, id].slice(-mostChosen) : chosen.filter((each) => each !== id));
  return (
    <form
      ref={form}
      class="report-form choices"
      onSubmit={(event) => {
        event.preventDefault();
        onPut(chosen);
      }}
    >
      <SearchField label={texts.find} value={search} onChange={setSearch} />
      {values.failure && <FailureNotice failure={values.failure} onRetry={values.reload} />}
      {!values.data && !values.failure && <Loading />}
      {values.data?.length === 0 && <p class="empty">{texts.none}</p>}
      {values.data && values.data.length > 0 && found.length === 0 && <p class="empty">{texts.noMatch}</p>}
      <ul class="report-choices">
        {drawn.map(({ value: { id, name }, shown }) => (
          <li key={id}>
            <label class="checkbox">
              <input
                type="checkbox"
                checked={chosen.includes(id)}
                onChange={({ currentTarget }) => toggle(id, currentTarget.checked)}
              />
              <bdi>{name}</bdi>
              <span class="secondary">{formatSum(shown.hours)}</span>
            </label>
          </li>
        ))}
      </ul>
      {found.length > drawn.length && <p class="help">{texts.first(drawn.length, found.length)}</p>}
      <Button type="submit" kind="primary">
        {texts.apply}
      </Button>
    </form>
  );
}

interface FlagEditorProps {
  kind: FlagFilter;
  value: boolean | undefined;
  onPut: (value: boolean) => void;
  autoFocus: boolean;
}

export function FlagEditor({ kind, value, onPut, autoFocus }: FlagEditorProps) {
  const box = useFirstFocus<HTMLDivElement>(autoFocus);
  return (
    <div ref={box} class="popup-list">
      {([true, false] as const).map((each) => (
        <button
          key={String(each)}
          type="button"
          class="popup-item"
          aria-pressed={value === each}
          onClick={() => onPut(each)}
        >
          {texts.only[kind][each ? "yes" : "no"]}
        </button>
      ))}
    </div>
  );
}

interface TextEditorProps<T> {
  onPut: (value: T) => void;
  autoFocus: boolean;
}

/** States are the tracker's own words, separated by commas. */
export function StateEditor({
  values,
  onPut,
  autoFocus,
}: TextEditorProps<readonly string[]> & { values: readonly string[] }) {
  return (
    <TextForm
      label={texts.stateLabel}
      help={texts.stateHelp}
      value={values.join(", ")}
      autoFocus={autoFocus}
      onPut={(text) =>
        onPut(
          text
            .split(",")
            .map((each) => each.trim())
            .filter(Boolean),
        )
      }
    />
  );
}

export function NoteEditor({ value, onPut, autoFocus }: TextEditorProps<string> & { value: string }) {
  return (
    <TextForm
      label={texts.noteLabel}
      value={value}
      autoFocus={autoFocus}
      onPut={(text) => onPut(text.trim())}
    />
  );
}

interface TextFormProps extends TextEditorProps<string> {
  label: string;
  help?: string;
  value: string;
}

/** Characters of a text that is searched for. */
const longestText = 100;

function TextForm({ label, help, value, onPut, autoFocus }: TextFormProps) {
  const [text, setText] = useState(value);
  const form = useFirstFocus(autoFocus);
  return (
    <form
      ref={form}
      class="report-form"
      onSubmit={(event) => {
        event.preventDefault();
        onPut(text);
      }}
    >
      <Field label={label} {...(help && { help })}>
        {(attributes) => (
          <input
            {...attributes}
            type="text"
            maxLength={longestText}
            value={text}
            onInput={({ currentTarget }) => setText(currentTarget.value)}
          />
        )}
      </Field>
      <Button type="submit" kind="primary">
        {texts.apply}
      </Button>
    </form>
  );
}

/** Gives the focus to the first control of an element that has taken the place of another one. */
function useFirstFocus<T extends HTMLElement = HTMLFormElement>(on: boolean) {
  const element = useRef<T>(null);
  useEffect(() => {
    if (on) element.current?.querySelector<HTMLElement>("input, button")?.focus();
  }, []);
  return element;
}
