package timer

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/tenant"
)

// EntryVersion is an entry as somebody has seen it.
type EntryVersion struct {
	ID       ids.Entry
	Revision int64
}

// SplitRequest cuts an entry in two.
type SplitRequest struct {
	At     time.Time // where the first part ends and the rest begins
	Rest   Patch     // what the rest is on and how it is told; its instants are not looked at
	Reason string
}

// Split cuts a stopped entry at an instant within it (errs.RuleBroken, split_outside). The entry keeps the first part. The
// rest is a new entry, which is under review where the entry is and takes part in write-backs as the entry does.
func (s *Service) Split(
	ctx context.Context, m tenant.Member, id ids.Entry, revision int64, request SplitRequest,
) (first, rest Entry, err error) {
	wanted, err := s.prepare(ctx, m, request.Rest)
	if err != nil {
		return Entry{}, Entry{}, err
	}
	err = s.edit(ctx, m, id, revision, func(ctx context.Context, entry Entry, now time.Time) (changes Changeset, err error) {
		if err := changeable(entry); err != nil {
			return Changeset{}, err
		}
		if !request.At.After(entry.StartedAt) || !request.At.Before(entry.StoppedAt) {
			return Changeset{}, errs.New(errs.RuleBroken, "split_outside", "An entry is split at an instant between its start and its stop.").
				WithField("/at", "outside", "must be later than started_at and earlier than stopped_at").WithSubject(entry)
		}
		follows, err := s.store.TakesPart(ctx, m.Tenant.ID, []ids.Entry{entry.ID})
		if err != nil {
			return Changeset{}, err
		}
		first, rest = entry, entry
		first.StoppedAt, rest.StartedAt = request.At, request.At
		first.Revision++
		// The rest isn't fresh: it goes on from a version of the entry.
		rest.ID, rest.Revision = ids.New[ids.Entry](), first.Revision
		if err := s.redescribe(ctx, m, &rest, wanted); err != nil {
			return Changeset{}, err
		}
		split := newOperation(Splitting, m.User, now, request.Reason)
		split.note(&changes, entry, first)
		split.create(&changes, rest)
		changes.Update = []Entry{first}
		changes.Events = []Event{newEvent(Split, first, now), newEvent(Split, rest, now)}
		changes.TakesPart = map[ids.Entry]bool{rest.ID: follows[entry.ID]}
		return changes, checkReason(m, entry, now, request.Reason)
	})
	return first, rest, err
}

// MaxMerged is the most entries that are merged at once.
const MaxMerged = 50

// MergeRequest makes one entry of several.
type MergeRequest struct {
	Entries []EntryVersion // at least two, of one person
	Bridge  bool           // the time between them becomes part of the result
	Reason  string
}

// Merge makes one entry of neighbours. They are of one person, on the same work, told the same way, and alike under review
// and in write-backs (errs.RuleBroken, entries_differ). The earliest stays and reaches to the end of the last, the others
// become void. Time between them is refused (entries_apart) unless the request bridges it. Time that they share is refused
// (entries_overlap), since a merge would lose it.
func (s *Service) Merge(ctx context.Context, m tenant.Member, request MergeRequest) (merged Entry, err error) {
	if err := m.Tenant.MayWrite(s.now()); err != nil {
		return Entry{}, err
	}
	if err := checkVersions(request.Entries, 2, MaxMerged); err != nil {
		return Entry{}, err
	}
	owner, err := s.ownerOf(ctx, m, request.Entries)
	if err != nil {
		return Entry{}, err
	}
	err = s.store.Tx(ctx, m.Tenant.ID, func(ctx context.Context) error {
		if _, err := s.store.LockTimeline(ctx, m.Tenant.ID, owner); err != nil {
			return err
		}
		entries := make([]Entry, len(request.Entries))
		for i, version := range request.Entries {
			if entries[i], err = s.current(ctx, m, version); err != nil {
				return err
			}
			if err := changeable(entries[i]); err != nil {
				return err
			}
		}
		slices.SortFunc(entries, inTime)
		if err := s.checkAlike(ctx, m, entries); err != nil {
			return err
		}
		if err := s.checkGaps(ctx, m, entries, request.Bridge); err != nil {
			return err
		}
		now := s.now()
		if err := checkReasons(m, now, request.Reason, entries...); err != nil {
			return err
		}
		changes, err := mergeAll(newOperation(Merging, m.User, now, request.Reason), entries)
		if err != nil {
			return err
		}
		merged = changes.Update[0]
		if merged.StoppedAt.Sub(merged.StartedAt) > MaxLength {
			return errs.New(errs.RuleBroken, "interval_too_long", "An entry is at most 24 hours long.")
		}
		return s.saveBy(ctx, m, changes)
	})
	return merged, err
}

// mergeAll makes one entry of several in the order of time: the first. Its note has those of the others, each once.
func mergeAll(merge operation, entries []Entry) (changes Changeset, err error) {
	merged := entries[0]
	notes := []string{merged.Note}
	for _, entry := range entries[1:] {
		merged.StoppedAt = calendar.Later(merged.StoppedAt, entry.StoppedAt)
		if entry.Note != "" && !slices.Contains(notes, entry.Note) {
			notes = append(notes, entry.Note)
		}
	}
	if merged.Note, err = noteText(strings.Join(notes, "\n")); err != nil {
		return Changeset{}, err
	}
	merge.note(&changes, entries[0], merged)
	if len(changes.History) == 0 {
		// The others have no length. The history tells of the merge all the same, so that it can be taken back from here.
		end := instantText(merged.StoppedAt)
		changes.History = append(changes.History, merge.change(merged.ID, fieldStoppedAt, end, end))
	}
	merged.Revision++
	changes.Update = append(changes.Update, merged)
	for _, entry := range entries[1:] {
		merge.void(&changes, &entry)
		entry.Revision++
		changes.Update = append(changes.Update, entry)
	}
	for _, entry := range changes.Update {
		changes.Events = append(changes.Events, newEvent(Merged, entry, merge.at))
	}
	return changes, nil
}

// inTime orders entries as they began.
func inTime(a, b Entry) int {
	if by := a.StartedAt.Compare(b.StartedAt); by != 0 {
		return by
	}
	if by := a.StoppedAt.Compare(b.StoppedAt); by != 0 {
		return by
	}
	return a.ID.Compare(b.ID)
}

// checkAlike refuses to merge entries that differ in more than their time.
func (s *Service) checkAlike(ctx context.Context, m tenant.Member, entries []Entry) error {
	follows, err := s.store.TakesPart(ctx, m.Tenant.ID, entryIDs(entries))
	if err != nil {
		return err
	}
	first := entries[0]
	for _, entry := range entries[1:] {
		var what string
		switch {
		case entry.WorkItem.ID != first.WorkItem.ID || entry.ProjectID != first.ProjectID:
			what = "work"
		case entry.Activity.ID != first.Activity.ID:
			what = "activity"
		case entry.Billable != first.Billable:
			what = "billable time"
		case entry.NeedsReview != first.NeedsReview:
			what = "review"
		case follows[entry.ID] != follows[first.ID]:
			what = "part in Completed Work"
		default:
			continue
		}
		return errs.New(errs.RuleBroken, "entries_differ", "These entries can't be one: they differ in their "+what+".").WithSubject(entry)
	}
	return nil
}

// checkGaps refuses entries that share time, and time between them unless it is bridged and free.
func (s *Service) checkGaps(ctx context.Context, m tenant.Member, entries []Entry, bridge bool) error {
	for i, entry := range entries[1:] {
		before := entries[i]
		switch {
		case entry.StartedAt.Before(before.StoppedAt):
			return errs.New(errs.RuleBroken, "entries_overlap", "These entries share time, which a merge would lose.").WithSubject(entry)
		case entry.StartedAt.Equal(before.StoppedAt):
			continue
		case !bridge:
			return errs.New(errs.RuleBroken, "entries_apart", "There is time between these entries. Say whether it was worked, too.").
				WithSubject(entry)
		}
		if err := s.checkOverlap(ctx, m, before, before.StoppedAt, entry.StartedAt, entryIDs(entries)...); err != nil {
			return err
		}
	}
	return nil
}

// CopyRequest records an entry again.
type CopyRequest struct {
	StartedAt time.Time
	Reason    string
}

// Copy records time as a stopped entry has it, just as long, at another time. The rules are those of Add.
func (s *Service) Copy(ctx context.Context, m tenant.Member, id ids.Entry, request CopyRequest) (added Entry, err error) {
	if err := m.Tenant.MayWrite(s.now()); err != nil {
		return Entry{}, err
	}
	entry, err := s.visible(ctx, m, id)
	if err != nil {
		return Entry{}, err
	}
	err = s.store.Tx(ctx, m.Tenant.ID, func(ctx context.Context) error {
		if _, err := s.store.LockTimeline(ctx, m.Tenant.ID, entry.User.ID); err != nil {
			return err
		}
		if entry, err = s.store.Entry(ctx, m.Tenant.ID, id); err != nil {
			return err
		}
		if entry.Running() {
			return timerRuns(entry)
		}
		if err := changeable(entry); err != nil {
			return err
		}
		if err := s.remains(ctx, m, entry.User.ID); err != nil {
			return err
		}
		now := s.now()
		added = entry
		added.ID, added.Source, added.Revision = ids.New[ids.Entry](), Manual, 1
		added.NeedsReview, added.ExistingHours = false, nil
		added.StartedAt, added.StoppedAt = request.StartedAt, request.StartedAt.Add(entry.StoppedAt.Sub(entry.StartedAt))
		if err := s.checkInterval(ctx, m, added, now); err != nil {
			return err
		}
		if err := checkReason(m, added, now, request.Reason); err != nil {
			return err
		}
		changes := Changeset{Events: []Event{newEvent(Added, added, now)}}
		newOperation(Copying, m.User, now, request.Reason).create(&changes, added)
		return s.saveBy(ctx, m, changes)
	})
	return added, err
}

// checkVersions refuses a list of entries that is too short or too long, or names one twice.
func checkVersions(versions []EntryVersion, least, most int) error {
	if len(versions) < least || len(versions) > most {
		return errs.Newf(errs.RuleBroken, "entries_count", "From %d to %d entries are changed at once.", least, most).
			WithField("/entries", "count", "must have from "+strconv.Itoa(least)+" to "+strconv.Itoa(most)+" entries")
	}
	seen := map[ids.Entry]bool{}
	for i, version := range versions {
		if seen[version.ID] {
			return errs.New(errs.RuleBroken, "entry_repeated", "An entry is named twice.").
				WithField("/entries/"+strconv.Itoa(i)+"/id", "repeated", "must not be named before")
		}
		seen[version.ID] = true
	}
	return nil
}

// ownerOf is the one person whose entries these are.
func (s *Service) ownerOf(ctx context.Context, m tenant.Member, versions []EntryVersion) (owner ids.User, err error) {
	for _, version := range versions {
		entry, err := s.visible(ctx, m, version.ID)
		switch {
		case err != nil:
			return ids.User{}, err
		case !owner.IsZero() && entry.User.ID != owner:
			return ids.User{}, errs.New(errs.RuleBroken, "entries_differ", "These entries can't be one: they are of different people.").
				WithSubject(entry)
		}
		owner = entry.User.ID
	}
	return owner, nil
}

func entryIDs(entries []Entry) []ids.Entry {
	list := make([]ids.Entry, len(entries))
	for i, entry := range entries {
		list[i] = entry.ID
	}
	return list
}
