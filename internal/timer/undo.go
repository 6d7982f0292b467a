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
		var changes Changeset
		if err := s.clearWay(ctx, m, &changes, entry, timeline, now); err != nil {
			return err
		}
		resumed = entry
		resumed.StoppedAt, resumed.VoidedAt, resumed.NeedsReview = time.Time{}, time.Time{}, false
		note(&changes, entry, resumed, m.User, now, "")
		resumed.Revision++
		// The other timer is written first, since only one may run.
		changes.Update = append(changes.Update, resumed)
		changes.Events = append(changes.Events, newEvent(Resumed, resumed, now))
		if err := s.save(ctx, m.Tenant.ID, m.Tenant.Settings.WriteBack, changes); err != nil || entry.User.ID == m.User.ID {
			return err
		}
		return s.store.InsertAudit(ctx, m.Tenant.ID, audit.NewEvent(m.User.Actor(), audit.TimerResumed, auditTarget(entry), now))
	})
	return resumed, err
}

// mayResume refuses an entry whose stop can't be taken back.
func (s *Service) mayResume(m tenant.Member, entry Entry, revision int64, now time.Time) error {
	resumed := entry
	resumed.StoppedAt = time.Time{}
	switch {
	case entry.Revision != revision:
		return errs.ChangedFirst(nil)
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
		return s.checkOverlap(ctx, m, entry, entry.StoppedAt, calendar.Later(now, entry.StoppedAt))
	}
}

// MoveStart sets when the member's running timer began, to an instant before now. errs.Stale when another timer runs by
// now, or another version of it. When none runs the error is that of Stop.
func (s *Service) MoveStart(ctx context.Context, m tenant.Member, id ids.Entry, revision int64, startedAt time.Time) (Entry, error) {
	if err := m.Tenant.MayWrite(s.now()); err != nil {
		return Entry{}, err
	}
	var moved Entry
	err := s.store.Tx(ctx, m.Tenant.ID, func(ctx context.Context) error {
		timeline, err := s.store.LockTimeline(ctx, m.Tenant.ID, m.User.ID)
		if err != nil {
			return err
		}
		if !timeline.IsRunning {
			return s.notRunning(ctx, m, id)
		}
		running := timeline.Running
		if running.ID != id || running.Revision != revision {
			return errs.ChangedFirst(nil)
		}
		now := s.now()
		moved = running
		moved.StartedAt = startedAt
		var changes Changeset
		note(&changes, running, moved, m.User, now, "")
		if len(changes.History) == 0 {
			return nil
		}
		if err := s.checkStart(ctx, m, moved, now); err != nil {
			return err
		}
		moved.Revision++
		changes.Update = []Entry{moved}
		changes.Events = []Event{newEvent(Corrected, moved, now)}
		return s.save(ctx, m.Tenant.ID, m.Tenant.Settings.WriteBack, changes)
	})
	return moved, err
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
		return s.checkOverlap(ctx, m, running, running.StartedAt, now)
	}
}

// Undo takes back the last change of an entry that isn't running: a correction, a confirmation or a void. Taking back
// another person's change needs a reason where every change of the entry does; one's own doesn't. Taken back twice, the
// change is there again. errs.RuleBroken, nothing_to_undo, when the entry is as it was recorded.
func (s *Service) Undo(ctx context.Context, m tenant.Member, id ids.Entry, revision int64, reason string) (Entry, error) {
	err := s.edit(ctx, m, id, revision, func(ctx context.Context, entry Entry, now time.Time) (Changeset, error) {
		history, err := s.store.Changes(ctx, m.Tenant.ID, id)
		if err != nil {
			return Changeset{}, err
		}
		last := lastChange(history)
		old := entry
		if err := takeBack(&entry, last); err != nil {
			return Changeset{}, err
		}
		if !entry.Voided() {
			if err := s.checkOverlap(ctx, m, entry, entry.StartedAt, entry.StoppedAt); err != nil {
				return Changeset{}, err
			}
		}
		var changes Changeset
		note(&changes, old, entry, m.User, now, reason)
		entry.Revision++
		changes.Update = []Entry{entry}
		changes.Events = []Event{newEvent(Undone, entry, now)}
		if last[0].ChangedBy.ID == m.User.ID {
			return changes, nil
		}
		return changes, checkReasons(m, now, reason, entry, old)
	})
	if err != nil {
		return Entry{}, err
	}
	// What the entry has been moved back to is read with its names.
	return s.store.Entry(ctx, m.Tenant.ID, id)
}

// lastChange is the fields that the latest change has changed. history is in the order of time.
func lastChange(history []Change) []Change {
	for i := len(history) - 1; i > 0; i-- {
		if !history[i-1].ChangedAt.Equal(history[i].ChangedAt) {
			return history[i:]
		}
	}
	return history
}

// takeBack gives the fields of the entry the values that they had before the change.
func takeBack(entry *Entry, change []Change) error {
	nothing := errs.New(errs.RuleBroken, "nothing_to_undo", "There is no change of this entry to take back.")
	if len(change) == 0 {
		return nothing
	}
	for _, field := range change {
		switch field.Field {
		case fieldNeedsReview:
			entry.NeedsReview = field.Old == "true"
			continue
		case fieldSource:
			return nothing // that it was added; it can be voided
		case fieldWorkItem, fieldProject:
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
				return nothing
			}
			entry.StoppedAt = instant
		}
	}
	if entry.StoppedAt.Before(entry.StartedAt) {
		return nothing
	}
	return nil
}

// takeBackWork gives an entry the ids of the work that it was recorded on before.
func takeBackWork(entry *Entry, field Change) error {
	if field.Field == fieldProject {
		id, err := ids.Parse[ids.Project](field.Old)
		entry.ProjectID = id
		return err
	}
	id, err := ids.Parse[ids.WorkItem](field.Old)
	entry.WorkItem.ID = id
	return err
}

// parseInstant reads an instant as the history has it; zero for none.
func parseInstant(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	return time.Parse(calendar.InstantLayout, text)
}
