package dev

import (
	"context"
	"fmt"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/tenant"
	"timetracker/internal/timesheet"
)

// The weeks before this one that Contoso's people have handed in, counted back from this one.
const (
	latestApproved = 3 // weeks from this one on, and older ones, are approved
	returnedWeek   = 2 // Linus got it back
	pendingWeek    = 1 // of Linus and Margaret it waits
)

// handIn gives Contoso targets, and Margaret an approver. Weeks of its past are approved, returned, or wait.
func (h *history) handIn(ctx context.Context, members []tenant.Member, now time.Time) error {
	h.at = now
	sheets := timesheet.NewService(h.store, h.work, func() time.Time { return h.at })
	ada, grace, linus, margaret := members[0], members[1], members[2], members[3]
	zone, err := calendar.LoadZone(contosoZone)
	if err != nil {
		return err
	}
	today := calendar.DayOf(now, zone)
	if _, err := sheets.SetTarget(ctx, ada, timesheet.SetTargetRequest{
		From: today.AddDays(-historyDays - 1), Hours: workdays(7 * time.Hour), Revision: 1,
	}); err != nil {
		return fmt.Errorf("targets: %w", err)
	}
	patch := tenant.UserPatch{Approver: &grace.User.ID}
	if margaret.User, err = h.tenants.ChangeUser(ctx, ada, margaret.User.ID, margaret.User.Revision, patch); err != nil {
		return fmt.Errorf("margaret's approver: %w", err)
	}
	monday := today.WeekFrom(time.Monday)
	for back := historyDays / 7; back >= latestApproved; back-- {
		for _, m := range []tenant.Member{grace, linus, margaret, ada} {
			decider := ada
			if m.User.ID == ada.User.ID {
				decider = grace
			}
			if err := h.week(ctx, sheets, m, decider, monday.AddDays(-7*back), timesheet.Approve, ""); err != nil {
				return err
			}
		}
	}
	if err := h.week(ctx, sheets, linus, ada, monday.AddDays(-7*returnedWeek), timesheet.Return, "Is the meeting on Tuesday missing?"); err != nil {
		return err
	}
	for _, m := range []tenant.Member{linus, margaret} {
		if err := h.week(ctx, sheets, m, ada, monday.AddDays(-7*pendingWeek), "", ""); err != nil {
			return err
		}
	}
	return nil
}

// workdays are the same hours from Monday to Friday.
func workdays(length time.Duration) *timesheet.Hours {
	var hours timesheet.Hours
	for day := time.Monday; day <= time.Friday; day++ {
		hours[day] = length
	}
	return &hours
}

// week has a member hand in a week on the Monday after it, and somebody decide on it, unless the decision is empty. A
// week with time under review stays open.
func (h *history) week(
	ctx context.Context, sheets *timesheet.Service, m, decider tenant.Member, first calendar.Day, decision timesheet.Decision, comment string,
) error {
	zone, err := calendar.LoadZone(contosoZone)
	if err != nil {
		return err
	}
	h.at = calendar.StartOfDay(first.AddDays(7), zone).Add(9*time.Hour + 12*time.Minute)
	if latest := h.now(); h.at.After(latest) {
		h.at = latest
	}
	sheet, err := sheets.Submit(ctx, m, first)
	if errs.CodeOf(err) == "entries_under_review" || errs.CodeOf(err) == "week_not_begun" {
		return nil
	}
	if err != nil || decision == "" {
		return err
	}
	h.at = h.at.Add(50 * time.Minute)
	_, err = sheets.Decide(ctx, decider, timesheet.DecideRequest{
		User: m.User.ID, FirstDay: first, Decision: decision, Comment: comment, Sheet: sheet.ID, Revision: sheet.Revision,
	})
	return err
}
