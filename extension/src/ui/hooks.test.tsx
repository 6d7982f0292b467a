import { act, cleanup, render } from "@testing-library/preact";
import { afterEach, expect, test, vi } from "vitest";
import { type AsyncState, useAsync } from "./hooks.ts";

afterEach(cleanup);

test("a reload that was handed on earlier loads what is wanted now", async () => {
  const load = vi.fn(async (wanted: string) => `answer about ${wanted}`);
  let state: AsyncState<string> | undefined;
  function Loads({ wanted }: { wanted: string }) {
    state = useAsync(() => load(wanted), [wanted]);
    return null;
  }
  const { rerender } = render(<Loads wanted="one" />);
  await act(async () => {});
  const reload = state?.reload;
  rerender(<Loads wanted="two" />);
  await act(async () => {});
  await act(async () => reload?.());
  expect(load.mock.calls).toEqual([["one"], ["two"], ["two"]]);
  expect(state?.data).toBe("answer about two");
});
