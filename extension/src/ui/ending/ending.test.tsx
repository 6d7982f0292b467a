import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, expect, test } from "vitest";
import type { TenantDeletion } from "../../api/client.ts";
import { emptyApi, meOf, problemOf, renderInSession } from "../testing.tsx";
import { Ending, EndingNotice, useDeletion } from "./ending.tsx";
import { endingTexts as texts } from "./texts.ts";

const superAdmin = meOf({ role: "super_admin" });
const { slug } = superAdmin.tenant;
const asked: TenantDeletion = {
  begins_at: "2026-11-27T09:00:00.000Z",
  asked_at: "2026-11-20T09:00:00.000Z",
  asked_by: { id: "u2", name: "Grace" },
  may_confirm: true,
};

afterEach(cleanup);

function Both() {
  const deletion = useDeletion();
  return (
    <>
      <EndingNotice deletion={deletion} />
      <Ending deletion={deletion} />
    </>
  );
}

const type = (value: string) => {
  screen.getByLabelText(texts.slug).focus();
  fireEvent.input(screen.getByLabelText(texts.slug), { target: { value } });
  fireEvent.click(screen.getByRole("button", { name: texts.ask }));
};

test("asks with the short name, and tells then when it begins", async () => {
  const api = emptyApi();
  await renderInSession(<Both />, { api, me: superAdmin });
  await screen.findByLabelText(texts.slug);
  type("other");
  expect(screen.getByRole("alert").textContent).toBe(texts.codes.slug_wrong);
  expect(api.askTenantDeletion).not.toHaveBeenCalled();
  api.tenantDeletion.mockResolvedValue({ ...asked, may_confirm: false });
  type(` ${slug} `);
  expect(await screen.findByText(/Grace/)).toBeTruthy();
  expect(api.askTenantDeletion).toHaveBeenCalledWith(slug);
  await waitFor(() => expect(document.activeElement?.textContent).toBe(texts.title));
  expect(screen.queryByLabelText(texts.slug)).toBeNull();
  expect(screen.queryByRole("button", { name: texts.confirm })).toBeNull();
});

test("says why it is refused", async () => {
  const api = emptyApi();
  api.askTenantDeletion.mockRejectedValue(problemOf(422, "subscription_in_force"));
  await renderInSession(<Both />, { api, me: superAdmin });
  await screen.findByLabelText(texts.slug);
  type(slug);
  expect(await screen.findByText(texts.codes.subscription_in_force)).toBeTruthy();
});

test("can be stopped, and then asked for again", async () => {
  const api = emptyApi();
  api.tenantDeletion.mockResolvedValueOnce(asked);
  await renderInSession(<Both />, { api, me: superAdmin });
  fireEvent.click(await screen.findByRole("button", { name: texts.stop }));
  expect(await screen.findByLabelText(texts.slug)).toBeTruthy();
  expect(api.stopTenantDeletion).toHaveBeenCalledOnce();
  expect(screen.queryByText(/Grace/)).toBeNull();
});

test("tells that the operator has asked for it, which can be stopped", async () => {
  const api = emptyApi();
  const { asked_by: _, ...byOperator } = asked;
  api.tenantDeletion.mockResolvedValue(byOperator);
  await renderInSession(<Both />, { api, me: superAdmin });
  expect(await screen.findByText(/operator of TimeTracker/)).toBeTruthy();
  expect(screen.getByRole("button", { name: texts.stop })).toBeTruthy();
});

test("another super_admin confirms it after a question", async () => {
  const api = emptyApi();
  api.tenantDeletion.mockResolvedValue(asked);
  await renderInSession(<Both />, { api, me: superAdmin });
  fireEvent.click(await screen.findByRole("button", { name: texts.confirm }));
  expect(api.confirmTenantDeletion).not.toHaveBeenCalled();
  const dialog = screen.getByRole("dialog", { hidden: true });
  fireEvent.click(within(dialog).getByText(texts.confirmSubmit));
  await screen.findByText(/Grace/);
  expect(api.confirmTenantDeletion).toHaveBeenCalledOnce();
});

test("tells of the end after a cancellation, which nobody can stop here", async () => {
  const api = emptyApi();
  api.tenantDeletion.mockResolvedValue({ begins_at: "2026-12-20T09:00:00.000Z", may_confirm: false });
  await renderInSession(<Both />, { api, me: superAdmin });
  expect(await screen.findByText(texts.afterCancellation)).toBeTruthy();
  expect(screen.queryByRole("button", { name: texts.stop })).toBeNull();
});

test("says before the download who is left out", async () => {
  await renderInSession(<Both />, { api: emptyApi(), me: superAdmin });
  expect(await screen.findByText(/lacks the rows of whoever restricts/)).toBeTruthy();
});

test("asks nothing for others than super_admins", async () => {
  const { api } = await renderInSession(<Both />, { me: meOf({ role: "admin" }) });
  expect(api.tenantDeletion).not.toHaveBeenCalled();
});
