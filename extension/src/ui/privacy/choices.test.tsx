import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/preact";
import { useState } from "preact/hooks";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { PrivacyChoices } from "../../api/client.ts";
import { choicesOf, emptyApi, problemOf } from "../testing.tsx";
import { Nominee } from "./nominee.tsx";
import { Switches } from "./switches.tsx";
import { privacyTexts } from "./texts.ts";

afterEach(cleanup);

function show(Part: typeof Switches | typeof Nominee, begin: PrivacyChoices) {
  const api = emptyApi();
  api.choosePrivacy.mockImplementation(async (_, { objections, nominee }) => {
    const { nominee: _before, ...rest } = begin;
    const named = nominee && { nominee: { ...nominee, named_at: "2026-11-20T08:00:00.000Z" } };
    return { ...rest, ...(objections && { objections }), ...named, etag: '"2"' };
  });
  const announce = vi.fn();
  function Page() {
    const [choices, setChoices] = useState(begin);
    return (
      <Part api={api} zone="Europe/Berlin" announce={announce} choices={choices} onChosen={setChoices} />
    );
  }
  render(<Page />);
  return { api, announce };
}

describe("switches", () => {
  const { names, saved } = privacyTexts.objections;
  const box = (name: string) => screen.getByRole("checkbox", { name }) as HTMLInputElement;

  test("add to what is objected to already, and take away", async () => {
    const { api, announce } = show(Switches, choicesOf({ objections: ["desktop_activity"] }));
    fireEvent.click(box(names.action_log));
    await waitFor(() => expect(box(names.action_log).checked).toBe(true));
    expect(api.choosePrivacy).toHaveBeenLastCalledWith('"1"', {
      objections: ["desktop_activity", "action_log"],
    });
    expect(announce).toHaveBeenLastCalledWith(saved);
    fireEvent.click(box(names.desktop_activity));
    await waitFor(() => expect(box(names.desktop_activity).checked).toBe(false));
    expect(api.choosePrivacy).toHaveBeenLastCalledWith('"2"', { objections: ["action_log"] });
  });

  test("show what holds when it can't be changed", async () => {
    const { api, announce } = show(Switches, choicesOf());
    api.choosePrivacy.mockRejectedValueOnce(problemOf(503, "unavailable"));
    fireEvent.click(box(names.action_log));
    expect(await screen.findByRole("alert")).toBeTruthy();
    expect(box(names.action_log).checked).toBe(false);
    expect(announce).not.toHaveBeenCalled();
  });

  test("end what the organization doesn't offer any more", () => {
    show(Switches, choicesOf({ objections: ["team_reports"] }));
    expect(box(names.team_reports).checked).toBe(true);
  });

  test("don't show what the organization doesn't offer", () => {
    show(Switches, choicesOf());
    expect(screen.queryByRole("checkbox", { name: names.team_reports })).toBeNull();
  });
});

describe("somebody who acts for one", () => {
  const texts = privacyTexts.nominee;
  const field = (label: string) => screen.getByLabelText(label) as HTMLInputElement;
  const write = (label: string, value: string) => fireEvent.input(field(label), { target: { value } });

  test("is named with a name and an address", async () => {
    const { api, announce } = show(Nominee, choicesOf());
    write(texts.name, " Tove ");
    write(texts.email, "tove");
    fireEvent.click(screen.getByRole("button", { name: texts.save }));
    expect(await screen.findByText(texts.required)).toBeTruthy();
    expect(api.choosePrivacy).not.toHaveBeenCalled();
    write(texts.email, "tove@home.example");
    fireEvent.click(screen.getByRole("button", { name: texts.save }));
    expect(await screen.findByText(texts.named("Tove", "tove@home.example", "2026-11-20"))).toBeTruthy();
    expect(api.choosePrivacy).toHaveBeenCalledExactlyOnceWith('"1"', {
      nominee: { name: "Tove", email: "tove@home.example" },
    });
    expect(announce).toHaveBeenCalledExactlyOnceWith(texts.saved("Tove"));
  });

  test("is taken back, and can be named again", async () => {
    const nominee = { name: "Tove", email: "tove@home.example", named_at: "2026-11-01T08:00:00.000Z" };
    const { api, announce } = show(Nominee, choicesOf({ nominee }));
    fireEvent.click(screen.getByRole("button", { name: texts.takeBack }));
    expect(await screen.findByRole("button", { name: texts.save })).toBeTruthy();
    expect(api.choosePrivacy).toHaveBeenCalledExactlyOnceWith('"1"', { nominee: null });
    expect(announce).toHaveBeenCalledExactlyOnceWith(texts.takenBack);
    expect([field(texts.name).value, field(texts.email).value]).toEqual(["Tove", "tove@home.example"]);
  });

  test("stays when it can't be taken back", async () => {
    const nominee = { name: "Tove", email: "tove@home.example", named_at: "2026-11-01T08:00:00.000Z" };
    const { api } = show(Nominee, choicesOf({ nominee }));
    api.choosePrivacy.mockRejectedValueOnce(problemOf(503, "unavailable"));
    fireEvent.click(screen.getByRole("button", { name: texts.takeBack }));
    expect(await screen.findByRole("alert")).toBeTruthy();
    expect(screen.getByRole("button", { name: texts.takeBack })).toBeTruthy();
  });
});
