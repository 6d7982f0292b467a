import { describe, expect, it, vi } from "vitest";
import { type Fields, field, type WorkItem, type WorkItemType } from "./api.ts";
import { formService } from "./form-service.ts";

const types: WorkItemType[] = [
  { name: "Task", states: ["New"], hours: true },
  { name: "Epic", states: ["New"], hours: false },
];

function formOf(changed: Fields = {}, type = "Task") {
  const item: WorkItem = {
    id: 104,
    rev: 3,
    organization: "contoso",
    project: "Payments",
    read_only: false,
    fields: { [field.type]: type, [field.title]: "Show the reference", [field.completedWork]: 11.5 },
  };
  const shown = { current: { ...item, fields: { ...item.fields, ...changed } } };
  const form = {
    shown,
    saved: { current: item },
    change: vi.fn((fields: Fields) => {
      shown.current = { ...shown.current, fields: { ...shown.current.fields, ...fields } };
    }),
    save: vi.fn(() => Promise.reject(new Error("somebody else has changed the work item"))),
    refresh: vi.fn(async () => {}),
    reset: vi.fn(async () => {}),
  };
  return { form, service: formService(form, types) };
}

describe("a form", () => {
  it("is dirty while it differs from what was saved", async () => {
    const { service } = formOf();
    await expect(service.isDirty()).resolves.toBe(false);
    await expect(service.getDirtyFields()).resolves.toEqual([]);
    await service.setFieldValue(field.completedWork, 12);
    await expect(service.isDirty()).resolves.toBe(true);
    await expect(service.getDirtyFields()).resolves.toMatchObject([
      { referenceName: field.completedWork, name: "Completed Work" },
    ]);
    await service.setFieldValues({ [field.completedWork]: 11.5 });
    await expect(service.isDirty()).resolves.toBe(false);
  });

  it("gives the value that is typed, or the one that was saved", async () => {
    const { service } = formOf({ [field.completedWork]: 12 });
    await expect(service.getFieldValue(field.completedWork)).resolves.toBe(12);
    await expect(service.getFieldValue(field.completedWork, true)).resolves.toBe(11.5);
    await expect(
      service.getFieldValues([field.completedWork], { returnOriginalValue: true }),
    ).resolves.toEqual({
      [field.completedWork]: 11.5,
    });
  });

  it("has no hours where the type has none", async () => {
    const { service } = formOf({}, "Epic");
    await expect(service.getFieldValue(field.completedWork)).rejects.toThrow("Epic has no field");
  });

  it("that can't be saved says why", async () => {
    const { service } = formOf({ [field.completedWork]: 12 });
    await expect(service.save()).rejects.toThrow("somebody else has changed the work item");
  });
});
