package timer

import (
	"context"
	"time"

	"timetracker/internal/ids"
	"timetracker/internal/tenant"
	"timetracker/internal/workitem"
)

// Refresh reads work items with the member's rights. These are the items of the latest entries, when they were never read,
// and the running timer's, when it is due. A running timer that doesn't know its item's hours gets them. problem is why a
// tracker could not be asked.
func (s *Service) Refresh(ctx context.Context, m tenant.Member, as workitem.Credential) (problem, err error) {
	unread, err := s.work.Unread(ctx, m)
	if err != nil {
		return nil, err
	}
	if problem, err = s.work.Refresh(ctx, m, as, unread, time.Time{}); problem != nil || err != nil {
		return problem, err
	}
	running, ok, err := s.store.RunningEntry(ctx, m.Tenant.ID, m.User.ID)
	if err != nil || !ok || running.General() {
		return nil, err
	}
	before := s.now().Add(-workitem.FreshFor)
	if running.ExistingHours == nil && running.StartedAt.After(before) {
		before = running.StartedAt.Add(-time.Millisecond) // the hours are those at the start
	}
	item := running.WorkItem.ID
	if problem, err = s.work.Refresh(ctx, m, as, []ids.WorkItem{item}, before); problem != nil || err != nil {
		return problem, err
	}
	if running.ExistingHours != nil {
		return nil, nil
	}
	read, err := s.work.Get(ctx, m, item)
	if err != nil || read.View.ReadAt.IsZero() {
		return nil, err
	}
	hours := shownHours(read.Reading.Hours.Completed)
	if hours == nil {
		return nil, nil
	}
	return nil, s.store.Tx(ctx, m.Tenant.ID, func(ctx context.Context) error {
		return s.store.SetExistingHours(ctx, m.Tenant.ID, running.ID, *hours)
	})
}
