package billing

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"timetracker/internal/alert"
	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/money"
	"timetracker/internal/page"
	"timetracker/internal/pdf"
	"timetracker/internal/plan"
	"timetracker/internal/tenant"
)

// Service bills tenants.
type Service struct {
	store  Store
	now    func() time.Time
	clocks []Clock // of others
	seller Seller
	fonts  *pdf.Fonts
	raise  func(ctx context.Context, a alert.Alert)
}

// NewService makes a Service. now is the server's clock. seller stands on statements, which are printed with the program's
// fonts alone: see PrintedWith.
func NewService(store Store, now func() time.Time, seller Seller) *Service {
	return &Service{
		store: store, now: calendar.Clock(now), seller: seller, fonts: pdf.NewFonts(), raise: func(context.Context, alert.Alert) {},
	}
}

// PrintedWith gives a service that prints statements with the fonts, and raises an alert of characters that none has.
func (s *Service) PrintedWith(fonts *pdf.Fonts, raise func(ctx context.Context, a alert.Alert)) *Service {
	printing := *s
	printing.fonts, printing.raise = fonts, raise
	return &printing
}

// Line is the result of billing a month of one tenant.
type Line struct {
	TenantID ids.Tenant
	Record   Record // the new or planned one; the monthly record when nothing had to be written
	New      bool
}

const (
	// tenantsAtOnce is how many tenants are billed at the same time, so that their commits share the disk.
	tenantsAtOnce = 32
	// tenantPage is how many tenants are listed at once.
	tenantPage = 100
)

// Options control what Bill does.
type Options struct {
	DryRun bool // writes nothing; also allows a month that has not ended
	// UnbilledOnly skips the search for late corrections of billed months.
	UnbilledOnly bool
	Each         func(Line) error // is called for every tenant, one call at a time; may be nil
}

// Bill makes the monthly record of every tenant that paid in the month and has none. It makes an adjustment where the
// active people of a billed month have changed since. The records are the same however often and wherever it runs. It
// goes on after a failure and gives all errors. Before the month's end it gives errs.RuleBroken, month_not_over, unless
// it is a dry run. Nothing is billed by a clock that is wrong: errs.Internal, ClockWrong; see ComparedWith.
func (s *Service) Bill(ctx context.Context, month calendar.Month, o Options) error {
	if !o.DryRun && s.now().Before(month.To()) {
		return errs.Newf(errs.RuleBroken, "month_not_over", "%s has not ended yet (UTC); try a dry run.", month)
	}
	if !o.DryRun {
		if err := s.CheckClock(ctx); err != nil {
			return err
		}
	}
	return s.bill(ctx, month, o)
}

// bill goes through the tenants that paid in a month.
func (s *Service) bill(ctx context.Context, month calendar.Month, o Options) error {
	var failed []error
	for after, last := (ids.Tenant{}), false; !last; {
		tenants, err := s.store.PayingTenants(ctx, month.From(), month.To(), o.UnbilledOnly, after, tenantPage)
		if err != nil {
			return errors.Join(append(failed, err)...)
		}
		if len(tenants) > 0 {
			after = tenants[len(tenants)-1]
		}
		last = len(tenants) < tenantPage
		if err := s.billAll(ctx, tenants, month, o); err != nil {
			failed = append(failed, err)
		}
		if err := ctx.Err(); err != nil {
			return errors.Join(append(failed, err)...)
		}
	}
	return errors.Join(failed...)
}

// billAll bills some tenants at the same time and reports them in their order.
func (s *Service) billAll(ctx context.Context, tenants []ids.Tenant, month calendar.Month, o Options) error {
	lines, failed := make([]Line, len(tenants)), make([]error, len(tenants))
	var group errgroup.Group
	group.SetLimit(tenantsAtOnce)
	for i, id := range tenants {
		group.Go(func() error {
			failed[i] = errs.WithoutPanic(func() (err error) {
				lines[i], err = s.billTenant(ctx, id, month, o)
				return err
			})
			return nil
		})
	}
	_ = group.Wait() // billTenant's errors are collected separately, since one tenant must not keep the others from being billed
	for i, line := range lines {
		if failed[i] == nil && o.Each != nil {
			failed[i] = o.Each(line)
		}
	}
	return errors.Join(failed...)
}

// billTenant makes a tenant's record of a month, or an adjustment of it.
func (s *Service) billTenant(ctx context.Context, id ids.Tenant, month calendar.Month, o Options) (Line, error) {
	if !o.UnbilledOnly {
		if line, ok, err := s.billed(ctx, id, month); err != nil || ok {
			return line, err
		}
	}
	line := Line{TenantID: id}
	err := s.store.Tx(ctx, id, func(ctx context.Context) error {
		line = Line{TenantID: id}
		// The lock makes a second run wait, which then finds what the first has written.
		t, err := s.store.LockTenant(ctx, id)
		if err != nil {
			return err
		}
		made, err := s.store.MonthRecords(ctx, id, month)
		if err != nil {
			return err
		}
		if t.Removal.Begun() { // nobody knows any more who was active, and the removal has waited for the bill
			if len(made) > 0 {
				line.Record = made[0]
			}
			return nil
		}
		people, err := s.activePeople(ctx, id, month)
		if err != nil {
			return err
		}
		if len(made) > 0 {
			line.Record, line.New, err = adjustment(made, people)
		} else {
			line.Record, line.New, err = s.monthly(ctx, t, month, people)
		}
		if err != nil || !line.New || o.DryRun {
			return err
		}
		r := &line.Record
		r.ID, r.At = ids.New[ids.BillingRecord](), s.now()
		if r.Statement, err = s.store.NextStatement(ctx, id, r.At.Year()); err != nil {
			return err
		}
		return s.store.InsertRecord(ctx, id, *r)
	})
	return line, err
}

// billed gives the line of a month that is billed and right, as most are when it runs again. It takes no lock, so that
// nobody who records time waits for it. The transaction that writes decides anew.
func (s *Service) billed(ctx context.Context, id ids.Tenant, month calendar.Month) (line Line, ok bool, err error) {
	made, err := s.store.MonthRecords(ctx, id, month)
	if err != nil || len(made) == 0 {
		return Line{}, false, err
	}
	people, err := s.activePeople(ctx, id, month)
	if err != nil {
		return Line{}, false, err
	}
	record, differs, err := adjustment(made, people)
	return Line{TenantID: id, Record: record}, !differs, err
}

// activePeople are who was active in a month, ordered by label. Only who has no address has a name.
func (s *Service) activePeople(ctx context.Context, id ids.Tenant, month calendar.Month) ([]Person, error) {
	people, err := s.store.ActivePeople(ctx, id, month.From(), month.To())
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(people, func(p Person) bool { return p.Email == "" }) {
		names, err := s.store.NamesWithoutAddress(ctx, id)
		if err != nil {
			return nil, err
		}
		for i := range people {
			people[i].Name = names[people[i].ID]
		}
	}
	slices.SortFunc(people, byLabel)
	return people, nil
}

// monthly makes the record of a month by the last terms in force during it; ok is false when there were none. The people
// are ordered by label.
func (s *Service) monthly(ctx context.Context, t tenant.Tenant, month calendar.Month, people []Person) (r Record, ok bool, err error) {
	terms, ok, err := s.store.LastTerms(ctx, t.ID, month.From(), month.To())
	if err != nil || !ok {
		return Record{}, false, err
	}
	if terms.FreeTrial {
		terms.RateMinor, terms.BaseMinor = 0, 0
	}
	r = Record{
		Kind: Monthly, SubscriptionID: terms.SubscriptionID, PlanID: terms.PlanID, PlanTitle: terms.PlanTitle,
		Quantity: terms.Seats, Month: month, Seller: s.seller, Customer: cmp.Or(t.BillingName, t.Name),
		CustomerAddress: t.BillingAddress, Model: terms.Model, FreeTrial: terms.FreeTrial,
		Active: people, People: len(people), Included: terms.Included, RateMinor: terms.RateMinor,
		BaseMinor: terms.BaseMinor, Currency: terms.Currency,
	}
	r.Billed, r.TotalMinor, err = price(terms, r.People)
	return r, err == nil, err
}

// adjustment compares the people of a month, ordered by label, with its records, whose terms stay. When they agree, differs is false and r
// is the monthly record.
func adjustment(made []Record, people []Person) (r Record, differs bool, err error) {
	counted := map[ids.User]Person{}
	billed, total := 0, int64(0)
	for _, record := range made {
		for _, person := range record.Active {
			counted[person.ID] = person
		}
		for _, person := range record.Inactive {
			delete(counted, person.ID)
		}
		billed += record.Billed
		if total, err = money.Add(total, record.TotalMinor); err != nil {
			return Record{}, false, err
		}
	}
	r = made[0]
	r.ID, r.At, r.Statement = ids.BillingRecord{}, time.Time{}, StatementNumber{} // these are set when it is written
	r.Kind, r.Active, r.Inactive = Adjustment, nil, nil
	for _, person := range people {
		if _, ok := counted[person.ID]; ok {
			delete(counted, person.ID)
		} else {
			r.Active = append(r.Active, person)
		}
	}
	for _, person := range counted {
		r.Inactive = append(r.Inactive, person)
	}
	if len(r.Active) == 0 && len(r.Inactive) == 0 {
		return made[0], false, nil
	}
	slices.SortFunc(r.Inactive, byLabel)
	terms := plan.Terms{
		Model: r.Model, Seats: r.Quantity, RateMinor: r.RateMinor, BaseMinor: r.BaseMinor, Included: r.Included,
	}
	nowBilled, nowTotal, err := price(terms, len(people))
	if err != nil {
		return Record{}, false, err
	}
	r.People, r.BaseMinor, r.Billed = len(r.Active)-len(r.Inactive), 0, nowBilled-billed
	r.TotalMinor, err = money.Sub(nowTotal, total)
	return r, err == nil, err
}

const (
	// monthsBilled is how many ended months are searched for one that was not billed, such as after a long outage.
	monthsBilled = 12
	// monthsCorrected is how many of them are searched for late corrections. An operator can bill any month.
	monthsCorrected = 2
)

// CatchUp bills the ended months that are not billed, the oldest first, and looks for late corrections of the latest
// ones. It goes on after a failure and gives all errors. Nothing is billed by a clock that is wrong, as in Bill.
func (s *Service) CatchUp(ctx context.Context) error {
	if err := s.CheckClock(ctx); err != nil {
		return err
	}
	running := calendar.MonthOf(s.now())
	corrected := running.Add(-monthsCorrected)
	var failed []error
	for month := running.Add(-monthsBilled); month != running; month = month.Next() {
		options := Options{UnbilledOnly: month.From().Before(corrected.From())}
		if err := s.bill(ctx, month, options); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", month, err))
		}
	}
	return errors.Join(failed...)
}

// Preview is the running month's bill so far. Nothing is written. super_admins only; errs.NotFound, not_billed, for a
// tenant that does not pay.
func (s *Service) Preview(ctx context.Context, m tenant.Member) (Record, error) {
	if err := m.Require(tenant.RoleSuperAdmin); err != nil {
		return Record{}, err
	}
	month := calendar.MonthOf(s.now())
	people, err := s.activePeople(ctx, m.Tenant.ID, month)
	if err != nil {
		return Record{}, err
	}
	r, ok, err := s.monthly(ctx, m.Tenant, month, people)
	if err == nil && !ok {
		err = errs.New(errs.NotFound, "not_billed", "Nothing is billed this month.")
	}
	return r, err
}

// Records lists the tenant's billing records, the latest first. super_admins only.
func (s *Service) Records(ctx context.Context, m tenant.Member, filter RecordFilter, request page.Request) (records []Record, next page.Position, err error) {
	if err := m.Require(tenant.RoleSuperAdmin); err != nil {
		return nil, page.Position{}, err
	}
	records, err = s.store.Records(ctx, m.Tenant.ID, filter, request.WithOneMore())
	records, next = page.Cut(records, request.Limit, func(r Record) page.Position { return page.Position{At: r.At, ID: ids.Any(r.ID)} })
	return records, next, err
}

// Record is one of the tenant's billing records. super_admins only; errs.NotFound, billing_record_not_found.
func (s *Service) Record(ctx context.Context, m tenant.Member, id ids.BillingRecord) (Record, error) {
	if err := m.Require(tenant.RoleSuperAdmin); err != nil {
		return Record{}, err
	}
	return s.store.Record(ctx, m.Tenant.ID, id)
}

// Statement is one of the tenant's statements. super_admins only; errs.NotFound, statement_not_found.
func (s *Service) Statement(ctx context.Context, m tenant.Member, number string) (Statement, error) {
	if err := m.Require(tenant.RoleSuperAdmin); err != nil {
		return Statement{}, err
	}
	n, ok := ParseStatementNumber(number)
	if !ok {
		return Statement{}, errs.New(errs.NotFound, "statement_not_found", "There is no such statement.")
	}
	r, err := s.store.StatementRecord(ctx, m.Tenant.ID, n)
	if err != nil {
		return Statement{}, err
	}
	made := NewStatement(r)
	made.Seal, err = s.store.SealOf(ctx, m.Tenant.ID, r)
	return made, err
}

// Print writes a statement as PDF. Operators are told of what stands as codes, without saying whose name it is in.
func (s *Service) Print(ctx context.Context, w io.Writer, i Statement) error {
	unprinted, err := i.WritePDF(w, s.fonts)
	if err != nil || unprinted.Characters == 0 {
		return err
	}
	s.raise(ctx, alert.Alert{
		Kind: alert.CharactersNotPrinted, SubscriptionID: i.SubscriptionID.String(),
		Err: fmt.Errorf("statement %s: %d of %s; %d fonts were found in %s", i.Number, unprinted.Characters,
			strings.Join(unprinted.Scripts, ", "), s.fonts.Found(), strings.Join(s.fonts.Directories, ", ")),
	})
	return nil
}
