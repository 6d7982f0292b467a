import { act, cleanup, fireEvent, screen } from "@testing-library/preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { meOf, renderInSession } from "./testing.tsx";
import { texts } from "./texts.ts";
import { UndoNotice } from "./undo-notice.tsx";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const undo = vi.fn(async () => "Undone.");

async function show(around?: Parameters<typeof renderInSession>[1]) {
  undo.mockClear();
  const session = await renderInSession(
    <>
      <button type="button">elsewhere</button>
      <input aria-label="field" />
      <UndoNotice />
    </>,
    around,
  );
  act(() => session.timers.announce("Entry voided.", undo));
  return session;
}

const button = () => screen.queryByRole("button", { name: texts.undo.button });
const pass = (ms: number) =>
  act(async () => {
    await vi.advanceTimersByTimeAsync(ms);
  });

test("says what happened for ten seconds, and can take it back", async () => {
  await show();
  expect(screen.getByRole("status").textContent).toBe("Entry voided.");
  await pass(9_999);
  expect(button()).toBeTruthy();
  await pass(1);
  expect(button()).toBeNull();
  expect(screen.getByRole("status").textContent).toBe("");
});

test("Undo takes it back, and says so", async () => {
  await show();
  fireEvent.click(button() as HTMLElement);
  await pass(0);
  expect(undo).toHaveBeenCalledOnce();
  expect(screen.getByRole("status").textContent).toBe("Undone.");
  expect(button()).toBeNull();
});

describe("stays", () => {
  test.each([
    ["pointed at", "mouseEnter", "mouseLeave"],
    ["focused", "focusIn", "focusOut"],
  ] as const)("while it is %s", async (_, enter, leave) => {
    await show();
    const notice = screen.getByRole("region", { name: texts.undo.region });
    await pass(9_000);
    fireEvent[enter](notice);
    await pass(60_000);
    expect(button()).toBeTruthy();
    fireEvent[leave](notice);
    await pass(10_000);
    expect(button()).toBeNull();
  });
});

test("goes by itself after its button was pressed by the keyboard, and so does the next one", async () => {
  const { timers } = await show();
  act(() => button()?.focus());
  fireEvent.click(button() as HTMLElement);
  await pass(0);
  expect(screen.getByRole("status").textContent).toBe("Undone.");
  await pass(10_000);
  expect(screen.getByRole("status").textContent).toBe("");
  act(() => timers.announce("Entry voided.", undo));
  await pass(10_000);
  expect(button()).toBeNull();
});

test("a new notice ends the last, and has its own ten seconds", async () => {
  const { timers } = await show();
  await pass(9_000);
  const next = vi.fn(async () => "The next is undone.");
  act(() => timers.announce("Entry voided.", next));
  await pass(9_000);
  fireEvent.click(button() as HTMLElement);
  await pass(0);
  expect(undo).not.toHaveBeenCalled();
  expect(next).toHaveBeenCalledOnce();
});

describe("keys:", () => {
  test.each([{ ctrlKey: true }, { metaKey: true }])("Ctrl+Z takes it back (%j)", async (modifier) => {
    await show();
    fireEvent.keyDown(document.body, { key: "z", ...modifier });
    await pass(0);
    expect(undo).toHaveBeenCalledOnce();
  });

  test("Ctrl+Z in a field is the field's", async () => {
    await show();
    fireEvent.keyDown(screen.getByLabelText("field"), { key: "z", ctrlKey: true });
    await pass(0);
    expect(undo).not.toHaveBeenCalled();
  });

  test("Alt+U goes to the button, and the focus returns after it", async () => {
    await show();
    const before = screen.getByRole("button", { name: "elsewhere" });
    before.focus();
    fireEvent.keyDown(before, { code: "KeyU", key: "u", altKey: true });
    expect(document.activeElement).toBe(button());
    fireEvent.click(button() as HTMLElement);
    await pass(0);
    expect(document.activeElement).toBe(before);
  });
});

test("after the trial nothing is taken back", async () => {
  await show({ me: meOf({}, { status: "trial_expired" }) });
  expect(button()).toBeNull();
  fireEvent.keyDown(document.body, { key: "z", ctrlKey: true });
  await pass(0);
  expect(undo).not.toHaveBeenCalled();
});

test("an undo that fails is read out at once", async () => {
  await show();
  undo.mockRejectedValueOnce(new Error("no"));
  fireEvent.click(button() as HTMLElement);
  await pass(0);
  expect(screen.getByRole("alert").textContent).toBe(texts.undo.failed(texts.failure.unexpected));
});
