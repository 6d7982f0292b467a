import { describe, expect, it } from "vitest";
import type { HostConfig, Person } from "./api.ts";
import { readPlace, writePlace } from "./settings.ts";

const person = (upn: string, directory: string): Person => ({
  upn,
  name: upn,
  email: upn,
  oid: upn,
  directory,
  guest: false,
});

const config: HostConfig = {
  organizations: [
    {
      id: "o1",
      name: "contoso",
      directory_id: "d1",
      projects: [
        { id: "p1", name: "Payments" },
        { id: "p2", name: "Store & Co" },
      ],
    },
    { id: "o2", name: "fabrikam", directory_id: "d2", projects: [{ id: "p3", name: "Robotics" }] },
  ],
  people: [person("ada", "d1"), person("grace", "d1"), person("frances", "d2")],
  types: [],
  signed_in_as: "ada",
  extension_base_url: "https://timetracker.test/ext/",
  naa_default: true,
};

const read = (address: string) => readPlace(config, new URL(address, "https://ado.test"));
const settings = { person: "ada", theme: "light", nestedAppAuth: "on" } as const;

describe("readPlace", () => {
  it.each([
    ["/", { organization: "contoso", project: "Payments", view: { kind: "items", id: 0 }, settings }],
    [
      "/contoso/Payments/_workitems/edit/104",
      { organization: "contoso", project: "Payments", view: { kind: "items", id: 104 }, settings },
    ],
    [
      "/contoso/Store%20%26%20Co/_workitems/create/User%20Story?as=grace&theme=dark&naa=silent",
      {
        organization: "contoso",
        project: "Store & Co",
        view: { kind: "new", type: "User Story" },
        settings: { person: "grace", theme: "dark", nestedAppAuth: "silent" },
      },
    ],
    [
      "/fabrikam/Robotics/_apps/hub/time?as=ada",
      {
        organization: "fabrikam",
        project: "Robotics",
        view: { kind: "hub" },
        settings: { ...settings, person: "frances" },
      },
    ],
    [
      "/fabrikam/_settings/timetracker",
      {
        organization: "fabrikam",
        project: "Robotics",
        view: { kind: "admin" },
        settings: { ...settings, person: "frances" },
      },
    ],
    [
      "/nowhere/Nothing/_workitems/edit/x?theme=pink&naa=maybe",
      { organization: "contoso", project: "Payments", view: { kind: "items", id: 0 }, settings },
    ],
  ])("%s", (address, place) => {
    expect(read(address)).toEqual(place);
  });

  it("reads what writePlace writes", () => {
    for (const address of [
      "/contoso/Payments/_workitems/edit/104?as=grace&theme=dark&naa=off",
      "/contoso/Store%20%26%20Co/_workitems/create/User%20Story",
      "/fabrikam/Robotics/_apps/hub/time",
      "/fabrikam/Robotics/_queries/query",
      "/contoso/Payments/_boards/board?naa=off",
      "/contoso/Payments/_dashboards/dashboard",
      "/fabrikam/_settings/timetracker?theme=dark",
    ]) {
      expect(read(writePlace(read(address)))).toEqual(read(address));
    }
  });
});
