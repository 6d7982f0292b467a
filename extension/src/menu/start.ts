/** Starts a timer from a menu of Azure DevOps, whose frame nobody sees. */

import { getContributionId, getUser } from "azure-devops-extension-sdk";
import { type Api, ApiProblem, createApi, type Me, type StartTimer } from "../api/client.ts";
import { createAuth, SignInRequiredError } from "../auth/auth.ts";
import { loadConfig } from "../auth/config.ts";
import { withTimeLimit } from "../auth/time-limit.ts";
import { type PageContext, readPageContext } from "../frame/context.ts";
import { addToast, openDialog } from "../frame/host-services.ts";
import { type WorkItemContext, WorkItemForm } from "../frame/work-item-form.ts";
import { speak } from "../texts/catalogue.ts";
import { createRecorder } from "../ui/actions.ts";
import { explain, isReadOnly, readOnlyReason } from "../ui/failure.ts";
import { formatTime } from "../ui/format.ts";
import { isJoinCode, isNotJoined } from "../ui/join-code.ts";
import { openChanges } from "../ui/live.ts";
import { Outbox, tabStorage } from "../ui/outbox.ts";
import { texts } from "../ui/texts.ts";
import { type TimerState, TimerStore } from "../ui/timer-store.ts";
import { itemName, startOnForm, workOf } from "../ui/work-item.ts";
import { inKnownZone } from "../ui/zone-names.ts";
import { readSelection, type Selection } from "./selection.ts";
import { menuTexts } from "./texts.ts";

/** The page around the frame. */
export interface MenuHost {
  context: PageContext;
  /** Shows a sentence, and perhaps a button. */
  say(message: string, button?: { text: string; onClick: () => void }): void;
  /** Opens the dialog where a person can sign in; gives whether a timer can be started now. */
  askPerson(): Promise<boolean>;
  /** The item on the page's form. Rejects where there is none. */
  readForm(): Promise<WorkItemContext>;
}

/** Who is signed in. */
export interface MenuSession {
  me: Me;
  timers: TimerStore;
}

/** The form service of a page without a form may never answer. */
const formMs = 1_000;

export class MenuStart {
  readonly #host: MenuHost;
  readonly #connect: () => Promise<MenuSession>;
  #session: Promise<MenuSession> | undefined;
  /** The timer that ran before the last start. */
  #before: TimerState["timer"];

  constructor(host: MenuHost, connect: () => Promise<MenuSession>) {
    this.#host = host;
    this.#connect = connect;
  }

  /** Starts a timer on the item that the menu was opened on, or says why it doesn't. */
  async run(context: unknown): Promise<void> {
    const selection = readSelection(context);
    const [id] = selection.ids;
    if (selection.ids.length > 1 || (id && selection.unsaved)) {
      const chosen = selection.ids.length + (selection.unsaved ? 1 : 0);
      return this.#host.say(menuTexts.several(chosen));
    }
    if (selection.unsaved) return this.#host.say(menuTexts.unsaved);
    if (!id) return this.#host.say(menuTexts.none);
    const item = await this.#read(id, selection);
    const body = startOnForm(item, this.#host.context);
    if (!body.work_item.project) return this.#host.say(menuTexts.noProject(id));
    await this.#start(body);
  }

  /** Title and hours are only known where the item is on the page's form. The server reads them elsewhere. */
  async #read(id: number, { type, project }: Selection): Promise<WorkItemContext> {
    const shown = await withTimeLimit(this.#host.readForm(), formMs).catch(() => undefined);
    if (shown?.id === id) return shown;
    return { id, isNew: false, title: "", type, project };
  }

  /** `asked`: the person has been asked once, and isn't asked for ever. */
  async #start(body: StartTimer, asked = false): Promise<void> {
    let session: MenuSession;
    try {
      this.#session ??= this.#connect().then((connected) => this.#follow(connected));
      session = await this.#session;
    } catch (error) {
      this.#session = undefined;
      if (!asked && needsPerson(error)) return this.#ask(body);
      return this.#sayFailure(explain(error).text, () => void this.#start(body));
    }
    const { me, timers } = session;
    if (me.tenant.status !== "active") {
      this.#session = undefined; // a plan may be bought meanwhile
      return asked ? this.#host.say(readOnlyReason(me.tenant.status)) : this.#ask(body);
    }
    await timers.refresh();
    // The second of two quick clicks would be lost.
    while (timers.state.pending) await nextState(timers);
    this.#before = timers.state.timer;
    await timers.start(body);
    const { failure, waiting } = timers.state;
    if (!failure) return;
    if (isNotJoined(failure)) {
      await timers.cancelWaiting();
      this.#session = undefined; // the next one joins
      const button = { text: texts.join.anew, onClick: () => void this.#start(body) };
      return this.#host.say(failure.text, button);
    }
    if (failure.signedOut || isReadOnly(failure.code) || isJoinCode(failure.code)) {
      await timers.cancelWaiting();
      this.#session = undefined;
      return asked ? this.#host.say(failure.text) : this.#ask(body);
    }
    if (failure.stopAndStart) {
      const button = { text: texts.timer.stopAndStart, onClick: failure.stopAndStart };
      return this.#host.say(failure.text, button);
    }
    const pressed = waiting.at(-1);
    if (!pressed) return this.#host.say(failure.text);
    const time = formatTime(pressed.pressedAt, me.user.time_zone);
    this.#sayFailure(`${texts.offline.title} ${texts.offline.start(time)}`, () => void timers.sendWaiting());
  }

  async #ask(body: StartTimer): Promise<void> {
    if (await this.#host.askPerson()) await this.#start(body, true);
  }

  #sayFailure(text: string, retry: () => void): void {
    this.#host.say(text, { text: texts.tryAgain, onClick: retry });
  }

  /** Says what the commands do, also those that were sent late. */
  #follow(session: MenuSession): MenuSession {
    const { timers } = session;
    let said = 0;
    timers.subscribe(() => {
      const { announcement, announcements, undo } = timers.state;
      if (announcements === said || announcement === "") return;
      said = announcements;
      const button = { text: texts.undo.button, onClick: () => void timers.undo() };
      this.#host.say(this.#words(announcement, timers.state), undo ? button : undefined);
    });
    return session;
  }

  #words(announcement: string, { timer }: TimerState): string {
    if (!timer || announcement !== texts.timer.started(itemName(workOf(timer)))) return announcement;
    const before = this.#before;
    const item = itemName(workOf(timer));
    if (!before) return menuTexts.runs(item);
    return before.id === timer.id
      ? menuTexts.already(item)
      : menuTexts.switched(item, before.work_item ? `#${before.work_item.id}` : itemName(workOf(before)));
  }
}

function nextState(timers: TimerStore): Promise<void> {
  return new Promise((resolve) => {
    const stop = timers.subscribe(() => {
      stop();
      resolve();
    });
  });
}

/** Whether only the person can help, in the dialog: by signing in, joining, or reading whom to ask. */
function needsPerson(error: unknown): boolean {
  if (error instanceof SignInRequiredError) return true;
  if (!(error instanceof ApiProblem)) return false;
  const { status, code } = error;
  return status === 401 || code === "tenant_unknown" || isJoinCode(code) || isReadOnly(code);
}

async function connect(): Promise<MenuSession> {
  const config = await loadConfig();
  const auth = createAuth(config, { loginHint: getUser().name });
  const api = createApi(auth, config);
  const me = inKnownZone(await api.me());
  return { me, timers: storeOf(api, me) };
}

function storeOf(api: Api, me: Me): TimerStore {
  const outbox = new Outbox(tabStorage(), me.user.id);
  const timers = new TimerStore(api, { outbox, startsLastMs: me.tenant.settings.auto_stop_after_ms });
  const record = createRecorder(api, me, getContributionId());
  timers.onDone = (command) => {
    if (command === "starting") record("timer_started");
  };
  const changes = openChanges();
  timers.onChange = () => changes?.postMessage("changed");
  return timers;
}

/** How long a sentence stays, in milliseconds: long enough for its button. */
const shownMs = 15_000;

let menu: MenuStart | undefined;

const spoken = speak();

/** Starts a timer in answer to a click on a menu of the page around the frame. */
export async function startFromMenu(context: unknown): Promise<void> {
  await spoken;
  menu ??= new MenuStart(
    {
      context: readPageContext(),
      say(message, button) {
        const shown = button && { callToAction: button.text, onCallToActionClick: button.onClick };
        void addToast({ message, duration: shownMs, forceOverrideExisting: true, ...shown });
      },
      askPerson: async () => (await openDialog("start-dialog", menuTexts.dialog)) === true,
      readForm: () => new WorkItemForm().read(),
    },
    connect,
  );
  await menu.run(context);
}
