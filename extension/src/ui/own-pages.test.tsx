import { cleanup, fireEvent, renderHook, screen, waitFor } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { OfflineError } from "../api/client.ts";
import { csvFormat } from "../api/csv-format.ts";
import { CsvChoice } from "./csv-choice.tsx";
import { singleKeys } from "./keys.ts";
import { KeysHelp } from "./keys-help.tsx";
import { adoptOwnPages } from "./own-pages.ts";
import { emptyApi, meOf, renderInSession } from "./testing.tsx";
import { texts } from "./texts.ts";
import { TimerStore } from "./timer-store.ts";
import { useKeepTab } from "./waiting.ts";

beforeEach(() => adoptOwnPages(meOf()));
afterEach(cleanup);

function nothingIsStored(): void {
  expect([localStorage.length, sessionStorage.length]).toEqual([0, 0]);
}

test("the format of CSV files is kept by the server", async () => {
  const api = emptyApi();
  api.me.mockResolvedValue({ ...meOf(), etag: '"7"' });
  const { reloadMe } = await renderInSession(<CsvChoice />, { api });
  fireEvent.change(screen.getByRole("combobox"), { target: { value: "tab" } });
  expect(csvFormat()).toBe("tab");
  await waitFor(() => expect(reloadMe).toHaveBeenCalledOnce());
  expect(api.me).toHaveBeenCalledExactlyOnceWith({ join: false });
  expect(api.patchMe).toHaveBeenCalledExactlyOnceWith('"7"', { csv_format: "tab" });
  nothingIsStored();
});

test("single letters as keys are kept by the server", async () => {
  const api = emptyApi();
  await renderInSession(<KeysHelp />, { api });
  fireEvent.click(screen.getByRole("button", { name: texts.keys.openLabel }));
  fireEvent.click(screen.getByLabelText(texts.keys.single));
  expect(singleKeys()).toBe(false);
  await waitFor(() => expect(api.patchMe).toHaveBeenCalledExactlyOnceWith('"1"', { single_keys: false }));
  nothingIsStored();
});

test("a choice that isn't kept holds for the page, and says so", async () => {
  const api = emptyApi();
  api.patchMe.mockRejectedValue(new OfflineError("not reached"));
  const { timers, reloadMe } = await renderInSession(<CsvChoice />, { api });
  fireEvent.change(screen.getByRole("combobox"), { target: { value: "semicolon" } });
  await waitFor(() => expect(timers.state.announcement).toBe(texts.failure.offline));
  expect(csvFormat()).toBe("semicolon");
  expect(reloadMe).not.toHaveBeenCalled();
});

test("what the server keeps holds on the next page", () => {
  adoptOwnPages(meOf({ csv_format: "tab", single_keys: false }));
  expect([csvFormat(), singleKeys()]).toEqual(["tab", false]);
  adoptOwnPages(meOf());
  expect(singleKeys()).toBe(true);
});

test("a tab with something that waits is kept open, and no other", () => {
  const timers = new TimerStore(emptyApi());
  renderHook(() => useKeepTab(timers));
  const leave = () => {
    const event = new Event("beforeunload", { cancelable: true });
    window.dispatchEvent(event);
    return event.defaultPrevented;
  };
  expect(leave()).toBe(false);
  const pressedAt = timers.clock.estimate() - 60_000;
  const { item } = { item: { organization: "contoso", project: "Payments", id: "104" } };
  vi.spyOn(timers, "state", "get").mockReturnValue({
    ...timers.state,
    waiting: [{ kind: "stop", key: "k", pressedAt, item }],
  });
  expect(leave()).toBe(true);
});
