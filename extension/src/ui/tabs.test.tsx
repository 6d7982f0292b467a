import { cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { useState } from "preact/hooks";
import { afterEach, expect, test } from "vitest";
import { Tabs } from "./tabs.tsx";

afterEach(cleanup);

type Letter = "a" | "b" | "c";

function Letters() {
  const [selected, setSelected] = useState<Letter>("a");
  const tabs = (["a", "b", "c"] as const).map((id) => ({ id, text: id.toUpperCase() }));
  return (
    <Tabs label="Letters" tabs={tabs} selected={selected} onSelect={setSelected}>
      <p>{`the letter ${selected}`}</p>
    </Tabs>
  );
}

test("one tab is in the tab order, the keys select another one, and the panel has its name", () => {
  render(<Letters />);
  const selected = () => screen.getByRole("tab", { selected: true });
  for (const [key, name] of [
    ["ArrowRight", "B"],
    ["End", "C"],
    ["ArrowRight", "A"],
    ["ArrowLeft", "C"],
    ["Home", "A"],
    ["x", "A"],
  ] as const) {
    fireEvent.keyDown(selected(), { key });
    expect(selected().textContent).toBe(name);
    if (key !== "x") expect(document.activeElement).toBe(selected());
    expect(screen.getByRole("tabpanel", { name }).textContent).toBe(`the letter ${name.toLowerCase()}`);
    expect(screen.getAllByRole("tab").filter((tab) => tab.tabIndex === 0)).toEqual([selected()]);
  }
  fireEvent.click(screen.getByRole("tab", { name: "B" }));
  expect(screen.getByText("the letter b")).toBeTruthy();
});
