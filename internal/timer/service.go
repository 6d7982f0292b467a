package timer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
	"timetracker/internal/workitem"
)

// MaxLength is the longest interval that a person may enter or correct an entry to.
const MaxLength = 24 * time.Hour

// Service applies the rules of recorded time.
type Service struct {
	store Store
	work  *workitem.Service
	now   func() time.Time
}

// NewService makes a Service. work stores its claims in the same store. now is the server's clock.
func NewService(store Store, work *workitem.Service, now func() time.Time) *Service {
	return &Service{store: store, work: work, now: calendar.Clock(now)}
}

// StartRequest asks for a timer on a work item, or on a project without one.
type StartRequest struct {
	WorkItem workitem.Claim
	General  ids.Project // the project; zero: on the work item
	Details

	ExistingHours *float64 // Completed Work as read, in hours; left out where nobody can have worked so long
}

// maxShownHours bounds Completed Work; nothing is worked on for longer.
const maxShownHours = 1_000_000

// shownHours leaves out hours that nobody can have worked. They are only shown, so that no value of a form keeps a timer
// from starting.
func shownHours(hours *float64) *float64 {
	if hours == nil || !(*hours >= 0 && *hours <= maxShownHours) {
		return nil
	}
	return hours
}

// StartResult is the running timer after a start.
type StartResult struct {
	Timer   Entry
	Created bool   // false: it was running on this item already
	Stopped *Entry // the timer that was stopped for it
	Now     time.Time
}

// Start starts a timer for the member. It changes nothing when a timer on the same work runs already that has all details
// which the request names. Another running timer is stopped at the same instant, or prevents the start (errs.Conflict,
// timer_running), as the tenant's policy says. The activity is the tenant's default unless the request names one.
func (s *Service) Start(ctx context.Context, m tenant.Member, request StartRequest) (StartResult, error) {
	if err := m.Tenant.MayWrite(s.now()); err != nil {
		return StartResult{}, err
	}
	// This is outside of the transaction, for which others may wait.
	found, details, err := s.prepareNew(ctx, m, request.WorkItem, request.General, request.Details)
	if err != nil {
		return StartResult{}, err
	}
	var result StartResult
	err = s.store.Tx(ctx, m.Tenant.ID, func(ctx context.Context) error {
		timeline, err := s.store.LockTimeline(ctx, m.Tenant.ID, m.User.ID)
		if err != nil {
			return err
		}
		work, err := s.settle(ctx, m, found)
		if err != nil {
			return err
		}
		// The instant is read under the lock, so that a user's intervals follow each other in the order of commits.
		now := s.now()
		result = StartResult{Now: now}
		var changes Changeset
		if timeline.IsRunning {
			running := timeline.Running
			if work.sameAs(running) && details.fit(running) && !overdue(running, m.Tenant.Settings.AutoStopAfter, now) {
				result.Timer = running
				return nil
			}
			if running, err = stopForStart(m, &changes, running, now); err != nil {
				return err
			}
			result.Stopped = &running
			timeline.LastStop = calendar.Later(timeline.LastStop, running.StoppedAt)
		}
		if err := s.keep(ctx, m, work); err != nil {
			return err
		}
		// Another server's clock may be a little ahead, but intervals of one user must not overlap.
		entry := Entry{
			ID:            ids.New[ids.Entry](),
			User:          UserRef{ID: m.User.ID, Name: m.User.Name},
			StartedAt:     startInstant(now, timeline.LastStop),
			Source:        FromTimer,
			ExistingHours: shownHours(request.ExistingHours),
			Revision:      1,
		}
		if err := details.describe(m, &entry, work); err != nil {
			return err
		}
		changes.Insert = append(changes.Insert, entry)
		changes.Events = append(changes.Events, newEvent(Started, entry, entry.StartedAt))
		result.Timer, result.Created = entry, true
		return s.save(ctx, m.Tenant.ID, m.Tenant.Settings.WriteBack, changes)
	})
	return result, err
}

// stopForStart stops the running timer at the instant at which another one starts, unless the tenant refuses that.
func stopForStart(m tenant.Member, changes *Changeset, running Entry, now time.Time) (Entry, error) {
	limit := m.Tenant.Settings.AutoStopAfter
	switch {
	case overdue(running, limit, now):
		return autoStop(changes, running, limit), nil
	case m.Tenant.Settings.OnStartWhileRunning == tenant.Reject:
		return Entry{}, errs.New(errs.Conflict, "timer_running", "Another timer is running; stop it first.").WithSubject(running)
	default:
		return stopAt(changes, running, calendar.Later(now, running.StartedAt), Switched), nil
	}
}

// Stop stops the member's running timer, whatever the state of the tenant's plan. With an id, it stops only that timer.
// When there is nothing to stop the error is errs.Conflict, timer_not_running, with the entry as its subject.
func (s *Service) Stop(ctx context.Context, m tenant.Member, id ids.Entry) (Entry, error) {
	var stopped Entry
	err := s.store.Tx(ctx, m.Tenant.ID, func(ctx context.Context) error {
		timeline, err := s.store.LockTimeline(ctx, m.Tenant.ID, m.User.ID)
		if err != nil {
			return err
		}
		if !timeline.IsRunning || (!id.IsZero() && timeline.Running.ID != id) {
			return s.notRunning(ctx, m, id)
		}
		var changes Changeset
		stopped = s.end(&changes, timeline.Running, m.Tenant.Settings.AutoStopAfter, Stopped)
		return s.save(ctx, m.Tenant.ID, m.Tenant.Settings.WriteBack, changes)
	})
	return stopped, err
}

// StopOf stops another person's running timer, whatever the state of the tenant's plan or of the person. The owner
// reviews the entry; the audit says who stopped it. When it does not run the error is errs.Conflict, timer_not_running,
// with the entry as its subject. Admins only.
func (s *Service) StopOf(ctx context.Context, m tenant.Member, id ids.Entry) (Entry, error) {
	if err := m.Require(tenant.RoleAdmin); err != nil {
		return Entry{}, err
	}
	entry, err := s.visible(ctx, m, id)
	if err != nil {
		return Entry{}, err
	}
	var stopped Entry
	err = s.store.Tx(ctx, m.Tenant.ID, func(ctx context.Context) error {
		timeline, err := s.store.LockTimeline(ctx, m.Tenant.ID, entry.User.ID)
		if err != nil {
			return err
		}
		if !timeline.IsRunning || timeline.Running.ID != id {
			// It is read again, since it may have been stopped meanwhile.
			if entry, err = s.store.Entry(ctx, m.Tenant.ID, id); err != nil {
				return err
			}
			return timerNotRunning().WithSubject(entry)
		}
		var changes Changeset
		running := timeline.Running
		running.NeedsReview = entry.User.ID != m.User.ID
		stopped = s.end(&changes, running, m.Tenant.Settings.AutoStopAfter, Stopped)
		if err := s.save(ctx, m.Tenant.ID, m.Tenant.Settings.WriteBack, changes); err != nil {
			return err
		}
		return s.store.InsertAudit(ctx, m.Tenant.ID,
			audit.NewEvent(m.User.Actor(), audit.TimerStopped, auditTarget(entry), stopped.StoppedAt))
	})
	return stopped, err
}

// auditTarget is an entry as the audit names it.
func auditTarget(e Entry) audit.Target {
	return audit.Target{Kind: audit.TargetTimeEntry, ID: ids.Any(e.ID), Name: e.User.Name + ", " + workText(e)}
}

// Discard stops the member's running timer and voids its entry. id and revision are those that the member has seen;
// errs.Stale when another timer runs by now. When none runs the error is that of Stop.
func (s *Service) Discard(ctx context.Context, m tenant.Member, id ids.Entry, revision int64) (Entry, error) {
	if err := m.Tenant.MayWrite(s.now()); err != nil {
		return Entry{}, err
	}
	var discarded Entry
	err := s.store.Tx(ctx, m.Tenant.ID, func(ctx context.Context) error {
		timeline, err := s.store.LockTimeline(ctx, m.Tenant.ID, m.User.ID)
		if err != nil {
			return err
		}
		if !timeline.IsRunning {
			return s.notRunning(ctx, m, id)
		}
		if timeline.Running.ID != id || timeline.Running.Revision != revision {
			return changedFirst(timeline.Running)
		}
		var changes Changeset
		discarded = s.discard(&changes, m, timeline.Running)
		return s.save(ctx, m.Tenant.ID, m.Tenant.Settings.WriteBack, changes)
	})
	return discarded, err
}

// discard stops a running timer and voids its entry.
func (s *Service) discard(changes *Changeset, m tenant.Member, running Entry) Entry {
	discarded := s.end(changes, running, m.Tenant.Settings.AutoStopAfter, Stopped)
	changes.Events = append(changes.Events, newEvent(Discarded, discarded, discarded.StoppedAt))
	newOperation(Changing, m.User, s.now(), "").void(changes, &discarded)
	changes.Stop, changes.Update = nil, append(changes.Update, discarded)
	return discarded
}

// Current is the member's running timer; ok is false when none runs. It first stops a timer that is past the tenant's
// limit, so that nobody ever sees more hours than the limit.
func (s *Service) Current(ctx context.Context, m tenant.Member) (entry Entry, ok bool, now time.Time, err error) {
	entry, ok, err = s.store.RunningEntry(ctx, m.Tenant.ID, m.User.ID)
	now = s.now()
	if err != nil || !ok || !overdue(entry, m.Tenant.Settings.AutoStopAfter, now) {
		return entry, ok, now, err
	}
	forgotten := OverdueTimer{
		TenantID: m.Tenant.ID, User: entry.User, EntryID: entry.ID, AutoStopAfter: m.Tenant.Settings.AutoStopAfter,
		WriteBack: m.Tenant.Settings.WriteBack,
	}
	if _, err := s.stopOverdue(ctx, forgotten); err != nil {
		return Entry{}, false, now, err
	}
	// Another tab may have started a timer meanwhile.
	entry, ok, err = s.store.RunningEntry(ctx, m.Tenant.ID, m.User.ID)
	return entry, ok, s.now(), err
}

// RunningTimers lists the tenant's running timers, the longest running first. Admins only.
func (s *Service) RunningTimers(ctx context.Context, m tenant.Member, request page.Request) (timers []Entry, next page.Position, now time.Time, err error) {
	if err := m.Require(tenant.RoleAdmin); err != nil {
		return nil, page.Position{}, time.Time{}, err
	}
	leftOut, err := tenant.LeftOut(ctx, s.store, m, tenant.TeamReports)
	if err != nil {
		return nil, page.Position{}, time.Time{}, err
	}
	timers, err = s.store.RunningEntries(ctx, m.Tenant.ID, leftOut, request.WithOneMore())
	timers, next = page.Cut(timers, request.Limit, entryPosition)
	return timers, next, s.now(), err
}

// AutoStop stops up to limit forgotten timers of all tenants, each at exactly its tenant's limit, and marks them for
// review. It gives the number that it stopped. A failure for one does not keep it from stopping the others.
func (s *Service) AutoStop(ctx context.Context, limit int) (stopped int, err error) {
	timers, err := s.store.OverdueTimers(ctx, s.now(), limit)
	if err != nil {
		return 0, err
	}
	for _, forgotten := range timers {
		done, failed := s.stopOverdue(ctx, forgotten)
		if failed != nil {
			err = errors.Join(err, fmt.Errorf("timer %s: %w", forgotten.EntryID, failed))
		}
		if done {
			stopped++
		}
	}
	return stopped, err
}

// stopOverdue stops a forgotten timer unless its owner was faster.
func (s *Service) stopOverdue(ctx context.Context, forgotten OverdueTimer) (done bool, err error) {
	err = s.store.Tx(ctx, forgotten.TenantID, func(ctx context.Context) error {
		done = false
		timeline, err := s.store.LockTimeline(ctx, forgotten.TenantID, forgotten.User.ID)
		if err != nil {
			return err
		}
		if !timeline.IsRunning || !overdue(timeline.Running, forgotten.AutoStopAfter, s.now()) {
			return nil
		}
		var changes Changeset
		autoStop(&changes, timeline.Running, forgotten.AutoStopAfter)
		done = true
		return s.save(ctx, forgotten.TenantID, forgotten.WriteBack, changes)
	})
	return done, err
}

// end stops a running timer now, or at the tenant's limit when that has passed.
func (s *Service) end(changes *Changeset, running Entry, limit time.Duration, how EventType) Entry {
	now := s.now()
	if overdue(running, limit, now) {
		return autoStop(changes, running, limit)
	}
	return stopAt(changes, running, calendar.Later(now, running.StartedAt), how)
}

// notRunning is the error for stopping a timer that doesn't run. Its subject is the entry that the member means.
func (s *Service) notRunning(ctx context.Context, m tenant.Member, id ids.Entry) error {
	refusal := timerNotRunning()
	if !id.IsZero() {
		entry, err := s.store.Entry(ctx, m.Tenant.ID, id)
		if err != nil {
			return err
		}
		if entry.User.ID != m.User.ID {
			return EntryNotFound() // also for an admin: it may run, but isn't theirs to stop
		}
		return refusal.WithSubject(entry)
	}
	entry, ok, err := s.store.LatestEntry(ctx, m.Tenant.ID, m.User.ID)
	if err != nil {
		return err
	}
	if ok {
		refusal = refusal.WithSubject(entry)
	}
	return refusal
}

func timerNotRunning() *errs.Error {
	return errs.New(errs.Conflict, "timer_not_running", "This timer is not running; nothing was changed.")
}

// overdue says whether a running timer has reached the tenant's limit.
func overdue(running Entry, limit time.Duration, now time.Time) bool {
	return limit > 0 && !now.Before(running.EndsBy(limit))
}

func autoStop(changes *Changeset, running Entry, limit time.Duration) Entry {
	running.NeedsReview = true
	return stopAt(changes, running, running.EndsBy(limit), AutoStopped)
}

func stopAt(changes *Changeset, running Entry, at time.Time, how EventType) Entry {
	running.StoppedAt = at
	running.Revision++
	changes.Stop = append(changes.Stop, running)
	changes.Events = append(changes.Events, newEvent(how, running, at))
	return running
}

// clockTolerance is how far another server's clock may have been ahead. Within it, a start is moved to the latest stop.
const clockTolerance = 5 * time.Second

func startInstant(now, lastStop time.Time) time.Time {
	if ahead := lastStop.Sub(now); ahead > 0 && ahead <= clockTolerance {
		return lastStop
	}
	return now
}

func newEvent(what EventType, entry Entry, at time.Time) Event {
	return Event{ID: ids.New[ids.Event](), Type: what, At: at, User: entry.User, EntryID: entry.ID, WorkItem: entry.WorkItem}
}

func entryPosition(e Entry) page.Position { return page.Position{At: e.StartedAt, ID: ids.Any(e.ID)} }

func eventPosition(e Event) page.Position { return page.Position{At: e.At, ID: ids.Any(e.ID)} }
