package workitem

import (
	"context"
	"time"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/tenant"
)

const (
	// MaxRecent is the greatest number of work items that are shown as recent, with the pinned ones.
	MaxRecent = 50
	// MaxPins is the greatest number of work items that a person can pin.
	MaxPins = 50
)

// Recent is a work item that a person has pinned or worked on.
type Recent struct {
	WorkItem WorkItem  // with the person's view
	PinnedAt time.Time // zero: not pinned
	UsedAt   time.Time // when the person's latest entry on it started; zero: there is none
}

// Pinned says whether the item is pinned.
func (r Recent) Pinned() bool { return !r.PinnedAt.IsZero() }

// Recent are the work items that the member has pinned, in that order, and then those of the latest entries. No tracker is
// asked.
func (s *Service) Recent(ctx context.Context, m tenant.Member) ([]Recent, error) {
	return s.store.Recent(ctx, m.Tenant.ID, m.User.ID, MaxRecent)
}

// Pin pins a work item for the member. It changes nothing when it is pinned.
func (s *Service) Pin(ctx context.Context, m tenant.Member, claim Claim) (Recent, error) {
	if err := m.Tenant.MayWrite(s.now()); err != nil {
		return Recent{}, err
	}
	resolved, err := s.Resolve(ctx, m, claim)
	if err != nil {
		return Recent{}, err
	}
	var pinned Recent
	err = s.store.Tx(ctx, m.Tenant.ID, func(ctx context.Context) error {
		if err := s.store.LockWork(ctx, m.Tenant.ID); err != nil {
			return err
		}
		work, err := s.Settle(ctx, m, resolved)
		if err != nil {
			return err
		}
		count, err := s.store.CountPins(ctx, m.Tenant.ID, m.User.ID, work.Item.ID)
		if err != nil {
			return err
		}
		if count >= MaxPins {
			return errs.Newf(errs.RuleBroken, "too_many_pins", "You can pin at most %d work items. Take a pin away first.", MaxPins)
		}
		if err := s.Keep(ctx, m, work); err != nil {
			return err
		}
		if err := s.store.Pin(ctx, m.Tenant.ID, m.User.ID, work.Item.ID, s.now()); err != nil {
			return err
		}
		pinned, err = s.pinned(ctx, m, work.Item.ID)
		return err
	})
	return pinned, err
}

// pinned is one of the member's pins.
func (s *Service) pinned(ctx context.Context, m tenant.Member, item ids.WorkItem) (Recent, error) {
	recent, err := s.Recent(ctx, m)
	for _, r := range recent {
		if r.WorkItem.ID == item && r.Pinned() {
			return r, err
		}
	}
	if err == nil {
		err = errs.New(errs.NotFound, "pin_not_found", "This work item isn't pinned.")
	}
	return Recent{}, err
}

// Unpin takes the member's pin of a work item away; errs.NotFound when it isn't pinned.
func (s *Service) Unpin(ctx context.Context, m tenant.Member, item ids.WorkItem) error {
	if err := m.Tenant.MayWrite(s.now()); err != nil {
		return err
	}
	return s.store.Tx(ctx, m.Tenant.ID, func(ctx context.Context) error {
		found, err := s.store.Unpin(ctx, m.Tenant.ID, m.User.ID, item)
		if err == nil && !found {
			err = errs.New(errs.NotFound, "pin_not_found", "This work item isn't pinned.")
		}
		return err
	})
}
