package timer

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/tenant"
	"timetracker/internal/workitem"
)

// Imported is an entry that another product has recorded.
type Imported struct {
	Owner    ids.User
	WorkItem workitem.Claim
	General  ids.Project // the project of general time; zero: on the work item
	Details

	StartedAt, StoppedAt time.Time
}

// ImportResult is what became of an imported entry.
type ImportResult struct {
	Entry   Entry
	Refusal *errs.Error // nil: it was recorded
}

// Examine says why an imported entry can't be recorded, by an error of kind errs.RuleBroken; nil when it can. It changes
// nothing.
func (s *Service) Examine(ctx context.Context, m tenant.Member, wanted Imported) error {
	on, checked, err := s.prepareNew(ctx, m, wanted.WorkItem, wanted.General, wanted.Details)
	if err != nil {
		return err
	}
	_, err = s.newImported(ctx, m, wanted, on, checked)
	return err
}

// newImported makes an entry, or refuses it by the rules of time that is recorded by hand.
func (s *Service) newImported(ctx context.Context, m tenant.Member, wanted Imported, on work, checked details) (Entry, error) {
	entry := Entry{
		ID: ids.New[ids.Entry](), User: UserRef{ID: wanted.Owner}, StartedAt: wanted.StartedAt, StoppedAt: wanted.StoppedAt,
		Source: Manual, Revision: 1,
	}
	if err := checked.describe(m, &entry, on); err != nil {
		return Entry{}, err
	}
	now := s.now()
	if err := s.checkInterval(ctx, m, entry, now); err != nil {
		return Entry{}, err
	}
	closed, ok, err := s.closedWithin(ctx, m, entry.User.ID, spanOf(entry, now), now)
	if ok && err == nil {
		err = periodLocked(closed)
	}
	return entry, err
}

// BusyUntil is the end of an entry of a person's that shares time with [from, to); zero when none does, or when entries may
// overlap. A running timer ends by its limit.
func (s *Service) BusyUntil(ctx context.Context, m tenant.Member, owner ids.User, from, to time.Time) (time.Time, error) {
	if m.Tenant.Settings.AllowOverlap {
		return time.Time{}, nil
	}
	other, overlaps, err := s.store.Overlapping(ctx, m.Tenant.ID, owner, from, to, nil)
	if err != nil || !overlaps {
		return time.Time{}, err
	}
	return other.EndsBy(m.Tenant.Settings.AutoStopAfter), nil
}

// Import records entries of other products, in the caller's transaction. One that is refused keeps none of the others
// from being recorded. Completed Work doesn't follow them, since they were recorded elsewhere. The member is an admin, who
// vouches for the reason that older time and other people's needs.
func (s *Service) Import(ctx context.Context, m tenant.Member, reason string, all []Imported) ([]ImportResult, error) {
	if err := m.Require(tenant.RoleAdmin); err != nil {
		return nil, err
	}
	owners := make([]ids.User, len(all))
	for i, wanted := range all {
		owners[i] = wanted.Owner
	}
	if err := s.lockTimelines(ctx, m.Tenant.ID, owners); err != nil {
		return nil, err
	}
	refusals, err := s.Unimportable(ctx, m, owners) // now that nobody erases them
	if err != nil {
		return nil, err
	}
	made := newOperation(Importing, m.User, s.now(), reason)
	results := make([]ImportResult, len(all))
	var changes Changeset
	for i, wanted := range all {
		if results[i].Refusal = refusals[wanted.Owner]; results[i].Refusal != nil {
			continue
		}
		entry, err := s.importOne(ctx, m, wanted, changes.Insert)
		if refusal, ok := errors.AsType[*errs.Error](err); ok && refusal.Kind == errs.RuleBroken {
			results[i].Refusal = refusal
			continue
		}
		if err != nil {
			return nil, err
		}
		made.create(&changes, entry)
		changes.Events = append(changes.Events, newEvent(Added, entry, made.at))
		results[i].Entry = entry
	}
	return results, s.save(ctx, m.Tenant.ID, false, changes)
}

// importOne makes an entry beside others that are recorded with it.
func (s *Service) importOne(ctx context.Context, m tenant.Member, wanted Imported, beside []Entry) (Entry, error) {
	on, checked, err := s.prepareNew(ctx, m, wanted.WorkItem, wanted.General, wanted.Details)
	if err != nil {
		return Entry{}, err
	}
	if on, err = s.settle(ctx, m, on); err != nil {
		return Entry{}, err
	}
	entry, err := s.newImported(ctx, m, wanted, on, checked)
	if err != nil {
		return Entry{}, err
	}
	for _, other := range beside {
		if other.User.ID == entry.User.ID && other.StartedAt.Before(entry.StoppedAt) && entry.StartedAt.Before(other.StoppedAt) &&
			!m.Tenant.Settings.AllowOverlap {
			return Entry{}, errs.New(errs.RuleBroken, "interval_overlaps", "Another imported entry covers a part of this time.")
		}
	}
	return entry, s.keep(ctx, m, on)
}

// Unimportable says why a member can't import time for some of these people: they aren't shown it, or the person was erased.
// The refusals tell nothing of the time that is there.
func (s *Service) Unimportable(ctx context.Context, m tenant.Member, owners []ids.User) (map[ids.User]*errs.Error, error) {
	leftOut, err := tenant.LeftOut(ctx, s.store, m, tenant.SingleTime)
	if err != nil {
		return nil, err
	}
	refusals := map[ids.User]*errs.Error{}
	for _, owner := range owners {
		if _, asked := refusals[owner]; asked {
			continue
		}
		person, err := s.store.User(ctx, m.Tenant.ID, owner)
		switch {
		case err != nil:
			return nil, err
		case slices.Contains(leftOut, owner):
			refusals[owner] = errs.New(errs.RuleBroken, "person_left_out", "This person's time isn't shown to you, and you can't import any for them.")
		case person.Status == tenant.UserErased:
			refusals[owner] = errs.New(errs.RuleBroken, "person_erased", "This person was erased, and gets no new time.")
		default:
			refusals[owner] = nil
		}
	}
	return refusals, nil
}

// lockTimelines makes others wait who write to the time of these people, always in the same order.
func (s *Service) lockTimelines(ctx context.Context, id ids.Tenant, owners []ids.User) error {
	sorted := slices.SortedFunc(slices.Values(owners), func(a, b ids.User) int { return strings.Compare(string(a[:]), string(b[:])) })
	for _, owner := range slices.Compact(sorted) {
		if _, err := s.store.LockTimeline(ctx, id, owner); err != nil {
			return err
		}
	}
	return nil
}

// VoidImported voids those entries that are as they were imported, in the caller's transaction, and says which. Entries
// that were changed since, that lie in a closed period, or that the member isn't shown, stay.
func (s *Service) VoidImported(ctx context.Context, m tenant.Member, reason string, all []ids.Entry) (map[ids.Entry]bool, error) {
	if err := m.Require(tenant.RoleAdmin); err != nil {
		return nil, err
	}
	entries := make([]Entry, len(all))
	owners := make([]ids.User, len(all))
	for i, id := range all {
		entry, err := s.store.Entry(ctx, m.Tenant.ID, id)
		if err != nil {
			return nil, err
		}
		owners[i] = entry.User.ID
	}
	if err := s.lockTimelines(ctx, m.Tenant.ID, owners); err != nil {
		return nil, err
	}
	for i, id := range all { // once more, now that nobody changes them
		entry, err := s.store.Entry(ctx, m.Tenant.ID, id)
		if err != nil {
			return nil, err
		}
		entries[i] = entry
	}
	leftOut, err := tenant.LeftOut(ctx, s.store, m, tenant.SingleTime)
	if err != nil {
		return nil, err
	}
	if err := s.markLocked(ctx, m, entries, s.now()); err != nil {
		return nil, err
	}
	undoing := newOperation(Undoing, m.User, s.now(), reason)
	voided := map[ids.Entry]bool{}
	var changes Changeset
	for _, entry := range entries {
		if entry.Revision != 1 || entry.Voided() || entry.Locked || slices.Contains(leftOut, entry.User.ID) {
			continue
		}
		undoing.void(&changes, &entry)
		entry.Revision++
		changes.Update = append(changes.Update, entry)
		changes.Events = append(changes.Events, newEvent(Voided, entry, undoing.at))
		voided[entry.ID] = true
	}
	return voided, s.save(ctx, m.Tenant.ID, m.Tenant.Settings.WriteBack, changes)
}
