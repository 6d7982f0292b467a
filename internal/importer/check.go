package importer

import (
	"cmp"
	"context"
	"errors"
	"io"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

// checkBatch is how many rows are looked at before what was found is kept.
const checkBatch = 500

// check looks at the rows of an import, goes on where an earlier call ended, and stops when ctx does.
func (s *Service) check(ctx context.Context, m tenant.Member, i Import) error {
	i, l, err := s.begun(ctx, m, i)
	if err != nil {
		return s.failed(ctx, m, i, err)
	}
	if i.Rows < i.Goal {
		if i, err = s.checkRows(ctx, m, i, l); err != nil {
			return s.failed(ctx, m, i, err)
		}
	}
	if i.Rows < i.Goal {
		return nil // another replica goes on, or somebody has discarded it
	}
	if err := s.dropFile(ctx, m.Tenant.ID, i); err != nil {
		return err
	}
	return s.progress(ctx, m.Tenant.ID, i.ID, Checking, func(_ context.Context, i *Import) error {
		i.State = Ready
		i.Revision++
		return nil
	})
}

// begun gives what the cells of a file mean. The first call reads the whole file for that, and counts its rows.
func (s *Service) begun(ctx context.Context, m tenant.Member, i Import) (Import, layout, error) {
	if i.Goal > 0 && i.Rows == i.Goal {
		return i, layout{}, nil // parts of the file may be gone already
	}
	if i.Goal > 0 {
		_, head, err := newRecords(s.file(ctx, m.Tenant.ID, i))
		if err != nil {
			return i, layout{}, err
		}
		l, err := readHead(head, i.Format)
		return i, l, err
	}
	l, order, rows, err := s.survey(ctx, m.Tenant.ID, i)
	if err != nil {
		return i, layout{}, err
	}
	i.Format, i.DateOrder, i.Goal = l.format, order, rows
	return i, l, s.progress(ctx, m.Tenant.ID, i.ID, Checking, func(_ context.Context, kept *Import) error {
		kept.Format, kept.DateOrder, kept.Goal = i.Format, i.DateOrder, i.Goal
		return nil
	})
}

// checkRows looks at the rows that no earlier call has looked at, in batches, and keeps what was found after each.
func (s *Service) checkRows(ctx context.Context, m tenant.Member, i Import, l layout) (Import, error) {
	found, err := s.known(ctx, m, i, l.format)
	if err != nil {
		return i, err
	}
	in, _, err := newRecords(s.file(ctx, m.Tenant.ID, i))
	if err != nil {
		return i, err
	}
	p := newParser(l, i.DateOrder)
	batch := make([]CheckedRow, 0, checkBatch)
	for {
		record, err := in.next()
		ended := errors.Is(err, io.EOF)
		if err != nil && !ended {
			return i, err
		}
		if !ended {
			row, problem := p.parse(in.row, record)
			if row.Number <= i.Rows+1 {
				continue // an earlier call has kept it
			}
			batch = append(batch, CheckedRow{Row: row, Outcome: New})
			if problem != nil {
				batch[len(batch)-1].refuse(*problem)
			}
		}
		if !ended && len(batch) < checkBatch {
			continue
		}
		var goesOn bool
		if i, goesOn, err = s.checkBatch(ctx, m, i, found, batch); err != nil || ended || !goesOn {
			return i, err
		}
		batch = batch[:0]
	}
}

// dropParts is how many parts of a file are removed in one transaction.
const dropParts = 8

// dropFile removes the file, from its end: without its head it can't be read, and with it nothing is left to look at.
func (s *Service) dropFile(ctx context.Context, id ids.Tenant, i Import) error {
	for from := MaxParts - dropParts + 1; from > 0; from -= dropParts {
		err := s.store.Tx(ctx, id, func(ctx context.Context) error {
			return s.store.DeleteParts(ctx, id, i.ID, from, from+dropParts-1)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *CheckedRow) refuse(p Problem) { r.Outcome, r.Problem = Refused, p }

// survey reads the whole file once: what its columns mean, in which order its days are, and how many rows it has. Blank ones
// between others count.
func (s *Service) survey(ctx context.Context, id ids.Tenant, i Import) (l layout, order DateOrder, rows int, err error) {
	in, head, err := newRecords(s.file(ctx, id, i))
	if err != nil {
		return layout{}, "", 0, err
	}
	if l, err = readHead(head, i.Format); err != nil {
		return layout{}, "", 0, err
	}
	seen := map[DateOrder]bool{}
	ordered := false
	for {
		record, err := in.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return layout{}, "", 0, err
		}
		rows = in.row - 1
		for _, c := range []column{columnStart, columnStop, columnStartDate, columnStopDate} {
			text := l.cell(record, c)
			ordered = ordered || isOrdered(text)
			seen[orderOf(text)] = true
		}
	}
	if order = i.DateOrder; order == "" && ordered && l.template && !seen[DayFirst] {
		order = MonthFirst
	}
	order, err = orderOfDays(order, ordered, seen)
	return l, order, rows, err
}

// orderOfDays is the order that was said, or else the only one that the file's days can have.
func orderOfDays(said DateOrder, ordered bool, seen map[DateOrder]bool) (DateOrder, error) {
	switch {
	case said != "" || !ordered:
		return said, nil
	case seen[DayFirst] && !seen[MonthFirst]:
		return DayFirst, nil
	case seen[MonthFirst] && !seen[DayFirst]:
		return MonthFirst, nil
	default:
		return "", errs.New(errs.RuleBroken, "import_date_order_unknown",
			"The file doesn't tell whether 3/4 is in March or in April. Say which.").
			WithField("/date_order", "missing", "must be dmy or mdy")
	}
}

// file reads the parts of an import one after the other.
func (s *Service) file(ctx context.Context, id ids.Tenant, i Import) io.Reader {
	return &parts{next: func(number int) (string, error) {
		if number > i.Parts {
			return "", io.EOF
		}
		return s.store.Part(ctx, id, i.ID, number)
	}}
}

type parts struct {
	next   func(number int) (string, error)
	number int
	text   string
}

func (p *parts) Read(b []byte) (int, error) {
	for p.text == "" {
		text, err := p.next(p.number + 1)
		if err != nil {
			return 0, err
		}
		p.number, p.text = p.number+1, text
	}
	n := copy(b, p.text)
	p.text = p.text[n:]
	return n, nil
}

// failed ends an import whose file can't be read. Another error is given back, and the import is tried again.
func (s *Service) failed(ctx context.Context, m tenant.Member, i Import, err error) error {
	refusal, ok := errors.AsType[*errs.Error](err)
	if !ok || refusal.Kind != errs.RuleBroken {
		return err
	}
	return s.progress(ctx, m.Tenant.ID, i.ID, Checking, func(_ context.Context, i *Import) error {
		i.State, i.Problem = Failed, Problem{Code: refusal.Code, Detail: refusal.Message}
		i.Revision++
		return nil
	})
}

// progress changes an import that is still in the state in which it was found.
func (s *Service) progress(
	ctx context.Context, id ids.Tenant, i ids.Import, state State, apply func(ctx context.Context, i *Import) error,
) error {
	return s.store.Tx(ctx, id, func(ctx context.Context) error {
		locked, err := s.store.LockImport(ctx, id, i)
		if err != nil {
			return err
		}
		if locked.State != state {
			return nil // somebody discards or undoes it meanwhile
		}
		if err := apply(ctx, &locked); err != nil {
			return err
		}
		return s.store.UpdateImport(ctx, id, locked)
	})
}

// checkBatch looks at some rows and keeps what was found. goesOn is false when another replica does so, or nobody any more.
func (s *Service) checkBatch(
	ctx context.Context, m tenant.Member, i Import, found *directory, batch []CheckedRow,
) (after Import, goesOn bool, err error) {
	for n := range batch {
		found.identify(&batch[n])
	}
	rows, err := s.leaveOutUnimportable(ctx, m, batch)
	if err != nil {
		return i, false, err
	}
	known, err := s.store.KnownRows(ctx, m.Tenant.ID, externalsOf(rows))
	if err != nil {
		return i, false, err
	}
	for _, row := range rows {
		switch {
		case row.Outcome != New:
		case known[row.External]:
			row.Outcome = Known
		case found.planned[row.External]:
			row.refuse(problemRepeated)
		}
		if err := s.checkRow(ctx, m, i, found, row); err != nil {
			return i, false, err
		}
	}
	err = s.progress(ctx, m.Tenant.ID, i.ID, Checking, func(ctx context.Context, kept *Import) error {
		if goesOn = kept.Rows == i.Rows; !goesOn {
			return nil
		}
		for _, row := range batch {
			kept.Counts[row.Outcome]++
			kept.Rows = row.Number - 1
		}
		after = *kept
		return s.store.InsertRows(ctx, m.Tenant.ID, i.ID, batch)
	})
	if err != nil || !goesOn {
		return i, false, err
	}
	return after, true, nil
}

// checkRow finds out what becomes of a row.
func (s *Service) checkRow(ctx context.Context, m tenant.Member, i Import, found *directory, row *CheckedRow) error {
	if row.Outcome == Refused {
		return nil
	}
	owner, problem := found.person(row.Row)
	var err error
	if problem == nil {
		problem, err = s.findWork(ctx, m, found, row)
	}
	if err != nil {
		return err
	}
	if problem != nil {
		row.refuse(*problem)
		return nil
	}
	zone, err := calendar.LoadZone(cmp.Or(i.TimeZone, tenant.Member{Tenant: m.Tenant, User: owner}.TimeZone()))
	if err != nil {
		return err
	}
	var placed bool
	row.StartedAt, row.StoppedAt, placed = row.interval(zone)
	if row.Outcome != New {
		return nil
	}
	if !placed {
		return s.place(ctx, m, found, row, zone)
	}
	if !m.Tenant.Settings.AllowOverlap && !found.taken.endOf(row.Owner, row.StartedAt, row.StoppedAt).IsZero() {
		row.refuse(Problem{"interval_overlaps", "Another row of the file covers a part of this time."})
		return nil
	}
	return s.examine(ctx, m, found, row)
}

// examine asks timer whether a row can be recorded.
func (s *Service) examine(ctx context.Context, m tenant.Member, found *directory, row *CheckedRow) error {
	err := s.timers.Examine(ctx, m, row.imported())
	if refusal, ok := errors.AsType[*errs.Error](err); ok && refusal.Kind == errs.RuleBroken {
		row.refuse(Problem{Code: refusal.Code, Detail: refusal.Message})
		return nil
	}
	if err == nil {
		found.plan(*row)
	}
	return err
}

// externalsOf are what tells rows from all others.
func externalsOf(rows []*CheckedRow) []ids.External {
	external := make([]ids.External, len(rows))
	for n, row := range rows {
		external[n] = row.External
	}
	return external
}

// imported is the row as an entry to be recorded.
func (r CheckedRow) imported() timer.Imported {
	wanted := timer.Imported{
		Owner: r.Owner, General: r.Plan.General, StartedAt: r.StartedAt, StoppedAt: r.StoppedAt,
		Details: timer.Details{Activity: r.Plan.Activity, Billable: r.Billable, Note: &r.Note},
	}
	if r.Plan.General.IsZero() {
		wanted.WorkItem = workitem.Claim{
			Tracker: workitem.AzureDevOps, Project: workitem.Named{Name: r.Plan.Project}, Number: r.WorkItem, Title: r.Title,
		}
	}
	return wanted
}

// workday is when rows that only name their day begin, by the clocks of the person's zone.
const workday = 9 * time.Hour

// place finds room for a row that only names its day: from nine o'clock on, after what is there, else from the day's start.
func (s *Service) place(ctx context.Context, m tenant.Member, found *directory, row *CheckedRow, zone *time.Location) error {
	length := row.Length
	begin, end := calendar.StartOfDay(row.Start.Day, zone), calendar.StartOfDay(row.Start.Day.AddDays(1), zone)
	nine := calendar.InstantsAt(row.Start.Day, workday, zone)[0]
	for _, from := range []time.Time{nine, begin} {
		for at := from; !at.Add(length).After(end); {
			row.StartedAt, row.StoppedAt = at, at.Add(length)
			next, free, err := s.free(ctx, m, found, row)
			if err != nil {
				return err
			}
			if free {
				return s.examine(ctx, m, found, row)
			}
			at = next
		}
	}
	row.StartedAt, row.StoppedAt = time.Time{}, time.Time{}
	row.refuse(problemFull)
	return nil
}

// free says whether nothing is recorded in a row's interval yet; else next is when to look again.
func (s *Service) free(ctx context.Context, m tenant.Member, found *directory, row *CheckedRow) (next time.Time, free bool, err error) {
	if next = found.taken.endOf(row.Owner, row.StartedAt, row.StoppedAt); !next.IsZero() {
		return next, false, nil
	}
	next, err = s.timers.BusyUntil(ctx, m, row.Owner, row.StartedAt, row.StoppedAt)
	return next, next.IsZero(), err
}
