package timer

import (
	"context"
	"slices"
	"time"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/tenant"
)

// MaxBulk is the most entries that are changed alike at once.
const MaxBulk = 200

// BulkChange is what is done to each of several entries: one of its fields.
type BulkChange struct {
	Patch Patch         // what they are on and how they are told; its instants are not looked at
	Shift time.Duration // by which they are moved in time; may be negative
	Void  bool
	Undo  bool // takes back the last operation of each
}

// BulkResult is what became of one entry.
type BulkResult struct {
	ID      ids.Entry
	Entry   Entry // as it is now; zero with a refusal
	Refusal error // why it was not changed
}

// ChangeAll changes several entries alike, each on its own merits: what is refused of one doesn't keep the others from being
// changed. The results are in the order of the entries. Entries may move into each other's place.
func (s *Service) ChangeAll(
	ctx context.Context, m tenant.Member, versions []EntryVersion, change BulkChange, reason string,
) ([]BulkResult, error) {
	if err := m.Tenant.MayWrite(s.now()); err != nil {
		return nil, err
	}
	if err := checkVersions(versions, 1, MaxBulk); err != nil {
		return nil, err
	}
	wanted, err := s.prepare(ctx, m, change.Patch)
	if err != nil {
		return nil, err
	}
	owners, err := s.ownersOf(ctx, m, versions)
	if err != nil {
		return nil, err
	}
	var b bulk
	err = s.store.Tx(ctx, m.Tenant.ID, func(ctx context.Context) error {
		for _, owner := range owners {
			if _, err := s.store.LockTimeline(ctx, m.Tenant.ID, owner); err != nil {
				return err
			}
		}
		b = bulk{
			Service: s, m: m, change: change, wanted: wanted,
			operation: newOperation(InBulk, m.User, s.now(), reason), done: map[ids.Entry]Entry{}, refused: map[ids.Entry]error{},
		}
		return b.run(ctx, versions)
	})
	if err != nil {
		return nil, err
	}
	results := make([]BulkResult, len(versions))
	for i, version := range versions {
		results[i] = BulkResult{ID: version.ID, Entry: b.done[version.ID], Refusal: b.refused[version.ID]}
	}
	return results, nil
}

// ownersOf are the people whose entries these are, in the order in which their timelines are locked. What isn't there is
// refused later, by itself.
func (s *Service) ownersOf(ctx context.Context, m tenant.Member, versions []EntryVersion) (owners []ids.User, err error) {
	for _, version := range versions {
		entry, err := s.visible(ctx, m, version.ID)
		switch {
		case errs.Is(err, errs.NotFound):
			continue
		case err != nil:
			return nil, err
		}
		owners = append(owners, entry.User.ID)
	}
	slices.SortFunc(owners, ids.User.Compare)
	return slices.Compact(owners), nil
}

// bulk is the work on several entries in one transaction.
type bulk struct {
	*Service
	m         tenant.Member
	change    BulkChange
	wanted    changeTo
	operation operation
	done      map[ids.Entry]Entry
	refused   map[ids.Entry]error
}

// run changes each entry. An entry may stand in the way of another one until it has moved itself. Those are tried again, in
// the other direction, as long as one of them gets out of the way.
func (b *bulk) run(ctx context.Context, versions []EntryVersion) error {
	var entries []Entry
	for _, version := range versions {
		entry, err := b.current(ctx, b.m, version)
		switch {
		case err == nil:
			entries = append(entries, entry)
		case !b.refuse(version.ID, err):
			return err
		}
	}
	slices.SortFunc(entries, inTime)
	if b.change.Shift > 0 {
		slices.Reverse(entries)
	}
	for len(entries) > 0 {
		var waiting []Entry
		for _, entry := range entries {
			err := b.apply(ctx, entry)
			if err != nil && !b.refuse(entry.ID, err) {
				return err
			}
			if errs.CodeOf(err) == codeOverlaps {
				waiting = append(waiting, entry)
			}
		}
		if len(waiting) == len(entries) {
			return nil
		}
		slices.Reverse(waiting)
		entries = waiting
	}
	return nil
}

// refuse keeps why one entry isn't changed. It says whether that leaves the others alone.
func (b *bulk) refuse(id ids.Entry, err error) bool {
	switch errs.KindOf(err) {
	case errs.Internal, errs.Unavailable:
		return false
	default:
		b.refused[id] = err
		return true
	}
}

// apply changes one entry, or gives why not.
func (b *bulk) apply(ctx context.Context, entry Entry) error {
	if _, before := b.done[entry.ID]; before {
		return nil // it was taken back with another one
	}
	changes, err := b.changesOf(ctx, entry)
	if err != nil {
		return err
	}
	if len(changes.Update) > 0 {
		if err := b.saveBy(ctx, b.m, changes); err != nil {
			return err
		}
	}
	// What it was moved to is read with its names.
	for _, changed := range append(changes.Update, entry) {
		if b.done[changed.ID], err = b.store.Entry(ctx, b.m.Tenant.ID, changed.ID); err != nil {
			return err
		}
		delete(b.refused, changed.ID)
	}
	return nil
}

// changesOf is what the change means for an entry.
func (b *bulk) changesOf(ctx context.Context, entry Entry) (changes Changeset, err error) {
	now := b.operation.at
	if b.change.Undo {
		// Each is taken back by itself, and can be put back by itself.
		return b.takeBack(ctx, b.m, entry, newOperation(Undoing, b.m.User, now, b.operation.reason))
	}
	if err := changeable(entry); err != nil {
		return Changeset{}, err
	}
	old, what := entry, Corrected
	switch {
	case b.change.Void:
		what = Voided
		b.operation.void(&changes, &entry)
	case b.change.Shift != 0:
		entry.StartedAt, entry.StoppedAt = entry.StartedAt.Add(b.change.Shift), entry.StoppedAt.Add(b.change.Shift)
		entry.NeedsReview = false
		if err := b.checkInterval(ctx, b.m, entry, now); err != nil {
			return Changeset{}, err
		}
		b.operation.note(&changes, old, entry)
	default:
		if err := b.redescribe(ctx, b.m, &entry, b.wanted); err != nil {
			return Changeset{}, err
		}
		b.operation.note(&changes, old, entry)
	}
	if len(changes.History) == 0 {
		return changes, nil
	}
	entry.Revision++
	changes.Update = []Entry{entry}
	changes.Events = []Event{newEvent(what, entry, now)}
	return changes, checkReasons(b.m, now, b.operation.reason, entry, old)
}
