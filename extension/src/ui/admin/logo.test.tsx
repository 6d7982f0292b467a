import { cleanup, fireEvent, screen, waitFor } from "@testing-library/preact";
import { afterEach, expect, test, vi } from "vitest";
import { emptyApi, meOf, problemOf, renderInSession, tenantOf } from "../testing.tsx";
import { UndoNotice } from "../undo-notice.tsx";
import { Logo } from "./logo.tsx";
import { adminTexts } from "./texts.ts";

const texts = adminTexts.tenant.logo;
const stored = { media_type: "image/png", image: "b2xk", width: 8, height: 4 } as const;

afterEach(cleanup);

async function show(api = emptyApi()) {
  const reload = vi.fn();
  await renderInSession(
    <>
      <Logo details={tenantOf()} reload={reload} />
      <UndoNotice />
    </>,
    { api, me: meOf({ role: "super_admin" }) },
  );
  const choose = (file: File) =>
    fireEvent.change(screen.getByLabelText(texts.choose, { selector: "input" }), {
      target: { files: [file] },
    });
  return { api, reload, choose };
}

test("a picture is shown once it was chosen, and can be undone", async () => {
  const { api, reload, choose } = await show();
  expect(await screen.findByText(texts.none)).toBeTruthy();
  api.logo.mockResolvedValue(stored);
  choose(new File(["new"], "logo.png", { type: "image/png" }));
  expect(await screen.findByText(texts.saved)).toBeTruthy();
  expect(api.patchTenant).toHaveBeenCalledWith('"1"', { logo: "bmV3" });
  expect(reload).toHaveBeenCalled();
  expect((await screen.findByAltText(texts.alt)).getAttribute("src")).toBe("data:image/png;base64,b2xk");
  fireEvent.click(screen.getByRole("button", { name: /^Undo/ }));
  await waitFor(() => expect(api.patchTenant).toHaveBeenLastCalledWith(expect.anything(), { logo: null }));
});

test("the logo can be removed, and put back", async () => {
  const api = emptyApi();
  api.logo.mockResolvedValue(stored);
  await show(api);
  fireEvent.click(await screen.findByRole("button", { name: texts.remove }));
  expect(await screen.findByText(texts.removed)).toBeTruthy();
  expect(api.patchTenant).toHaveBeenCalledWith('"1"', { logo: null });
  fireEvent.click(screen.getByRole("button", { name: /^Undo/ }));
  await waitFor(() => expect(api.patchTenant).toHaveBeenLastCalledWith(expect.anything(), { logo: "b2xk" }));
});

test("a picture that is too long isn't sent, and a refusal is shown", async () => {
  const { api, choose } = await show();
  await screen.findByText(texts.none);
  choose(new File([new Uint8Array(65 * 1024)], "logo.png", { type: "image/png" }));
  expect(await screen.findByText(texts.tooLong)).toBeTruthy();
  expect(api.patchTenant).not.toHaveBeenCalled();
  api.patchTenant.mockRejectedValue(problemOf(422, "logo_invalid"));
  choose(new File(["text"], "logo.png", { type: "image/png" }));
  expect(await screen.findByRole("alert")).toBeTruthy();
  expect(screen.queryByText(texts.tooLong)).toBeNull();
});
