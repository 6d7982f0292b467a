package importer

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
)

// runBatch is how many rows are recorded, or undone, in one transaction. Others wait for it to write.
const runBatch = 25

// dropRows is how many rows of a discarded import are removed in one transaction.
const dropRows = 500

// mostBusy is how many imports one call of Work goes on with.
const mostBusy = 20

// Work goes on with imports of all tenants until they are done or ctx ends. What it has not come to stays for the next
// call, on any replica. A failure of one does not keep it from the others.
func (s *Service) Work(ctx context.Context) error {
	all, err := s.store.BusyImports(ctx, mostBusy)
	if err != nil {
		return err
	}
	for _, busy := range all {
		if ctx.Err() != nil {
			return err
		}
		if failed := s.goOn(ctx, busy); failed != nil && ctx.Err() == nil {
			err = errors.Join(err, fmt.Errorf("import %s: %w", busy.Import, failed))
		}
	}
	return err
}

// goOn works on one import in the name of whoever has begun it, as long as they are an admin and the tenant may write.
func (s *Service) goOn(ctx context.Context, busy Busy) error {
	i, err := s.store.Import(ctx, busy.Tenant, busy.Import)
	if err != nil {
		return err
	}
	if i.State == Discarded {
		return s.remove(ctx, busy.Tenant, i)
	}
	m, err := s.tenants.ActiveMember(ctx, busy.Tenant, i.CreatedBy.ID)
	if err == nil {
		err = s.may(m)
	}
	if refusal, ok := errors.AsType[*errs.Error](err); ok && refusal.Kind != errs.Internal && refusal.Kind != errs.Unavailable {
		return s.interrupt(ctx, busy.Tenant, i, Problem{Code: refusal.Code, Detail: refusal.Message})
	}
	if err != nil {
		return err
	}
	switch i.State {
	case Checking:
		return s.check(ctx, m, i)
	case Running:
		return s.run(ctx, m, i)
	case Undoing:
		return s.undo(ctx, m, i)
	default:
		return nil
	}
}

// interrupt ends what an import does because its admin may not go on. What is recorded stays and can be undone.
func (s *Service) interrupt(ctx context.Context, id ids.Tenant, i Import, why Problem) error {
	return s.progress(ctx, id, i.ID, i.State, func(_ context.Context, i *Import) error {
		i.Problem = why
		switch i.State {
		case Checking:
			i.State = Failed
		default:
			i.State = Stopped
		}
		i.Revision++
		return nil
	})
}

// remove removes a discarded import, some of its rows at a time.
func (s *Service) remove(ctx context.Context, id ids.Tenant, i Import) error {
	if err := s.dropFile(ctx, id, i); err != nil {
		return err
	}
	for from := 1; from <= i.Rows+1; from += dropRows {
		err := s.store.Tx(ctx, id, func(ctx context.Context) error {
			return s.store.DeleteRows(ctx, id, i.ID, from, from+dropRows-1)
		})
		if err != nil {
			return err
		}
	}
	return s.store.Tx(ctx, id, func(ctx context.Context) error { return s.store.DeleteImport(ctx, id, i.ID) })
}

// run records the rows that can be.
func (s *Service) run(ctx context.Context, m tenant.Member, i Import) error {
	return s.inBatches(ctx, m, i, New, Done, func(ctx context.Context, all []CheckedRow) error {
		rows, err := s.leaveOutUnimportable(ctx, m, all)
		if err != nil {
			return err
		}
		if rows, err = s.leaveOutKnown(ctx, m.Tenant.ID, rows); err != nil {
			return err
		}
		wanted := make([]timer.Imported, len(rows))
		for n, row := range rows {
			wanted[n] = row.imported()
		}
		made, err := s.timers.Import(ctx, m, cmp.Or(i.Reason, "Imported from "+i.FileName), wanted)
		if err != nil {
			return err
		}
		for n := range rows {
			if refusal := made[n].Refusal; refusal != nil {
				rows[n].refuse(Problem{Code: refusal.Code, Detail: refusal.Message})
				continue
			}
			rows[n].Outcome, rows[n].Entry = Added, made[n].Entry.ID
		}
		return nil
	})
}

// leaveOutKnown says of rows that another import has added since they were looked at that they are known, and gives the
// others.
func (s *Service) leaveOutKnown(ctx context.Context, id ids.Tenant, all []*CheckedRow) (left []*CheckedRow, err error) {
	known, err := s.store.KnownRows(ctx, id, externalsOf(all))
	for _, row := range all {
		if known[row.External] {
			row.Outcome = Known
			continue
		}
		left = append(left, row)
	}
	return left, err
}

// leaveOutUnimportable refuses the rows of people whose time the member can't import, and gives the others. It is asked before
// all else, so that a refusal tells nothing of their time.
func (s *Service) leaveOutUnimportable(ctx context.Context, m tenant.Member, all []CheckedRow) (left []*CheckedRow, err error) {
	refusals, err := s.timers.Unimportable(ctx, m, ownersOf(all))
	for n := range all {
		if refusal := refusals[all[n].Owner]; refusal != nil {
			all[n].refuse(Problem{Code: refusal.Code, Detail: refusal.Message})
			continue
		}
		left = append(left, &all[n])
	}
	return left, err
}

// ownersOf are the people whose rows they are.
func ownersOf(rows []CheckedRow) (owners []ids.User) {
	for _, row := range rows {
		if !row.Owner.IsZero() {
			owners = append(owners, row.Owner)
		}
	}
	return owners
}

// undo voids the entries that are as they were imported.
func (s *Service) undo(ctx context.Context, m tenant.Member, i Import) error {
	return s.inBatches(ctx, m, i, Added, Undone, func(ctx context.Context, rows []CheckedRow) error {
		entries := make([]ids.Entry, len(rows))
		for n, row := range rows {
			entries[n] = row.Entry
		}
		voided, err := s.timers.VoidImported(ctx, m, "The import of "+i.FileName+" was undone", entries)
		if err != nil {
			return err
		}
		for n := range rows {
			rows[n].Outcome = Kept
			if voided[rows[n].Entry] {
				rows[n].Outcome = Removed
			}
		}
		return nil
	})
}

// inBatches takes the rows of an outcome to other ones, some in one transaction, and ends in a state.
func (s *Service) inBatches(
	ctx context.Context, m tenant.Member, i Import, from Outcome, end State, apply func(ctx context.Context, rows []CheckedRow) error,
) error {
	for state := i.State; ; {
		left := false // also where somebody has changed the state meanwhile
		err := s.progress(ctx, m.Tenant.ID, i.ID, state, func(ctx context.Context, i *Import) error {
			rows, err := s.store.Rows(ctx, m.Tenant.ID, i.ID, RowFilter{Outcome: from}, 0, runBatch)
			if err != nil {
				return err
			}
			if left = len(rows) > 0; !left {
				i.State = end
				i.Revision++
				return nil
			}
			if err := apply(ctx, rows); err != nil {
				return err
			}
			for _, row := range rows {
				i.Counts[from]--
				i.Counts[row.Outcome]++
			}
			return s.store.UpdateRows(ctx, m.Tenant.ID, i.ID, rows)
		})
		if err != nil || !left {
			return err
		}
	}
}
