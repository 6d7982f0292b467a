package privacy

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/calendar"
	"timetracker/internal/ids"
	"timetracker/internal/importer"
	"timetracker/internal/page"
	"timetracker/internal/personal"
	"timetracker/internal/proof"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
)

const (
	// inFlight is how long calls last that began before an erasure, and may still write a name that they have read.
	inFlight = time.Minute
	// sweepsFor is how long sweeps are repeated. Where many are called alike, each one finds somebody.
	sweepsFor = 10 * time.Minute
	// savedPages is how many pages of rows are looked at until it is noted how far that is.
	savedPages = 20
	// erasuresTogether is how many erasures one run of the job goes on with.
	erasuresTogether = 50
)

// Erasing is the work of taking a person out.
type Erasing struct {
	Tenant     ids.Tenant
	User       ids.User
	BegunAt    time.Time
	FinishedAt time.Time         // zero: it goes on
	Subject    *personal.Subject // nil: all texts were gone through
	Table      string            // that is being gone through; empty: none was yet
	Row        string            // the key of the last row of it that was looked at; empty: none
}

// ErasureStore keeps erasures and the texts of all tables. Methods called with a context that Tx gave out belong to that
// transaction.
type ErasureStore interface {
	Store
	RequestStore
	proof.Store
	audit.Store

	// LockTimeline is timer.Store's.
	LockTimeline(ctx context.Context, id ids.Tenant, user ids.User) (timer.Timeline, error)

	// InsertErasure adds one. Only within Tx.
	InsertErasure(ctx context.Context, id ids.Tenant, e Erasing) error
	// UpdateErasure writes how far one is. Only within Tx.
	UpdateErasure(ctx context.Context, id ids.Tenant, e Erasing) error
	// OpenErasures lists those of all tenants that go on, the oldest first, at most limit.
	OpenErasures(ctx context.Context, limit int) ([]Erasing, error)

	// Texts lists rows of a table in the order of their keys, strictly past after; empty: from the first one.
	Texts(ctx context.Context, id ids.Tenant, table TextTable, after string, limit int) ([]TextRow, error)
	// RewriteTexts writes the texts of rows; errs.Stale when one has changed since it was read. A text
	// that is too long is cut. Requests note the instant: see Request.RedactedAt. Only within Tx.
	RewriteTexts(ctx context.Context, id ids.Tenant, table TextTable, rows []TextRow, at time.Time) error
	// Rewrite makes the database's file anew, so that nothing of what was removed is left in it.
	Rewrite(ctx context.Context) error
}

// Erasures takes people out of what is held about them.
type Erasures struct {
	store  ErasureStore
	people *tenant.Personal
	files  *importer.Personal
	nouns  []namedHolder
	chain  *proof.Service
	timers *timer.Service
	now    func() time.Time
	// clock is the one by which all processes measure how long an erasure lasts.
	clock func(ctx context.Context) (time.Time, error)
}

// NewErasures makes Erasures. now is the server's clock.
func NewErasures(store ErasureStore, chain *proof.Service, timers *timer.Service, now func() time.Time) *Erasures {
	s := NewService(store, now)
	e := &Erasures{
		store: store, people: s.people, files: importer.NewPersonal(store), nouns: s.holders, chain: chain, timers: timers,
		now: calendar.Clock(now),
	}
	e.clock = func(context.Context) (time.Time, error) { return e.now(), nil }
	return e
}

// TimedBy gives Erasures that measure by a clock which all processes share. One goes on with what another one has begun, and
// their own clocks can differ by more than the minute of calls in flight.
func (e *Erasures) TimedBy(clock func(ctx context.Context) (time.Time, error)) *Erasures {
	timed := *e
	timed.clock = clock
	return &timed
}

// asTimed is what the clock of all processes shows at an instant of the server's.
func (e *Erasures) asTimed(ctx context.Context, at time.Time) (time.Time, error) {
	shown, err := e.clock(ctx)
	return shown.Add(at.Sub(e.now())), err
}

// Erase begins to take a person out. Once it is kept the person can't call any more, and what is theirs alone is gone; their
// timer was stopped, and their time stays. Work takes them out of all other texts. Whoever was erased already stays so. The
// last super_admin can't be erased: errs.Conflict, last_super_admin.
func (e *Erasures) Erase(ctx context.Context, id ids.Tenant, user ids.User, at time.Time) error {
	return e.store.Tx(ctx, id, func(ctx context.Context) error {
		if _, err := e.store.LockTenant(ctx, id); err != nil {
			return err
		}
		m, err := e.store.MemberByID(ctx, id, user)
		if err != nil || m.User.Status == tenant.UserErased {
			return err
		}
		subject, err := e.people.Subject(ctx, id, user)
		if err != nil {
			return err
		}
		timeline, err := e.store.LockTimeline(ctx, id, user)
		if err != nil {
			return err
		}
		if timeline.IsRunning {
			if _, err := e.timers.Stop(ctx, m, timeline.Running.ID); err != nil {
				return err
			}
		}
		if err := e.chain.ErasePerson(ctx, id, subject); err != nil {
			return err
		}
		if err := e.eraseOwn(ctx, id, subject); err != nil {
			return err
		}
		begun, err := e.asTimed(ctx, at)
		if err != nil {
			return err
		}
		return e.store.InsertErasure(ctx, id, Erasing{Tenant: id, User: user, BegunAt: begun, Subject: &subject})
	})
}

// EraseBy is Erase for an operator, whom the tenant's audit names.
func (e *Erasures) EraseBy(ctx context.Context, operator string, id ids.Tenant, user ids.User) error {
	now := e.now()
	return e.store.Tx(ctx, id, func(ctx context.Context) error {
		if err := e.Erase(ctx, id, user, now); err != nil {
			return err
		}
		target := audit.Target{Kind: audit.TargetUser, ID: ids.Any(user), Name: personal.ErasedName(user)}
		return e.store.InsertAudit(ctx, id, audit.NewEvent(audit.Actor{Name: operator}, audit.ErasedUser, target, now))
	})
}

// Work goes on with erasures. It may be stopped anywhere, and goes on where it was the next time, in any process. One that
// can't go on doesn't keep the others from it.
func (e *Erasures) Work(ctx context.Context) error {
	now, err := e.clock(ctx)
	if err != nil {
		return err
	}
	open, err := e.store.OpenErasures(ctx, erasuresTogether)
	if err != nil {
		return err
	}
	var failed []error
	var gone []Erasing
	for _, erasure := range open {
		if now.Before(erasure.BegunAt.Add(inFlight)) {
			continue
		}
		if erasure.Subject != nil {
			if erasure, err = e.sweep(ctx, erasure, now); err != nil {
				failed = append(failed, fmt.Errorf("erasure of %s: %w", erasure.User, err))
			}
			if erasure.Subject != nil {
				continue
			}
		}
		gone = append(gone, erasure)
	}
	if len(gone) > 0 {
		failed = append(failed, e.finish(ctx, gone))
	}
	return errors.Join(failed...)
}

// finish makes the file anew, once for all whose texts are gone.
func (e *Erasures) finish(ctx context.Context, gone []Erasing) error {
	if err := e.store.Rewrite(ctx); err != nil {
		return err
	}
	now, err := e.clock(ctx)
	if err != nil {
		return err
	}
	for _, erasure := range gone {
		erasure.FinishedAt = now
		err := e.store.Tx(ctx, erasure.Tenant, func(ctx context.Context) error {
			if err := e.store.UpdateErasure(ctx, erasure.Tenant, erasure); err != nil {
				return err
			}
			return e.closeRequests(ctx, erasure)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// closeRequests ends what the person has asked for: the erasure was carried out, and nothing else can be any more.
func (e *Erasures) closeRequests(ctx context.Context, erasure Erasing) error {
	asked, err := e.store.PrivacyRequests(ctx, erasure.Tenant, Filter{User: erasure.User}, page.Request{Limit: personal.PageSize})
	if err != nil {
		return err
	}
	for _, r := range asked {
		if !r.ClosedAt.IsZero() {
			continue
		}
		what := audit.PrivacyWithdrawn
		switch {
		case r.Kind == RightErasure:
			what = audit.PrivacyCarriedOut
			if r.Kept, err = keptByLaw(ctx, e.store, erasure.Tenant, erasure.User); err != nil {
				return err
			}
			if r.Status == Open { // an operator has begun the erasure
				r.DecidedAt = erasure.BegunAt
			}
			r.Status = Done
		case r.inForce():
			r.Status = Done
		default:
			r.Status = Withdrawn
		}
		r.ClosedAt = erasure.FinishedAt
		r.Revision++
		confirm(erasure.Tenant, &r)
		if err := e.store.UpdatePrivacyRequest(ctx, erasure.Tenant, r); err != nil {
			return err
		}
		target := audit.Target{Kind: audit.TargetUser, ID: ids.Any(erasure.User), Name: personal.ErasedName(erasure.User)}
		if err := e.store.InsertAudit(ctx, erasure.Tenant, audit.NewEvent(audit.Actor{}, what, target, erasure.FinishedAt)); err != nil {
			return err
		}
	}
	return nil
}

func (e *Erasures) save(ctx context.Context, erasure Erasing) error {
	return e.store.Tx(ctx, erasure.Tenant, func(ctx context.Context) error {
		return e.store.UpdateErasure(ctx, erasure.Tenant, erasure)
	})
}

// sweep takes a person out of all texts once, and of what is theirs alone. What a process had read before can come back
// meanwhile, such as the rows of an import. A row can also move to where was looked already. So whom it was about is forgotten
// only once a sweep has found nobody, or once nothing can come back any more.
func (e *Erasures) sweep(ctx context.Context, erasure Erasing, now time.Time) (Erasing, error) {
	names := personal.NewRedactor(*erasure.Subject)
	tables := TextTables()
	again := erasure.Table != ""
	last := !again && !now.Before(erasure.BegunAt.Add(sweepsFor))
	if !again {
		if err := e.store.Tx(ctx, erasure.Tenant, func(ctx context.Context) error {
			return e.eraseOwn(ctx, erasure.Tenant, *erasure.Subject)
		}); err != nil {
			return erasure, err
		}
		var err error
		if again, err = e.files.RedactFiles(ctx, erasure.Tenant, names); err != nil {
			return erasure, err
		}
	}
	from := max(0, slices.IndexFunc(tables, func(t TextTable) bool { return t.Name == erasure.Table }))
	for _, table := range tables[from:] {
		if erasure.Table != table.Name {
			erasure.Table, erasure.Row = table.Name, ""
		}
		var found bool
		var err error
		if erasure, found, err = e.sweepTable(ctx, erasure, table, names); err != nil {
			return erasure, err
		}
		again = again || found
	}
	erasure.Table, erasure.Row = "", ""
	if !again || last {
		erasure.Subject = nil
	}
	return erasure, e.save(ctx, erasure)
}

// eraseOwn takes what is a person's alone from every noun. The tenant's people come last: others look at the person's row before.
func (e *Erasures) eraseOwn(ctx context.Context, id ids.Tenant, subject personal.Subject) error {
	for _, noun := range slices.Backward(e.nouns) {
		if err := noun.ErasePerson(ctx, id, subject); err != nil {
			return err
		}
	}
	return nil
}

// sweepTable reads a table page by page, without a transaction. Only where a page names the person, it is read again within one
// and rewritten. The second value says whether one did.
func (e *Erasures) sweepTable(
	ctx context.Context, erasure Erasing, table TextTable, names *personal.Redactor,
) (_ Erasing, found bool, err error) {
	for pages := 1; ; pages++ {
		rows, err := e.store.Texts(ctx, erasure.Tenant, table, erasure.Row, personal.PageSize)
		if err != nil || len(rows) == 0 {
			return erasure, found, err
		}
		named := slices.ContainsFunc(rows, func(row TextRow) bool {
			_, named := table.without(erasure.User, names, row)
			return named
		})
		found = found || named
		before := erasure.Row
		erasure.Row = rows[len(rows)-1].Key
		switch {
		case named:
			err = e.rewrite(ctx, erasure, table, before, names)
		case pages%savedPages == 0:
			err = e.save(ctx, erasure)
		}
		if err != nil || len(rows) < personal.PageSize {
			return erasure, found, err
		}
	}
}

// rewrite takes the person out of the rows past before, up to where the erasure is then.
func (e *Erasures) rewrite(ctx context.Context, erasure Erasing, table TextTable, before string, names *personal.Redactor) error {
	id := erasure.Tenant
	return e.store.Tx(ctx, id, func(ctx context.Context) error {
		if err := e.store.LockChain(ctx, id); err != nil {
			return err
		}
		rows, err := e.store.Texts(ctx, id, table, before, personal.PageSize)
		if err != nil {
			return err
		}
		var changed []TextRow
		var sealed []proof.RowName
		for _, row := range rows {
			without, named := table.without(erasure.User, names, row)
			if !named {
				continue
			}
			changed = append(changed, without)
			if row.Sealed.Kind != "" {
				sealed = append(sealed, row.Sealed)
			}
		}
		if len(sealed) > 0 {
			if err := e.chain.EraseRows(ctx, id, erasure.User, sealed); err != nil {
				return err
			}
		}
		if err := e.store.RewriteTexts(ctx, id, table, changed, e.now()); err != nil {
			return err
		}
		return e.store.UpdateErasure(ctx, id, erasure)
	})
}
