/** Projects: accepting another name, how their time counts, and merging what is one project. */

import { useRef, useState } from "preact/hooks";
import type { Project, ProjectPatch } from "../../api/client.ts";
import { Button, FailureNotice, Field, Loading } from "../controls.tsx";
import { ConfirmDialog } from "../dialog.tsx";
import type { Failure } from "../failure.ts";
import { largestPage, Pager, usePaging } from "../paging.tsx";
import { isolate } from "../sentence.ts";
import { useSession } from "../session.ts";
import type { Undo } from "../timer-store.ts";
import { explainToAdmin, isStale } from "./failure.ts";
import { adminTexts } from "./texts.ts";
import "../table.css";
import "./list.css";

const texts = adminTexts.project;
const headingId = "projects";

/** What asks which name or project is meant. */
type AskedAction = "accept" | "merge";
type Action = AskedAction | "undo";

export function Projects() {
  const { api, timers } = useSession();
  const projects = usePaging((position) => api.listProjects(position), {}, { size: largestPage });
  const [change, setChange] = useState<{ action: AskedAction; project: Project }>();
  const [failure, setFailure] = useState<Failure | null>(null);
  const undoing = useRef(false);
  const items = projects.items ?? [];

  function done(announcement: string, undo?: Undo) {
    setChange(undefined);
    timers.announce(announcement, undo && (() => undo().finally(projects.reload)));
    projects.reload();
  }

  /** Undoes a merge at once, since it can be merged again. */
  async function unmerge({ id, etag, name, merged }: Project) {
    if (undoing.current) return;
    undoing.current = true;
    setFailure(null);
    try {
      await sender(name, done)(
        () => api.unmergeProject(id, etag),
        texts.undone(name),
        () => api.mergeProject(id, merged?.into ?? ""),
      );
    } catch (error) {
      setFailure(explainToAdmin(error));
    }
    undoing.current = false;
  }

  /** Changes how a project's time counts, which holds for what is recorded from then on. */
  async function rule({ id, etag, name }: Project, wanted: ProjectPatch, before: ProjectPatch) {
    if (undoing.current) return;
    undoing.current = true;
    setFailure(null);
    try {
      await sender(name, done)(
        () => api.patchProject(id, etag, wanted),
        texts.ruled(name),
        (changed) => api.patchProject(id, changed.etag, before),
      );
    } catch (error) {
      setFailure(explainToAdmin(error));
    }
    undoing.current = false;
  }

  return (
    <section aria-labelledby={headingId}>
      <h2 id={headingId} tabIndex={-1}>
        {adminTexts.projects}
      </h2>
      <p class="secondary">{texts.lead}</p>
      {failure && <FailureNotice failure={failure} onDismiss={() => setFailure(null)} />}
      {projects.failure && <FailureNotice failure={projects.failure} onRetry={projects.reload} />}
      {!projects.items && !projects.failure && <Loading />}
      {projects.items?.length === 0 && <p class="empty">{texts.empty}</p>}
      {items.length > 0 && (
        <ProjectTable
          projects={items}
          onRule={rule}
          onChoose={(action, project) => {
            if (action === "undo") void unmerge(project);
            else setChange({ action, project });
          }}
        />
      )}
      <Pager paging={projects} heading={headingId} />
      {change && (
        <ProjectDialog
          {...change}
          others={items.filter((other) => mergesInto(change.project, other))}
          onClose={() => setChange(undefined)}
          onDone={done}
        />
      )}
    </section>
  );
}

function mergesInto(project: Project, other: Project): boolean {
  return other.id !== project.id && other.site.id === project.site.id && !other.merged;
}

function otherNames({ name, names }: Project): string[] {
  return names.filter((other) => other !== name);
}

interface ProjectTableProps {
  projects: Project[];
  onChoose: (action: Action, project: Project) => void;
  onRule: (project: Project, wanted: ProjectPatch, before: ProjectPatch) => Promise<void>;
}

function ProjectTable({ projects, onChoose, onRule }: ProjectTableProps) {
  return (
    <table class="table lines">
      <caption class="visually-hidden">{texts.caption}</caption>
      <thead>
        <tr>
          <th scope="col">{texts.name}</th>
          <th scope="col">{texts.otherNames}</th>
          <th scope="col">{texts.billable}</th>
          <th scope="col">{texts.general}</th>
          <th scope="col">
            <span class="visually-hidden">{texts.actions}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {projects.map((project) => {
          const others = otherNames(project);
          const button = (action: Action) => (
            <Button
              kind="quiet"
              label={adminTexts.list.about(texts[action], project.name)}
              onClick={() => onChoose(action, project)}
            >
              {texts[action]}
            </Button>
          );
          return (
            <tr key={project.id}>
              <th scope="row">
                <bdi>{project.name}</bdi> <bdi class="secondary">{project.site.name}</bdi>
                {project.merged && <span class="secondary">{texts.countsAs(project.counts_as.name)}</span>}
              </th>
              <td data-label={others.length > 0 ? texts.otherNames : undefined}>
                {others.map(isolate).join(", ")}
              </td>
              <td data-label={project.merged ? undefined : texts.billable}>
                {!project.merged && <BillableRule project={project} onRule={onRule} />}
              </td>
              <td data-label={project.merged ? undefined : texts.general}>
                {!project.merged && <GeneralRule project={project} onRule={onRule} />}
              </td>
              <td class="row-actions">
                {others.length > 0 && button("accept")}
                {!project.merged && projects.some((other) => mergesInto(project, other)) && button("merge")}
                {project.merged?.undoable && button("undo")}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

type RuleProps = { project: Project } & Pick<ProjectTableProps, "onRule">;

type BillableChoice = keyof typeof texts.billableChoices;

function BillableRule({ project, onRule }: RuleProps) {
  const { billable = null, name } = project;
  const chosen: BillableChoice = billable === null ? "activity" : billable ? "yes" : "no";
  return (
    <select
      aria-label={adminTexts.list.about(texts.billable, name)}
      value={chosen}
      onChange={(event) => {
        const wanted = { activity: null, yes: true, no: false }[event.currentTarget.value as BillableChoice];
        event.currentTarget.value = chosen; // until the server has it
        void onRule(project, { billable: wanted }, { billable });
      }}
    >
      {Object.entries(texts.billableChoices).map(([choice, text]) => (
        <option key={choice} value={choice}>
          {text}
        </option>
      ))}
    </select>
  );
}

function GeneralRule({ project, onRule }: RuleProps) {
  const { general_allowed, name } = project;
  return (
    <input
      type="checkbox"
      aria-label={adminTexts.list.about(texts.general, name)}
      checked={general_allowed}
      onChange={(event) => {
        event.currentTarget.checked = general_allowed; // until the server has it
        void onRule(project, { general_allowed: !general_allowed }, { general_allowed });
      }}
    />
  );
}

interface ProjectDialogProps {
  action: AskedAction;
  project: Project;
  /** The projects that it can be merged into. */
  others: Project[];
  onClose: () => void;
  onDone: (announcement: string, undo?: Undo) => void;
}

/** Sends a change of the project with the name, says so and offers to take it back. */
function sender(name: string, onDone: ProjectDialogProps["onDone"]) {
  return async (
    request: () => Promise<Project>,
    announcement: string,
    takeBack: (changed: Project) => Promise<unknown>,
  ) => {
    let changed: Project;
    try {
      changed = await request();
    } catch (error) {
      if (!isStale(error)) throw error;
      onDone(texts.changed);
      return;
    }
    onDone(announcement, async () => {
      await takeBack(changed);
      return texts.takenBack(name);
    });
  };
}

/** Asks which name or project is meant, and changes the project. */
function ProjectDialog({ action, project, others, onClose, onDone }: ProjectDialogProps) {
  const { api } = useSession();
  const { id, etag, name } = project;
  const [accepted, setAccepted] = useState(otherNames(project)[0] ?? name);
  const [into, setInto] = useState(others[0]?.id ?? "");
  const target = others.find((other) => other.id === into);
  // Every further press of the button is the same merge.
  const [mergeKey] = useState(() => crypto.randomUUID());

  const send = sender(name, onDone);
  const dialogs = {
    accept: {
      title: texts.acceptTitle(name),
      detail: texts.acceptDetail,
      onSubmit: () =>
        send(
          () => api.patchProject(id, etag, { name: accepted }),
          texts.accepted(accepted),
          (changed) => api.patchProject(id, changed.etag, { name }),
        ),
    },
    merge: {
      title: texts.mergeTitle(name),
      detail: texts.mergeDetail,
      onSubmit: () =>
        send(
          () => api.mergeProject(id, into, `${mergeKey}-${into}`),
          texts.merged(name, target?.name ?? ""),
          (changed) => api.unmergeProject(id, changed.etag),
        ),
    },
  };
  const { detail, ...dialog } = dialogs[action];
  return (
    <ConfirmDialog
      {...dialog}
      submit={texts[action]}
      working={adminTexts.working}
      explainFailure={explainToAdmin}
      onClose={onClose}
    >
      <p>{detail}</p>
      {action === "accept" && (
        <Choice
          label={texts.name}
          value={accepted}
          options={otherNames(project).map((other) => ({ value: other, text: other }))}
          onChange={setAccepted}
        />
      )}
      {action === "merge" && (
        <Choice
          label={texts.into}
          value={into}
          options={others.map((other) => ({ value: other.id, text: other.name }))}
          onChange={setInto}
        />
      )}
    </ConfirmDialog>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  options: { value: string; text: string }[];
  onChange: (value: string) => void;
}

function Choice({ label, value, options, onChange }: ChoiceProps) {
  return (
    <Field label={label}>
      {(attributes) => (
        <select {...attributes} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {isolate(option.text)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
