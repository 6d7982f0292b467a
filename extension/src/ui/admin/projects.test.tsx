import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, beforeAll, expect, test } from "vitest";
import { emptyApi, problemOf, projectOf, renderInSession, serverTime } from "../testing.tsx";
import { texts as commonTexts } from "../texts.ts";
import { UndoNotice } from "../undo-notice.tsx";
import { Projects } from "./projects.tsx";
import { adminTexts } from "./texts.ts";

const texts = adminTexts.project;

beforeAll(() => {
  // The test's DOM has no modal dialogs.
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true;
  };
});
afterEach(cleanup);

const payments = projectOf({ names: ["Payments", "Billing"] });
const shop = projectOf({
  id: "p2",
  name: "Shop",
  names: ["Shop"],
  counts_as: { id: "p2", name: "Shop" },
  etag: '"2"',
});
const merged = projectOf({
  ...shop,
  counts_as: { id: "p1", name: "Payments" },
  merged: { into: "p1", at: serverTime, undoable: true },
});
const elsewhere = projectOf({
  id: "p3",
  name: "Robotics",
  names: ["Robotics"],
  site: { id: "s2", tracker: "azure_devops", name: "fabrikam" },
});

async function open(...data: (typeof payments)[]) {
  const api = emptyApi();
  api.listProjects.mockResolvedValue({ data, page: {} });
  await renderInSession(
    <>
      <Projects />
      <UndoNotice />
    </>,
    { api },
  );
  await screen.findByRole("table");
  return api;
}

const undo = () => fireEvent.click(screen.getByRole("button", { name: commonTexts.undo.button }));

async function choose(action: "accept" | "merge", name: string) {
  fireEvent.click(screen.getByRole("button", { name: adminTexts.list.about(texts[action], name) }));
  const dialog = within(await screen.findByRole("dialog"));
  return { dialog, submit: () => fireEvent.click(dialog.getByRole("button", { name: texts[action] })) };
}

test("another name that a project was seen under is accepted", async () => {
  const api = await open(payments, shop);
  api.patchProject.mockResolvedValueOnce({ ...payments, name: "Billing", etag: '"9"' });
  expect(screen.getByRole("cell", { name: "Billing" })).toBeTruthy();
  (await choose("accept", "Payments")).submit();
  expect(await screen.findByText(texts.accepted("Billing"))).toBeTruthy();
  expect(api.patchProject).toHaveBeenCalledWith("p1", '"1"', { name: "Billing" });
  await waitFor(() => expect(api.listProjects).toHaveBeenCalledTimes(2));
  api.patchProject.mockClear();
  undo();
  expect(await screen.findByText(texts.takenBack("Payments"))).toBeTruthy();
  expect(api.patchProject.mock.calls).toEqual([["p1", '"9"', { name: "Payments" }]]);
  await waitFor(() => expect(api.listProjects).toHaveBeenCalledTimes(3));
});

test("a project is merged into another one of its organization", async () => {
  const api = await open(payments, shop, elsewhere);
  api.mergeProject.mockResolvedValueOnce({ ...merged, etag: '"9"' });
  const { dialog, submit } = await choose("merge", "Shop");
  expect(dialog.getAllByRole("option").map(({ textContent }) => textContent)).toEqual(["Payments"]);
  submit();
  expect(await screen.findByText(texts.merged("Shop", "Payments"))).toBeTruthy();
  expect(api.mergeProject).toHaveBeenCalledWith("p2", "p1", expect.any(String));
  undo();
  expect(await screen.findByText(texts.takenBack("Shop"))).toBeTruthy();
  expect(api.unmergeProject).toHaveBeenCalledWith("p2", '"9"');
});

test("a merge is undone at once, and merged again", async () => {
  const api = await open(payments, merged);
  expect(screen.getByText(texts.countsAs("Payments"))).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: adminTexts.list.about(texts.undo, "Shop") }));
  expect(await screen.findByText(texts.undone("Shop"))).toBeTruthy();
  expect(api.unmergeProject).toHaveBeenCalledWith("p2", '"2"');
  undo();
  expect(await screen.findByText(texts.takenBack("Shop"))).toBeTruthy();
  expect(api.mergeProject).toHaveBeenCalledWith("p2", "p1");
});

test("a merge that can't be undone any more says why", async () => {
  const api = await open(payments, merged);
  const detail = "More was recorded on it.";
  api.unmergeProject.mockRejectedValueOnce(problemOf(409, "merge_final", { detail }));
  fireEvent.click(screen.getByRole("button", { name: adminTexts.list.about(texts.undo, "Shop") }));
  expect(await screen.findByText(detail)).toBeTruthy();
});

test("no button offers what can't be done", async () => {
  await open(projectOf(), { ...merged, merged: { into: "p1", at: serverTime, undoable: false } }, elsewhere);
  expect(screen.queryAllByRole("button")).toEqual([]);
});

test("a change of somebody else loads the list again, and a refusal stays in the dialog", async () => {
  const api = await open(payments, shop);
  api.patchProject.mockRejectedValueOnce(problemOf(412, "stale"));
  (await choose("accept", "Payments")).submit();
  expect(await screen.findByText(texts.changed)).toBeTruthy();
  await waitFor(() => expect(api.listProjects).toHaveBeenCalledTimes(2));

  api.mergeProject.mockRejectedValueOnce(
    problemOf(409, "project_merged", { detail: "It is merged already." }),
  );
  const { dialog, submit } = await choose("merge", "Shop");
  submit();
  expect(await dialog.findByText("It is merged already.")).toBeTruthy();
});

test("whether time on a project is billable is chosen and taken back", async () => {
  const api = await open(payments);
  const choice = screen.getByRole("combobox", { name: adminTexts.list.about(texts.billable, "Payments") });
  expect((choice as HTMLSelectElement).value).toBe("activity");
  fireEvent.change(choice, { target: { value: "no" } });
  await waitFor(() =>
    expect(api.patchProject).toHaveBeenCalledWith("p1", payments.etag, { billable: false }),
  );
  await screen.findByText(texts.ruled("Payments"));
  undo();
  await waitFor(() => expect(api.patchProject.mock.calls.at(-1)?.[2]).toEqual({ billable: null }));
});

test("time without a work item is allowed, but not on a project that counts as another one", async () => {
  const api = await open(payments, merged);
  const boxes = screen.getAllByRole("checkbox");
  expect(boxes).toHaveLength(1);
  fireEvent.click(screen.getByRole("checkbox", { name: adminTexts.list.about(texts.general, "Payments") }));
  await waitFor(() =>
    expect(api.patchProject).toHaveBeenCalledWith("p1", payments.etag, { general_allowed: true }),
  );
});
