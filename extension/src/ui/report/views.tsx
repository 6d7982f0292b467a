import { useState } from "preact/hooks";
import type { SavedReport } from "../../api/client.ts";
import { Button, FailureNotice, Field } from "../controls.tsx";
import { ConfirmDialog } from "../dialog.tsx";
import { explain, type Failure } from "../failure.ts";
import { type AsyncState, useAsync } from "../hooks.ts";
import { Icon } from "../icons.tsx";
import { isAdmin, type Session, useSession } from "../session.ts";
import { type Definition, read, sameDefinition, type Written, writeAll } from "./definition.ts";
import { MenuItem, Popup } from "./popup.tsx";
import { reportTexts } from "./texts.ts";

const texts = reportTexts.views;

/** The saved views that the person has: their own, and shared ones. */
export function useViews(): AsyncState<SavedReport[]> {
  const { api } = useSession();
  return useAsync(() => api.listSavedReports(), [api]);
}

interface ViewsProps {
  views: AsyncState<SavedReport[]>;
  /** The view that is shown, perhaps changed. */
  view: SavedReport | undefined;
  definition: Definition;
  usual: Definition;
  /** Shows a view, or without one what the page shows by itself. */
  onShow: (view: SavedReport | undefined) => void;
  /** Takes the definition that is shown for that of the view. */
  onSaved: (view: SavedReport | undefined) => void;
}

/** The menu of views, and whether the one that is shown was changed. */
export function Views({ views, view, definition, usual, onShow, onSaved }: ViewsProps) {
  const { me } = useSession();
  const [asked, setAsked] = useState<Asked>();
  const changes = useViewChanges(views, onSaved);
  const own = view !== undefined && mayChange(view, me);
  const changed = view && !sameDefinition(definition, read(view.definition, usual));
  return (
    <>
      <Popup
        text={
          <>
            <Icon name="star" />
            {texts.button}
          </>
        }
        title={texts.button}
        kind="menu"
      >
        {(close) => (
          <ViewMenu
            views={views.data ?? []}
            problem={views.failure?.text}
            view={view}
            onChoose={(chosen) => {
              close();
              if (typeof chosen === "string") setAsked(chosen);
              else onShow(chosen);
            }}
            onDelete={() => {
              close();
              if (view && mayWithdraw(view, me)) setAsked("delete");
              else if (view) void changes.remove(view);
            }}
          />
        )}
      </Popup>
      {changed && <span class="badge">{texts.changed}</span>}
      {changed && (
        <Button
          kind="quiet"
          disabled={changes.working}
          onClick={() =>
            own ? void changes.save(view, { definition: writeAll(definition) }) : setAsked("new")
          }
        >
          {changes.working ? texts.saving : texts.save}
        </Button>
      )}
      {changes.failure && <FailureNotice failure={changes.failure} onDismiss={changes.dismiss} />}
      {view && (asked === "withdraw" || asked === "delete") && (
        <LoseDialog
          name={view.name}
          asked={asked}
          onClose={() => setAsked(undefined)}
          onSubmit={async () => {
            setAsked(undefined);
            await (asked === "delete" ? changes.remove(view) : changes.withdraw(view));
          }}
        />
      )}
      {(asked === "new" || asked === "edit") && (
        <ViewDialog
          view={asked === "edit" ? view : undefined}
          onClose={() => setAsked(undefined)}
          onSubmit={async (name, shared) => {
            if (asked === "edit" && view) await changes.patch(view, { name, shared });
            else await changes.add(name, shared, writeAll(definition));
            setAsked(undefined);
          }}
        />
      )}
    </>
  );
}

/** What is asked for in a dialog. */
type Asked = "new" | "edit" | "withdraw" | "delete";

/** One's own; what is shared is the administrators' to change. */
function mayChange({ owner, shared }: SavedReport, me: Session["me"]): boolean {
  return shared ? isAdmin(me) : owner.id === me.user.id;
}

/** Whoever is an administrator no more can still take back or delete what they have shared. */
function mayWithdraw({ owner, shared }: SavedReport, me: Session["me"]): boolean {
  return shared && owner.id === me.user.id && !isAdmin(me);
}

interface ViewMenuProps {
  views: readonly SavedReport[];
  /** Why they were not read. */
  problem: string | undefined;
  view: SavedReport | undefined;
  onChoose: (chosen: SavedReport | Asked | undefined) => void;
  onDelete: () => void;
}

function ViewMenu({ views, problem, view, onChoose, onDelete }: ViewMenuProps) {
  const { me } = useSession();
  const yours = views.filter(({ owner }) => owner.id === me.user.id);
  const others = views.filter(({ owner }) => owner.id !== me.user.id);
  const owners = [...new Map(others.map(({ owner }) => [owner.id, owner.name]))];
  const groups = [
    { key: me.user.id, title: texts.yours, own: yours },
    ...owners.map(([id, name]) => ({
      key: id,
      title: texts.sharedBy(name),
      own: others.filter(({ owner }) => owner.id === id),
    })),
  ].filter(({ own }) => own.length > 0);
  return (
    <>
      {groups.length === 0 && <p class="popup-head">{problem ?? texts.none}</p>}
      {groups.map(({ key, title, own }) => (
        <div key={key}>
          <p class="popup-head">{title}</p>
          {own.map((each) => (
            <MenuItem key={each.id} current={each.id === view?.id} onClick={() => onChoose(each)}>
              <bdi>{each.name}</bdi>
            </MenuItem>
          ))}
        </div>
      ))}
      <hr class="popup-rule" />
      <MenuItem onClick={() => onChoose("new")}>{texts.saveAs}</MenuItem>
      {view && mayChange(view, me) && <MenuItem onClick={() => onChoose("edit")}>{texts.edit}</MenuItem>}
      {view && mayWithdraw(view, me) && (
        <MenuItem onClick={() => onChoose("withdraw")}>{texts.withdraw}</MenuItem>
      )}
      {view && (mayChange(view, me) || mayWithdraw(view, me)) && (
        <MenuItem onClick={onDelete}>{texts.delete}</MenuItem>
      )}
      <MenuItem onClick={() => onChoose(undefined)}>{texts.usual}</MenuItem>
    </>
  );
}

/** Makes changes of saved views, says what was done, and offers to take it back. */
function useViewChanges(views: AsyncState<SavedReport[]>, onSaved: ViewsProps["onSaved"]) {
  const { api, me, timers } = useSession();
  const [working, setWorking] = useState(false);
  const [failure, setFailure] = useState<Failure>();

  async function patch(
    view: SavedReport,
    change: Partial<Pick<SavedReport, "name" | "shared" | "definition">>,
  ) {
    const saved = await api.patchSavedReport(view.id, view.etag, change);
    views.reload();
    timers.announce(texts.saved(saved.name), async () => {
      const { name, shared, definition } = view;
      await api.patchSavedReport(saved.id, saved.etag, { name, shared, definition });
      views.reload();
      return texts.undone(name);
    });
  }

  async function add(name: string, shared: boolean, definition: Written) {
    const saved = await api.addSavedReport({ name, shared, definition });
    views.reload();
    onSaved(saved);
    timers.announce(texts.saved(name), async () => {
      await api.deleteSavedReport(saved.id, saved.etag);
      views.reload();
      onSaved(undefined);
      return texts.deleted(name);
    });
  }

  /** Runs a change that has no dialog to show its failure. */
  async function run(change: () => Promise<void>) {
    setWorking(true);
    setFailure(undefined);
    await change().catch((error) => {
      setFailure(explain(error));
      views.reload();
    });
    setWorking(false);
  }

  return {
    working,
    failure,
    dismiss: () => setFailure(undefined),
    patch,
    add,
    save: (view: SavedReport, change: Pick<SavedReport, "definition">) => run(() => patch(view, change)),
    withdraw: (view: SavedReport) =>
      run(async () => {
        await api.patchSavedReport(view.id, view.etag, { shared: false });
        views.reload();
        timers.announce(texts.withdrawn(view.name));
      }),
    remove: (view: SavedReport) =>
      run(async () => {
        await api.deleteSavedReport(view.id, view.etag);
        views.reload();
        onSaved(undefined);
        timers.announce(texts.deleted(view.name), async () => {
          const { name, definition } = view;
          const shared = view.shared && isAdmin(me);
          const again = await api.addSavedReport({ name, shared, definition });
          views.reload();
          onSaved(again);
          return shared === view.shared ? texts.restored(name) : texts.restoredAlone(name);
        });
      }),
  };
}

interface LoseDialogProps {
  name: string;
  asked: "withdraw" | "delete";
  onClose: () => void;
  onSubmit: () => Promise<void>;
}

/** Asks, since whoever can't share it again can't give it back to the others. */
function LoseDialog({ name, asked, onClose, onSubmit }: LoseDialogProps) {
  return (
    <ConfirmDialog
      title={asked === "delete" ? texts.deleteTitle(name) : texts.withdrawTitle(name)}
      submit={asked === "delete" ? texts.deleteIt : texts.withdraw}
      working={texts.saving}
      danger
      onClose={onClose}
      onSubmit={onSubmit}
    >
      <p>{texts.othersLose}</p>
    </ConfirmDialog>
  );
}

interface ViewDialogProps {
  /** The view to change; without one a new one is saved. */
  view: SavedReport | undefined;
  onClose: () => void;
  onSubmit: (name: string, shared: boolean) => Promise<void>;
}

/** Characters of a view's name. */
const longestName = 100;

function ViewDialog({ view, onClose, onSubmit }: ViewDialogProps) {
  const { me } = useSession();
  const [name, setName] = useState(view?.name ?? "");
  const [shared, setShared] = useState(view?.shared ?? false);
  const [missing, setMissing] = useState(false);
  return (
    <ConfirmDialog
      title={view ? texts.editTitle : texts.title}
      submit={texts.save}
      working={texts.saving}
      onClose={onClose}
      onSubmit={async () => {
        setMissing(!name.trim());
        if (name.trim()) await onSubmit(name.trim(), shared);
      }}
    >
      <Field label={texts.name} error={missing ? texts.nameMissing : undefined}>
        {(attributes) => (
          <input
            {...attributes}
            type="text"
            maxLength={longestName}
            value={name}
            onInput={({ currentTarget }) => setName(currentTarget.value)}
          />
        )}
      </Field>
      {(isAdmin(me) || view?.shared) && (
        <>
          <label class="checkbox">
            <input
              type="checkbox"
              checked={shared}
              onChange={({ currentTarget }) => setShared(currentTarget.checked)}
            />
            {texts.shared}
          </label>
          <p class="help">{texts.sharedHelp}</p>
        </>
      )}
    </ConfirmDialog>
  );
}
