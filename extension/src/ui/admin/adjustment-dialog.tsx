/** Making a correction of closed time: whose, of which day, on what, how much, and why. */

import { useRef, useState } from "preact/hooks";
import type { NewAdjustment, WorkItem } from "../../api/client.ts";
import { Button, Field, Segments } from "../controls.tsx";
import { ConfirmDialog } from "../dialog.tsx";
import { parseDuration } from "../grid/duration.ts";
import { useAsync, useToday } from "../hooks.ts";
import { ItemPicker } from "../item-picker.tsx";
import { largestPage } from "../paging.tsx";
import { ReasonField } from "../reason.tsx";
import { isolate } from "../sentence.ts";
import { useSession } from "../session.ts";
import { itemName } from "../work-item.ts";
import { explainToAdmin } from "./failure.ts";
import { adminTexts } from "./texts.ts";

const texts = adminTexts.adjustment;

/** Milliseconds of "+1:30", "-0:45" or "1,5"; undefined for what is no length, and for nothing. */
export function signedLengthOf(text: string): number | undefined {
  const [, sign = "", length = ""] = /^([+\-−–]?)\s*([^+\-−–].*)$/.exec(text.trim()) ?? [];
  const ms = length && parseDuration(length);
  if (!ms) return undefined;
  return sign === "" || sign === "+" ? ms : -ms;
}

interface Draft {
  person: string;
  forDay: string;
  day: string;
  on: "item" | "project";
  item: WorkItem | undefined;
  project: string;
  activity: string;
  billable: "" | "yes" | "no";
  length: string;
  reason: string;
}

type Faults = Partial<Record<"person" | "forDay" | "what" | "length" | "reason", string>>;

function faultsOf(draft: Draft): Faults {
  const { person, forDay, on, item, project, length, reason } = draft;
  const faults: Faults = {};
  if (person === "") faults.person = texts.personNeeded;
  if (forDay === "") faults.forDay = texts.dayNeeded;
  if (on === "project" && project === "") faults.what = texts.projectNeeded;
  // Only an item that TimeTracker has seen has an id of its own.
  if (on === "item" && !item?.uid) faults.what = item ? texts.itemUnknown : texts.itemNeeded;
  if (signedLengthOf(length) === undefined) faults.length = texts.lengthWrong;
  if (reason.trim() === "") faults.reason = texts.reasonNeeded;
  return faults;
}

function wantedOf(draft: Draft): NewAdjustment {
  const { person, forDay, day, on, item, project, activity, billable, length, reason } = draft;
  return {
    user_id: person,
    for_day: forDay,
    ...(day && { day }),
    ...(on === "item" && item?.uid ? { work_item_uid: item.uid } : { project_id: project }),
    ...(activity && { activity_id: activity }),
    ...(billable && { billable: billable === "yes" }),
    ms: signedLengthOf(length) ?? 0,
    reason: reason.trim(),
  };
}

/** Whose time it may be. */
export interface PersonChoice {
  id: string;
  name: string;
}

interface AdjustmentDialogProps {
  people: readonly PersonChoice[];
  /** Whom the list shows; empty for everybody. */
  person: string;
  /** The closed day that is proposed. */
  forDay?: string;
  onClose: () => void;
  /** The same adjustment sent again, after an answer that was lost, has the same key. */
  onSubmit: (wanted: NewAdjustment, key: string) => Promise<void>;
}

export function AdjustmentDialog({ people, person, forDay = "", onClose, onSubmit }: AdjustmentDialogProps) {
  const [draft, setDraft] = useState<Draft>({
    person,
    forDay,
    day: "",
    on: "project",
    item: undefined,
    project: "",
    activity: "",
    billable: "",
    length: "",
    reason: "",
  });
  const [faults, setFaults] = useState<Faults>({});
  const sent = useRef({ text: "", key: "" });
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));

  async function submit() {
    const found = faultsOf(draft);
    setFaults(found);
    if (Object.keys(found).length > 0) return;
    const wanted = wantedOf(draft);
    const text = JSON.stringify(wanted);
    if (sent.current.text !== text) sent.current = { text, key: crypto.randomUUID() };
    await onSubmit(wanted, sent.current.key);
  }

  return (
    <ConfirmDialog
      title={texts.newTitle}
      submit={texts.make}
      working={texts.making}
      onClose={onClose}
      onSubmit={submit}
      explainFailure={explainToAdmin}
    >
      <div class="adjustment-form">
        <Choice
          label={texts.person}
          value={draft.person}
          error={faults.person}
          none={texts.choose}
          options={people}
          onChange={(id) => change({ person: id })}
        />
        <Days draft={draft} fault={faults.forDay} onChange={change} />
        <What draft={draft} fault={faults.what} onChange={change} />
        <Told draft={draft} onChange={change} />
        <Field label={texts.length} help={texts.lengthHelp} error={faults.length}>
          {(attributes) => (
            <input
              {...attributes}
              autocomplete="off"
              value={draft.length}
              onInput={(event) => change({ length: event.currentTarget.value })}
            />
          )}
        </Field>
        <ReasonField
          value={draft.reason}
          needed={texts.reasonNeeded}
          error={faults.reason}
          onChange={(reason) => change({ reason })}
        />
      </div>
    </ConfirmDialog>
  );
}

interface PartProps {
  draft: Draft;
  onChange: (part: Partial<Draft>) => void;
}

function Days({ draft, fault, onChange }: PartProps & { fault: string | undefined }) {
  const { me, timers } = useSession();
  const today = useToday(timers.clock, me.user.time_zone);
  return (
    <div class="adjustment-row">
      <Field label={texts.corrects} help={texts.correctsHelp} error={fault}>
        {(attributes) => (
          <input
            {...attributes}
            type="date"
            max={today}
            value={draft.forDay}
            onInput={(event) => onChange({ forDay: event.currentTarget.value })}
          />
        )}
      </Field>
      <Field label={texts.counts} help={texts.countsHelp}>
        {(attributes) => (
          <input
            {...attributes}
            type="date"
            value={draft.day}
            onInput={(event) => onChange({ day: event.currentTarget.value })}
          />
        )}
      </Field>
    </div>
  );
}

/** What the time is on: a project, or one of its work items. */
function What({ draft, fault, onChange }: PartProps & { fault: string | undefined }) {
  const { api } = useSession();
  const projects = useAsync(() => api.listProjects({ limit: largestPage }), [api]);
  const open = (projects.data?.data ?? []).filter(({ merged }) => !merged);
  return (
    <>
      <Segments
        legend={texts.what}
        value={draft.on}
        options={[
          { value: "project", text: texts.onProject },
          { value: "item", text: texts.onItem },
        ]}
        onChange={(on) => onChange({ on })}
      />
      {draft.on === "project" && (
        <Choice
          label={texts.onProject}
          value={draft.project}
          error={fault}
          none={texts.choose}
          options={open}
          onChange={(project) => onChange({ project })}
        />
      )}
      {draft.on === "item" && draft.item && (
        <div class="adjustment-item">
          <bdi>{itemName(draft.item)}</bdi>
          <Button kind="quiet" onClick={() => onChange({ item: undefined })}>
            {texts.another}
          </Button>
        </div>
      )}
      {draft.on === "item" && !draft.item && (
        <ItemPicker label={texts.onItem} onPick={(item) => onChange({ item })} />
      )}
      {draft.on === "item" && fault && (
        <p class="field-error" role="alert">
          {fault}
        </p>
      )}
    </>
  );
}

/** Activity and billable. Left alone, they are as the organization, the project and the activity say. */
function Told({ draft, onChange }: PartProps) {
  const { api } = useSession();
  const activities = useAsync(() => api.listActivities(), [api]);
  return (
    <div class="adjustment-row">
      <Choice
        label={texts.activity}
        value={draft.activity}
        none={texts.usual}
        options={(activities.data?.data ?? []).filter(({ archived }) => !archived)}
        onChange={(activity) => onChange({ activity })}
      />
      <Choice
        label={texts.billable}
        value={draft.billable}
        none={texts.usual}
        options={[
          { id: "yes", name: texts.yes },
          { id: "no", name: texts.no },
        ]}
        onChange={(billable) =>
          onChange({ billable: billable === "yes" || billable === "no" ? billable : "" })
        }
      />
    </div>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  error?: string | undefined;
  /** What it says while nothing is chosen. */
  none: string;
  options: readonly { id: string; name: string }[];
  onChange: (id: string) => void;
}

function Choice({ label, value, error, none, options, onChange }: ChoiceProps) {
  return (
    <Field label={label} error={error}>
      {(attributes) => (
        <select {...attributes} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
          <option value="">{none}</option>
          {options.map(({ id, name }) => (
            <option key={id} value={id}>
              {isolate(name)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
