import * as SDK from "azure-devops-extension-sdk";
import { expect, it, vi } from "vitest";
import { readPageContext } from "./context.ts";

vi.mock("azure-devops-extension-sdk", () => ({ getHost: vi.fn(), getWebContext: vi.fn() }));

const organization = { id: "0f6d2c1e-0000-4000-8000-000000000001", name: "contoso" };
const project = { id: "0f6d2c1e-0000-4000-8000-000000000002", name: "Payments" };
const host = { ...organization, serviceVersion: "1", type: 4, isHosted: true };

it("gives ids and names of the organization and the project", () => {
  vi.mocked(SDK.getHost).mockReturnValue(host);
  vi.mocked(SDK.getWebContext).mockReturnValue({ project, team: { id: "t", name: "Payments Team" } });
  expect(readPageContext()).toEqual({ organization, project });
});

it("has no project on a page of the organization", () => {
  vi.mocked(SDK.getHost).mockReturnValue(host);
  vi.mocked(SDK.getWebContext).mockReturnValue({} as ReturnType<typeof SDK.getWebContext>);
  expect(readPageContext()).toEqual({ organization });
});
