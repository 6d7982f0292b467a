package timer

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
	"timetracker/internal/workitem"
)

// ListRequest asks for a list of entries. Fields without a value don't narrow.
type ListRequest struct {
	Filter // without users: everybody

	From, To      time.Time // entries that share time with [From, To), running timers up to Entry.EndsBy
	Running       *bool     // false: only those that have stopped, as reports count
	Settled       *bool     // false: without time under review that was settled
	IncludeVoided bool
	// Work is a work item by number or id, or a place. A work item is the same in every project, so that one named here
	// isn't looked for in a project.
	Work workitem.Reference
}

// List gives the entries that the member may see, the latest first. Everybody's need the role admin, as another person's
// do.
func (s *Service) List(
	ctx context.Context, m tenant.Member, wanted ListRequest, request page.Request,
) (entries []Entry, next page.Position, now time.Time, err error) {
	if len(wanted.Users) == 0 {
		if err := m.Require(tenant.RoleAdmin); err != nil {
			return nil, page.Position{}, time.Time{}, err
		}
	}
	filter := EntryFilter{From: wanted.From, To: wanted.To, Running: wanted.Running, Settled: wanted.Settled, IncludeVoided: wanted.IncludeVoided}
	selected, found, err := wanted.Select(ctx, s.work, s.store, m)
	if err != nil || !found {
		return nil, page.Position{}, s.now(), err
	}
	scope, found, err := s.work.Narrow(ctx, m, wanted.Work)
	if err != nil || !found {
		return nil, page.Position{}, s.now(), err
	}
	if filter.Selection, found = selected.within(scope); !found {
		return nil, page.Position{}, s.now(), nil
	}
	entries, err = s.store.Entries(ctx, m.Tenant.ID, filter, request.WithOneMore())
	if err != nil {
		return nil, page.Position{}, time.Time{}, err
	}
	entries, next = page.Cut(entries, request.Limit, entryPosition)
	now = s.now()
	return entries, next, now, s.markLocked(ctx, m, entries, now)
}

// Get is one entry; errs.NotFound for another person's unless the member is an admin.
func (s *Service) Get(ctx context.Context, m tenant.Member, id ids.Entry) (entry Entry, now time.Time, err error) {
	entry, err = s.visible(ctx, m, id)
	now = s.now()
	if err != nil {
		return entry, now, err
	}
	shown := []Entry{entry}
	err = s.markLocked(ctx, m, shown, now)
	return shown[0], now, err
}

// History is every change of an entry, the oldest first. A work item is its number; a project or an activity is the name
// that it has now.
func (s *Service) History(ctx context.Context, m tenant.Member, id ids.Entry) ([]Change, error) {
	if _, err := s.visible(ctx, m, id); err != nil {
		return nil, err
	}
	changes, err := s.store.Changes(ctx, m.Tenant.ID, id)
	for i := range changes {
		for _, value := range []*string{&changes[i].Old, &changes[i].New} {
			if err == nil {
				*value, err = s.workName(ctx, m, changes[i].Field, *value)
			}
		}
	}
	return changes, err
}

// LastChange is when the caller has last changed the item of an entry of theirs, within the entry's time. It asks the
// tracker with the caller's rights. Nobody else's entry is there for this, not for admins either.
func (s *Service) LastChange(
	ctx context.Context, m tenant.Member, as workitem.Credential, id ids.Entry,
) (workitem.LastChange, error) {
	entry, err := s.visible(ctx, m, id)
	if err == nil && entry.User.ID != m.User.ID {
		err = EntryNotFound()
	}
	if err != nil || entry.WorkItem.ID.IsZero() {
		return workitem.LastChange{}, err
	}
	until := entry.StoppedAt
	if until.IsZero() {
		until = s.now()
	}
	return s.work.LastChange(ctx, m, as, entry.WorkItem, entry.StartedAt, until)
}

// workName is a value of the history as people read it, where it is the id of a work item, a project or an activity.
func (s *Service) workName(ctx context.Context, m tenant.Member, field, value string) (string, error) {
	switch field {
	case fieldWorkItem:
		if value == "" {
			return "", nil // general time
		}
		id, err := ids.Parse[ids.WorkItem](value)
		if err != nil {
			return "", err
		}
		item, err := s.work.Get(ctx, m, id)
		return item.Number, err
	case fieldProject:
		id, err := ids.Parse[ids.Project](value)
		if err != nil {
			return "", err
		}
		project, err := s.work.Project(ctx, m, id)
		return project.CountsAs.Name, err
	case fieldActivity:
		id, err := ids.Parse[ids.Activity](value)
		if err != nil {
			return "", err
		}
		activity, err := s.store.Activity(ctx, m.Tenant.ID, id)
		return activity.Name, err
	default:
		return value, nil
	}
}

// Events is the timer log, the latest first. Users see their own, admins everybody's, narrowed by the filter.
func (s *Service) Events(
	ctx context.Context, m tenant.Member, everybody bool, filter audit.Filter, request page.Request,
) (events []Event, next page.Position, err error) {
	if !everybody && filter.User.IsZero() {
		filter.User = m.User.ID
	}
	if filter.User != m.User.ID {
		if err := m.Require(tenant.RoleAdmin); err != nil {
			return nil, page.Position{}, err
		}
		if filter.LeftOut, err = tenant.LeftOut(ctx, s.store, m, tenant.TeamReports); err != nil {
			return nil, page.Position{}, err
		}
	}
	events, err = s.store.Events(ctx, m.Tenant.ID, filter, request.WithOneMore())
	events, next = page.Cut(events, request.Limit, eventPosition)
	return events, next, err
}

// maxShownRunning is how many people are named as being on one work item.
const maxShownRunning = 50

// TimeOn sums the time on one work item and names who works on it now. Of an item that isn't shown to the member it tells
// of the member's own time alone. Today begins in the member's time zone. An item without an id has no time.
func (s *Service) TimeOn(ctx context.Context, m tenant.Member, item workitem.WorkItem) (sums WorkItemTime, now time.Time, err error) {
	now = s.now()
	if item.ID.IsZero() {
		return WorkItemTime{WorkItem: item}, now, nil
	}
	zone, err := calendar.LoadZone(m.TimeZone())
	if err != nil {
		return sums, now, err
	}
	today := calendar.DayOf(now, zone)
	from, to := calendar.StartOfDay(today, zone), calendar.StartOfDay(today.AddDays(1), zone)
	leftOut, err := tenant.LeftOut(ctx, s.store, m, tenant.TeamReports)
	if err != nil {
		return sums, now, err
	}
	sums, err = s.store.TimeOn(ctx, m.Tenant.ID, m.User.ID, item.ID, leftOut, from, to)
	if err != nil {
		return sums, now, err
	}
	sums.WorkItem = item
	if !item.ShownTo(m) {
		sums, err = s.ownTimeOn(ctx, m, sums)
		return sums, now, err
	}
	sums.Running, err = s.store.RunningOn(ctx, m.Tenant.ID, item.ID, leftOut, maxShownRunning)
	return sums, now, err
}

// ownTimeOn leaves out of the time on a work item what is of others.
func (s *Service) ownTimeOn(ctx context.Context, m tenant.Member, sums WorkItemTime) (WorkItemTime, error) {
	sums.OnlyOwn, sums.Total, sums.Review = true, sums.Own, sums.OwnReview
	entry, runs, err := s.store.RunningEntry(ctx, m.Tenant.ID, m.User.ID)
	if runs && entry.WorkItem.ID == sums.WorkItem.ID {
		sums.Running = []Entry{entry}
	}
	return sums, err
}

// AddRequest asks for an entry that no timer has measured.
type AddRequest struct {
	WorkItem workitem.Claim
	General  ids.Project // the project of general time; zero: on the work item
	Details

	StartedAt, StoppedAt time.Time
	Reason               string // needed for time that is older than the tenant's edit window
}

// Add records time of the member's by hand. The interval has passed and is at most MaxLength long. It shares no time with
// another entry of the member's, unless the tenant allows that.
func (s *Service) Add(ctx context.Context, m tenant.Member, request AddRequest) (Entry, error) {
	if err := m.Tenant.MayWrite(s.now()); err != nil {
		return Entry{}, err
	}
	// This is outside of the transaction, for which others may wait.
	found, details, err := s.prepareNew(ctx, m, request.WorkItem, request.General, request.Details)
	if err != nil {
		return Entry{}, err
	}
	var added Entry
	err = s.store.Tx(ctx, m.Tenant.ID, func(ctx context.Context) error {
		if _, err := s.store.LockTimeline(ctx, m.Tenant.ID, m.User.ID); err != nil {
			return err
		}
		work, err := s.settle(ctx, m, found)
		if err != nil {
			return err
		}
		now := s.now()
		added = Entry{
			ID:        ids.New[ids.Entry](),
			User:      UserRef{ID: m.User.ID, Name: m.User.Name},
			StartedAt: request.StartedAt,
			StoppedAt: request.StoppedAt,
			Source:    Manual,
			Revision:  1,
		}
		if err := details.describe(m, &added, work); err != nil {
			return err
		}
		if err := s.checkInterval(ctx, m, added, now); err != nil {
			return err
		}
		if err := checkReason(m, added, now, request.Reason); err != nil {
			return err
		}
		if err := s.keep(ctx, m, work); err != nil {
			return err
		}
		changes := Changeset{Events: []Event{newEvent(Added, added, now)}}
		newOperation(Adding, m.User, now, request.Reason).create(&changes, added)
		return s.saveEdit(ctx, m, changes)
	})
	return added, err
}

// Patch is a wanted change of an entry. Nil fields stay. Another activity or project decides anew whether the entry is
// billable, unless the patch says so.
type Patch struct {
	StartedAt *time.Time
	StoppedAt *time.Time
	WorkItem  *workitem.Claim // to which the entry is moved
	General   ids.Project     // the project to whose general time it is moved; zero: none
	Details

	Confirm bool // the owner has looked at an entry that the server stopped
	Reason  string
}

// Change corrects or confirms a stopped entry. Correcting an instant also confirms it. revision is the one that the
// member has seen; errs.Stale when it isn't current.
func (s *Service) Change(ctx context.Context, m tenant.Member, id ids.Entry, revision int64, patch Patch) (Entry, error) {
	wanted, err := s.prepare(ctx, m, patch)
	if err != nil {
		return Entry{}, err
	}
	var changed Entry
	err = s.edit(ctx, m, id, revision, func(ctx context.Context, entry Entry, now time.Time) (Changeset, error) {
		if err := changeable(entry); err != nil {
			return Changeset{}, err
		}
		old := entry
		if err := s.redescribe(ctx, m, &entry, wanted); err != nil {
			return Changeset{}, err
		}
		if patch.StartedAt != nil {
			entry.StartedAt = *patch.StartedAt
		}
		if patch.StoppedAt != nil {
			entry.StoppedAt = *patch.StoppedAt
		}
		moved := !entry.StartedAt.Equal(old.StartedAt) || !entry.StoppedAt.Equal(old.StoppedAt)
		if moved {
			if err := s.checkInterval(ctx, m, entry, now); err != nil {
				return Changeset{}, err
			}
		}
		entry.NeedsReview = old.NeedsReview && !patch.Confirm && !moved
		changed = entry
		var changes Changeset
		newOperation(Changing, m.User, now, patch.Reason).note(&changes, old, entry)
		if len(changes.History) == 0 {
			return changes, nil
		}
		entry.Revision++
		changed = entry
		what := Confirmed
		if slices.ContainsFunc(changes.History, func(c Change) bool { return c.Field != fieldNeedsReview }) {
			what = Corrected
		}
		changes.Update = []Entry{entry}
		changes.Events = []Event{newEvent(what, entry, now)}
		return changes, checkReasons(m, now, patch.Reason, entry, old)
	})
	return changed, err
}

// Void marks an entry as void: it stays in the records but counts nowhere.
func (s *Service) Void(ctx context.Context, m tenant.Member, id ids.Entry, revision int64, reason string) (Entry, error) {
	var voided Entry
	err := s.edit(ctx, m, id, revision, func(_ context.Context, entry Entry, now time.Time) (Changeset, error) {
		if err := changeable(entry); err != nil {
			return Changeset{}, err
		}
		var changes Changeset
		newOperation(Changing, m.User, now, reason).void(&changes, &entry)
		entry.Revision++
		changes.Update = []Entry{entry}
		changes.Events = []Event{newEvent(Voided, entry, now)}
		voided = entry
		return changes, checkReasons(m, now, reason, entry)
	})
	return voided, err
}

// edit does what every change of an entry that isn't running has in common.
func (s *Service) edit(ctx context.Context, m tenant.Member, id ids.Entry, revision int64,
	apply func(ctx context.Context, entry Entry, now time.Time) (Changeset, error),
) error {
	if err := m.Tenant.MayWrite(s.now()); err != nil {
		return err
	}
	owner, err := s.visible(ctx, m, id)
	if err != nil {
		return err
	}
	return s.store.Tx(ctx, m.Tenant.ID, func(ctx context.Context) error {
		if _, err := s.store.LockTimeline(ctx, m.Tenant.ID, owner.User.ID); err != nil {
			return err
		}
		entry, err := s.current(ctx, m, EntryVersion{ID: id, Revision: revision})
		if err != nil {
			return err
		}
		changes, err := apply(ctx, entry, s.now())
		if err != nil || len(changes.Update) == 0 {
			return err
		}
		return s.saveBy(ctx, m, changes)
	})
}

// current is an entry that isn't running, at the revision that somebody has seen. Only within Tx, under its owner's lock.
func (s *Service) current(ctx context.Context, m tenant.Member, version EntryVersion) (Entry, error) {
	entry, err := s.visible(ctx, m, version.ID)
	switch {
	case err != nil:
		return Entry{}, err
	case entry.Revision != version.Revision:
		return Entry{}, changedFirst(entry)
	case entry.Running():
		return Entry{}, timerRuns(entry)
	}
	return entry, nil
}

func timerRuns(entry Entry) error {
	return errs.New(errs.Conflict, "timer_running", "This timer is running; stop or discard it first.").WithSubject(entry)
}

// changedFirst refuses a change of an entry by a revision that isn't the current one. It says what the entry is now.
func changedFirst(entry Entry) error { return errs.ChangedFirst(nil).WithSubject(entry) }

// changeable refuses an entry that is void.
func changeable(entry Entry) error {
	if entry.Voided() {
		return errs.New(errs.Conflict, "entry_voided", "This entry is void.").WithSubject(entry)
	}
	return nil
}

// checkReasons refuses a change without a reason that one of the entries needs. The entry before and after it covers an
// old one that is changed, and a new one that is moved back in time.
func checkReasons(m tenant.Member, now time.Time, reason string, entries ...Entry) error {
	for _, entry := range entries {
		if err := checkReason(m, entry, now, reason); err != nil {
			return err
		}
	}
	return nil
}

// checkReason is nil unless a change of the entry lacks a reason that it needs.
func checkReason(m tenant.Member, e Entry, now time.Time, reason string) error {
	days := m.Tenant.Settings.EditWindowDays
	switch {
	case strings.TrimSpace(reason) != "":
		return nil
	case e.User.ID != m.User.ID:
		return reasonRequired("Changing another person's time needs a reason.")
	case now.Sub(e.StoppedAt) > time.Duration(days)*24*time.Hour:
		return reasonRequired("Changing an entry that is older than " + strconv.Itoa(days) + " days needs a reason.")
	default:
		return nil
	}
}

func reasonRequired(message string) error {
	return errs.New(errs.RuleBroken, "reason_required", message).WithField("/reason", "missing", "must say why")
}

// checkInterval refuses intervals that nobody can have worked.
func (s *Service) checkInterval(ctx context.Context, m tenant.Member, entry Entry, now time.Time) error {
	switch {
	case !entry.StartedAt.Before(entry.StoppedAt):
		return errs.New(errs.RuleBroken, "interval_invalid", "The stop must come after the start.").
			WithField("/stopped_at", "not_after_start", "must be later than started_at")
	case entry.StoppedAt.After(now):
		return errs.New(errs.RuleBroken, "interval_in_future", "Time can't be recorded before it has passed.").
			WithField("/stopped_at", "in_future", "must not be later than now")
	case entry.StoppedAt.Sub(entry.StartedAt) > MaxLength:
		return errs.New(errs.RuleBroken, "interval_too_long", "An entry is at most 24 hours long.").
			WithField("/stopped_at", "too_long", "must be at most 24 hours after started_at")
	}
	return s.checkOverlaps(ctx, m, entry)
}

// checkOverlaps refuses entries that others cover in part. They are known to share no time with each other.
func (s *Service) checkOverlaps(ctx context.Context, m tenant.Member, entries ...Entry) error {
	together := make([]ids.Entry, len(entries))
	for i, entry := range entries {
		together[i] = entry.ID
	}
	for _, entry := range entries {
		if entry.Voided() {
			continue
		}
		if err := s.checkOverlap(ctx, m, entry, entry.StartedAt, entry.StoppedAt, together...); err != nil {
			return err
		}
	}
	return nil
}

// codeOverlaps says that another entry is in the way.
const codeOverlaps = "interval_overlaps"

// checkOverlap refuses a range of an entry that another entry of its user covers in part, unless the tenant allows it.
// except are the entry and those that change with it.
func (s *Service) checkOverlap(
	ctx context.Context, m tenant.Member, entry Entry, from, to time.Time, except ...ids.Entry,
) error {
	if m.Tenant.Settings.AllowOverlap {
		return nil
	}
	other, overlaps, err := s.store.Overlapping(ctx, m.Tenant.ID, entry.User.ID, from, to, except)
	if err != nil {
		return err
	}
	if overlaps {
		return errs.Newf(errs.RuleBroken, codeOverlaps, "Another entry covers a part of this time: %s, %s.",
			workText(other), intervalText(other)).WithSubject(other)
	}
	return nil
}

// workText names what an entry is on, for people who read a refusal without its subject.
func workText(e Entry) string {
	if e.General() {
		return e.WorkItem.Project.Name
	}
	return "#" + e.WorkItem.Number
}

// intervalText says when an entry was, for people who read a refusal without its subject.
func intervalText(e Entry) string {
	if e.Running() {
		return "running since " + instantText(e.StartedAt)
	}
	return instantText(e.StartedAt) + " to " + instantText(e.StoppedAt)
}

// visible gives the entry if the member may see it. To everybody else it does not exist.
func (s *Service) visible(ctx context.Context, m tenant.Member, id ids.Entry) (Entry, error) {
	entry, err := s.store.Entry(ctx, m.Tenant.ID, id)
	if err != nil {
		return Entry{}, err
	}
	if entry.User.ID != m.User.ID && !m.User.Role.Allows(tenant.RoleAdmin) {
		return Entry{}, EntryNotFound()
	}
	leftOut, err := tenant.IsLeftOut(ctx, s.store, m, entry.User.ID, tenant.SingleTime)
	if err == nil && leftOut {
		err = EntryNotFound()
	}
	return entry, err
}

// EntryNotFound is the error for an entry that does not exist, or that the caller may not see.
func EntryNotFound() error {
	return errs.New(errs.NotFound, "time_entry_not_found", "There is no such time entry.")
}

func instantText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(calendar.InstantLayout)
}
