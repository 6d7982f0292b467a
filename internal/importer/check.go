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
	l, order, err := s.survey(ctx, m.Tenant.ID, i)
	if err != nil {
		return s.failed(ctx, m, i, err)
	}
	found, err := s.known(ctx, m, i, l.format)
	if err != nil {
		return err
	}
	in, _, err := newRecords(s.file(ctx, m.Tenant.ID, i))
	if err != nil {
		return s.failed(ctx, m, i, err)
	}
	p := newParser(l, order)
	i.Format, i.DateOrder = l.format, order
	for batch := []CheckedRow(nil); ; {
		record, err := in.next()
		if err != nil && !errors.Is(err, io.EOF) {
			return s.failed(ctx, m, i, err)
		}
		ended := err != nil
		if !ended {
			row, problem := p.parse(in.row, record)
			if row.Number <= i.Rows+1 {
				continue // an earlier call has kept it; the head is row 1
			}
			batch = append(batch, CheckedRow{Row: row, Outcome: New})
			if problem != nil {
				batch[len(batch)-1].refuse(*problem)
			}
		}
		if ended || len(batch) == checkBatch {
			if i, err = s.checkBatch(ctx, m, i, found, batch, ended); err != nil || ended {
				return err
			}
			batch = nil
		}
	}
}

func (r *CheckedRow) refuse(p Problem) { r.Outcome, r.Problem = Refused, p }

// survey reads the whole file once: what its columns mean, and in which order its days are.
func (s *Service) survey(ctx context.Context, id ids.Tenant, i Import) (layout, DateOrder, error) {
	in, head, err := newRecords(s.file(ctx, id, i))
	if err != nil {
		return layout{}, "", err
	}
	l, err := readHead(head, i.Format)
	if err != nil || i.DateOrder != "" {
		return l, i.DateOrder, err
	}
	seen := map[DateOrder]bool{}
	ordered := false
	for {
		record, err := in.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return layout{}, "", err
		}
		for _, c := range []column{columnStart, columnStop, columnStartDate, columnStopDate} {
			text := l.cell(record, c)
			ordered = ordered || isOrdered(text)
			seen[orderOf(text)] = true
		}
	}
	switch {
	case !ordered:
		return l, "", nil
	case seen[DayFirst] != seen[MonthFirst] && seen[DayFirst]:
		return l, DayFirst, nil
	case seen[DayFirst] != seen[MonthFirst]:
		return l, MonthFirst, nil
	default:
		return layout{}, "", errs.New(errs.RuleBroken, "import_date_order_unknown",
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
		p.number++
		text, err := p.next(p.number)
		if err != nil {
			return 0, err
		}
		p.text = text
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

// checkBatch looks at some rows and keeps what was found.
func (s *Service) checkBatch(
	ctx context.Context, m tenant.Member, i Import, found *directory, batch []CheckedRow, ended bool,
) (Import, error) {
	known, err := s.store.KnownRows(ctx, m.Tenant.ID, externalsOf(batch))
	if err != nil {
		return i, err
	}
	for n := range batch {
		row := &batch[n]
		switch {
		case row.Outcome != New:
		case known[row.External]:
			row.Outcome = Known
		case found.planned[row.External]:
			row.refuse(problemRepeated)
		}
		if err := s.checkRow(ctx, m, i, found, row); err != nil {
			return i, err
		}
	}
	err = s.progress(ctx, m.Tenant.ID, i.ID, Checking, func(ctx context.Context, kept *Import) error {
		kept.Format, kept.DateOrder = i.Format, i.DateOrder
		for _, row := range batch {
			kept.Counts[row.Outcome]++
			kept.Rows = row.Number - 1
		}
		if ended {
			kept.State = Ready
			kept.Revision++
			if err := s.store.DeleteParts(ctx, m.Tenant.ID, i.ID); err != nil {
				return err
			}
		}
		i = *kept
		return s.store.InsertRows(ctx, m.Tenant.ID, i.ID, batch)
	})
	return i, err
}

// checkRow finds out what becomes of a row.
func (s *Service) checkRow(ctx context.Context, m tenant.Member, i Import, found *directory, row *CheckedRow) error {
	if row.Outcome == Refused {
		return nil
	}
	owner, problem := found.person(row.Row)
	var err error
	if problem == nil {
		row.Owner = owner.ID
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
func externalsOf(rows []CheckedRow) []ids.External {
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
	row.refuse(Problem{"day_full", "The day has no room for this time beside what is recorded already."})
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
