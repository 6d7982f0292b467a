package timesheet

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"timetracker/internal/audit"
	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
)

// Submit hands in the member's week that a day is in, up to now or the week's end. That time is then closed. A running
// timer keeps its own time. Handed in again, the week is closed further; what was approved stays so.
//
// Nothing under review may be in it (errs.RuleBroken, entries_under_review), but what the tenant's lock has closed before.
// A week in which nothing has passed can't be handed in (errs.RuleBroken, week_not_begun).
func (s *Service) Submit(ctx context.Context, m tenant.Member, day calendar.Day) (Sheet, error) {
	if err := m.Tenant.MayWrite(s.now()); err != nil {
		return Sheet{}, err
	}
	w, err := weekOf(m, day)
	if err != nil {
		return Sheet{}, err
	}
	err = s.store.Tx(ctx, m.Tenant.ID, func(ctx context.Context) error {
		timeline, err := s.store.LockTimeline(ctx, m.Tenant.ID, m.User.ID)
		if err != nil {
			return err
		}
		record, _, err := s.store.Timesheet(ctx, m.Tenant.ID, m.User.ID, w.first)
		if err != nil {
			return err
		}
		now := s.now()
		from, through, err := s.closable(ctx, m, w.in(record), record, timeline, now)
		if err != nil {
			return err
		}
		if record.Closes() && !through.After(record.Through) {
			return nil // it was handed in up to there
		}
		if err := s.checkReview(ctx, m, from, through, now); err != nil {
			return err
		}
		old := record
		record = submitted(record, m, w, from, through, now)
		if err := s.store.SaveTimesheet(ctx, m.Tenant.ID, record); err != nil {
			return err
		}
		if err := s.store.DeleteReminderOf(ctx, m.Tenant.ID, m.User.ID, w.first); err != nil {
			return err
		}
		return s.auditWeek(ctx, m, audit.TimesheetSubmitted, m.User, old.Status, record, now)
	})
	if err != nil {
		return Sheet{}, err
	}
	return s.sheetOf(ctx, m, askedWeek{m.User, w})
}

// closable is the interval of a week that can be closed now, without what other weeks have closed. Days of two weeks meet
// after a change of zone, or of the day with which weeks begin.
func (s *Service) closable(
	ctx context.Context, m tenant.Member, w week, record Record, timeline timer.Timeline, now time.Time,
) (from, through time.Time, err error) {
	from, through = w.start(0), earlier(w.start(daysOfWeek), timer.ClosableUntil(timeline, now))
	others, err := s.store.ClosedPeriods(ctx, m.Tenant.ID, []ids.User{m.User.ID}, from, through)
	if err != nil {
		return from, through, err
	}
	for _, other := range others {
		switch {
		case record.Closes() && other.From.Equal(record.From):
		case !other.From.After(from):
			from = calendar.Later(from, other.To)
		default:
			through = earlier(through, other.From)
		}
	}
	if !from.Before(through) {
		return from, through, errs.New(errs.RuleBroken, "week_not_begun", "There is no time in this week yet that could be handed in.")
	}
	return from, through, nil
}

// checkReview refuses a week in which entries wait for a review that its owner can still make.
func (s *Service) checkReview(ctx context.Context, m tenant.Member, from, through, now time.Time) error {
	from = calendar.Later(from, timer.LockedUntil(m.Tenant, now))
	if !from.Before(through) {
		return nil
	}
	waiting, err := s.store.CountUnderReview(ctx, m.Tenant.ID, m.User.ID, from, through)
	if err == nil && waiting > 0 {
		err = errs.Newf(errs.RuleBroken, "entries_under_review",
			"Entries of this week wait for your review: %d. Confirm or correct them, then hand the week in.", waiting)
	}
	return err
}

// submitted is the record of a week that was handed in.
func submitted(record Record, m tenant.Member, w week, from, through, now time.Time) Record {
	if record.Revision == 0 {
		record = Record{ID: ids.New[ids.Timesheet](), User: m.User.ID, FirstDay: w.first}
	}
	if !record.Closes() {
		record.From, record.TimeZone = from, w.zone.String()
	}
	record.Through = through
	record.Status = Submitted
	record.SubmittedAt = now
	record.DecidedAt, record.DecidedBy, record.Comment = time.Time{}, tenant.UserRef{}, ""
	record.Revision++
	return record
}

// Withdraw opens the member's week again, as far as it isn't approved. errs.Conflict, timesheet_not_submitted, when it
// doesn't wait for a decision.
func (s *Service) Withdraw(ctx context.Context, m tenant.Member, day calendar.Day) (Sheet, error) {
	if err := m.Tenant.MayWrite(s.now()); err != nil {
		return Sheet{}, err
	}
	w, err := weekOf(m, day)
	if err != nil {
		return Sheet{}, err
	}
	err = s.changeWeek(ctx, m, m.User, w.first, anyRevision, func(record *Record, _ time.Time) (audit.EventType, error) {
		if record.Status != Submitted {
			return "", notSubmitted()
		}
		record.reopen()
		record.Status = Open
		if record.Closes() {
			record.Status = Approved
		}
		return audit.TimesheetWithdrawn, nil
	})
	if err != nil {
		return Sheet{}, err
	}
	return s.sheetOf(ctx, m, askedWeek{m.User, w})
}

func notSubmitted() error {
	return errs.New(errs.Conflict, "timesheet_not_submitted", "This week does not wait for a decision.")
}

// Decision is what an approver does with a week.
type Decision string

// The decisions.
const (
	Approve Decision = "approve"
	Return  Decision = "return"
	// Undo takes back the member's own approval, a short while after it. The week stays closed and waits again.
	Undo Decision = "undo"
)

// undoWindow is how long an approval can be taken back by whoever has made it.
const undoWindow = 10 * time.Minute

// DecideRequest is a decision on a week.
type DecideRequest struct {
	User     ids.User
	FirstDay calendar.Day // of the week, as its sheet has it
	Decision Decision
	Comment  string
	Sheet    ids.Timesheet // that the member has seen
	Revision int64         // of it
}

// maxComment is the longest comment of a decision, in characters.
const maxComment = 1000

// Decide approves a submitted week, sends it back with a comment, or takes the member's own decision back. The person's
// approver and admins decide, nobody on their own week, but an only admin. errs.Stale when the week has changed since.
func (s *Service) Decide(ctx context.Context, m tenant.Member, request DecideRequest) (Sheet, error) {
	if err := m.Tenant.MayWrite(s.now()); err != nil {
		return Sheet{}, err
	}
	if err := s.requireApprover(ctx, m); err != nil {
		return Sheet{}, err
	}
	user, err := s.visibleUser(ctx, m, request.User)
	if err != nil {
		return Sheet{}, err
	}
	if err := s.requireDecision(ctx, m, user); err != nil {
		return Sheet{}, err
	}
	comment := strings.TrimSpace(request.Comment)
	if request.Decision == Return && comment == "" {
		return Sheet{}, errs.New(errs.RuleBroken, "comment_required", "Say what is to be changed.").
			WithField("/comment", "missing", "must say what is to be changed")
	}
	if utf8.RuneCountInString(comment) > maxComment {
		return Sheet{}, errs.New(errs.RuleBroken, "text_too_long", "A comment has at most 1000 characters.").
			WithField("/comment", "too_long", "must have at most 1000 characters")
	}
	err = s.changeWeek(ctx, m, user, request.FirstDay, request.Revision, func(record *Record, now time.Time) (audit.EventType, error) {
		if record.ID != request.Sheet {
			return "", errs.ChangedFirst(nil)
		}
		return decide(record, m, request.Decision, comment, now)
	})
	if err != nil {
		return Sheet{}, err
	}
	return s.sheetOf(ctx, m, askForRecord(m, user, request.FirstDay))
}

// decide applies a decision to a record.
func decide(record *Record, m tenant.Member, decision Decision, comment string, now time.Time) (audit.EventType, error) {
	if decision == Undo {
		return takeBack(record, m, now)
	}
	if record.Status != Submitted {
		return "", notSubmitted()
	}
	record.DecidedAt, record.DecidedBy, record.Comment = now, tenant.UserRef{ID: m.User.ID, Name: m.User.Name}, comment
	if decision == Return {
		record.UndoThrough = record.Through
		record.reopen()
		record.Status = Returned
		return audit.TimesheetReturned, nil
	}
	record.Status, record.UndoThrough, record.ApprovedThrough = Approved, record.ApprovedThrough, record.Through
	return audit.TimesheetApproved, nil
}

// takeBack undoes the member's own decision, so that the week waits again.
func takeBack(record *Record, m tenant.Member, now time.Time) (event audit.EventType, err error) {
	own := record.DecidedBy.ID == m.User.ID && now.Sub(record.DecidedAt) <= undoWindow
	switch {
	case own && record.Status == Approved:
		record.ApprovedThrough, event = record.UndoThrough, audit.ApprovalUndone
	case own && record.Status == Returned:
		record.Through, event = record.UndoThrough, audit.ReturnUndone
	default:
		return "", errs.New(errs.Conflict, "undo_too_late", "This decision can't be taken back any more.")
	}
	record.Status, record.UndoThrough = Submitted, time.Time{}
	record.DecidedAt, record.DecidedBy, record.Comment = time.Time{}, tenant.UserRef{}, ""
	return event, nil
}

// anyRevision is for a change that does not depend on what the member has seen. No record has it.
const anyRevision int64 = -1

// changeWeek does what every change of a week that was handed in has in common.
func (s *Service) changeWeek(
	ctx context.Context, m tenant.Member, user tenant.User, first calendar.Day, revision int64,
	apply func(record *Record, now time.Time) (audit.EventType, error),
) error {
	return s.store.Tx(ctx, m.Tenant.ID, func(ctx context.Context) error {
		if _, err := s.store.LockTimeline(ctx, m.Tenant.ID, user.ID); err != nil {
			return err
		}
		record, ok, err := s.store.Timesheet(ctx, m.Tenant.ID, user.ID, first)
		if err != nil {
			return err
		}
		if !ok {
			return notSubmitted()
		}
		if revision != anyRevision && record.Revision != revision {
			return errs.ChangedFirst(nil)
		}
		now, old := s.now(), record.Status
		what, err := apply(&record, now)
		if err != nil {
			return err
		}
		record.Revision++
		if err := s.store.SaveTimesheet(ctx, m.Tenant.ID, record); err != nil {
			return err
		}
		return s.auditWeek(ctx, m, what, user, old, record, now)
	})
}
