import { act, cleanup, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import type { TenantUser } from "../../api/client.ts";
import { ada, emptyApi, meOf, personOf, problemOf, renderInSession } from "../testing.tsx";
import { texts } from "../texts.ts";
import { UndoNotice } from "../undo-notice.tsx";
import { DirectorySearch } from "./directory-search.tsx";
import { mailtoOf } from "./invitation-dialog.tsx";
import { addressesIn } from "./invite.tsx";
import { linesPerPage } from "./list.ts";
import { People } from "./people.tsx";
import { adminTexts } from "./texts.ts";

const list = adminTexts.list;
const change = adminTexts.change;

beforeEach(() => {
  HTMLDialogElement.prototype.showModal ??= () => {};
});
afterEach(cleanup);

/** A list of people as the API gives it: found by query, in pages. */
function apiWith(people: TenantUser[], seats: { taken: number; limit?: number } = { taken: 3, limit: 5 }) {
  const api = emptyApi();
  api.listUsers.mockImplementation(async ({ limit = 50, cursor, status, search } = {}) => {
    const found = people.filter(
      (person) =>
        (!status || person.status === status) && (!search || person.name.toLowerCase().includes(search)),
    );
    const from = Number(cursor ?? 0);
    const next = from + limit;
    return {
      data: found.slice(from, next),
      page: next < found.length ? { next_cursor: String(next) } : {},
      seats,
    };
  });
  return api;
}

const superAdmin = meOf({ role: "super_admin" });
const show = (api: ReturnType<typeof emptyApi>, me = superAdmin) =>
  renderInSession(
    <>
      <People />
      <UndoNotice />
    </>,
    { api, me },
  );
const press = (action: string, name = "Grace Hopper") =>
  fireEvent.click(screen.getByRole("button", { name: list.about(action, name) }));
const dialog = () => within(screen.getByRole("dialog"));

describe("the list", () => {
  test("says who is in, and how many seats are taken", async () => {
    await show(apiWith([personOf({ external: true })]));
    const row = within(await screen.findByRole("row", { name: /Grace Hopper/ }));
    expect(row.getByText("grace@contoso.example")).toBeTruthy();
    expect(row.getByText(list.guest)).toBeTruthy();
    expect(row.getByText(ada.name)).toBeTruthy();
    expect(screen.getByText(list.seats(3, 5))).toBeTruthy();
    expect(screen.queryByText(list.seatsFull)).toBeNull();
  });

  test("with every seat taken, it says what to do", async () => {
    await show(apiWith([personOf()], { taken: 5, limit: 5 }));
    expect(await screen.findByText(list.seatsFull)).toBeTruthy();
  });

  // Rendering so many lines takes a while on a busy machine. Nothing here waits, so that no limit can be missed.
  test("of 2,000 people, one page is rendered at a time, and the last is reached", {
    timeout: 0,
  }, async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const people = Array.from({ length: 2_000 }, (_, i) =>
      personOf({ id: `u${i}`, name: `Person ${String(i).padStart(4, "0")}`, email: `p${i}@contoso.example` }),
    );
    const { container } = await show(apiWith(people));
    const settle = () =>
      act(async () => {
        await vi.runOnlyPendingTimersAsync();
      });
    await settle();
    expect(screen.getByText("Person 0000")).toBeTruthy();
    // Looking for roles takes long among so many buttons.
    const rows = () => container.querySelectorAll("tbody tr").length;
    for (let page = 2; page <= people.length / linesPerPage; page++) {
      fireEvent.click(screen.getByText(texts.paging.next));
      await settle();
      expect(screen.getByText(`Person ${String((page - 1) * linesPerPage).padStart(4, "0")}`)).toBeTruthy();
      expect(rows()).toBe(linesPerPage);
    }
    expect(screen.getByText("Person 1999")).toBeTruthy();
    expect(screen.getByText(texts.paging.next).getAttribute("aria-disabled")).toBe("true");
    fireEvent.click(screen.getByText(texts.paging.previous));
    await settle();
    expect(screen.getByText("Person 1800")).toBeTruthy();
    // A search begins at the first page.
    fireEvent.input(screen.getByLabelText(list.find), { target: { value: "1234" } });
    await settle(); // the typing pauses
    await settle(); // the answer comes
    expect(screen.getByText("Person 1234")).toBeTruthy();
    expect(rows()).toBe(1);
  });

  test("nobody matches: says so, and the filters can be cleared", async () => {
    await show(apiWith([personOf()]));
    await screen.findByText("Grace Hopper");
    fireEvent.change(screen.getByLabelText(list.status), { target: { value: "deactivated" } });
    expect(await screen.findByText(list.noMatch)).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: list.clear }));
    expect(await screen.findByText("Grace Hopper")).toBeTruthy();
  });

  test("can be tried again when it was not reached", async () => {
    const api = apiWith([personOf()]);
    api.listUsers.mockRejectedValueOnce(problemOf(503, "unavailable"));
    await show(api);
    fireEvent.click(await screen.findByRole("button", { name: "Try again" }));
    expect(await screen.findByText("Grace Hopper")).toBeTruthy();
  });
});

describe("changing a person", () => {
  const undo = () => fireEvent.click(screen.getByRole("button", { name: texts.undo.button }));

  test.each([
    ["active", change.deactivate, change.deactivated, "deactivated"],
    ["deactivated", change.reactivate, change.activated, "active"],
  ] as const)("%s: %s acts at once, and is undone", async (before, action, done, after) => {
    const api = apiWith([personOf({ status: before })]);
    api.patchUser.mockResolvedValueOnce(personOf({ status: after, etag: '"2"' }));
    await show(api);
    await screen.findByText("Grace Hopper");
    press(action);
    press(action); // a double click is one change
    expect(await screen.findByText(done("Grace Hopper"))).toBeTruthy();
    const reads = api.listUsers.mock.calls.length;
    undo();
    expect(await screen.findByText(change.undone("Grace Hopper"))).toBeTruthy();
    expect(api.patchUser.mock.calls).toEqual([
      ["grace", '"1"', { status: after }],
      ["grace", '"2"', { status: before }],
    ]);
    await waitFor(() => expect(api.listUsers.mock.calls.length).toBeGreaterThan(reads));
  });

  test("a change of role is undone", async () => {
    const api = apiWith([personOf()]);
    api.patchUser.mockResolvedValueOnce(personOf({ role: "admin", etag: '"2"' }));
    await show(api);
    await screen.findByText("Grace Hopper");
    press(change.role);
    fireEvent.click(dialog().getByRole("radio", { name: /^Admin/ }));
    fireEvent.click(dialog().getByRole("button", { name: change.role }));
    expect(await screen.findByText(change.roleChanged("Grace Hopper", "Admin"))).toBeTruthy();
    undo();
    expect(await screen.findByText(change.undone("Grace Hopper"))).toBeTruthy();
    expect(api.patchUser).toHaveBeenLastCalledWith("grace", '"2"', { role: "user" });
  });

  test("what nothing can undo asks first, and offers no undo", async () => {
    const { api } = await show(apiWith([personOf({ status: "invited" })]));
    await screen.findByText("Grace Hopper");
    press(change.withdraw);
    expect(api.withdrawUser).not.toHaveBeenCalled();
    fireEvent.click(dialog().getByRole("button", { name: change.withdraw }));
    expect(await screen.findByText(change.withdrawn("Grace Hopper"))).toBeTruthy();
    expect(screen.queryByRole("button", { name: texts.undo.button })).toBeNull();
  });

  test("a refusal stands on the page, in words", async () => {
    const api = apiWith([personOf()]);
    api.patchUser.mockRejectedValue(problemOf(409, "last_super_admin"));
    await show(api);
    await screen.findByText("Grace Hopper");
    press(change.deactivate);
    expect(await screen.findByText(adminTexts.codes.last_super_admin)).toBeTruthy();
  });

  test("somebody else was faster: the list is read again, and it is said", async () => {
    const api = apiWith([personOf()]);
    api.patchUser.mockRejectedValue(problemOf(412, "stale"));
    await show(api);
    await screen.findByText("Grace Hopper");
    press(change.deactivate);
    const before = api.listUsers.mock.calls.length;
    expect(await screen.findByText(list.stale("Grace Hopper"))).toBeTruthy();
    expect(api.listUsers.mock.calls.length).toBeGreaterThan(before);
  });

  test("a role, and the last super admin stays", async () => {
    const api = apiWith([personOf({ ...ada, role: "super_admin" })]);
    api.patchUser.mockRejectedValueOnce(problemOf(409, "last_super_admin"));
    const { reloadMe } = await show(api);
    await screen.findByText(/Ada Lovelace/, { selector: ".person-name bdi" });
    press(change.role, "Ada Lovelace");
    expect(dialog().getByText(change.ownRole)).toBeTruthy();
    fireEvent.click(dialog().getByRole("radio", { name: /^User/ }));
    fireEvent.click(dialog().getByRole("button", { name: change.role }));
    expect(await dialog().findByText(adminTexts.codes.last_super_admin)).toBeTruthy();
    fireEvent.click(dialog().getByRole("button", { name: change.role }));
    await waitFor(() => expect(reloadMe).toHaveBeenCalled());
    expect(api.patchUser).toHaveBeenLastCalledWith("ada", '"1"', { role: "user" });
  });

  test.each([
    ["invited", [change.resend, change.withdraw]],
    ["requested", [change.approve, change.decline]],
    ["active", [change.role, change.deactivate]],
    ["deactivated", [change.reactivate]],
  ] as const)("%s: what a super admin can do", async (status, actions) => {
    await show(apiWith([personOf({ status })]));
    const row = within(await screen.findByRole("row", { name: /Grace Hopper/ }));
    expect(row.getAllByRole("button").map(({ textContent }) => textContent)).toEqual(actions);
  });

  test("an admin changes no roles and leaves super admins alone", async () => {
    const people = [personOf(), personOf({ id: "alan", name: "Alan", role: "super_admin" })];
    await show(apiWith(people), meOf({ role: "admin" }));
    const grace = within(await screen.findByRole("row", { name: /Grace Hopper/ }));
    expect(grace.getAllByRole("button").map(({ textContent }) => textContent)).toEqual([change.deactivate]);
    expect(within(screen.getByRole("row", { name: /Alan/ })).queryAllByRole("button")).toEqual([]);
  });

  test("when the trial has ended, people are only shown", async () => {
    await show(apiWith([personOf()]), meOf({ role: "super_admin" }, { status: "trial_expired" }));
    await screen.findByText("Grace Hopper");
    expect(screen.queryByRole("button", { name: /Grace Hopper/ })).toBeNull();
    expect(screen.queryByRole("button", { name: list.invite })).toBeNull();
  });

  test("requests to join are pointed out, and approved", async () => {
    const { api } = await show(
      apiWith([personOf(), personOf({ id: "r", name: "Rosa", status: "requested" })]),
    );
    expect(await screen.findByText(list.requests(1, false))).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: list.showRequests }));
    await waitFor(() => expect(screen.getAllByRole("row")).toHaveLength(2));
    press(change.approve, "Rosa");
    fireEvent.click(dialog().getByRole("button", { name: change.approve }));
    await waitFor(() => expect(api.patchUser).toHaveBeenCalledWith("r", '"1"', { status: "active" }));
  });
});

test("a request shows the other address that its person claims, before it is approved", async () => {
  const claimed_email = "amazing@contoso.example";
  await show(apiWith([personOf({ id: "r", name: "Rosa", status: "requested", claimed_email })]));
  expect(await screen.findByText(list.claims(claimed_email))).toBeTruthy();
  press(change.approve, "Rosa");
  expect(dialog().getByText(change.approveClaim(claimed_email))).toBeTruthy();
});

test("a second factor is asked for in the dialog, whose page is behind it", async () => {
  const signIn = vi.fn(async () => {});
  const auth = {
    state: { kind: "needs_click", reason: "confirm" } as const,
    subscribe: () => () => {},
    signIn,
  };
  await renderInSession(<DirectorySearch onChoose={() => {}} />, { auth });
  expect(screen.getByText(texts.signIn.confirm)).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: texts.signIn.button }));
  expect(signIn).toHaveBeenCalledOnce();
});

describe("inviting", () => {
  async function open(api = apiWith([personOf()])) {
    const shown = await show(api);
    await screen.findByText("Grace Hopper");
    fireEvent.click(screen.getByRole("button", { name: list.invite }));
    const type = (text: string) =>
      fireEvent.input(screen.getByLabelText(adminTexts.invite.addresses), { target: { value: text } });
    const submit = () => fireEvent.click(dialog().getByRole("button", { name: /^Invite/ }));
    return { ...shown, type, submit };
  }

  test("what is no address is named, and nothing is sent", async () => {
    const { api, type, submit } = await open();
    type("rosa@contoso.example, bob");
    submit();
    expect(dialog().getByText("bob")).toBeTruthy();
    fireEvent.click(dialog().getByRole("button", { name: adminTexts.invite.leaveOut }));
    const field = screen.getByLabelText<HTMLTextAreaElement>(adminTexts.invite.addresses);
    expect(field.value).toBe("rosa@contoso.example");
    expect(api.inviteUsers).not.toHaveBeenCalled();
  });

  test("the server's refusal stands at its address", async () => {
    const api = apiWith([personOf()]);
    const errors = [{ pointer: "/people/1/email", code: "already_there", detail: "x" }];
    api.inviteUsers.mockRejectedValue(problemOf(409, "already_there", { errors }));
    const { type, submit } = await open(api);
    type("rosa@contoso.example grace@contoso.example");
    submit();
    expect(await dialog().findByText("grace@contoso.example")).toBeTruthy();
    expect(dialog().getByText(adminTexts.invite.alreadyThere, { exact: false })).toBeTruthy();
  });

  test("more people than seats are not even asked for", async () => {
    const { api, type, submit } = await open();
    type("a@x b@x c@x");
    submit();
    expect(dialog().getByText(adminTexts.invite.noSeats(3, 2))).toBeTruthy();
    expect(api.inviteUsers).not.toHaveBeenCalled();
  });

  test("a colleague took the last seat meanwhile: the server's words", async () => {
    const api = apiWith([personOf()]);
    const detail = "0 of 5 seats are free. Deactivate somebody.";
    api.inviteUsers.mockRejectedValue(problemOf(402, "seat_limit", { detail }));
    const { type, submit } = await open(api);
    type("a@x");
    submit();
    expect(await dialog().findByText(detail)).toBeTruthy();
  });

  test("afterwards there is a text to send", async () => {
    const api = apiWith([personOf()]);
    api.inviteUsers.mockResolvedValue([personOf({ id: "r", name: "Rosa", email: "rosa@contoso.example" })]);
    const { type, submit } = await open(api);
    type("rosa@contoso.example");
    submit();
    const link = await screen.findByRole<HTMLAnchorElement>("link", { name: adminTexts.invite.mail });
    expect(link.href).toMatch(/^mailto:rosa%40contoso\.example\?subject=/);
    const text = screen.getByLabelText<HTMLTextAreaElement>(adminTexts.invite.text);
    expect(text.value).toContain("https://dev.azure.com/contoso");
  });

  test("somebody found in the directory is added with the name", async () => {
    const api = apiWith([personOf()]);
    api.searchDirectory.mockResolvedValue([{ name: "Rosa Parks", email: "rosa@contoso.example" }]);
    const { submit } = await open(api);
    fireEvent.input(screen.getByLabelText(adminTexts.invite.search), { target: { value: "ros" } });
    fireEvent.click(await screen.findByRole("button", { name: /Rosa Parks/ }));
    submit();
    await waitFor(() => expect(api.inviteUsers).toHaveBeenCalled());
    expect(api.inviteUsers.mock.calls[0]?.[0]).toEqual([
      { email: "rosa@contoso.example", name: "Rosa Parks" },
    ]);
  });

  test("without consent, typing goes on", async () => {
    const api = apiWith([personOf()]);
    api.searchDirectory.mockRejectedValue(problemOf(403, "consent_required"));
    await open(api);
    fireEvent.input(screen.getByLabelText(adminTexts.invite.search), { target: { value: "ros" } });
    expect(await screen.findByText(adminTexts.invite.noConsent)).toBeTruthy();
    expect(screen.getByLabelText(adminTexts.invite.addresses)).toBeTruthy();
  });
});

test.each([
  ["", []],
  ["a@x, b@x;c@x\nd@x  e@x", ["a@x", "b@x", "c@x", "d@x", "e@x"]],
  ["A@x a@X <b@x>", ["A@x", "b@x"]],
])("addressesIn(%j)", (text, addresses) => {
  expect(addressesIn(text)).toEqual(addresses);
});

test("a mail to several people hides them from each other; one to too many has no link", () => {
  expect(mailtoOf(["a@x", "b@x"], "s", "b\nc")).toBe("mailto:?bcc=a%40x,b%40x&subject=s&body=b%0D%0Ac");
  expect(
    mailtoOf(
      Array.from({ length: 100 }, (_, i) => `person.number.${i}@contoso.example`),
      "s",
      "b",
    ),
  ).toBe(undefined);
});
