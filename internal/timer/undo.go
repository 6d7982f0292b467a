package timer

import (
	"context"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/tenant"
)

// resumeWindow is how long a stop can be taken back. The time since then becomes the timer's, so it must be short.
const resumeWindow = 10 * time.Minute

// Resume takes back a stop, a switch or a discard: the timer runs on as if it had never been stopped. A timer that was
// started by the same switch is discarded. Nothing else may have been recorded since the stop, which is at most ten
// minutes ago (errs.RuleBroken, resume_too_late). Admins also resume other people's timers, which the audit shows.
func (s *Service) Resume(ctx context.Context, m tenant.Member, id ids.Entry, revision int64) (Entry, error) {
	if err := m.Tenant.MayWrite(s.now()); err != nil {
		return Entry{}, err
	}
	owner, err := s.visible(ctx, m, id)
	if err != nil {
		return Entry{}, err
	}
	var resumed Entry
	err = s.store.Tx(ctx, m.Tenant.ID, func(ctx context.Context) error {
		timeline, err := s.store.LockTimeline(ctx, m.Tenant.ID, owner.User.ID)
		if err != nil {
			return err
		}
		entry, err := s.store.Entry(ctx, m.Tenant.ID, id)
		if err != nil {
			return err
		}
		now := s.now()
		if err := s.mayResume(m, entry, revision, now); err != nil {
			return err
		}
		if err := s.remains(ctx, m, entry.User.ID); err != nil {
			return err
		}
		var changes Changeset
		if err := s.clearWay(ctx, m, &changes, entry, timeline, now); err != nil {
			return err
		}
		resumed = entry
		resumed.StoppedAt, resumed.VoidedAt, resumed.NeedsReview = time.Time{}, time.Time{}, false
		newOperation(Resuming, m.User, now, "").note(&changes, entry, resumed)
		resumed.Revision++
		// The other timer is written first, since only one may run.
		changes.Update = append(changes.Update, resumed)
		changes.Events = append(changes.Events, newEvent(Resumed, resumed, now))
		if err := s.saveEdit(ctx, m, changes); err != nil || entry.User.ID == m.User.ID {
			return err
		}
		return s.store.InsertAudit(ctx, m.Tenant.ID, audit.NewEvent(m.User.Actor(), audit.TimerResumed, auditTarget(entry), now))
	})
	return resumed, err
}

// remains refuses new time for somebody who was erased.
func (s *Service) remains(ctx context.Context, m tenant.Member, owner ids.User) error {
	if owner == m.User.ID {
		return nil
	}
	user, err := s.store.User(ctx, m.Tenant.ID, owner)
	if err != nil {
		return err
	}
	return user.Remains()
}

// mayResume refuses an entry whose stop can't be taken back.
func (s *Service) mayResume(m tenant.Member, entry Entry, revision int64, now time.Time) error {
	resumed := entry
	resumed.StoppedAt = time.Time{}
	switch {
	case entry.Revision != revision:
		return changedFirst(entry)
	case entry.Running():
		return errs.New(errs.Conflict, "timer_running", "This timer is running.").WithSubject(entry)
	case entry.Source != FromTimer:
		return errs.New(errs.RuleBroken, "resume_manual", "Only a timer can run on.")
	case now.Sub(entry.StoppedAt) > resumeWindow || overdue(resumed, m.Tenant.Settings.AutoStopAfter, now):
		return errs.New(errs.RuleBroken, "resume_too_late", "The timer was stopped too long ago to run on. Start it again.")
	default:
		return nil
	}
}

// clearWay discards the timer that was started by the switch that stopped the entry. It refuses when anything else was
// recorded since.
func (s *Service) clearWay(ctx context.Context, m tenant.Member, changes *Changeset, entry Entry, timeline Timeline, now time.Time) error {
	switch {
	case timeline.IsRunning && timeline.Running.StartedAt.Equal(entry.StoppedAt):
		s.discard(changes, m, timeline.Running)
		return nil
	case timeline.IsRunning:
		return errs.New(errs.Conflict, "timer_running", "Another timer is running; stop it first.").WithSubject(timeline.Running)
	default:
		return s.checkOverlap(ctx, m, entry, entry.StoppedAt, calendar.Later(now, entry.StoppedAt), entry.ID)
	}
}

// ChangeRunning changes the member's running timer: when it began, which is before now, what it is on, and its details.
// errs.Stale when another timer runs by now, or another version of it. When none runs the error is that of Stop.
func (s *Service) ChangeRunning(ctx context.Context, m tenant.Member, id ids.Entry, revision int64, patch Patch) (Entry, error) {
	if err := m.Tenant.MayWrite(s.now()); err != nil {
		return Entry{}, err
	}
	wanted, err := s.prepare(ctx, m, patch)
	if err != nil {
		return Entry{}, err
	}
	var changed Entry
	err = s.store.Tx(ctx, m.Tenant.ID, func(ctx context.Context) error {
		timeline, err := s.store.LockTimeline(ctx, m.Tenant.ID, m.User.ID)
		if err != nil {
			return err
		}
		if !timeline.IsRunning {
			return s.notRunning(ctx, m, id)
		}
		running := timeline.Running
		if running.ID != id || running.Revision != revision {
			return changedFirst(running)
		}
		now := s.now()
		changed = running
		if err := s.redescribe(ctx, m, &changed, wanted); err != nil {
			return err
		}
		if patch.StartedAt != nil && !patch.StartedAt.Equal(running.StartedAt) {
			changed.StartedAt = *patch.StartedAt
			if err := s.checkStart(ctx, m, changed, now); err != nil {
				return err
			}
		}
		var changes Changeset
		newOperation(Changing, m.User, now, "").note(&changes, running, changed)
		if len(changes.History) == 0 {
			return nil
		}
		changed.Revision++
		changes.Update = []Entry{changed}
		changes.Events = []Event{newEvent(Corrected, changed, now)}
		return s.saveEdit(ctx, m, changes)
	})
	return changed, err
}

// checkStart refuses starts of a running timer at which it can't have been started.
func (s *Service) checkStart(ctx context.Context, m tenant.Member, running Entry, now time.Time) error {
	switch {
	case running.StartedAt.After(now):
		return errs.New(errs.RuleBroken, "interval_in_future", "Time can't be recorded before it has passed.").
			WithField("/started_at", "in_future", "must not be later than now")
	case overdue(running, m.Tenant.Settings.AutoStopAfter, now) || now.Sub(running.StartedAt) > MaxLength:
		return errs.New(errs.RuleBroken, "interval_too_long", "A timer that began then would have stopped by itself.").
			WithField("/started_at", "too_long", "must be later")
	default:
		return s.checkOverlap(ctx, m, running, running.StartedAt, now, running.ID)
	}
}

// Undo takes back the last operation of an entry that isn't running: a correction, a confirmation, a void. A split, a merge
// or a copy is taken back in all of its entries. Of what was changed in bulk or imported it takes back this entry alone.
// Taking back another person's change needs a reason where every change of the entry does; one's own doesn't. Taken back
// twice, the change is there again. errs.RuleBroken, nothing_to_undo, when the entry is as it was recorded. errs.Conflict,
// changed_since, with the entry in question, when another one of the operation was changed after it.
func (s *Service) Undo(ctx context.Context, m tenant.Member, id ids.Entry, revision int64, reason string) (Entry, error) {
	err := s.edit(ctx, m, id, revision, func(ctx context.Context, entry Entry, now time.Time) (Changeset, error) {
		return s.takeBack(ctx, m, entry, newOperation(Undoing, m.User, now, reason))
	})
	if err != nil {
		return Entry{}, err
	}
	// What the entry has been moved back to is read with its names.
	return s.store.Entry(ctx, m.Tenant.ID, id)
}

// takeBack is what takes back the last operation of an entry.
func (s *Service) takeBack(ctx context.Context, m tenant.Member, entry Entry, undo operation) (changes Changeset, err error) {
	parts, err := s.partsOf(ctx, m, entry)
	if err != nil {
		return Changeset{}, err
	}
	own := true
	var before, after []Entry
	for _, part := range parts {
		undone := part.entry
		if err := revert(&undone, part.changes, undo.at); err != nil {
			return Changeset{}, err
		}
		undo.note(&changes, part.entry, undone)
		undone.Revision++
		before, after = append(before, part.entry), append(after, undone)
		changes.Events = append(changes.Events, newEvent(Undone, undone, undo.at))
		own = own && part.changes[0].ChangedBy.ID == m.User.ID
	}
	changes.Update = after
	if err := s.checkOverlaps(ctx, m, after...); err != nil || own {
		return changes, err
	}
	return changes, checkReasons(m, undo.at, undo.reason, append(before, after...)...)
}

// part is what an operation has done to one entry.
type part struct {
	entry   Entry
	changes []Change
}

// partsOf is the last operation of an entry, with the entry itself first. It refuses when it isn't the last one of all of
// its entries any more.
func (s *Service) partsOf(ctx context.Context, m tenant.Member, entry Entry) ([]part, error) {
	history, err := s.store.Changes(ctx, m.Tenant.ID, entry.ID)
	if err != nil {
		return nil, err
	}
	last := lastOperation(history)
	if len(last) == 0 {
		return nil, nothingToUndo()
	}
	parts := []part{{entry, last}}
	if !last[0].Operation.Kind.isWhole() {
		return parts, nil
	}
	together, err := s.store.OperationEntries(ctx, m.Tenant.ID, last[0].Operation.ID)
	if err != nil {
		return nil, err
	}
	for _, id := range together {
		if id == entry.ID {
			continue
		}
		other, err := s.store.Entry(ctx, m.Tenant.ID, id)
		if err != nil {
			return nil, err
		}
		if history, err = s.store.Changes(ctx, m.Tenant.ID, id); err != nil {
			return nil, err
		}
		changes := lastOperation(history)
		if other.Running() || changes[0].Operation != last[0].Operation {
			return nil, errs.New(errs.Conflict, "changed_since",
				"Another entry that this changed was changed again since. Take that back first.").WithSubject(other)
		}
		parts = append(parts, part{other, changes})
	}
	return parts, nil
}

// lastOperation is what the latest operation has changed of an entry. history is in the order of time.
func lastOperation(history []Change) []Change {
	for i := len(history) - 1; i > 0; i-- {
		if history[i-1].Operation != history[i].Operation {
			return history[i:]
		}
	}
	return history
}

func nothingToUndo() error {
	return errs.New(errs.RuleBroken, "nothing_to_undo", "There is no change of this entry to take back.")
}

// revert gives the fields of the entry the values that they had before an operation. An entry that the operation has made
// is void from now on.
func revert(entry *Entry, changes []Change, now time.Time) error {
	for _, field := range changes {
		switch field.Field {
		case fieldNeedsReview:
			entry.NeedsReview = field.Old == "true"
			continue
		case fieldSource:
			if field.Operation.Kind == Adding {
				return nothingToUndo() // it can be voided
			}
			entry.VoidedAt, entry.NeedsReview = now, false
			continue
		case fieldNote:
			entry.Note = field.Old
			continue
		case fieldBillable:
			entry.Billable = field.Old == "true"
			continue
		case fieldWorkItem, fieldProject, fieldActivity:
			if err := takeBackWork(entry, field); err != nil {
				return err
			}
			continue
		}
		instant, err := parseInstant(field.Old)
		if err != nil {
			return err
		}
		switch field.Field {
		case fieldVoidedAt:
			entry.VoidedAt = instant
		case fieldStartedAt:
			entry.StartedAt = instant
		case fieldStoppedAt:
			// That a timer ran on was no change of an entry.
			if field.New == "" {
				return nothingToUndo()
			}
			entry.StoppedAt = instant
		}
	}
	if entry.StoppedAt.Before(entry.StartedAt) {
		return nothingToUndo()
	}
	return nil
}

// takeBackWork gives an entry the ids of the work that it was recorded on before.
func takeBackWork(entry *Entry, field Change) (err error) {
	switch {
	case field.Field == fieldProject:
		entry.ProjectID, err = ids.Parse[ids.Project](field.Old)
	case field.Field == fieldActivity:
		entry.Activity.ID, err = ids.Parse[ids.Activity](field.Old)
	case field.Old == "":
		entry.WorkItem.ID = ids.WorkItem{} // general time
	default:
		entry.WorkItem.ID, err = ids.Parse[ids.WorkItem](field.Old)
	}
	return err
}

// parseInstant reads an instant as the history has it; zero for none.
func parseInstant(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	return time.Parse(calendar.InstantLayout, text)
}
