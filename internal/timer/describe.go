package timer

import (
	"context"

	"timetracker/internal/tenant"
	"timetracker/internal/workitem"
)

// changeTo is what a patch makes of an entry beside its instants.
type changeTo struct {
	on *workitem.Resolved // nil: it stays where it is
}

// prepare looks up what a patch names. It is for outside of the transaction, for which others may wait.
func (s *Service) prepare(ctx context.Context, m tenant.Member, patch Patch) (wanted changeTo, err error) {
	if patch.WorkItem == nil {
		return wanted, nil
	}
	on, err := s.work.Resolve(ctx, m, *patch.WorkItem)
	wanted.on = &on
	return wanted, err
}

// redescribe changes an entry's work, in the caller's transaction.
func (s *Service) redescribe(ctx context.Context, m tenant.Member, e *Entry, wanted changeTo) error {
	if wanted.on == nil {
		return nil
	}
	work, err := s.work.Settle(ctx, m, *wanted.on)
	if err != nil {
		return err
	}
	if work.Item.ID != e.WorkItem.ID {
		e.ExistingHours = nil // those of another work item
	}
	e.WorkItem, e.ProjectID = work.WorkItem(), work.Project.ID
	return s.work.Keep(ctx, m, work)
}
