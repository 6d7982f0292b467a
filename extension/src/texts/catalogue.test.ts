import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Translation } from "./translation.ts";

const languages = import.meta.glob<{ default: Translation }>("./languages/*.ts", { eager: true });

/** The modules as a page loads them: nothing is translated yet. */
async function load() {
  vi.resetModules();
  const [{ speak }, { texts }, { adminTexts }, { landingTexts }, { menuTexts }, { widgetTexts }] =
    await Promise.all([
      import("./catalogue.ts"),
      import("../ui/texts.ts"),
      import("../ui/admin/texts.ts"),
      import("../ui/landing/texts.ts"),
      import("../menu/texts.ts"),
      import("../widget/texts.ts"),
    ]);
  const { reportTexts } = await import("../ui/report/texts.ts");
  const { calendarTexts } = await import("../ui/calendar/texts.ts");
  const { reviewTexts } = await import("../ui/review-strip/texts.ts");
  const { teamTexts } = await import("../ui/team/texts.ts");
  const { entryTexts } = await import("../ui/entry/texts.ts");
  const { lengthTexts } = await import("../ui/length-texts.ts");
  const { hubTexts } = await import("../ui/hub/texts.ts");
  const { accessTexts } = await import("../ui/privacy/access/texts.ts");
  const { endingTexts } = await import("../ui/ending/texts.ts");
  const { privacyTexts } = await import("../ui/privacy/texts.ts");
  const { operationTexts } = await import("../ui/operations/texts.ts");
  const { signInTexts } = await import("../auth/texts.ts");
  const { noticeTexts } = await import("../ui/notice/texts.ts");
  const catalogues: Record<keyof Translation, object> = {
    frames: texts,
    hub: hubTexts,
    signIn: signInTexts,
    administration: adminTexts,
    landing: landingTexts,
    menu: menuTexts,
    widgets: widgetTexts,
    report: reportTexts,
    lengths: lengthTexts,
    calendar: calendarTexts,
    entry: entryTexts,
    review: reviewTexts,
    team: teamTexts,
    operations: operationTexts,
    privacy: privacyTexts,
    ending: endingTexts,
    notice: noticeTexts,
    accesses: accessTexts,
  };
  return { speak, texts, catalogues };
}

beforeEach(() => {
  document.documentElement.lang = "en";
});

describe("the language of the pages", () => {
  test.each<[string[], string, string]>([
    [["de-DE", "en-US"], "de", "Stopp"],
    [["fr-FR", "de-AT", "en"], "de", "Stopp"],
    [["en-GB", "de"], "en", "Stop"],
    [["fr", "ja"], "en", "Stop"],
    [[], "en", "Stop"],
  ])("of a browser that asks for %s is %s", async (asked, lang, stop) => {
    const { speak, texts } = await load();
    const { timer } = texts; // as a module that keeps a part
    await speak(asked);
    expect([document.documentElement.lang, texts.timer.stop, timer.stop]).toEqual([lang, stop, stop]);
  });

  test("is that of a part which is loaded later, too", async () => {
    vi.resetModules();
    const { speak } = await import("./catalogue.ts");
    await speak(["de"]);
    const { texts } = await import("../ui/texts.ts");
    expect(texts.timer.stop).toBe("Stopp");
  });
});

/** Every sentence by its path. */
function* sentencesOf(group: object, path = ""): Generator<[string, unknown]> {
  for (const [key, value] of Object.entries(group)) {
    if (typeof value === "object" && !Array.isArray(value)) yield* sentencesOf(value, `${path}${key}.`);
    else yield [path + key, value];
  }
}

/** Three different values, in a form that the sentence takes. */
function sampleOf(sentence: (...given: unknown[]) => string): { text: string; given: string[] } {
  for (const given of [
    [171, 172, 173],
    ["2026-11-21", "2026-11-22", "2026-11-23"],
    [171, ["2026-11-21", "2026-11-22"], 173],
  ])
    try {
      return { text: sentence(...given), given: given.map(String) };
    } catch {
      // It takes dates, or a list of them.
    }
  throw new Error(`nothing fits ${sentence}`);
}

describe.each(Object.entries(languages))("%s", (_, { default: translation }) => {
  test("has the values in its sentences that the English ones have", async () => {
    const { catalogues } = await load();
    let compared = 0;
    for (const [part, english] of Object.entries(catalogues)) {
      const translated = new Map(sentencesOf(translation[part as keyof Translation]));
      for (const [path, sentence] of sentencesOf(english)) {
        const other = translated.get(path);
        if (typeof sentence !== "function" || typeof other !== "function") {
          expect(typeof other, `${part}.${path}`).toBe(typeof sentence);
          continue;
        }
        const [before, after] = [sampleOf(sentence as never), sampleOf(other as never)];
        const has = ({ text, given }: typeof before) => given.map((value) => text.includes(value));
        expect(has(after), `${part}.${path}: ${after.text}`).toEqual(has(before));
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(150);
  });
});
