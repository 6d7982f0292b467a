import { expect, test } from "vitest";
import { changeText } from "./log-values.ts";

test.each([
  ["name", "Contoso", "Contoso Ltd", "Name: Contoso → Contoso Ltd"],
  ["billing_address", "", "1 Main Street\nOslo", "Billing address: none → 1 Main Street, Oslo"],
  ["time_zone", "UTC", "Europe/Berlin", "Time zone: UTC → Europe/Berlin"],
  [
    "on_start_while_running",
    "switch",
    "reject",
    "Starting while a timer runs: Stop it and start the new one → Refuse the new one",
  ],
  ["auto_stop_after", "10h0m0s", "7h30m0s", "Stop forgotten timers after: 10 hours → 7.5 hours"],
  ["auto_stop_after", "15m0s", "1h0m0s", "Stop forgotten timers after: 0.25 hours → 1 hour"],
  ["edit_window_days", "1", "366", "Days to edit freely: 1 day → 366 days"],
  ["timer_log_days", "0", "92", "Timer log is kept: As long as the organization → 92 days"],
  ["action_log_days", "3660", "0", "Action log is kept: 3,660 days → As long as the organization"],
  ["allow_overlap", "false", "true", "Overlapping entries: Refuse → Allow"],
  ["write_back", "true", "false", "Completed Work: Add recorded time → Leave it alone"],
  ["write_back_step", "1", "25", "Step of Completed Work: 0.01 h (36 seconds) → 0.25 h (15 minutes)"],
  ["write_back_remaining", "false", "true", "Remaining Work: Leave it alone → Reduce it by what is added"],
  [
    "join_policy",
    "directory",
    "invite_only",
    "Who can join: Everybody in the directory, by signing in → Only people who were invited",
  ],
  ["plan", "trial", "paid", "Plan: Free trial → Paid"],
  ["status", "active", "suspended", "Status: Active → Suspended, a payment is missing"],
  ["status", "requested", "active", "Status: Asks to join → Active"],
  ["paid_seats", "0", "2000", "Seats: no limit → 2,000 seats"],
  ["rate", "900 JPY", "9.00 USD", "Price: JP¥900 per user and month → US$9.00 per user and month"],
  ["rate", "1.234 KWD", "0.00 USD", "Price: KWD 1.234 per user and month → US$0.00 per user and month"],
  [
    "trial_ends_at",
    "2026-11-30T23:00:00.000Z",
    "2027-01-31T23:00:00.000Z",
    "Free trial ends: 1 Dec 2026, 00:00 → 1 Feb 2027, 00:00",
  ],
  ["role", "user", "super_admin", "Role: User → Super admin"],
  ["external", "false", "true", "Guest: No → Yes"],
  ["invitation", "ada@contoso.example", "", "Invitation: ada@contoso.example → none"],
  ["merged_into", "", "Payments", "Counts as: none → Payments"],
  ["event", "", "ChangeQuantity", "What happened: Seats changed"],
  ["refused", "", "seats_in_use", "Refused: There would be fewer seats than people"],
  ["completed_work", "", "5.5", "Completed Work: none → 5.5 h"],
  ["refused", "", "some_other_rule", "Refused: Some other rule"],
  ["privacy_request", "", "withdrawal", "Privacy request: Withdrawal of consent"],
  ["objections", "", "action_log team_reports", "Objections: none → action log, team reports"],
  ["nominee", "named", "", "Nominee: named → none"],
] as const)("%s, %j to %j, as people read it", (field, old, next, text) => {
  expect(changeText({ field, old, new: next }, "Europe/Berlin").replace(/\s/g, " ")).toBe(text);
});
