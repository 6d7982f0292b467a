package timer

import (
	"bytes"
	"context"
	"slices"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/ids"
	"timetracker/internal/tenant"
	"timetracker/internal/workitem"
)

// save writes a set of changes with what they mean for Completed Work. Every change of an entry goes through it, so that
// none can forget the latter. writesBack is the tenant's setting.
func (s *Service) save(ctx context.Context, id ids.Tenant, writesBack bool, changes Changeset) error {
	if err := s.dateHistory(ctx, id, changes); err != nil {
		return err
	}
	changes.WriteBacks = writeBacksOf(changes, writesBack, s.now())
	return s.store.Save(ctx, id, changes)
}

// dateHistory dates changes after those that their entries have had before. The history is read in the order of time, and
// the clocks of two servers differ. It is called under the owners' locks.
func (s *Service) dateHistory(ctx context.Context, id ids.Tenant, changes Changeset) error {
	made := map[ids.Entry]bool{}
	for _, entry := range changes.Insert {
		made[entry.ID] = true
	}
	var changed []ids.Entry
	for _, change := range changes.History {
		if !made[change.EntryID] {
			changed = append(changed, change.EntryID)
		}
	}
	if len(changed) == 0 {
		return nil
	}
	slices.SortFunc(changed, func(a, b ids.Entry) int { return bytes.Compare(a[:], b[:]) })
	last, err := s.store.LastChanged(ctx, id, slices.Compact(changed))
	if err != nil {
		return err
	}
	for i := range changes.History {
		// The parts of an operation stay together.
		if change := &changes.History[i]; !change.ChangedAt.After(last) {
			change.ChangedAt = last.Add(time.Millisecond)
		}
	}
	return nil
}

// saveEdit is save for every change but starts and stops, which come after each closed period. It refuses to touch one.
func (s *Service) saveEdit(ctx context.Context, m tenant.Member, changes Changeset) error {
	if err := s.checkOpen(ctx, m, changes, s.now()); err != nil {
		return err
	}
	return s.save(ctx, m.Tenant.ID, m.Tenant.Settings.WriteBack, changes)
}

// saveBy is saveEdit, and audits what an admin changes of another person's entries.
func (s *Service) saveBy(ctx context.Context, m tenant.Member, changes Changeset) error {
	if err := s.saveEdit(ctx, m, changes); err != nil {
		return err
	}
	for _, entries := range [][]Entry{changes.Update, changes.Insert} {
		for _, entry := range entries {
			if entry.User.ID == m.User.ID {
				continue
			}
			if err := s.auditChange(ctx, m, entry, changes.History); err != nil {
				return err
			}
		}
	}
	return nil
}

// auditChange tells the audit what the history says of one entry, in words.
func (s *Service) auditChange(ctx context.Context, m tenant.Member, entry Entry, history []Change) error {
	var fields []audit.FieldChange
	at, reason := s.now(), ""
	for _, change := range history {
		if change.EntryID != entry.ID {
			continue
		}
		if len(fields) == 0 {
			at, reason = change.ChangedAt, change.Reason
			fields = append(fields, audit.FieldChange{Field: "operation", New: string(change.Operation.Kind)})
		}
		old, err := s.workName(ctx, m, change.Field, change.Old)
		if err != nil {
			return err
		}
		changed, err := s.workName(ctx, m, change.Field, change.New)
		if err != nil {
			return err
		}
		fields = append(fields, audit.FieldChange{Field: change.Field, Old: old, New: changed})
	}
	if reason != "" {
		fields = append(fields, audit.FieldChange{Field: "reason", New: reason})
	}
	return s.store.InsertAudit(ctx, m.Tenant.ID, audit.NewEvent(m.User.Actor(), audit.TimeEntryChanged, auditTarget(entry), at, fields...))
}

// writeBacksOf is what a set of changes means for Completed Work. An entry begins to take part when it is stopped, or
// added by hand, while the tenant writes back. From then on it is followed, whatever the setting. The first change of a
// timer is known to follow nothing, so that a stop costs nothing where the tenant doesn't write back.
func writeBacksOf(changes Changeset, writesBack bool, now time.Time) (all []workitem.WriteBackChange) {
	add := func(e Entry, join, fresh bool) {
		join = join && !e.General() // it has no Completed Work
		if fresh && !join {
			return
		}
		all = append(all, workitem.WriteBackChange{
			EntryID: e.ID, UserID: e.User.ID, WorkItemID: e.WorkItem.ID, Wanted: e.counted(), At: now, Follow: !fresh, Join: join,
		})
	}
	stopped := map[ids.Entry]bool{}
	for _, event := range changes.Events {
		if event.Type == Stopped || event.Type == Switched || event.Type == AutoStopped {
			stopped[event.EntryID] = true
		}
	}
	// General time that is moved to a work item has not taken part yet.
	placed := map[ids.Entry]bool{}
	for _, change := range changes.History {
		if change.Field == fieldWorkItem && change.Old == "" {
			placed[change.EntryID] = true
		}
	}
	for _, entries := range [][]Entry{changes.Stop, changes.Update} {
		for _, e := range entries {
			firstChange := e.Source == FromTimer && e.Revision == 2
			add(e, writesBack && (stopped[e.ID] || (placed[e.ID] && !e.Running())), firstChange)
		}
	}
	for _, e := range changes.Insert {
		join, continues := changes.TakesPart[e.ID]
		if !continues {
			join = writesBack
		}
		add(e, join && !e.Running(), true)
	}
	return all
}

// counted is the length that an entry has in sums: none while it runs, is void or waits for a review.
func (e Entry) counted() time.Duration {
	if e.Running() || e.Voided() || e.NeedsReview {
		return 0
	}
	return e.StoppedAt.Sub(e.StartedAt)
}
