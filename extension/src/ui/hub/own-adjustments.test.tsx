import { cleanup, screen } from "@testing-library/preact";
import { afterEach, expect, test } from "vitest";
import { adjustmentOf, emptyApi, renderInSession, sheetOf } from "../testing.tsx";
import { OwnAdjustments } from "./own-adjustments.tsx";

afterEach(cleanup);

test("people see what was adjusted in their week, why, and by whom", async () => {
  const api = emptyApi();
  api.listAdjustments.mockResolvedValue({
    data: [adjustmentOf({ reason: "Was a break" }), adjustmentOf({ id: "d2", entry_id: "e", reason: "" })],
    page: {},
  });
  const days = sheetOf().days.map((day, i) => ({ ...day, adjusted_ms: i === 4 ? -3_600_000 : 0 }));
  await renderInSession(<OwnAdjustments sheet={sheetOf({ days })} />, { api });
  const [first, second] = await screen.findAllByRole("listitem");
  expect(first?.textContent).toContain("Was a break");
  expect(first?.textContent).toContain(adjustmentOf().made_by.name);
  expect(second?.textContent).toContain("Settlement: was under review when its time was closed.");
  expect(api.listAdjustments.mock.lastCall?.[0]).toMatchObject({ from: "2026-11-16", to: "2026-11-22" });
});

test("a week without adjustments asks for none", async () => {
  const api = emptyApi();
  await renderInSession(<OwnAdjustments sheet={sheetOf()} />, { api });
  expect(api.listAdjustments).not.toHaveBeenCalled();
});
