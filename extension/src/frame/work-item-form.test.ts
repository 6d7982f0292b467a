import { getService } from "azure-devops-extension-sdk";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { WorkItemForm } from "./work-item-form.ts";

vi.mock("azure-devops-extension-sdk", () => ({ getService: vi.fn() }));

const fields: Record<string, unknown> = {
  "System.Title": "Pay by bank transfer",
  "System.WorkItemType": "Task",
  "System.TeamProject": "Payments",
  "Microsoft.VSTS.Scheduling.CompletedWork": 11.5,
};

function service(given: object = {}) {
  return {
    getId: async () => 104,
    getRevision: async () => 7,
    isNew: async () => false,
    getFieldValues: async (names: string[]) => Object.fromEntries(names.map((name) => [name, fields[name]])),
    getFieldValue: async (name: string) => fields[name],
    ...given,
  };
}

beforeEach(() => {
  vi.mocked(getService).mockResolvedValue(service());
});

describe("read", () => {
  it("gives the item on the form", async () => {
    await expect(new WorkItemForm().read()).resolves.toEqual({
      id: 104,
      isNew: false,
      revision: 7,
      title: "Pay by bank transfer",
      type: "Task",
      project: "Payments",
      completedWorkHours: 11.5,
    });
  });

  it("gives a new item, which has neither number nor title", async () => {
    vi.mocked(getService).mockResolvedValue(
      service({ getId: async () => 0, isNew: async () => true, getFieldValues: async () => ({}) }),
    );
    const form = new WorkItemForm();
    form.listener.onLoaded({ id: 0 });
    await expect(form.read()).resolves.toMatchObject({ id: 0, isNew: true, title: "" });
  });

  it.each<[string, () => Promise<unknown>]>([
    ["no such field", () => Promise.reject(new Error("no such field"))],
    ["an empty one", async () => null],
  ])("leaves out Completed Work where the type has %s", async (_, getFieldValue) => {
    vi.mocked(getService).mockResolvedValue(service({ getFieldValue }));
    await expect(new WorkItemForm().read()).resolves.not.toHaveProperty("completedWorkHours");
  });

  it("refuses the answer for another form's item", async () => {
    const form = new WorkItemForm();
    form.listener.onLoaded({ id: 105 });
    await expect(form.read()).rejects.toThrow("104 instead of 105");
    form.listener.onLoaded({ id: 104 });
    await expect(form.read()).resolves.toMatchObject({ id: 104 });
  });

  it("takes the number that the first save gives", async () => {
    const form = new WorkItemForm();
    form.listener.onLoaded({ id: 0 });
    form.listener.onSaved({ id: 104 });
    await expect(form.read()).resolves.toMatchObject({ id: 104 });
  });
});

describe("refreshing", () => {
  const names = {
    "System.Title": "Title",
    "System.State": "State",
    "Scheduling.CompletedWork": "Completed Work",
  };
  const saved = { "System.Title": "Pay", "System.State": "Active", "Scheduling.CompletedWork": 11.5 };

  /** A form with what was typed; in Azure DevOps the item is newer. The person lets it refresh, or doesn't. */
  function dirtyForm(typed: Record<string, unknown>, newer: Record<string, unknown>, lets = true) {
    let shown: Record<string, unknown> = { ...saved, ...typed };
    let original: Record<string, unknown> = saved;
    const of = (from: Record<string, unknown>, wanted: string[]) =>
      Object.fromEntries(wanted.map((name) => [name, from[name]]));
    const dirty = () => Object.keys(names).filter((name) => shown[name] !== original[name]);
    const host = service({
      isDirty: async () => dirty().length > 0,
      getDirtyFields: async () =>
        dirty().map((referenceName) => ({ referenceName, name: names[referenceName as keyof typeof names] })),
      getFieldValues: async (wanted: string[], options?: { returnOriginalValue: boolean }) =>
        of(options?.returnOriginalValue ? original : shown, wanted),
      setFieldValues: async (values: Record<string, unknown>) => {
        shown = { ...shown, ...values };
        return Object.fromEntries(Object.keys(values).map((name) => [name, true]));
      },
      refresh: async () => {
        if (!lets) return;
        original = { ...saved, ...newer };
        shown = original;
      },
    });
    vi.mocked(getService).mockResolvedValue(host);
    return () => shown;
  }

  it("keeps what was typed, on the newer item", async () => {
    const shown = dirtyForm({ "System.State": "Closed" }, { "Scheduling.CompletedWork": 12.75 });
    await expect(new WorkItemForm().refreshAndKeep()).resolves.toEqual([]);
    expect(shown()).toEqual({
      "System.Title": "Pay",
      "System.State": "Closed",
      "Scheduling.CompletedWork": 12.75,
    });
  });

  it("gives back what somebody else has changed meanwhile", async () => {
    const typed = { "System.Title": "Pay later", "Scheduling.CompletedWork": 14 };
    const shown = dirtyForm(typed, { "Scheduling.CompletedWork": 12.75 });
    await expect(new WorkItemForm().refreshAndKeep()).resolves.toEqual([
      { name: "Completed Work", value: 14 },
    ]);
    expect(shown()).toMatchObject({ "System.Title": "Pay later", "Scheduling.CompletedWork": 12.75 });
  });

  it("gives back everything when the form takes nothing", async () => {
    dirtyForm({ "System.State": "Closed" }, { "Scheduling.CompletedWork": 12.75 });
    const host = await getService<ReturnType<typeof service>>("");
    vi.mocked(getService).mockResolvedValue({
      ...host,
      setFieldValues: () => Promise.reject(new Error("no")),
    });
    await expect(new WorkItemForm().refreshAndKeep()).resolves.toEqual([{ name: "State", value: "Closed" }]);
  });

  it("changes nothing when the person refuses", async () => {
    const shown = dirtyForm({ "System.State": "Closed" }, { "Scheduling.CompletedWork": 12.75 }, false);
    await expect(new WorkItemForm().refreshAndKeep()).resolves.toBeUndefined();
    expect(shown()).toEqual({ ...saved, "System.State": "Closed" });
  });

  it.each([
    ["isDirty", (form: WorkItemForm) => form.isDirty()],
    ["refresh", (form: WorkItemForm) => form.refresh()],
    ["refreshAndKeep", (form: WorkItemForm) => form.refreshAndKeep()],
  ])("%s leaves another form alone", async (_, act) => {
    const refresh = vi.fn();
    vi.mocked(getService).mockResolvedValue(service({ refresh }));
    const form = new WorkItemForm();
    form.listener.onLoaded({ id: 105 });
    await expect(act(form)).rejects.toThrow("104 instead of 105");
    expect(refresh).not.toHaveBeenCalled();
  });
});

describe("changes", () => {
  it.each<[string, (form: WorkItemForm) => void]>([
    ["loaded", ({ listener }) => listener.onLoaded({ id: 104 })],
    ["edited", ({ listener }) => listener.onFieldChanged()],
    ["saved", ({ listener }) => listener.onSaved({ id: 104 })],
    ["refreshed", ({ listener }) => listener.onRefreshed()],
    ["reset", ({ listener }) => listener.onReset()],
  ])("an item that was %s is told of, until nobody wants to know", (_, happen) => {
    const form = new WorkItemForm();
    const [first, second] = [vi.fn(), vi.fn()];
    const stop = form.subscribe(first);
    form.subscribe(second);
    happen(form);
    expect(first).toHaveBeenCalledOnce();
    stop();
    happen(form);
    expect(first).toHaveBeenCalledOnce();
    expect(second).toHaveBeenCalledTimes(2);
  });
});
