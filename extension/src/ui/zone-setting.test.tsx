import { cleanup, fireEvent, screen, waitFor, within } from "@testing-library/preact";
import { afterEach, expect, test } from "vitest";
import type { Me } from "../api/client.ts";
import { emptyApi, meOf, problemOf, renderInSession } from "./testing.tsx";
import { texts } from "./texts.ts";
import { ZoneSetting } from "./zone-setting.tsx";

afterEach(cleanup);

async function open(me: Me = meOf(), api = emptyApi()) {
  const session = await renderInSession(<ZoneSetting />, { api, me });
  fireEvent.click(screen.getByRole("button", { name: texts.zone.changeLabel }));
  const dialog = within(screen.getByRole("dialog", { name: texts.zone.title }));
  return {
    ...session,
    dialog,
    search: dialog.getByRole("searchbox", { name: texts.zone.find }),
    list: dialog.getByRole<HTMLSelectElement>("listbox", { name: texts.zone.zones }),
    save: dialog.getByRole("button", { name: texts.zone.save }),
  };
}

const shownZones = (list: HTMLSelectElement) => [...list.options].map(({ value }) => value);

test("the zone is seen, and one is found and chosen", async () => {
  const { api, dialog, search, list, timers } = await open();
  expect(screen.getByText("Time zone: Europe/Berlin")).toBeTruthy();
  expect(list.selectedOptions[0]?.textContent).toBe("As Contoso: Europe/Berlin");
  expect(list.querySelector("optgroup")?.label).toBe("Africa");

  fireEvent.input(search, { target: { value: "utc+05:4" } });
  expect(shownZones(list)).toHaveLength(1);
  expect(
    dialog.getByText(/^1 match\. Chosen: Asia\/Kathmandu, where it is 14:45 \(UTC\+05:45\)\.$/),
  ).toBeTruthy();
  fireEvent.keyDown(search, { key: "ArrowDown" });
  expect(document.activeElement).toBe(list);
  api.patchMe.mockResolvedValueOnce(meOf({ time_zone: "Asia/Kathmandu" }));
  fireEvent.click(dialog.getByRole("button", { name: texts.zone.save }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(api.patchMe).toHaveBeenCalledExactlyOnceWith('"1"', { time_zone: list.value });
  expect(timers.state.announcement).toBe(texts.zone.set("Asia/Kathmandu"));
});

test("the organization's zone can be followed again", async () => {
  const { api, list, save } = await open(meOf({ time_zone: "Asia/Tokyo", own_time_zone: "Asia/Tokyo" }));
  expect(list.value).toBe("Asia/Tokyo");
  fireEvent.change(list, { target: { value: list.options[0]?.value } });
  fireEvent.click(save);
  await waitFor(() => expect(api.patchMe).toHaveBeenCalledExactlyOnceWith('"1"', { time_zone: null }));
});

test("what is saved is always in sight", async () => {
  const { api, dialog, search, list, save } = await open();
  fireEvent.input(search, { target: { value: "atlantis" } });
  expect(shownZones(list)).toEqual([]);
  fireEvent.click(save);
  expect(dialog.getByText("No time zone matches.")).toBeTruthy();
  expect(api.patchMe).not.toHaveBeenCalled();
  fireEvent.input(search, { target: { value: "america" } });
  expect(list.selectedOptions[0]?.value).toMatch(/^America\//);
});

test("a refusal is told in the dialog", async () => {
  const api = emptyApi();
  api.patchMe.mockRejectedValueOnce(problemOf(422, "time_zone_unknown"));
  const { dialog, list, save } = await open(meOf(), api);
  fireEvent.change(list, { target: { value: "Asia/Tokyo" } });
  fireEvent.click(save);
  expect(await dialog.findByText(texts.failure.codes.time_zone_unknown)).toBeTruthy();
});

test("one's own zone that the browser doesn't know is shown, and breaks nothing", async () => {
  const { list } = await open(meOf({ time_zone: "Etc/GMT+3", own_time_zone: "America/Newtown" }));
  expect(list.selectedOptions[0]?.textContent).toBe("America/Newtown");
});

test("where nothing can be changed the zone is only seen", async () => {
  await renderInSession(<ZoneSetting />, { me: meOf({}, { status: "cancelled" }) });
  expect(screen.getByText("Time zone: Europe/Berlin")).toBeTruthy();
  expect(screen.queryByRole("button")).toBeNull();
});
