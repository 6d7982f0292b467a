/**
 * Which language the pages speak. Each part of the product has its English sentences in a catalogue of its own. Another
 * language is one file in `languages`, named by its tag, with the sentences of all catalogues; only a browser that asks
 * for it loads it. Dates and numbers follow the browser's language in any case: see ui/format.ts.
 */

import type { Translation } from "./translation.ts";

const files = import.meta.glob<{ default: Translation }>("./languages/*.ts");
const loaders = new Map(Object.entries(files).map(([path, load]) => [languageTag(path), load]));

const catalogues = new Map<keyof Translation, object>();
let translation: Translation | undefined;

function languageTag(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1, -".ts".length);
}

/** Registers the English sentences of a part, so that they become those of the language that is spoken. */
export function catalogue<Sentences extends object>(part: keyof Translation, english: Sentences): Sentences {
  catalogues.set(part, english);
  if (translation) replace(english, translation[part]);
  return english;
}

/**
 * Loads the first language of these that the product has, and says so to screen readers. English stays where none is
 * had, and where its file can't be loaded. It is called before anything is shown.
 */
export async function speak(languages: readonly string[] = navigator.languages): Promise<void> {
  const tag = languages.map((each) => each.toLowerCase().split("-")[0] ?? "").find(isSpoken) ?? "en";
  const load = loaders.get(tag);
  if (!load) return;
  try {
    translation = (await load()).default;
  } catch {
    return;
  }
  document.documentElement.lang = tag;
  for (const [part, sentences] of catalogues) replace(sentences, translation[part]);
}

function isSpoken(tag: string): boolean {
  return tag === "en" || loaders.has(tag);
}

/** Puts the translated sentences where the English ones are, since modules hold parts of a catalogue. */
function replace(english: object, translated: object): void {
  for (const [key, value] of Object.entries(translated)) {
    const before = Reflect.get(english, key);
    if (isGroup(before) && isGroup(value)) replace(before, value);
    else Reflect.set(english, key, value);
  }
}

function isGroup(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
