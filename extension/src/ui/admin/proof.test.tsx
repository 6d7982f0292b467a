import { cleanup, fireEvent, screen, waitFor } from "@testing-library/preact";
import { afterEach, expect, test } from "vitest";
import { emptyApi, meOf, problemOf, renderInSession } from "../testing.tsx";
import { Proof } from "./proof.tsx";
import { adminTexts } from "./texts.ts";

const texts = adminTexts.proof;
const superAdmin = meOf({ role: "super_admin" });

afterEach(cleanup);

function verify(head = "") {
  fireEvent.input(screen.getByLabelText(texts.kept), { target: { value: head } });
  fireEvent.click(screen.getByRole("button", { name: texts.verify }));
}

test("shows how far the chain reaches, with the head to keep", async () => {
  const api = emptyApi();
  const head = `1042:${"9f86d081".repeat(8)}`;
  api.proofStatus.mockResolvedValue({ links: 1042, head, sealed_at: "2026-11-20T09:30:00.000Z" });
  await renderInSession(<Proof />, { api, me: superAdmin });
  expect(await screen.findByText(head)).toBeTruthy();
  expect(screen.getByText("1,042")).toBeTruthy();
  expect(screen.queryByText(texts.waiting)).toBeNull();
});

test("says that the chain holds, for a head that was kept", async () => {
  const api = emptyApi();
  api.verifyProof.mockResolvedValue({ holds: true, links: 7, erased: 1, expired: 0, unsealed: 2 });
  await renderInSession(<Proof />, { api, me: superAdmin });
  await screen.findByText(texts.head, { exact: false, selector: "p" });
  verify("  5:abc ");
  expect(await screen.findByText(texts.holds)).toBeTruthy();
  expect(api.verifyProof).toHaveBeenLastCalledWith("5:abc");
  expect(screen.getByRole("status").textContent).toContain(texts.looked(7, 2));
  expect(screen.getByRole("status").textContent).toContain(texts.ended(1, 0));
});

test("names the first link that does not hold, and its row", async () => {
  const api = emptyApi();
  api.verifyProof.mockResolvedValue({
    holds: false,
    links: 3,
    erased: 0,
    expired: 0,
    unsealed: 0,
    fault: { reason: "row_altered", message: "no", link: 4, kind: "audit_event", row_id: "r9" },
  });
  await renderInSession(<Proof />, { api, me: superAdmin });
  await screen.findByLabelText(texts.kept);
  verify();
  expect(await screen.findByText(texts.broken(4))).toBeTruthy();
  expect(api.verifyProof).toHaveBeenLastCalledWith(undefined);
  expect(screen.getByRole("status").textContent).toContain(texts.reasons.row_altered);
  expect(screen.getByRole("status").textContent).toContain("audit_event r9");
});

test("a head that can't be read is refused, and may be tried again", async () => {
  const api = emptyApi();
  api.verifyProof.mockRejectedValueOnce(problemOf(422, "head_invalid"));
  await renderInSession(<Proof />, { api, me: superAdmin });
  await screen.findByLabelText(texts.kept);
  verify("nonsense");
  await waitFor(() => expect(screen.getByRole("alert").textContent).toContain(adminTexts.codes.head_invalid));
  expect(screen.queryByText(texts.holds)).toBeNull();
});

test("an admin is told whom to ask", async () => {
  const api = emptyApi();
  await renderInSession(<Proof />, { api, me: meOf({ role: "admin" }) });
  expect(screen.getByText(texts.onlySuperAdmins)).toBeTruthy();
  expect(api.proofStatus).not.toHaveBeenCalled();
});
