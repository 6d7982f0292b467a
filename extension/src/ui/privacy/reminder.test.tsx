import { cleanup, fireEvent, screen } from "@testing-library/preact";
import { afterEach, expect, test, vi } from "vitest";
import { type Address, AddressContext } from "../hub/address.ts";
import { meOf, renderInSession } from "../testing.tsx";
import { PrivacyReminder } from "./reminder.tsx";
import { privacyTexts } from "./texts.ts";

const texts = privacyTexts.queue;

afterEach(cleanup);

/** It is 21 November. */
async function show(due: string | undefined, section?: string) {
  const go = vi.fn<Address["go"]>();
  const place: Record<string, string> = section ? { section } : {};
  await renderInSession(
    <AddressContext.Provider value={{ place, go }}>
      <PrivacyReminder />
    </AddressContext.Provider>,
    { me: { ...meOf({ role: "super_admin" }), ...(due && { privacy_due_at: due }) } },
  );
  return go;
}

test.each([
  ["2026-11-28T12:00:00.000Z", texts.reminder(7)],
  ["2026-11-21T12:00:00.000Z", texts.reminder(0)],
  ["2026-11-18T12:00:00.000Z", texts.reminder(-3)],
])("reminds of a request that is due at %s", async (due, text) => {
  const go = await show(due);
  expect(screen.getByText(text)).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: texts.open }));
  expect(go).toHaveBeenCalledExactlyOnceWith({ tab: "administration", section: "privacy" });
});

test.each([
  ["a request that has more than a week", "2026-11-29T12:00:00.000Z", undefined],
  ["nothing", undefined, undefined],
  ["what is on show", "2026-11-21T12:00:00.000Z", "privacy"],
])("doesn't remind of %s", async (_, due, section) => {
  await show(due, section);
  expect(screen.queryByRole("button", { name: texts.open })).toBeNull();
});
