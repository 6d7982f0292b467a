// @vitest-environment node

// The manifest names files, frames and other contributions, which Azure DevOps looks for only when somebody opens them.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import builds from "../vite.config.ts";
import manifest from "../vss-extension.json";

interface Contribution {
  id: string;
  type: string;
  description: string;
  targets: string[];
  properties: Record<string, unknown>;
}

const root = join(import.meta.dirname, "..");
const contributions: Contribution[] = manifest.contributions;
const ofType = (type: string) => contributions.filter((each) => each.type === type);

/** The places of Azure DevOps at which the types may stand. */
const places: Record<string, RegExp> = {
  "ms.vss-work-web.work-item-form-group": /^ms\.vss-work-web\.work-item-form$/,
  "ms.vss-work-web.work-item-form-page": /^ms\.vss-work-web\.work-item-form$/,
  "ms.vss-web.hub": /^(ms\.vss-work-web\.work-hub-group|ms\.vss-web\.collection-admin-hub-group)$/,
  "ms.vss-web.action":
    /^ms\.vss-work-web\.(work-item-toolbar|work-item-context|query-result-work-item|backlog-item|backlog-board-card-item)-menu$/,
  "ms.vss-dashboards-web.widget": /^(ms\.vss-dashboards-web\.widget-catalog|\.[a-z-]+-settings)$/,
  "ms.vss-dashboards-web.widget-configuration": /^ms\.vss-dashboards-web\.widget-configuration$/,
};

describe("contributions", () => {
  it("have ids of their own", () => {
    const ids = contributions.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each(contributions)("$id stands where its type may, and says what it is for", (contribution) => {
    const { type, targets, description } = contribution;
    expect(description).not.toBe("");
    for (const target of targets) expect(target).toMatch(places[type] ?? /^never$/);
  });

  it.each(contributions)("$id shows a page that is built", ({ properties: { uri } }) => {
    expect(uri).toMatch(/^[a-z-]+\.html$/);
    const page = join(root, String(uri));
    expect(existsSync(page)).toBe(true);
    expect(builds.build?.rolldownOptions?.input).toContain(page);
  });

  it.each(ofType("ms.vss-web.action"))("$id registers the object that is called", ({ id, properties }) => {
    const page = readFileSync(join(root, "src", "pages", `${id}.ts`), "utf8");
    expect(page).toContain(`register("${properties.registeredObjectId}"`);
  });
});

describe("widgets", () => {
  it.each(ofType("ms.vss-dashboards-web.widget"))(
    "$id has settings, and sizes",
    ({ targets, properties }) => {
      const settings = targets.filter((target) => target.startsWith(".")).map((target) => target.slice(1));
      const known = ofType("ms.vss-dashboards-web.widget-configuration").map(({ id }) => id);
      expect(settings).toHaveLength(1);
      expect(known).toContain(settings[0]);
      expect(properties).toMatchObject({ isNameConfigurable: true, supportedScopes: ["project_team"] });
      for (const { rowSpan, columnSpan } of properties.supportedSizes as Record<string, number>[]) {
        expect([1, 2, 3]).toContain(rowSpan);
        expect([2, 3]).toContain(columnSpan);
      }
    },
  );
});

describe("images", () => {
  const images = [
    manifest.icons.default,
    ...contributions.flatMap(({ properties: { icon, catalogIconUrl } }) => [icon, catalogIconUrl]),
  ].filter((image) => image !== undefined);

  it.each(images)("%s is in the package, and is served beside the pages", (image) => {
    expect(existsSync(join(root, String(image)))).toBe(true);
    expect(manifest.files).toContainEqual({ path: String(image).split("/")[0], addressable: true });
  });
});

it("asks for no access to Azure DevOps' data", () => {
  expect(manifest.scopes).toEqual([]);
});
