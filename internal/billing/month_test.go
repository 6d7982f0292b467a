package billing_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/billing"
	"timetracker/internal/calendar"
	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/marketplace"
	"timetracker/internal/page"
	"timetracker/internal/plan"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
)

var (
	september = calendar.Month{Year: 2026, Month: time.September}
	october   = september.Next()
	november  = october.Next()
)

func at(text string) time.Time {
	instant, err := time.Parse("2006-01-02T15:04:05.000Z", text)
	if err != nil {
		panic(err)
	}
	return instant
}

// firm is a tenant that has paid since the middle of September.
type firm struct {
	*domaintest.World
	ada tenant.Member
	id  ids.Subscription
}

// newFirm is a firm on a plan of an offer, at noon of the day on which it has bought it.
func newFirm(t *testing.T, offer, planID string, quantity int) firm {
	t.Helper()
	w := domaintest.New(t)
	w.Clock.Set(at("2026-09-15T12:00:00.000Z"))
	ada := w.SignUp(t)
	return firm{World: w, ada: ada, id: w.Buy(t, ada, offer, planID, quantity)}
}

func (f firm) work(t *testing.T, m tenant.Member, from, to string) timer.Entry {
	t.Helper()
	var stopped time.Time
	if to != "" {
		stopped = at(to)
	}
	entry := domaintest.Entry(m, domaintest.Item(1), at(from), stopped)
	f.Save(t, m, entry)
	return entry
}

func (f firm) void(t *testing.T, entries ...timer.Entry) {
	t.Helper()
	for _, entry := range entries {
		f.Exec(t, "UPDATE time_entries SET voided_at = ?, counted_month = NULL WHERE id = ?", f.Clock.Now().UnixMilli(), entry.ID)
	}
}

func (f firm) unvoid(t *testing.T, entry timer.Entry) {
	t.Helper()
	f.Exec(t, `UPDATE time_entries SET voided_at = NULL, counted_month = (STRFTIME('%Y', started_at / 1000, 'unixepoch') - 1970) * 12
		+ STRFTIME('%m', started_at / 1000, 'unixepoch') - 1 WHERE id = ?`, entry.ID)
}

// bill bills a month and gives the new records.
func (f firm) bill(t *testing.T, month calendar.Month) []billing.Record {
	t.Helper()
	var made []billing.Record
	err := f.Billing.Bill(t.Context(), month, billing.Options{Each: func(l billing.Line) error {
		if l.New {
			made = append(made, l.Record)
		}
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// billOne bills a month and expects one new record.
func (f firm) billOne(t *testing.T, month calendar.Month) billing.Record {
	t.Helper()
	made := f.bill(t, month)
	if len(made) != 1 {
		t.Fatalf("%s: %d records are new", month, len(made))
	}
	return made[0]
}

func (f firm) records(t *testing.T, month calendar.Month) []billing.Record {
	t.Helper()
	records, err := f.Store.MonthRecords(t.Context(), f.ada.Tenant.ID, month)
	if err != nil {
		t.Fatal(err)
	}
	return records
}

func names(people []billing.Person) string {
	var all []string
	for _, person := range people {
		name, _, _ := strings.Cut(person.Email, "@")
		all = append(all, name)
	}
	return strings.Join(all, " ")
}

// TestWhoIsActive compares entries with the ends of a month, to the millisecond.
func TestWhoIsActive(t *testing.T) {
	f := newFirm(t, "timetracker", "team", 100)
	cases := []struct {
		name     string
		from, to string // an empty end runs
		void     bool
		months   string // in which the person is active
	}{
		{name: "a-month", from: "2026-10-10T08:00:00.000Z", to: "2026-10-10T09:00:00.000Z", months: "oct"},
		{name: "b-until-its-first-instant", from: "2026-09-30T23:00:00.000Z", to: "2026-10-01T00:00:00.000Z", months: "sep"},
		{name: "c-one-ms-into-it", from: "2026-09-30T23:00:00.000Z", to: "2026-10-01T00:00:00.001Z", months: "sep oct"},
		{name: "d-its-last-ms", from: "2026-10-31T23:59:59.999Z", to: "2026-11-01T00:00:00.000Z", months: "oct"},
		{name: "e-from-its-end", from: "2026-11-01T00:00:00.000Z", to: "2026-11-01T01:00:00.000Z", months: "nov"},
		{name: "f-two-months", from: "2026-10-31T22:00:00.000Z", to: "2026-11-01T02:00:00.000Z", months: "oct nov"},
		{name: "g-no-length", from: "2026-10-10T08:00:00.000Z", to: "2026-10-10T08:00:00.000Z"},
		{name: "h-voided", from: "2026-10-10T08:00:00.000Z", to: "2026-10-10T09:00:00.000Z", void: true},
		{name: "i-runs", from: "2026-10-31T20:00:00.000Z", months: "oct nov"},
		{name: "j-runs-since-its-end", from: "2026-11-01T00:00:00.000Z", months: "nov"},
		// It is the morning of 1 November in Kiritimati (UTC+14), and the evening of 31 October in Pago_Pago (UTC-11).
		{name: "l-kiritimati", from: "2026-10-31T18:00:00.000Z", to: "2026-10-31T20:00:00.000Z", months: "oct"},
		{name: "m-pago-pago", from: "2026-11-01T10:00:00.000Z", to: "2026-11-01T10:30:00.000Z", months: "nov"},
		{name: "n-a-whole-day", from: "2026-09-30T12:00:00.000Z", to: "2026-10-01T12:00:00.000Z", months: "sep oct"},
		{name: "o-never"},
	}
	want := map[string][]string{}
	for _, c := range cases {
		m := f.Join(t, f.ada, c.name)
		for month := range strings.FieldsSeq(c.months) {
			want[month] = append(want[month], c.name)
		}
		if c.from == "" {
			continue
		}
		if entry := f.work(t, m, c.from, c.to); c.void {
			f.void(t, entry)
		}
	}
	f.Exec(t, "UPDATE users SET time_zone = 'Pacific/Kiritimati' WHERE email LIKE 'l-%'")
	f.Exec(t, "UPDATE users SET time_zone = 'Pacific/Pago_Pago' WHERE email LIKE 'm-%'")
	// A person who has left in the middle of the month has worked in it nevertheless.
	grace := f.Join(t, f.ada, "z-left")
	f.work(t, grace, "2026-10-05T08:00:00.000Z", "2026-10-05T09:00:00.000Z")
	want["oct"] = append(want["oct"], "z-left")
	f.Clock.Set(at("2026-10-20T00:00:00.000Z"))
	left := tenant.UserDeactivated
	if _, err := f.Tenants.ChangeUser(t.Context(), f.Again(t, f.ada), grace.User.ID, grace.User.Revision, tenant.UserPatch{Status: &left}); err != nil {
		t.Fatal(err)
	}

	f.Clock.Set(at("2026-12-01T00:00:00.000Z"))
	for name, month := range map[string]calendar.Month{"sep": september, "oct": october, "nov": november} {
		record := f.billOne(t, month)
		if diff := cmp.Diff(strings.Join(want[name], " "), names(record.Active)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		people := len(want[name])
		if record.People != people || record.Billed != 100 || record.TotalMinor != 100*900 || record.Currency != "USD" {
			t.Errorf("%s: %d people, %d billed, %d %s", name, record.People, record.Billed, record.TotalMinor, record.Currency)
		}
	}
}

// TestSeatsAreCharged shows that Microsoft charges the seats that were bought, whoever works, and that the people counted
// are the evidence.
func TestSeatsAreCharged(t *testing.T) {
	f := newFirm(t, "timetracker", "business", 200)
	f.work(t, f.ada, "2026-10-05T08:00:00.000Z", "2026-10-05T09:00:00.000Z")
	f.Clock.Set(at("2026-11-02T09:00:00.000Z"))
	statement := billing.NewStatement(f.billOne(t, october))
	if statement.TotalMinor != 280_000 || !statement.ChargeKnown || statement.People != 1 {
		t.Errorf("%d for %d people, known: %t", statement.TotalMinor, statement.People, statement.ChargeKnown)
	}
	want := []billing.StatementLine{{Text: "Seats", Quantity: 200, UnitMinor: 1400, AmountMinor: 280_000}}
	if diff := cmp.Diff(want, statement.Lines); diff != "" {
		t.Error(diff)
	}
	preview, err := f.Billing.Preview(t.Context(), f.Again(t, f.ada))
	if err != nil || preview.TotalMinor != 280_000 || preview.People != 0 {
		t.Errorf("so far: %d for %d people, %v", preview.TotalMinor, preview.People, err)
	}
}

// TestPeopleWithoutAnAddress shows that a statement has no blank where a person is.
func TestPeopleWithoutAnAddress(t *testing.T) {
	f := newFirm(t, "timetracker", "team", 10)
	join := func(name, email string) tenant.Member {
		t.Helper()
		p := domaintest.Person(f.ada.Tenant.DirectoryID, name)
		p.Name, p.Email = name, email
		m, err := f.Tenants.SignIn(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	for _, m := range []tenant.Member{join("Grace Hopper", ""), join("Zoe", "kim@contoso.example"), join("", ""), join("", "")} {
		f.work(t, m, "2026-10-05T09:00:00.000Z", "2026-10-05T10:00:00.000Z")
	}
	f.Clock.Set(at("2026-11-02T09:00:00.000Z"))
	record := f.billOne(t, october)
	stored, err := f.Store.Record(t.Context(), f.ada.Tenant.ID, record.ID)
	if err != nil {
		t.Fatal(err)
	}
	var labels []string
	for _, person := range billing.NewStatement(stored).Active {
		if person.Email != "" && person.Name != "" {
			t.Errorf("the name of %s is kept, though nobody needs it", person.Email)
		}
		labels = append(labels, person.Label())
	}
	if len(labels) != 4 || labels[0] != "Grace Hopper" || labels[1] != "kim@contoso.example" ||
		!strings.HasPrefix(labels[2], "Person ") || !strings.HasPrefix(labels[3], "Person ") || labels[2] == labels[3] {
		t.Errorf("it names %q", labels)
	}
}

func TestLabelsOfPeople(t *testing.T) {
	id := ids.MustParse[ids.User]("2f0c5b8e-9d3a-4c47-8f12-5e6a7b8c9d0e")
	for want, person := range map[string]billing.Person{
		"ada@contoso.example": {ID: id, Email: "ada@contoso.example", Name: "Ada"},
		"Ada":                 {ID: id, Email: " ", Name: "Ada"},
		"User " + id.String(): {ID: id},
	} {
		if got := person.Label(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestStatementIsMadeOutTo shows that a statement keeps the seller and the customer's billing name and address of its
// time.
func TestStatementIsMadeOutTo(t *testing.T) {
	f := newFirm(t, "timetracker", "team", 10)
	set := func(name, address string) {
		t.Helper()
		m := f.Again(t, f.ada)
		patch := tenant.SettingsPatch{BillingName: &name, BillingAddress: &address}
		if _, err := f.Tenants.ChangeTenant(t.Context(), m, m.Tenant.Revision, patch, nil); err != nil {
			t.Fatal(err)
		}
	}
	f.Clock.Set(at("2026-10-01T00:00:00.000Z"))
	plain := billing.NewStatement(f.billOne(t, september))
	if plain.Customer != "Contoso" || plain.CustomerAddress != "" || plain.Seller != domaintest.Seller {
		t.Errorf("%q, %q by %+v", plain.Customer, plain.CustomerAddress, plain.Seller)
	}
	set("  Contoso   Holding ", "\r\n1 Main  Street \r\n\r\n 0150 Oslo\n")
	f.Clock.Set(at("2026-11-01T00:00:00.000Z"))
	record := f.billOne(t, october)
	set("", "")
	stored, err := f.Store.Record(t.Context(), f.ada.Tenant.ID, record.ID)
	if err != nil {
		t.Fatal(err)
	}
	made := billing.NewStatement(stored)
	if made.Customer != "Contoso Holding" || made.CustomerAddress != "1 Main Street\n0150 Oslo" || made.Seller != domaintest.Seller {
		t.Errorf("%q, %q by %+v", made.Customer, made.CustomerAddress, made.Seller)
	}
	if got := f.Again(t, f.ada).Tenant; got.BillingName != "" || got.BillingAddress != "" {
		t.Errorf("%q, %q after they were removed", got.BillingName, got.BillingAddress)
	}
}

// TestForgottenTimers shows that nobody is active after their timer's limit, though the server was down at that time and
// has not stopped the timer yet.
func TestForgottenTimers(t *testing.T) {
	f := newFirm(t, "timetracker", "team", 100)
	f.work(t, f.ada, "2026-10-31T08:00:00.000Z", "")
	f.work(t, f.Join(t, f.ada, "late"), "2026-10-31T14:00:00.000Z", "")
	f.work(t, f.Join(t, f.ada, "later"), "2026-10-31T14:00:00.001Z", "")
	f.Clock.Set(at("2026-11-02T09:00:00.000Z"))
	if got := f.billOne(t, october).People; got != 3 {
		t.Errorf("%d people were active in October", got)
	}
	preview, err := f.Billing.Preview(t.Context(), f.Again(t, f.ada))
	if err != nil || names(preview.Active) != "later" {
		t.Errorf("in November: %s, %v", names(preview.Active), err)
	}
	err = f.Billing.Bill(t.Context(), november, billing.Options{DryRun: true, Each: func(l billing.Line) error {
		if names(l.Record.Active) != "later" {
			t.Errorf("a dry run counts %s", names(l.Record.Active))
		}
		return nil
	}})
	if err != nil {
		t.Error(err)
	}
}

func TestMonthNotOver(t *testing.T) {
	f := newFirm(t, "timetracker", "team", 10)
	f.work(t, f.ada, "2026-10-05T08:00:00.000Z", "2026-10-05T09:00:00.000Z")
	f.Clock.Set(at("2026-10-31T23:59:59.999Z"))
	if err := f.Billing.Bill(t.Context(), october, billing.Options{}); errs.CodeOf(err) != "month_not_over" {
		t.Errorf("got %v", err)
	}
	f.Clock.Add(time.Millisecond)
	if got := f.billOne(t, october); got.TotalMinor != 9000 || !got.At.Equal(f.Clock.Now()) {
		t.Errorf("%d at %s", got.TotalMinor, got.At)
	}
}

func TestDryRunWritesNothing(t *testing.T) {
	f := newFirm(t, "timetracker", "team", 10)
	f.work(t, f.ada, "2026-09-20T08:00:00.000Z", "2026-09-20T09:00:00.000Z")
	dry := func(month calendar.Month) (line billing.Line) {
		t.Helper()
		err := f.Billing.Bill(t.Context(), month, billing.Options{DryRun: true, Each: func(l billing.Line) error { line = l; return nil }})
		if err != nil {
			t.Fatal(err)
		}
		return line
	}
	for range 2 {
		if got := dry(september); !got.New || got.Record.TotalMinor != 9000 || got.TenantID != f.ada.Tenant.ID {
			t.Errorf("%+v", got)
		}
	}
	if got := f.records(t, september); len(got) != 0 {
		t.Errorf("%d records were written", len(got))
	}
	f.Clock.Set(at("2026-10-02T00:00:00.000Z"))
	if got := f.billOne(t, september).Statement.String(); got != "TT-2026-000001" {
		t.Errorf("the first statement is %s", got)
	}
	if got := dry(september); got.New || got.Record.Statement.Seq != 1 {
		t.Errorf("what is billed and right is %+v", got)
	}
	f.work(t, f.Join(t, f.ada, "Grace"), "2026-09-20T08:00:00.000Z", "2026-09-20T09:00:00.000Z")
	if got := dry(september); !got.New || got.Record.TotalMinor != 0 || !got.Record.ID.IsZero() || got.Record.Statement.String() != "" {
		t.Errorf("the adjustment would be %+v", got)
	}
	if got := f.records(t, september); len(got) != 1 {
		t.Errorf("there are %d records", len(got))
	}
}

// TestManyTenants bills more tenants than a page holds, each once and with a number of its own.
func TestManyTenants(t *testing.T) {
	t.Parallel()
	const tenants = 201
	f := newFirm(t, "timetracker", "team", 1)
	for range tenants - 1 {
		f.Buy(t, f.SignUp(t), "timetracker", "team", 1)
	}
	f.Clock.Set(at("2026-10-01T00:00:00.000Z"))
	made := f.bill(t, september)
	if len(made) != tenants {
		t.Errorf("%d of %d tenants were billed", len(made), tenants)
	}
	numbers := map[int]bool{}
	for _, r := range made {
		numbers[r.Statement.Seq] = true
	}
	if len(numbers) != tenants || !numbers[1] || !numbers[tenants] {
		t.Errorf("the statements have %d numbers", len(numbers))
	}
}

// TestTermsOfAMonth shows that a month is billed by the last terms in force during it.
func TestTermsOfAMonth(t *testing.T) {
	t.Parallel()
	receive := func(t *testing.T, f firm, n marketplace.Notification) {
		t.Helper()
		if err := f.Marketplace.Receive(t.Context(), n); err != nil {
			t.Fatal(err)
		}
		if _, err := f.Marketplace.Acknowledge(t.Context(), 10); err != nil {
			t.Fatal(err)
		}
	}
	type bill struct {
		plan string
		rate int64 // of a seat
	}
	for name, test := range map[string]struct {
		october             func(t *testing.T, f firm)
		october1, november1 *bill // nil: not billed
	}{
		"nothing":      {october: func(*testing.T, firm) {}, october1: &bill{"team", 900}, november1: &bill{"team", 900}},
		"another plan": {october: func(t *testing.T, f firm) { receive(t, f, f.Microsoft.ChangePlan(f.id, "business")) }, october1: &bill{"business", 1400}, november1: &bill{"business", 1400}},
		"another plan, and back again": {october: func(t *testing.T, f firm) {
			receive(t, f, f.Microsoft.ChangePlan(f.id, "business"))
			f.Clock.Add(time.Hour)
			receive(t, f, f.Microsoft.ChangePlan(f.id, "team"))
		}, october1: &bill{"team", 900}, november1: &bill{"team", 900}},
		"another rate": {october: func(t *testing.T, f firm) {
			rate := int64(500)
			if _, err := f.Tenants.ChangePlan(t.Context(), "Operator", f.ada.Tenant.Slug, tenant.PlanPatch{RateMinor: &rate}); err != nil {
				t.Fatal(err)
			}
		}, october1: &bill{"team", 500}, november1: &bill{"team", 500}},
		"another plan at the month's last instant": {october: func(t *testing.T, f firm) {
			f.Clock.Set(at("2026-10-31T23:59:59.999Z"))
			receive(t, f, f.Microsoft.ChangePlan(f.id, "business"))
		}, october1: &bill{"business", 1400}, november1: &bill{"business", 1400}},
		"another plan at the next month's first": {october: func(t *testing.T, f firm) {
			f.Clock.Set(at("2026-11-01T00:00:00.000Z"))
			receive(t, f, f.Microsoft.ChangePlan(f.id, "business"))
		}, october1: &bill{"team", 900}, november1: &bill{"business", 1400}},
		"cancelled": {october: func(t *testing.T, f firm) { receive(t, f, f.Microsoft.Unsubscribe(f.id)) }, october1: &bill{"team", 900}},
		"cancelled at the next month's first instant": {october: func(t *testing.T, f firm) {
			f.Clock.Set(at("2026-11-01T00:00:00.000Z"))
			receive(t, f, f.Microsoft.Unsubscribe(f.id))
		}, october1: &bill{"team", 900}},
		"cancelled a millisecond later": {october: func(t *testing.T, f firm) {
			f.Clock.Set(at("2026-11-01T00:00:00.001Z"))
			receive(t, f, f.Microsoft.Unsubscribe(f.id))
		}, october1: &bill{"team", 900}, november1: &bill{"team", 900}},
		"ended with its term, of which we hear later": {october: func(t *testing.T, f firm) {
			f.Microsoft.Edit(f.id, func(s *marketplace.Fetched) { s.Term.End = at("2026-10-31T00:00:00.000Z") })
			receive(t, f, f.Microsoft.Tell(f.id, marketplace.Renew))
			f.Clock.Set(at("2026-11-01T00:00:20.000Z"))
			receive(t, f, f.Microsoft.Unsubscribe(f.id))
		}, october1: &bill{"team", 900}},
		"ended with its term, of which no webhook tells": {october: func(t *testing.T, f firm) {
			f.Microsoft.Edit(f.id, func(s *marketplace.Fetched) { s.Term.End = at("2026-10-31T00:00:00.000Z") })
			receive(t, f, f.Microsoft.Tell(f.id, marketplace.Renew))
			f.Clock.Set(at("2026-11-01T09:00:00.000Z"))
			_ = f.Microsoft.Unsubscribe(f.id)
			// Microsoft often gives only the unit of the term then.
			f.Microsoft.Edit(f.id, func(s *marketplace.Fetched) { s.Term = marketplace.Term{Unit: "P1M"} })
			if err := f.Marketplace.Reconcile(t.Context()); err != nil {
				t.Fatal(err)
			}
		}, october1: &bill{"team", 900}},
		"cancelled late in the month, which shows in the next": {october: func(t *testing.T, f firm) {
			f.Clock.Set(at("2026-10-31T23:59:00.000Z"))
			in := f.Microsoft.Truth(f.id)
			n := f.Microsoft.Unsubscribe(f.id)
			ended := f.Microsoft.Truth(f.id)
			f.Microsoft.Edit(f.id, func(s *marketplace.Fetched) { *s = in })
			receive(t, f, n)
			f.Clock.Set(at("2026-11-01T00:03:00.000Z"))
			f.Microsoft.Edit(f.id, func(s *marketplace.Fetched) { *s = ended })
			f.Follow(t)
		}, october1: &bill{"team", 900}},
		"cancelled late in the month, which the comparison sees first": {october: func(t *testing.T, f firm) {
			f.Clock.Set(at("2026-10-31T23:59:00.000Z"))
			n := f.Microsoft.Unsubscribe(f.id)
			f.Clock.Set(at("2026-11-01T00:03:00.000Z"))
			if err := f.Marketplace.Reconcile(t.Context()); err != nil {
				t.Fatal(err)
			}
			receive(t, f, n)
		}, october1: &bill{"team", 900}},
		"cancelled late in the month, and bought again before that was told": {october: func(t *testing.T, f firm) {
			f.Clock.Set(at("2026-10-31T23:59:00.000Z"))
			n := f.Microsoft.Unsubscribe(f.id)
			f.Clock.Set(at("2026-11-01T00:03:00.000Z"))
			f.Buy(t, f.ada, "timetracker", "business", 5)
			receive(t, f, n)
		}, october1: &bill{"team", 900}, november1: &bill{"business", 1400}},
		"another plan at the end of the month, which Microsoft gives up in the next": {october: func(t *testing.T, f firm) {
			f.Clock.Set(at("2026-10-31T23:59:00.000Z"))
			n := f.Microsoft.ChangePlan(f.id, "business")
			if err := f.Marketplace.Receive(t.Context(), n); err != nil {
				t.Fatal(err)
			}
			f.Microsoft.End(n, marketplace.Conflicted)
			f.Clock.Set(at("2026-11-01T00:01:00.000Z"))
			if _, err := f.Marketplace.Acknowledge(t.Context(), 10); err != nil {
				t.Fatal(err)
			}
		}, october1: &bill{"team", 900}, november1: &bill{"team", 900}},
		"a free trial, cancelled soon after a change": {october: func(t *testing.T, f firm) {
			f.Microsoft.Edit(f.id, func(s *marketplace.Fetched) { s.FreeTrial = true })
			receive(t, f, f.Microsoft.Tell(f.id, marketplace.Renew))
			f.Clock.Add(time.Hour)
			n := f.Microsoft.ChangePlan(f.id, "business")
			if err := f.Marketplace.Receive(t.Context(), n); err != nil {
				t.Fatal(err)
			}
			f.Microsoft.End(n, marketplace.Conflicted)
			f.Clock.Add(time.Minute)
			gone := f.Microsoft.Unsubscribe(f.id)
			f.Microsoft.Edit(f.id, func(s *marketplace.Fetched) { s.FreeTrial = false }) // is absent
			receive(t, f, gone)
		}, october1: &bill{"team", 0}},
		"cancelled in a term of whose beginning nobody told": {october: func(t *testing.T, f firm) {
			f.Microsoft.Edit(f.id, func(s *marketplace.Fetched) { s.Term.End = at("2026-10-31T00:00:00.000Z") })
			receive(t, f, f.Microsoft.Tell(f.id, marketplace.Renew))
			f.Clock.Set(at("2026-11-01T00:00:00.000Z"))
			_ = f.Microsoft.Renew(f.id)
			f.Clock.Set(at("2026-11-10T00:00:00.000Z"))
			receive(t, f, f.Microsoft.Unsubscribe(f.id))
		}, october1: &bill{"team", 900}, november1: &bill{"team", 900}},
		"cancelled late in the month, of which we hear in the next": {october: func(t *testing.T, f firm) {
			f.Clock.Set(at("2026-10-31T23:50:00.000Z"))
			n := f.Microsoft.Unsubscribe(f.id)
			f.Clock.Set(at("2026-11-01T07:00:00.000Z"))
			receive(t, f, n)
		}, october1: &bill{"team", 900}},
		"a free trial": {october: func(t *testing.T, f firm) {
			f.Microsoft.Edit(f.id, func(s *marketplace.Fetched) { s.FreeTrial = true })
			receive(t, f, f.Microsoft.Tell(f.id, marketplace.Renew))
			f.Clock.Set(at("2026-11-15T00:00:00.000Z"))
			f.Microsoft.Edit(f.id, func(s *marketplace.Fetched) { s.FreeTrial = false })
			receive(t, f, f.Microsoft.Renew(f.id))
		}, october1: &bill{"team", 0}, november1: &bill{"team", 900}},
		"an agreed rate, and a change that Microsoft gives up": {october: func(t *testing.T, f firm) {
			rate := int64(700)
			if _, err := f.Tenants.ChangePlan(t.Context(), "Operator", f.ada.Tenant.Slug, tenant.PlanPatch{RateMinor: &rate}); err != nil {
				t.Fatal(err)
			}
			receive(t, f, f.Microsoft.ChangePlan(f.id, "business"))
			f.Clock.Add(time.Hour)
			f.Microsoft.Edit(f.id, func(s *marketplace.Fetched) { s.PlanID = "team" })
			if err := f.Marketplace.Reconcile(t.Context()); err != nil {
				t.Fatal(err)
			}
		}, october1: &bill{"team", 700}, november1: &bill{"team", 700}},
		"suspended": {october: func(t *testing.T, f firm) { receive(t, f, f.Microsoft.Suspend(f.id)) }, october1: &bill{"team", 900}, november1: &bill{"team", 900}},
		"another plan before it is cancelled": {october: func(t *testing.T, f firm) {
			receive(t, f, f.Microsoft.ChangePlan(f.id, "business"))
			f.Clock.Add(time.Hour)
			receive(t, f, f.Microsoft.Unsubscribe(f.id))
		}, october1: &bill{"business", 1400}},
		"cancelled and bought again": {october: func(t *testing.T, f firm) {
			receive(t, f, f.Microsoft.Unsubscribe(f.id))
			f.Clock.Add(time.Hour)
			f.Buy(t, f.ada, "timetracker", "business", 5)
		}, october1: &bill{"business", 1400}, november1: &bill{"business", 1400}},
		"made internal": {october: func(t *testing.T, f firm) {
			internal := plan.Internal
			if _, err := f.Tenants.ChangePlan(t.Context(), "Operator", f.ada.Tenant.Slug, tenant.PlanPatch{Plan: &internal}); err != nil {
				t.Fatal(err)
			}
		}, october1: &bill{"team", 900}},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFirm(t, "timetracker", "team", 10)
			f.work(t, f.ada, "2026-10-05T08:00:00.000Z", "2026-10-05T09:00:00.000Z")
			f.work(t, f.ada, "2026-11-05T08:00:00.000Z", "2026-11-05T09:00:00.000Z")
			f.Clock.Set(at("2026-10-15T12:00:00.000Z"))
			receive(t, f, f.Microsoft.Renew(f.id))
			test.october(t, f)
			f.Clock.Set(at("2026-12-05T00:00:00.000Z"))
			for month, want := range map[calendar.Month]*bill{october: test.october1, november: test.november1} {
				made := f.bill(t, month)
				switch {
				case want == nil && len(made) > 0:
					t.Errorf("%s was billed: %+v", month, made)
				case want != nil && (len(made) != 1 || made[0].PlanID != want.plan || made[0].TotalMinor != want.rate*int64(made[0].Quantity)):
					t.Errorf("%s was billed as %+v, not %+v", month, made, *want)
				}
			}
		})
	}
	t.Run("a trial before the purchase", func(t *testing.T) {
		f := newFirm(t, "timetracker", "team", 10)
		f.work(t, f.ada, "2026-09-02T08:00:00.000Z", "2026-09-02T09:00:00.000Z")
		f.Clock.Set(at("2026-10-05T00:00:00.000Z"))
		if got := f.bill(t, calendar.Month{Year: 2026, Month: time.August}); len(got) != 0 {
			t.Errorf("August was billed: %+v", got)
		}
		if got := f.billOne(t, september); got.TotalMinor != 9000 {
			t.Errorf("September comes to %d", got.TotalMinor)
		}
	})
	t.Run("flat and metered", func(t *testing.T) {
		for offer, want := range map[[2]string]int64{
			{"timetracker-site", "site"}: 29900, {"timetracker-active", "active"}: 2900 + 2*900, {"timetracker-active", "active-plus"}: 14900,
		} {
			f := newFirm(t, offer[0], offer[1], 0)
			for i := range 7 {
				f.work(t, f.Join(t, f.ada, fmt.Sprintf("person-%d", i)), "2026-10-05T08:00:00.000Z", "2026-10-05T09:00:00.000Z")
			}
			f.Clock.Set(at("2026-11-01T00:00:00.000Z"))
			got := f.billOne(t, october)
			if got.TotalMinor != want || got.People != 7 {
				t.Errorf("%s: %d people come to %d, not %d", offer[1], got.People, got.TotalMinor, want)
			}
			checkStatement(t, got)
		}
	})
}

// checkStatement compares a statement with its record: its lines add up to the total.
func checkStatement(t *testing.T, r billing.Record) {
	t.Helper()
	statement, sum := billing.NewStatement(r), int64(0)
	for _, line := range statement.Lines {
		if line.AmountMinor != int64(line.Quantity)*line.UnitMinor {
			t.Errorf("%s: %d times %d is not %d", line.Text, line.Quantity, line.UnitMinor, line.AmountMinor)
		}
		sum += line.AmountMinor
	}
	if sum != statement.TotalMinor || len(statement.Lines) == 0 {
		t.Errorf("%d lines add up to %d, not %d", len(statement.Lines), sum, statement.TotalMinor)
	}
}

// TestManyRuns bills the same months again and at the same time, on two replicas. There is one record, and no gap in
// the numbers.
func TestManyRuns(t *testing.T) {
	t.Parallel()
	f := newFirm(t, "timetracker", "team", 10)
	const firms = 12
	for range firms - 1 {
		m := f.SignUp(t)
		f.Buy(t, m, "timetracker", "team", 3)
		f.work(t, m, "2026-10-05T08:00:00.000Z", "2026-10-05T09:00:00.000Z")
	}
	f.Clock.Set(at("2026-11-02T00:00:00.000Z"))
	other := billing.NewService(f.Store, f.Clock.Now, domaintest.Seller)
	var runs sync.WaitGroup
	for run := range 20 {
		runs.Go(func() {
			service := f.Billing
			if run%2 == 1 {
				service = other
			}
			o := billing.Options{UnbilledOnly: run%4 < 2}
			if err := errors.Join(service.Bill(t.Context(), september, o), service.Bill(t.Context(), october, o)); err != nil {
				t.Error(err)
			}
		})
	}
	runs.Wait()
	checkNumbers(t, f, 2026, 2*firms)
	if got := f.bill(t, october); len(got) != 0 {
		t.Errorf("a further run makes %d records", len(got))
	}
}

// checkNumbers expects so many statements of a year, numbered from 1 without a gap.
func checkNumbers(t *testing.T, f firm, year, want int) {
	t.Helper()
	n := f.Count(t, "SELECT COUNT(*) FROM billing_records WHERE statement_year = ?", year)
	distinct := f.Count(t, "SELECT COUNT(DISTINCT statement_seq) FROM billing_records WHERE statement_year = ?", year)
	last := f.Count(t, "SELECT COALESCE(MAX(statement_seq), 0) FROM billing_records WHERE statement_year = ?", year)
	if n != want || distinct != want || last != want {
		t.Errorf("%d statements of %d with %d numbers up to %d, not %d", n, year, distinct, last, want)
	}
}

// TestNumbersOfAYear shows that numbers count the statements of the year in which they are made.
func TestNumbersOfAYear(t *testing.T) {
	f := newFirm(t, "timetracker", "team", 10)
	f.Clock.Set(at("2026-12-31T23:59:59.999Z"))
	if got := f.billOne(t, november).Statement.String(); got != "TT-2026-000001" {
		t.Errorf("the last of the year is %s", got)
	}
	f.Clock.Add(time.Millisecond)
	for i, month := range []calendar.Month{november.Next(), october} {
		if got, want := f.billOne(t, month).Statement.String(), fmt.Sprintf("TT-2027-%06d", i+1); got != want {
			t.Errorf("the statement of %s is %s, not %s", month, got, want)
		}
	}
}

func TestOneFailsAndTheOthersAreBilled(t *testing.T) {
	f := newFirm(t, "timetracker", "team", 10)
	for range 3 {
		f.Buy(t, f.SignUp(t), "timetracker", "team", 3)
	}
	f.Clock.Set(at("2026-10-02T00:00:00.000Z"))
	broken := &failing{Store: f.Store, tenant: f.ada.Tenant.ID}
	if err := billing.NewService(broken, f.Clock.Now, domaintest.Seller).Bill(t.Context(), september, billing.Options{}); !errors.Is(err, errCrash) {
		t.Errorf("got %v", err)
	}
	checkNumbers(t, f, 2026, 3)
	stop := errors.New("nobody listens")
	err := f.Billing.Bill(t.Context(), september, billing.Options{Each: func(billing.Line) error { return stop }})
	if !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
	checkNumbers(t, f, 2026, 4)
}

// TestWhoMaySee shows that only super_admins see billing, and only that of their tenant.
func TestWhoMaySee(t *testing.T) {
	f := newFirm(t, "timetracker", "team", 10)
	f.work(t, f.ada, "2026-09-20T08:00:00.000Z", "2026-09-20T09:00:00.000Z")
	f.Clock.Set(at("2026-10-02T00:00:00.000Z"))
	record := f.billOne(t, september)
	eve := f.SignUp(t)
	grace := f.Join(t, f.ada, "Grace")
	for name, call := range map[string]func(m tenant.Member) error{
		"Record": func(m tenant.Member) error { _, err := f.Billing.Record(t.Context(), m, record.ID); return err },
		"Statement": func(m tenant.Member) error {
			_, err := f.Billing.Statement(t.Context(), m, record.Statement.String())
			return err
		},
		"Preview": func(m tenant.Member) error { _, err := f.Billing.Preview(t.Context(), m); return err },
	} {
		if err := call(f.ada); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := call(grace); !errs.Is(err, errs.Forbidden) {
			t.Errorf("%s for a user: %v", name, err)
		}
		if err := call(eve); !errs.Is(err, errs.NotFound) {
			t.Errorf("%s for another tenant: %v", name, err)
		}
	}
	if _, _, err := f.Billing.Records(t.Context(), grace, billing.RecordFilter{}, page.Request{Limit: 10}); !errs.Is(err, errs.Forbidden) {
		t.Errorf("the records for a user: %v", err)
	}
	if got, _, err := f.Billing.Records(t.Context(), eve, billing.RecordFilter{}, page.Request{Limit: 10}); err != nil || len(got) != 0 {
		t.Errorf("another tenant sees %d records: %v", len(got), err)
	}
	if _, err := f.Billing.Statement(t.Context(), f.ada, "TT-2026-1"); !errs.Is(err, errs.NotFound) {
		t.Errorf("a statement that is none: %v", err)
	}
	var seen []string
	for request := (page.Request{Limit: 1}); ; {
		records, next, err := f.Billing.Records(t.Context(), f.ada, billing.RecordFilter{}, request)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range records {
			seen = append(seen, string(r.Kind))
		}
		if request.After = next; next == (page.Position{}) {
			break
		}
	}
	if diff := cmp.Diff([]string{"monthly", "lifecycle", "lifecycle"}, seen); diff != "" {
		t.Error(diff)
	}
}

// TestPreviewIsTheBill shows that the running month is billed as its preview says.
func TestPreviewIsTheBill(t *testing.T) {
	f := newFirm(t, "timetracker", "team", 10)
	for _, name := range []string{"Zoe", "bob", "Carol", "alice"} {
		f.work(t, f.Join(t, f.ada, name), "2026-10-05T08:00:00.000Z", "2026-10-05T09:00:00.000Z")
	}
	f.Clock.Set(at("2026-10-31T00:00:00.000Z"))
	preview, err := f.Billing.Preview(t.Context(), f.ada)
	if err != nil {
		t.Fatal(err)
	}
	if got := names(preview.Active); got != "alice bob Carol Zoe" {
		t.Errorf("the people are %s", got)
	}
	f.Clock.Set(at("2026-11-01T00:00:00.000Z"))
	bill := f.billOne(t, october)
	bill.ID, bill.At, bill.Statement = ids.BillingRecord{}, time.Time{}, billing.StatementNumber{}
	if diff := cmp.Diff(bill, preview); diff != "" {
		t.Error(diff)
	}
}

func TestMonth(t *testing.T) {
	for text, want := range map[string]string{
		"2026-10": "2026-10", "2026-1": "", "2026-13": "", "1999-12": "", "9999-01": "", "": "", "2026-10-01": "", "x2026-10": "",
	} {
		got, err := calendar.ParseMonth(text)
		if (err != nil) != (want == "") || (err == nil && got.String() != want) {
			t.Errorf("%q is %s: %v", text, got, err)
		}
	}
	if got := november.Next().Next(); got.String() != "2027-01" || got.Previous() != november.Next() {
		t.Errorf("after December comes %s", got)
	}
	if got := calendar.MonthOf(time.Date(2026, 11, 1, 8, 0, 0, 0, time.FixedZone("", 14*3600))); got != october {
		t.Errorf("the month in UTC is %s", got)
	}
}

func FuzzStatementNumber(f *testing.F) {
	for _, text := range []string{"TT-2026-000001", "TT-2026-1234567", "TT-2026-000000", "TT-+026-000001", "TT-2026-1", "", "TT-2026-000001 "} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if n, ok := billing.ParseStatementNumber(text); (ok && (n.String() != text || n.Seq < 1)) || (!ok && n != (billing.StatementNumber{})) {
			t.Errorf("%q is %+v, %t", text, n, ok)
		}
	})
}

func sorted(people map[string]bool) string {
	var all []string
	for name, active := range people {
		if active {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}
