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
