import { cleanup, fireEvent, screen, waitFor } from "@testing-library/preact";
import { afterEach, expect, test } from "vitest";
import { emptyApi, meOf, renderInSession } from "./testing.tsx";
import { WeekStartSetting } from "./week-start-setting.tsx";

afterEach(cleanup);

test("a person's own week start is set, followed again, and undone", async () => {
  const api = emptyApi();
  api.me.mockResolvedValue(meOf());
  api.patchMe.mockImplementation(async (_, { week_start }) => meOf({ week_start: week_start ?? "monday" }));
  const { timers, reloadMe } = await renderInSession(<WeekStartSetting />, { api });
  const choice = screen.getByRole("combobox");
  fireEvent.change(choice, { target: { value: "sunday" } });
  await waitFor(() => expect(api.patchMe).toHaveBeenCalledWith('"1"', { week_start: "sunday" }));
  await waitFor(() => expect(timers.state.announcement).toContain("Sunday"));
  expect(reloadMe).toHaveBeenCalled();
  await timers.undo();
  expect(api.patchMe).toHaveBeenLastCalledWith('"1"', { week_start: null });
});

test("after the trial it can't be changed", async () => {
  await renderInSession(<WeekStartSetting />, { me: meOf({}, { status: "trial_expired" }) });
  expect(screen.queryByRole("combobox")).toBeNull();
});
