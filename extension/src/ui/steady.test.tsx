import { cleanup, render } from "@testing-library/preact";
import { afterEach, expect, test, vi } from "vitest";
import { Steady } from "./steady.tsx";

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

test("the greatest height is kept while the content changes, and forgotten at another width", () => {
  let size = { width: 600, height: 240 };
  vi.spyOn(HTMLElement.prototype, "offsetWidth", "get").mockImplementation(() => size.width);
  vi.spyOn(HTMLElement.prototype, "offsetHeight", "get").mockImplementation(() => size.height);
  const { container, rerender } = render(<Steady>a week</Steady>);
  const box = container.firstElementChild as HTMLElement;
  expect(box.style.minHeight).toBe("240px");
  size = { width: 600, height: 40 };
  rerender(<Steady>loading</Steady>);
  expect(box.style.minHeight).toBe("240px");
  size = { width: 300, height: 90 };
  rerender(<Steady>narrow</Steady>);
  expect(box.style.minHeight).toBe("90px");
});
