import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/preact";
import { afterEach, describe, expect, test } from "vitest";
import list from "../../../../internal/privacy/notices.json";
import type { Me } from "../../api/client.ts";
import { OfflineError } from "../../api/client.ts";
import german from "../../texts/languages/de.ts";
import { emptyApi, meOf, renderInSession } from "../testing.tsx";
import { texts } from "../texts.ts";
import { NoticeAnnouncement } from "./announcement.tsx";
import { PrivacyNotice } from "./notice.tsx";
import { textOf, versionsOn } from "./versions.ts";

afterEach(cleanup);

/** A first version, a change of words, and one that comes. */
const three = [
  { version: 1, announced: "2026-11-01", effective: "2026-11-01" },
  { version: 2, announced: "2027-01-10", effective: "2027-01-10" },
  { version: 3, announced: "2027-03-01", effective: "2027-03-15" },
];

test("every version of the server's list has its text, and no other", () => {
  expect(list.map(({ version }) => textOf(version)?.responsible.title)).not.toContain(undefined);
  expect(textOf(list.length + 1)).toBeUndefined();
  for (const { version } of list.slice(1)) expect(textOf(version)?.changes, `${version}`).not.toEqual([]);
});

test.each([
  ["2026-10-01", [1], 1],
  ["2027-02-28", [2, 1], 2],
  ["2027-03-01", [3, 2, 1], 2],
  ["2027-03-15", [3, 2, 1], 3],
])("on %s versions %s are shown, and %s is in force", (today, shown, inForce) => {
  const found = versionsOn(today, three);
  expect([found.shown.map(({ version }) => version), found.inForce]).toEqual([shown, inForce]);
});

describe("the notice", () => {
  test("shows the version in force, with what is held and for how long", () => {
    render(<PrivacyNotice today="2026-12-01" />);
    screen.getByRole("heading", { level: 2, name: "Privacy notice" });
    expect(screen.getByRole("status").textContent).toMatch(
      /^Version .?1.?, in force since .*1 Nov 2026.?\.$/,
    );
    expect(screen.queryByRole("navigation")).toBeNull();
    screen.getByText("For 7 years, as tax law demands.");
    screen.getByText(/timetracker\.theme/);
  });

  test("can be read as it was, and as it will be", () => {
    render(
      <PrivacyNotice today="2027-03-02" all={[...three.slice(0, 1), { ...three[2], version: 2 } as never]} />,
    );
    expect(screen.getByRole("button", { name: /1/ }).getAttribute("aria-pressed")).toBe("true");
    expect(screen.getAllByRole("button")).toHaveLength(2);
  });

  test("is there in German, with all of its points", () => {
    const inGerman = german.notice.texts[1];
    const count = (text: Partial<typeof inGerman>) =>
      Object.entries(text).map(([key, part]) => [
        key,
        "points" in part ? part.points.length : "of" in part && Object.keys(part.of),
      ]);
    expect(count(inGerman)).toEqual(count(textOf(1) ?? {}));
    expect(inGerman.responsible.title).toBe("Wer verantwortlich ist");
  });
});

describe("a change", () => {
  const announced = { version: 2, effective_on: "2026-12-15" };
  const told: Partial<Me> = {
    privacy_notice: { version: 1, effective_on: "2026-11-01", next: announced, announced },
  };

  test("is announced with its day, until it is dismissed on the server", async () => {
    const api = emptyApi();
    const { reloadMe } = await renderInSession(<NoticeAnnouncement />, { api, me: { ...meOf(), ...told } });
    screen.getByText(/15 Dec 2026.* the privacy notice changes\./);
    expect(screen.getByRole("link").getAttribute("href")).toMatch(/legal\.html#privacy$/);
    fireEvent.click(screen.getByRole("button", { name: texts.notice.dismiss }));
    await waitFor(() => expect(reloadMe).toHaveBeenCalledOnce());
    expect(api.patchMe).toHaveBeenCalledExactlyOnceWith('"1"', { notice_seen: 2 });
    expect([localStorage.length, sessionStorage.length]).toEqual([0, 0]);
  });

  test("stays when that isn't kept, and can be dismissed again", async () => {
    const api = emptyApi();
    api.patchMe.mockRejectedValueOnce(new OfflineError("not reached"));
    const { timers, reloadMe } = await renderInSession(<NoticeAnnouncement />, {
      api,
      me: { ...meOf(), ...told },
    });
    const dismiss = screen.getByRole("button", { name: texts.notice.dismiss });
    fireEvent.click(dismiss);
    await waitFor(() => expect(timers.state.announcement).toBe(texts.failure.offline));
    await waitFor(() => expect(dismiss.getAttribute("aria-disabled")).toBe("false"));
    fireEvent.click(dismiss);
    await waitFor(() => expect(reloadMe).toHaveBeenCalledOnce());
  });

  test("that is in force is told as one", async () => {
    const me = { ...meOf(), privacy_notice: { version: 2, effective_on: "2026-12-15", announced } };
    await renderInSession(<NoticeAnnouncement />, { me });
    screen.getByText(/The privacy notice has changed on .*15 Dec 2026/);
  });

  test("that was dismissed is not announced", async () => {
    await renderInSession(<NoticeAnnouncement />, {});
    expect(screen.queryByText(/privacy notice/)).toBeNull();
  });
});
