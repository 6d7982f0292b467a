import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/preact";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Auth, AuthState } from "../../auth/auth.ts";
import { saveFile } from "../save-file.ts";
import { choicesOf, emptyApi, problemOf } from "../testing.tsx";
import { Alone } from "./alone.tsx";
import { privacyTexts } from "./texts.ts";

vi.mock("../save-file.ts", () => ({ saveFile: vi.fn() }));

const texts = privacyTexts.alone;

afterEach(() => {
  cleanup();
  vi.mocked(saveFile).mockClear();
});

function show(state: AuthState, api = emptyApi()) {
  const signIn = vi.fn<Auth["signIn"]>();
  const auth = { state, subscribe: () => () => {}, signIn } as unknown as Auth;
  render(<Alone auth={auth} api={api} />);
  return { api, signIn };
}

const needsClick: AuthState = { kind: "needs_click", reason: "none" };
const signedIn = { kind: "signed_in" } as AuthState;

describe("one's own data without the product", () => {
  test("asks to sign in first", () => {
    const { api, signIn } = show(needsClick);
    expect(screen.getByText(texts.signIn)).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: /sign in/i }));
    expect(signIn).toHaveBeenCalled();
    expect(api.myPrivacy).not.toHaveBeenCalled();
  });

  test("tells who can't record time any more that their data is kept", async () => {
    const api = emptyApi();
    const person = { ...choicesOf().person, active: false };
    api.myPrivacy.mockResolvedValue(choicesOf({ person }));
    show(signedIn, api);
    expect(await screen.findByText(texts.inactive("Contoso"))).toBeTruthy();
    expect(screen.getByText(privacyTexts.you.entriesByRequest)).toBeTruthy();
    expect(screen.queryByText(privacyTexts.you.entries)).toBeNull();
    expect(screen.getByRole("heading", { name: privacyTexts.requests.title })).toBeTruthy();
  });

  test("tells when the organization is deleted, and to download before", async () => {
    const api = emptyApi();
    const person = { ...choicesOf().person, ends_at: "2026-12-27T12:00:00.000Z" };
    api.myPrivacy.mockResolvedValue(choicesOf({ person }));
    show(signedIn, api);
    expect(await screen.findByText(/^Contoso is deleted on .*2026/)).toBeTruthy();
    expect(screen.getByText(privacyTexts.endsHelp)).toBeTruthy();
  });

  test("tells whoever is known as active nothing of that", async () => {
    show(signedIn);
    expect(await screen.findByRole("heading", { name: privacyTexts.you.title })).toBeTruthy();
    expect(screen.queryByText(texts.inactive("Contoso"))).toBeNull();
    expect(screen.queryByText(privacyTexts.endsHelp)).toBeNull();
  });

  test("offers another account to whom nothing is held about", async () => {
    const api = emptyApi();
    api.myPrivacy.mockRejectedValue(problemOf(403, "not_known"));
    const { signIn } = show(signedIn, api);
    expect(await screen.findByText(texts.unknown)).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: texts.otherAccount }));
    expect(signIn).toHaveBeenCalledExactlyOnceWith({ otherAccount: true });
  });

  test("tries again after a failure", async () => {
    const api = emptyApi();
    api.myPrivacy.mockRejectedValueOnce(problemOf(503, "unavailable"));
    show(signedIn, api);
    fireEvent.click(await screen.findByRole("button", { name: /again/i }));
    expect(await screen.findByRole("heading", { name: privacyTexts.you.title })).toBeTruthy();
  });
});

describe("a confirmation", () => {
  const { find } = privacyTexts;
  const reference = "abcde-fghij-klmno-pqrst-uvwxy-z";
  const write = (value: string) =>
    fireEvent.input(screen.getByLabelText(find.reference), { target: { value } });

  test("is found by a whole reference, without signing in", async () => {
    const { api } = show(needsClick);
    write("abcde-fghij");
    fireEvent.click(screen.getByRole("button", { name: find.find }));
    expect(await screen.findByText(find.incomplete)).toBeTruthy();
    expect(api.findConfirmation).not.toHaveBeenCalled();
    write(` ${reference} `);
    fireEvent.click(screen.getByRole("button", { name: find.find }));
    await waitFor(() =>
      expect(saveFile).toHaveBeenCalledExactlyOnceWith(expect.any(Blob), "confirmation.pdf"),
    );
    expect(api.findConfirmation).toHaveBeenCalledExactlyOnceWith("abcdefghijklmnopqrstuvwxyz", "en");
  });

  test("is found by Enter in the field of its reference", async () => {
    const { api } = show(needsClick);
    write(reference);
    fireEvent.submit(screen.getByLabelText(find.reference).closest("form") as HTMLFormElement);
    await waitFor(() => expect(api.findConfirmation).toHaveBeenCalledOnce());
  });

  test.each(["privacy_request_not_found", "not_decided"] as const)("isn't there: %s", async (code) => {
    const { api } = show(needsClick);
    api.findConfirmation.mockRejectedValueOnce(problemOf(404, code));
    write(reference);
    fireEvent.click(screen.getByRole("button", { name: find.find }));
    expect(await screen.findByText(find.codes[code])).toBeTruthy();
    expect(saveFile).not.toHaveBeenCalled();
  });
});
