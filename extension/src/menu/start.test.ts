import { beforeEach, describe, expect, it, vi } from "vitest";
import type { TimeEntry } from "../api/client.ts";
import { SignInRequiredError } from "../auth/auth.ts";
import type { WorkItemContext } from "../frame/work-item-form.ts";
import { emptyApi, entryOf, meOf, problemOf, serverTime } from "../ui/testing.tsx";
import { TimerStore } from "../ui/timer-store.ts";
import { MenuStart } from "./start.ts";

const context = {
  organization: { id: "organization-guid", name: "contoso" },
  project: { id: "project-guid", name: "Payments" },
};

function item(id: string) {
  const { title: _, ...known } = entryOf().work_item;
  return { ...known, id };
}

function timerOn(id: string): TimeEntry {
  const { stopped_at: _, ...entry } = entryOf({ id: `timer-${id}`, work_item: item(id) });
  return entry;
}

let api: ReturnType<typeof emptyApi>;
let me = meOf();
let running: TimeEntry | undefined;
let said: { message: string; button?: { text: string; onClick: () => void } }[];

beforeEach(() => {
  api = emptyApi();
  me = meOf();
  said = [];
  running = undefined;
  api.currentTimer.mockImplementation(async () => ({
    ...(running && { timer: running }),
    server_time: serverTime,
  }));
  api.startTimer.mockImplementation(async ({ work_item }) => {
    running = timerOn(work_item?.id ?? "");
    return { timer: running, server_time: serverTime };
  });
});

function menuOf({
  connect = async () => ({ me, timers: new TimerStore(api) }),
  askPerson = async () => false,
  readForm = () => Promise.reject<WorkItemContext>(new Error("there is no form")),
  page = context as { organization: typeof context.organization },
} = {}) {
  const host = {
    context: page,
    say: (message: string, button?: { text: string; onClick: () => void }) =>
      void said.push({ message, ...(button && { button }) }),
    askPerson: vi.fn(askPerson),
    readForm,
  };
  return { menu: new MenuStart(host, connect), ...host };
}

const messages = () => said.map(({ message }) => message);
const started = () => api.startTimer.mock.calls.map(([{ work_item }]) => work_item);

describe("what is chosen", () => {
  it.each<[string, object, RegExp]>([
    ["several items", { workItemIds: [104, 107] }, /^A timer runs on one work item, and 2 are chosen/],
    ["a saved and a new item", { workItemIds: [104, -1] }, /and 2 are chosen/],
    ["a new item", { workItemId: 0, isNew: true }, /Save this one first/],
    ["nothing", {}, /^No work item is chosen/],
  ])("%s start nothing, and a sentence says why", async (_, chosen, sentence) => {
    await menuOf().menu.run(chosen);
    expect(messages()).toEqual([expect.stringMatching(sentence)]);
    expect(api.startTimer).not.toHaveBeenCalled();
  });

  it("is named by number, project and type, as the menu tells them", async () => {
    await menuOf().menu.run({
      workItemIds: [104],
      workItemTypeNames: ["Bug"],
      workItemProjects: { 104: "Storefront" },
    });
    expect(started()).toEqual([
      {
        tracker: "azure_devops",
        organization: "contoso",
        organization_guid: "organization-guid",
        project: "Storefront",
        id: "104",
        type: "Bug",
      },
    ]);
  });

  it("is in the page's project where the menu doesn't tell it", async () => {
    await menuOf().menu.run({ id: 104 });
    expect(started()).toMatchObject([{ project: "Payments", project_guid: "project-guid" }]);
  });

  it("can't be recorded on a page that tells no project", async () => {
    await menuOf({ page: { organization: context.organization } }).menu.run({ id: 104 });
    expect(messages()).toEqual([expect.stringContaining("which project #104 is in")]);
  });

  const shown = { id: 104, isNew: false, title: "Pay", type: "Task", project: "Payments" };

  it("has title and hours where it is on the form", async () => {
    const readForm = async () => ({ ...shown, completedWorkHours: 3 });
    await menuOf({ readForm }).menu.run({ workItemId: 104 });
    expect(api.startTimer.mock.lastCall?.[0]).toMatchObject({
      work_item: { id: "104", title: "Pay" },
      existing_hours: 3,
    });
  });

  it("has nothing of another item that is on the form", async () => {
    await menuOf({ readForm: async () => shown }).menu.run({ workItemId: 107 });
    expect(started()).toMatchObject([{ id: "107" }]);
    expect(started()[0]).not.toHaveProperty("title");
  });
});

describe("what is said", () => {
  it("the timer that runs, and the one that was stopped, with Undo", async () => {
    const { menu } = menuOf();
    running = timerOn("107");
    await menu.run({ id: 104 });
    expect(messages()).toEqual(["Timer runs on #104; #107 stopped."]);
    said[0]?.button?.onClick();
    await vi.waitFor(() => expect(messages()).toHaveLength(2));
    expect(api.discardTimer).toHaveBeenCalledOnce();
  });

  it("a timer that runs already on the item can't be undone", async () => {
    running = timerOn("104");
    await menuOf().menu.run({ id: 104 });
    expect(said).toEqual([{ message: "The timer on #104 runs already." }]);
  });

  it("a tenant that refuses to switch: the other timer, and a button that stops it", async () => {
    api.startTimer.mockRejectedValueOnce(problemOf(409, "timer_running", { timer: timerOn("107") }));
    api.stopTimer.mockResolvedValue(entryOf({ id: "timer-107", work_item: item("107") }));
    await menuOf().menu.run({ id: 104 });
    expect(messages()).toEqual(["A timer is running on #107. Stop it first."]);
    expect(said[0]?.button?.text).toBe("Stop there and start");
    said[0]?.button?.onClick();
    await vi.waitFor(() => expect(messages().at(-1)).toMatch(/^Timer runs on #104/));
  });

  it("a server that isn't reached: nothing was started, and it can be tried again", async () => {
    const connect = vi
      .fn(async () => ({ me, timers: new TimerStore(api) }))
      .mockRejectedValueOnce(new TypeError("Failed to fetch"));
    await menuOf({ connect }).menu.run({ id: 104 });
    expect(said[0]?.button?.text).toBe("Try again");
    said[0]?.button?.onClick();
    await vi.waitFor(() => expect(messages().at(-1)).toBe("Timer runs on #104."));
  });

  it("two clicks after each other need one session", async () => {
    const connect = vi.fn(async () => ({ me, timers: new TimerStore(api) }));
    const { menu } = menuOf({ connect });
    await menu.run({ id: 104 });
    await menu.run({ id: 105 });
    expect(connect).toHaveBeenCalledOnce();
    expect(messages()).toEqual(["Timer runs on #104.", "Timer runs on #105; #104 stopped."]);
  });
});

it("the second of two clicks at once is carried out after the first", async () => {
  const connect = vi.fn(async () => ({ me, timers: new TimerStore(api) }));
  const { menu } = menuOf({ connect });
  await Promise.all([menu.run({ id: 104 }), menu.run({ id: 105 })]);
  expect(connect).toHaveBeenCalledOnce();
  expect(started().map((item) => item?.id)).toEqual(["104", "105"]);
  expect(messages()).toEqual(["Timer runs on #104.", "Timer runs on #105; #104 stopped."]);
});

describe("what only the person can do", () => {
  const refusals: [string, Error][] = [
    ["nobody is signed in", new SignInRequiredError("nobody")],
    ["the sign-in must be confirmed", problemOf(401, "unauthenticated")],
    ["the organization has not signed up", problemOf(403, "tenant_unknown")],
    ["the person has not joined", problemOf(403, "join_by_request")],
  ];

  it.each(refusals)("%s: a dialog, after which the timer starts", async (_, error) => {
    const connect = vi.fn(async () => ({ me, timers: new TimerStore(api) })).mockRejectedValueOnce(error);
    const { menu, askPerson } = menuOf({ connect, askPerson: async () => true });
    await menu.run({ id: 104 });
    expect(askPerson).toHaveBeenCalledOnce();
    expect(messages()).toEqual(["Timer runs on #104."]);
  });

  it("a dialog that is closed starts nothing", async () => {
    const connect = vi.fn().mockRejectedValue(new SignInRequiredError("nobody"));
    const { menu, askPerson } = menuOf({ connect });
    await menu.run({ id: 104 });
    expect(askPerson).toHaveBeenCalledOnce();
    expect(said).toEqual([]);
  });

  it("a dialog that doesn't help isn't opened for ever", async () => {
    const connect = vi.fn().mockRejectedValue(new SignInRequiredError("nobody"));
    const { menu, askPerson } = menuOf({ connect, askPerson: async () => true });
    await menu.run({ id: 104 });
    expect(askPerson).toHaveBeenCalledOnce();
    expect(messages()).toEqual(["You are signed out. Sign in and try again."]);
  });

  it("a tenant that may not record: the dialog says why, and no start is sent", async () => {
    me = meOf({}, { status: "trial_expired" });
    const { menu, askPerson } = menuOf();
    await menu.run({ id: 104 });
    expect(askPerson).toHaveBeenCalledOnce();
    expect(api.startTimer).not.toHaveBeenCalled();
  });

  it("a tenant whose trial ends between two clicks", async () => {
    const { menu, askPerson } = menuOf();
    await menu.run({ id: 104 });
    api.startTimer.mockRejectedValue(problemOf(402, "trial_expired"));
    await menu.run({ id: 105 });
    expect(askPerson).toHaveBeenCalledOnce();
  });

  it("whoever was erased between two clicks joins again only when they say so", async () => {
    const connect = vi.fn(async () => ({ me, timers: new TimerStore(api) }));
    const { menu, askPerson } = menuOf({ connect });
    await menu.run({ id: 104 });
    api.startTimer.mockRejectedValueOnce(problemOf(403, "not_joined"));
    await menu.run({ id: 105 });
    expect(messages().at(-1)).toBe("You have no account in TimeTracker. Load the page anew to join.");
    expect(connect).toHaveBeenCalledOnce();
    expect(askPerson).not.toHaveBeenCalled();
    said.at(-1)?.button?.onClick();
    await vi.waitFor(() => expect(connect).toHaveBeenCalledTimes(2));
    await vi.waitFor(() => expect(messages().at(-1)).toMatch(/^Timer runs on #105/));
  });

  it("a sign-in that has expired: what waits isn't sent twice", async () => {
    const { menu } = menuOf({ askPerson: async () => true });
    api.startTimer.mockRejectedValueOnce(new SignInRequiredError("expired"));
    await menu.run({ id: 104 });
    expect(started()).toHaveLength(2);
    expect(messages()).toEqual(["Timer runs on #104."]);
  });
});
