import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { OfflineError } from "../api/client.ts";
import { emptyApi, meOf, problemOf, renderInSession } from "./testing.tsx";
import { texts } from "./texts.ts";
import { OtherZoneNotice, ZoneProposal } from "./zone-notices.tsx";

const undecided = { time_zone_chosen: false };

beforeEach(() => {
  vi.spyOn(Intl.DateTimeFormat.prototype, "resolvedOptions").mockReturnValue({
    timeZone: "Asia/Tokyo",
  } as Intl.ResolvedDateTimeFormatOptions);
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

test.each([
  ["Use Asia/Tokyo", "Asia/Tokyo"],
  ["Keep Europe/Berlin", "Europe/Berlin"],
])("%s sets one's own zone, and can be undone", async (button, time_zone) => {
  const api = emptyApi();
  api.me.mockResolvedValueOnce({ ...meOf(undecided), etag: '"2"' }); // a role was changed meanwhile
  api.patchMe.mockResolvedValueOnce(meOf({ own_time_zone: time_zone, time_zone }));
  const { timers, reloadMe } = await renderInSession(<ZoneProposal />, { api, me: meOf(undecided) });
  const proposal = within(screen.getByRole("region", { name: "Time zone" }));
  proposal.getByText("Your browser is in Asia/Tokyo, your days are cut in Europe/Berlin.");
  fireEvent.click(proposal.getByRole("button", { name: button }));
  await waitFor(() => expect(timers.state.announcement).toBe(texts.zone.set(time_zone)));
  expect(api.patchMe).toHaveBeenCalledExactlyOnceWith('"2"', { time_zone });
  expect(reloadMe).toHaveBeenCalledOnce();
  await timers.undo();
  expect(api.patchMe).toHaveBeenLastCalledWith('"1"', { time_zone: null });
  expect(timers.state.announcement).toBe(texts.zone.set("Europe/Berlin"));
});

test("an answer that isn't taken is told, and can be given again", async () => {
  const api = emptyApi();
  api.patchMe
    .mockRejectedValueOnce(problemOf(422, "time_zone_unknown"))
    .mockRejectedValueOnce(new OfflineError("not reached"));
  await renderInSession(<ZoneProposal />, { api, me: meOf(undecided) });
  const use = screen.getByRole("button", { name: "Use Asia/Tokyo" });
  fireEvent.click(use);
  await screen.findByText(texts.failure.codes.time_zone_unknown);
  fireEvent.click(use);
  await screen.findByText(texts.failure.offline);
  fireEvent.click(use);
  await waitFor(() => expect(api.patchMe).toHaveBeenCalledTimes(3));
  expect(screen.queryByText(texts.failure.offline)).toBeNull();
});

test.each([
  ["has decided", meOf()],
  ["is in the same zone", meOf({ ...undecided, time_zone: "Asia/Tokyo" })],
  ["can't change anything", meOf(undecided, { status: "trial_expired" })],
])("nothing is proposed to somebody who %s", async (_, me) => {
  await renderInSession(<ZoneProposal />, { me });
  expect(screen.queryByRole("button")).toBeNull();
});

test.each([
  [
    "the browser doesn't know",
    meOf({ time_zone: "Etc/GMT+3", own_time_zone: "America/Newtown" }),
    "UTC−03:00, since the time zone America/Newtown",
  ],
  [
    "is a placeholder of the organization",
    meOf({ time_zone: "UTC" }, { settings: { ...meOf().tenant.settings, time_zone: "Factory" } }),
    "UTC, since the time zone Factory",
  ],
])("pages say in which zone times are shown where theirs %s", async (_, me, text) => {
  await renderInSession(<OtherZoneNotice />, { me });
  expect(document.body.textContent).toContain(`Times and days are shown in ${text}`);
});

test("pages in the person's zone say nothing", async () => {
  await renderInSession(<OtherZoneNotice />, {
    me: meOf({ time_zone: "Asia/Tokyo", own_time_zone: "Asia/Tokyo" }),
  });
  expect(document.body.textContent).toBe("");
});
