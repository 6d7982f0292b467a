import { expect, it } from "vitest";
import { meOf } from "../testing.tsx";
import { closedDays } from "./closed.ts";

const dates = ["2026-11-23", "2026-11-24", "2026-11-25"];
const now = Date.parse("2026-12-01T12:00:00Z");

it.each([
  ["that the browser knows", "Europe/Berlin"],
  ["that the browser doesn't know", "Europe/Nowhere"],
])("days that an organization has locked in a zone %s are closed", (_, zone) => {
  const { user, tenant } = meOf();
  const settings = { ...tenant.settings, time_zone: zone, lock_after_days: 7 };
  const closed = closedDays(dates, { user, tenant: { ...tenant, settings } }, undefined, now);
  expect(closed.map((day) => day?.kind)).toEqual(["locked", undefined, undefined]);
});
