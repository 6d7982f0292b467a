import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/preact";
import { afterEach, describe, expect, test, vi } from "vitest";
import { ApiProblem, OfflineError } from "../api/client.ts";
import { OfferContext } from "./offer.tsx";
import { proposeSlug, SignUpForm } from "./sign-up.tsx";
import { emptyApi, offer } from "./testing.tsx";
import { texts } from "./texts.ts";

afterEach(cleanup);

test.each([
  ["Fabrikam Robotics", "fabrikam-robotics"],
  ["Müller & Söhne GmbH", "muller-sohne-gmbh"],
  ["  --A--  ", "a"],
  ["株式会社", ""],
  [`${"x".repeat(39)} y`, "x".repeat(39)],
])("proposeSlug(%j)", (name, slug) => {
  expect(proposeSlug(name)).toBe(slug);
});

function show() {
  const api = emptyApi();
  const onDone = vi.fn();
  const onTaken = vi.fn();
  const email = "frances@fabrikam.example";
  render(
    <OfferContext.Provider value={offer}>
      <SignUpForm
        signUp={api.signUp}
        formTexts={texts.signUp}
        organization="fabrikam"
        email={email}
        onDone={onDone}
        onTaken={onTaken}
      />
    </OfferContext.Provider>,
  );
  const fill = (label: string, value: string) =>
    fireEvent.input(screen.getByLabelText(label), { target: { value } });
  const submit = () => fireEvent.click(screen.getByRole("button", { name: texts.signUp.submit }));
  return { api, onDone, onTaken, fill, submit };
}

test("the slug follows the name until it is edited", () => {
  const { fill } = show();
  const slug = screen.getByLabelText<HTMLInputElement>(texts.signUp.slug);
  fill(texts.signUp.name, "Fabrikam Robotics");
  expect(slug.value).toBe("fabrikam-robotics");
  fill(texts.signUp.slug, "robots");
  fill(texts.signUp.name, "Fabrikam");
  expect(slug.value).toBe("robots");
});

test("the price, the terms and what is stored are there before anything is set up", () => {
  show();
  expect(screen.getByText(/US\$9\.00 per user and month/)).toBeTruthy();
  const address = (name: string) => screen.getByRole("link", { name }).getAttribute("href");
  expect(address(texts.offer.terms)).toBe(offer.terms_url);
  expect(address(texts.offer.privacy)).toBe(offer.privacy_url);
});

describe("sending", () => {
  test("what is missing is named, and nothing is sent", async () => {
    const { api, submit } = show();
    submit();
    expect(await screen.findByText(texts.signUp.required)).toBeTruthy();
    expect(document.activeElement).toBe(screen.getByLabelText(texts.signUp.name));
    expect(api.signUp).not.toHaveBeenCalled();
  });

  test("the host's organization, the person's address and the browser's zone are filled in", async () => {
    const { api, onDone, fill, submit } = show();
    fill(texts.signUp.name, "Fabrikam");
    submit();
    await waitFor(() => expect(onDone).toHaveBeenCalled());
    expect(api.signUp).toHaveBeenCalledWith(
      {
        name: "Fabrikam",
        slug: "fabrikam",
        azure_devops_organization: "fabrikam",
        admin_email: "frances@fabrikam.example",
        time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
        currency: "USD",
        week_start: "sunday", // as in the language of the test's browser
      },
      expect.any(String),
    );
  });

  test("not reached: trying again sends the same key, other values another", async () => {
    const { api, onDone, fill, submit } = show();
    api.signUp.mockRejectedValueOnce(new OfflineError("x")).mockRejectedValueOnce(new OfflineError("x"));
    fill(texts.signUp.name, "Fabrikam");
    submit();
    fireEvent.click(await screen.findByRole("button", { name: texts.tryAgain }));
    await waitFor(() => expect(api.signUp).toHaveBeenCalledTimes(2));
    await screen.findByRole("button", { name: texts.tryAgain });
    fill(texts.signUp.name, "Fabrikam Robotics");
    submit();
    await waitFor(() => expect(onDone).toHaveBeenCalled());
    const keys = api.signUp.mock.calls.map(([, key]) => key);
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).not.toBe(keys[0]);
  });

  test("a field that the server refuses is marked", async () => {
    const { api, fill, submit } = show();
    api.signUp.mockRejectedValue(
      new ApiProblem({
        type: "about:blank",
        title: "x",
        status: 409,
        code: "slug_taken",
        detail: "This short name is taken.",
        request_id: "r",
        errors: [{ pointer: "/slug", code: "taken", detail: "choose another one" }],
      }),
    );
    fill(texts.signUp.name, "Fabrikam");
    submit();
    expect(await screen.findByText("choose another one")).toBeTruthy();
    expect(screen.getByLabelText(texts.signUp.slug).getAttribute("aria-invalid")).toBe("true");
  });

  test("a colleague was faster", async () => {
    const { api, onTaken, fill, submit } = show();
    api.signUp.mockRejectedValue(
      new ApiProblem({
        type: "about:blank",
        title: "x",
        status: 409,
        code: "directory_taken",
        request_id: "r",
      }),
    );
    fill(texts.signUp.name, "Fabrikam");
    submit();
    await waitFor(() => expect(onTaken).toHaveBeenCalled());
  });
});
