import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, expect, test } from "vitest";
import type { Me } from "../../api/client.ts";
import { activityOf, emptyApi, meOf, problemOf, renderInSession, tenantOf } from "../testing.tsx";
import { texts as commonTexts } from "../texts.ts";
import { UndoNotice } from "../undo-notice.tsx";
import { Activities } from "./activities.tsx";
import { adminTexts } from "./texts.ts";

const texts = adminTexts.activity;

afterEach(cleanup);

const development = activityOf();
const review = activityOf({ id: "a2", name: "Review", etag: '"2"' });
const meeting = activityOf({ id: "a3", name: "Meeting", billable: false, etag: '"3"' });
const research = activityOf({ id: "a4", name: "Research", archived: true, etag: '"4"' });

async function open(role: Me["user"]["role"] = "super_admin") {
  const api = emptyApi();
  api.listActivities.mockResolvedValue({ data: [development, review, meeting, research] });
  await renderInSession(
    <>
      <Activities />
      <UndoNotice />
    </>,
    { api, me: meOf({ role }) },
  );
  await screen.findByRole("table", { name: texts.caption });
  return api;
}

const about = (action: string, name: string) => adminTexts.list.about(action, name);
const press = (action: string, name: string) =>
  fireEvent.click(screen.getByRole("button", { name: about(action, name) }));

const save = () => fireEvent.click(screen.getByRole("button", { name: texts.save }));

async function undo() {
  fireEvent.click(await screen.findByRole("button", { name: commonTexts.undo.button }));
}

test("the list is in the tenant's order, and says which one is the default", async () => {
  await open();
  const rows = within(screen.getByRole("table", { name: texts.caption })).getAllByRole("rowheader");
  expect(rows.map(({ textContent }) => textContent)).toEqual([
    `Development${texts.isDefault}`,
    "Review",
    "Meeting",
  ]);
  expect(screen.getByRole("table", { name: texts.archivedOnes }).textContent).toContain("Research");
});

test("the default can't be archived, and only super admins choose another one", async () => {
  await open("admin");
  expect(screen.queryByRole("button", { name: about(texts.archive, "Development") })).toBeNull();
  expect(screen.queryByRole("button", { name: about(texts.makeDefault, "Review") })).toBeNull();
});

test("an activity is added, and archived when that is undone", async () => {
  const api = await open();
  fireEvent.input(screen.getByLabelText(texts.new), { target: { value: " On call " } });
  fireEvent.click(screen.getByRole("button", { name: texts.add }));
  await waitFor(() => expect(api.addActivity).toHaveBeenCalledWith({ name: "On call", billable: true }));
  await undo();
  await waitFor(() => expect(api.archiveActivity).toHaveBeenCalledWith("a9", '"1"'));
});

test("a name is changed in its place, by the keyboard too", async () => {
  const api = await open();
  press(texts.rename, "Review");
  const input = screen.getByLabelText(about(texts.name, "Review"));
  fireEvent.input(input, { target: { value: "Code review" } });
  save();
  await waitFor(() => expect(api.patchActivity).toHaveBeenCalledWith("a2", '"2"', { name: "Code review" }));
  await undo();
  await waitFor(() => expect(api.patchActivity).toHaveBeenLastCalledWith("a2", '"1"', { name: "Review" }));
  press(texts.rename, "Meeting");
  fireEvent.keyDown(screen.getByLabelText(about(texts.name, "Meeting")), { key: "Escape" });
  expect(screen.queryByLabelText(about(texts.name, "Meeting"))).toBeNull();
});

test.each([
  ["billable", "Meeting", { billable: true }, { billable: false }],
  ["up", "Review", { position: 0 }, { position: 1 }],
  ["down", "Review", { position: 2 }, { position: 1 }],
] as const)("%s: %s is changed and taken back", async (action, name, wanted, before) => {
  const api = await open();
  if (action === "billable")
    fireEvent.click(screen.getByRole("checkbox", { name: about(texts.billable, name) }));
  else press(texts[action], name);
  await waitFor(() => expect(api.patchActivity.mock.calls.at(-1)?.[2]).toEqual(wanted));
  await undo();
  await waitFor(() => expect(api.patchActivity.mock.calls.at(-1)?.[2]).toEqual(before));
});

test("an activity is archived and brought back", async () => {
  const api = await open();
  press(texts.archive, "Meeting");
  await waitFor(() => expect(api.archiveActivity).toHaveBeenCalledWith("a3", '"3"'));
  await undo();
  await waitFor(() => expect(api.patchActivity).toHaveBeenCalledWith("a3", '"1"', { archived: false }));
  press(texts.restore, "Research");
  await waitFor(() => expect(api.patchActivity).toHaveBeenLastCalledWith("a4", '"4"', { archived: false }));
});

test("another default is chosen and taken back", async () => {
  const api = await open();
  press(texts.makeDefault, "Review");
  const { etag } = tenantOf();
  await waitFor(() => expect(api.patchTenant).toHaveBeenCalledWith(etag, { default_activity_id: "a2" }));
  await undo();
  await waitFor(() => expect(api.patchTenant).toHaveBeenLastCalledWith(etag, { default_activity_id: "a1" }));
});

test("a refusal is said, and somebody else's change loads the list again", async () => {
  const api = await open();
  api.patchActivity.mockRejectedValueOnce(problemOf(409, "activity_name_taken"));
  press(texts.rename, "Review");
  save();
  await waitFor(() => expect(screen.queryByLabelText(about(texts.name, "Review"))).toBeNull());
  expect(api.patchActivity).not.toHaveBeenCalled(); // the same name is no change
  press(texts.rename, "Review");
  const input = screen.getByLabelText(about(texts.name, "Review"));
  fireEvent.input(input, { target: { value: "Meeting" } });
  save();
  await screen.findByText(adminTexts.codes.activity_name_taken);
  api.archiveActivity.mockRejectedValueOnce(problemOf(412, "stale"));
  press(texts.archive, "Meeting");
  await screen.findByText(texts.changed);
  expect(api.listActivities).toHaveBeenCalledTimes(2);
});
