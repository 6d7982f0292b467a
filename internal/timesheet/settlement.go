package timesheet

import (
	"context"
	"strings"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
)

// SettleRequest says what of an entry under review counts.
type SettleRequest struct {
	Entry  ids.Entry
	Length time.Duration // from nothing to the entry's
	Reason string        // for another person's entry
}

// Settle says what of an entry under review counts whose time was closed before anybody has reviewed it. The entry stays as
// it is, and so does each report of its days. What counts does so as an adjustment, on an open day, in a week that is still
// to be handed in. Reverse takes it back.
//
// The entry's owner settles it without a reason, as they would have confirmed it, and admins do so with one. To everybody
// else the entry isn't there. errs.Conflict, not_under_review or entry_settled, when there is nothing to settle;
// errs.RuleBroken, period_open, where the entry itself can be confirmed or corrected.
func (s *Service) Settle(ctx context.Context, m tenant.Member, request SettleRequest) (Adjustment, error) {
	if err := m.Tenant.MayWrite(s.now()); err != nil {
		return Adjustment{}, err
	}
	entry, err := s.store.Entry(ctx, m.Tenant.ID, request.Entry)
	if err != nil {
		return Adjustment{}, err
	}
	own := entry.User.ID == m.User.ID
	leftOut, err := tenant.IsLeftOut(ctx, s.store, m, entry.User.ID, tenant.SingleTime)
	if err != nil {
		return Adjustment{}, err
	}
	if leftOut || (!own && !m.User.Role.Allows(tenant.RoleAdmin)) {
		return Adjustment{}, timer.EntryNotFound()
	}
	reason := strings.TrimSpace(request.Reason)
	if !own || reason != "" {
		if reason, err = adjustmentReason(reason); err != nil {
			return Adjustment{}, err
		}
	}
	user, err := s.store.User(ctx, m.Tenant.ID, entry.User.ID)
	if err != nil {
		return Adjustment{}, err
	}
	// The entry has its owner's view of the work item, and admins see all that is known of it.
	settled := Adjustment{
		User: entry.User, WorkItem: entry.WorkItem, ProjectID: entry.ProjectID, Activity: entry.Activity, Billable: entry.Billable,
		Length: request.Length, Reason: reason, Entry: entry.ID,
	}
	return s.keep(ctx, m, user, settled)
}

// checkSettled refuses to settle an entry that needs no settlement, and to count more than it has. It gives the day on which
// the entry began. Only within Tx, under its owner's lock.
func (s *Service) checkSettled(
	ctx context.Context, m tenant.Member, settled Adjustment, zone *time.Location, now time.Time,
) (calendar.Day, error) {
	entry, err := s.store.Entry(ctx, m.Tenant.ID, settled.Entry)
	if err != nil {
		return calendar.Day{}, err
	}
	day := calendar.DayOf(entry.StartedAt, zone)
	switch {
	case !entry.NeedsReview || entry.Voided() || entry.Running():
		return day, errs.New(errs.Conflict, "not_under_review", "This entry doesn't wait for a review.").WithSubject(entry)
	case entry.Settled:
		return day, timer.EntrySettled(entry)
	case settled.Length < 0 || settled.Length > entry.Elapsed(now) || settled.Length%time.Millisecond != 0:
		return day, errs.New(errs.RuleBroken, "adjustment_invalid", "Of an entry counts at most its length.").
			WithField("/ms", "out_of_range", "must be from 0 to the entry's elapsed_ms")
	}
	closed, err := s.store.ClosedPeriods(ctx, m.Tenant.ID, []ids.User{entry.User.ID}, entry.StartedAt, entry.StoppedAt)
	if err == nil && !timer.Closed(entry, m.Tenant, closed, now) {
		err = errs.New(errs.RuleBroken, "period_open", "This entry's time is open: confirm or correct the entry.").WithSubject(entry)
	}
	return day, err
}

// takesBack says whether the member may take an adjustment back whatever their role: a settlement that they have made of
// their own entry.
func (a Adjustment) takesBack(m tenant.Member) bool {
	return !a.Entry.IsZero() && a.User.ID == m.User.ID && a.By.ID == m.User.ID
}
