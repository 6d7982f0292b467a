package importer

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"timetracker/internal/audit"
	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

// maxOpen is how many imports of a tenant may wait, so that files that nobody goes on with don't pile up.
const maxOpen = 10

// Service applies the rules of imports. Only admins import.
type Service struct {
	store   Store
	tenants *tenant.Service
	work    *workitem.Service
	timers  *timer.Service
	now     func() time.Time
}

// NewService makes a Service. The services work on the same store. now is the server's clock.
func NewService(store Store, tenants *tenant.Service, work *workitem.Service, timers *timer.Service, now func() time.Time) *Service {
	return &Service{store: store, tenants: tenants, work: work, timers: timers, now: calendar.Clock(now)}
}

// Begin makes an import, whose file comes in parts.
func (s *Service) Begin(ctx context.Context, m tenant.Member, options Options) (Import, error) {
	if err := s.may(m); err != nil {
		return Import{}, err
	}
	options, err := options.check()
	if err != nil {
		return Import{}, err
	}
	begun := Import{
		ID: ids.New[ids.Import](), CreatedBy: tenant.UserRef{ID: m.User.ID, Name: m.User.Name}, CreatedAt: s.now(),
		Options: options, State: Uploading, Counts: map[Outcome]int{}, Revision: 1,
	}
	err = s.store.Tx(ctx, m.Tenant.ID, func(ctx context.Context) error {
		open, err := s.store.CountOpenImports(ctx, m.Tenant.ID)
		if err != nil {
			return err
		}
		if open >= maxOpen {
			return errs.New(errs.RuleBroken, "too_many_imports", "There are too many imports that wait. Run or discard them first.")
		}
		return s.store.InsertImport(ctx, m.Tenant.ID, begun)
	})
	return begun, err
}

// may refuses whoever can't import.
func (s *Service) may(m tenant.Member) error {
	if err := m.Require(tenant.RoleAdmin); err != nil {
		return err
	}
	return m.Tenant.MayWrite(s.now())
}

// maxFileName and maxReason are in characters.
const (
	maxFileName = 255
	maxReason   = 500
)

// check refuses options that say nothing, and brings the others into the form in which they are stored.
func (o Options) check() (Options, error) {
	for _, text := range []*string{&o.FileName, &o.Project, &o.Reason} {
		*text = strings.TrimSpace(*text)
	}
	switch {
	case o.FileName == "" || utf8.RuneCountInString(o.FileName) > maxFileName:
		return Options{}, errs.New(errs.RuleBroken, "file_name_invalid", "The file needs a name of at most 255 characters.").
			WithField("/file_name", "length", "must have 1 to 255 characters")
	case utf8.RuneCountInString(o.Reason) > maxReason:
		return Options{}, errs.New(errs.RuleBroken, "text_too_long", "A text is too long.").
			WithField("/reason", "too_long", "must have at most 500 characters")
	}
	if o.TimeZone != "" {
		return o, calendar.CheckZone(o.TimeZone)
	}
	return o, nil
}

// PutPart takes a part of the file, numbered from 1, in UTF-8. The same part may come again.
func (s *Service) PutPart(ctx context.Context, m tenant.Member, id ids.Import, number int, text string) error {
	if err := s.may(m); err != nil {
		return err
	}
	if number < 1 || number > MaxParts || len(text) > MaxPart {
		return errs.Newf(errs.RuleBroken, "import_too_long", "A file has at most %d parts of %d bytes.", MaxParts, MaxPart)
	}
	return s.store.Tx(ctx, m.Tenant.ID, func(ctx context.Context) error {
		i, err := s.lock(ctx, m, id)
		if err != nil {
			return err
		}
		if i.State != Uploading {
			return wrongState(i)
		}
		return s.store.PutPart(ctx, m.Tenant.ID, id, number, text)
	})
}

// Check says that the file is there. Then each row is looked at, and nothing is recorded. parts is how many it has.
func (s *Service) Check(ctx context.Context, m tenant.Member, id ids.Import, parts int) (Import, error) {
	return s.change(ctx, m, id, func(ctx context.Context, i *Import) error {
		if i.State == Checking && i.Parts == parts {
			return nil // the answer to the first request was lost
		}
		if i.State != Uploading {
			return wrongState(*i)
		}
		count, highest, err := s.store.CountParts(ctx, m.Tenant.ID, id)
		if err != nil {
			return err
		}
		if parts < 1 || count != parts || highest != parts {
			return errs.New(errs.RuleBroken, "import_incomplete", "Parts of the file are missing. Send them again.")
		}
		i.State, i.Parts, i.Goal = Checking, parts, 0
		return nil
	})
}

// Run records the rows that can be, and goes on where it was stopped. revision is the one that the member has seen; errs.Stale when it isn't current.
func (s *Service) Run(ctx context.Context, m tenant.Member, id ids.Import, revision int64) (Import, error) {
	return s.change(ctx, m, id, func(ctx context.Context, i *Import) error {
		switch {
		case i.Revision != revision:
			return errs.ChangedFirst(nil)
		case i.State != Ready && i.State != Stopped:
			return wrongState(*i)
		}
		i.State, i.Goal, i.Problem = Running, i.Counts[New], Problem{}
		return s.audit(ctx, m, audit.ImportRun, *i)
	})
}

// Undo voids all entries of an import that are as they were imported. Afterwards its rows can be imported again.
func (s *Service) Undo(ctx context.Context, m tenant.Member, id ids.Import, revision int64) (Import, error) {
	return s.change(ctx, m, id, func(ctx context.Context, i *Import) error {
		switch {
		case i.Revision != revision:
			return errs.ChangedFirst(nil)
		case i.State != Done && i.State != Running && i.State != Stopped:
			return wrongState(*i)
		}
		i.State, i.Goal, i.Problem = Undoing, i.Counts[Added], Problem{}
		return s.audit(ctx, m, audit.ImportUndone, *i)
	})
}

// Stop keeps an import from recording or undoing further rows. What it has done stays.
func (s *Service) Stop(ctx context.Context, m tenant.Member, id ids.Import, revision int64) (Import, error) {
	return s.change(ctx, m, id, func(_ context.Context, i *Import) error {
		switch {
		case i.Revision != revision:
			return errs.ChangedFirst(nil)
		case i.State != Running && i.State != Undoing:
			return wrongState(*i)
		}
		i.State = Stopped
		return nil
	})
}

// Discard removes an import that has recorded nothing. Nobody is shown it any more; Work removes its rows.
func (s *Service) Discard(ctx context.Context, m tenant.Member, id ids.Import, revision int64) error {
	_, err := s.change(ctx, m, id, func(_ context.Context, i *Import) error {
		switch {
		case i.Revision != revision:
			return errs.ChangedFirst(nil)
		case i.State != Uploading && i.State != Checking && i.State != Ready && i.State != Failed:
			return wrongState(*i)
		}
		i.State = Discarded
		return nil
	})
	return err
}

// change does what all changes of a state have in common.
func (s *Service) change(
	ctx context.Context, m tenant.Member, id ids.Import, apply func(ctx context.Context, i *Import) error,
) (changed Import, err error) {
	if err := s.may(m); err != nil {
		return Import{}, err
	}
	err = s.store.Tx(ctx, m.Tenant.ID, func(ctx context.Context) error {
		i, err := s.lock(ctx, m, id)
		if err != nil {
			return err
		}
		before := i.State
		err = apply(ctx, &i)
		changed = i
		if err != nil || i.State == before {
			return err
		}
		i.Revision++
		changed = i
		return s.store.UpdateImport(ctx, m.Tenant.ID, i)
	})
	return changed, err
}

func (s *Service) audit(ctx context.Context, m tenant.Member, what audit.EventType, i Import) error {
	target := audit.Target{Kind: audit.TargetImport, ID: ids.Any(i.ID), Name: i.FileName}
	return s.store.InsertAudit(ctx, m.Tenant.ID, audit.NewEvent(m.User.Actor(), what, target, s.now()))
}

// wrongState refuses what an import can't do in its state.
func wrongState(i Import) error {
	return errs.Newf(errs.Conflict, "import_state", "This can't be done with an import that is %s.", i.State)
}

// Get is one import with the problems of its rows, the most frequent first. They say nothing of single rows.
func (s *Service) Get(ctx context.Context, m tenant.Member, id ids.Import) (Import, []ProblemCount, error) {
	if err := m.Require(tenant.RoleAdmin); err != nil {
		return Import{}, nil, err
	}
	i, err := s.shown(ctx, m, id)
	if err != nil {
		return Import{}, nil, err
	}
	const mostProblems = 50
	problems, err := s.store.Problems(ctx, m.Tenant.ID, id, mostProblems)
	for n := range problems {
		problems[n].Detail = summaryOf(problems[n].Code)
	}
	return i, problems, err
}

// shown is an import that wasn't discarded.
func (s *Service) shown(ctx context.Context, m tenant.Member, id ids.Import) (Import, error) {
	return undiscarded(s.store.Import(ctx, m.Tenant.ID, id))
}

// lock is shown, for a transaction that changes it.
func (s *Service) lock(ctx context.Context, m tenant.Member, id ids.Import) (Import, error) {
	return undiscarded(s.store.LockImport(ctx, m.Tenant.ID, id))
}

func undiscarded(i Import, err error) (Import, error) {
	if err == nil && i.State == Discarded {
		return Import{}, NotFound()
	}
	return i, err
}

// List lists the tenant's imports, the latest first.
func (s *Service) List(ctx context.Context, m tenant.Member, request page.Request) ([]Import, page.Position, error) {
	if err := m.Require(tenant.RoleAdmin); err != nil {
		return nil, page.Position{}, err
	}
	all, err := s.store.Imports(ctx, m.Tenant.ID, request.WithOneMore())
	all, next := page.Cut(all, request.Limit, func(i Import) page.Position {
		return page.Position{At: i.CreatedAt, ID: ids.Any(i.ID)}
	})
	return all, next, err
}

// Rows lists rows of an import in the order of the file, those past after; with an outcome, with that one alone. Rows of people
// whose time the member isn't shown are left out. next is the number to go on from; 0 when the list has ended.
func (s *Service) Rows(
	ctx context.Context, m tenant.Member, id ids.Import, outcome Outcome, after, limit int,
) (rows []CheckedRow, next int, err error) {
	if err := m.Require(tenant.RoleAdmin); err != nil {
		return nil, 0, err
	}
	if _, err := s.shown(ctx, m, id); err != nil {
		return nil, 0, err
	}
	leftOut, err := tenant.LeftOut(ctx, s.store, m, tenant.TeamReports)
	if err != nil {
		return nil, 0, err
	}
	rows, err = s.store.Rows(ctx, m.Tenant.ID, id, RowFilter{outcome, leftOut}, after, limit+1)
	if len(rows) > limit {
		rows = rows[:limit]
		next = rows[limit-1].Number
	}
	return rows, next, err
}
