package httpapi_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/google/go-cmp/cmp"

	"timetracker/api"
	"timetracker/internal/billing"
	"timetracker/internal/calendar"
	"timetracker/internal/domaintest"
	"timetracker/internal/httpapi"
	"timetracker/internal/ids"
	"timetracker/internal/page"
)

func init() {
	// The library that checks answers against the contract can't read PDF.
	openapi3filter.RegisterBodyDecoder("application/pdf", openapi3filter.FileBodyDecoder)
	openapi3filter.RegisterBodyDecoder("text/csv", openapi3filter.FileBodyDecoder) // whatever separates its cells
}

// keepRecord stores a billing record of the tenant with the next statement number, without the rules.
func (r *rig) keepRecord(id string, record billing.Record) billing.Record {
	r.t.Helper()
	owner := ids.MustParse[ids.Tenant](id)
	subscription, ok, err := r.store.TenantSubscription(r.t.Context(), owner)
	if err != nil || !ok {
		r.t.Fatalf("subscription: %t, %v", ok, err)
	}
	record.ID, record.At = ids.New[ids.BillingRecord](), r.clock.now()
	record.SubscriptionID, record.PlanID, record.Currency = subscription.ID, "team", "USD"
	err = r.store.Tx(r.t.Context(), owner, func(ctx context.Context) error {
		if _, err := r.store.LockTenant(ctx, owner); err != nil {
			return err
		}
		if record.Statement, err = r.store.NextStatement(ctx, owner, record.At.Year()); err != nil {
			return err
		}
		return r.store.InsertRecord(ctx, owner, record)
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return record
}

// bill runs a month's billing.
func (r *rig) bill(month calendar.Month) {
	r.t.Helper()
	if err := r.bills.Bill(r.t.Context(), month, billing.Options{}); err != nil {
		r.t.Fatal(err)
	}
}

// billed is Contoso with the team plan, with its November billed and adjusted. grace's only entry was voided late.
func billed(t *testing.T) *rig {
	r := newRig(t)
	r.signUp()
	r.take(ada, team(20))
	r.enter(grace)
	r.record(ada, "101", time.Hour)
	graces := r.record(grace, "102", time.Hour)
	r.clock.advance(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC).Sub(r.clock.now()))
	november := calendar.Month{Year: 2026, Month: time.November}
	r.bill(november)
	r.clock.advance(time.Hour)
	as[api.TimeEntry](t, r.do(call{
		as: ada, method: "DELETE", path: "/api/v1/time-entries/" + graces.Id + "?reason=Wrong+item",
		headers: map[string]string{"If-Match": graces.Etag},
	}), 200)
	r.bill(november)
	return r
}

func (r *rig) records(query string) []api.BillingRecord {
	r.t.Helper()
	return as[api.BillingRecordPage](r.t, r.do(call{as: ada, path: "/api/v1/billing-records" + query}), 200).Data
}

func TestBillingRecords(t *testing.T) {
	r := billed(t)
	all := r.records("")
	var kinds []string
	for _, record := range all {
		kinds = append(kinds, string(record.Kind))
		if (record.Lifecycle != nil) != (record.Kind == api.Lifecycle) || (record.Month == nil) != (record.Kind == api.Lifecycle) {
			t.Errorf("%s has %+v and %+v", record.Kind, record.Lifecycle, record.Month)
		}
	}
	if diff := cmp.Diff([]string{"adjustment", "monthly"}, kinds[:2]); diff != "" {
		t.Fatalf("kinds (-want +got):\n%s", diff)
	}
	model, seats := api.PricingModelSeats, 20
	month := api.BilledMonth{
		Month: "2026-11", Customer: "Contoso", Model: &model, Seats: &seats, People: 2, Billed: 20, RateMinor: 900, TotalMinor: 18_000,
		ChargeKnown: true, Currency: "USD",
		Statement: "TT-2026-000001",
	}
	if diff := cmp.Diff(month, *all[1].Month); diff != "" {
		t.Errorf("monthly (-want +got):\n%s", diff)
	}
	adjusted := month
	adjusted.People, adjusted.Billed, adjusted.TotalMinor, adjusted.Statement = -1, 0, 0, "TT-2026-000002"
	if diff := cmp.Diff(adjusted, *all[0].Month); diff != "" {
		t.Errorf("adjustment (-want +got):\n%s", diff)
	}
	event := all[len(all)-1].Lifecycle
	if event.OperationId != nil || event.Quantity == nil || *event.Quantity != 20 || event.People != 1 {
		t.Errorf("event %+v", event)
	}

	for query, want := range map[string]int{
		"?kind=monthly": 1, "?kind=adjustment": 1, "?kind=lifecycle": len(all) - 2,
		"?from=2026-12-01T00:00:00Z": 2, "?to=2026-12-01T00:00:00Z": len(all) - 2,
		"?from=2026-12-01T00:00:00Z&to=2026-12-01T01:00:00Z": 1,
	} {
		if got := r.records(query); len(got) != want {
			t.Errorf("%s: %d records, want %d", query, len(got), want)
		}
	}
	var walked []api.BillingRecord
	query := "?limit=1"
	for range len(all) {
		part := as[api.BillingRecordPage](t, r.do(call{as: ada, path: "/api/v1/billing-records" + query}), 200)
		walked = append(walked, part.Data...)
		if part.Page.NextCursor != nil {
			query = "?limit=1&cursor=" + *part.Page.NextCursor
		}
	}
	if diff := cmp.Diff(all, walked); diff != "" {
		t.Errorf("page by page (-all +walked):\n%s", diff)
	}

	one := as[api.BillingRecord](t, r.do(call{as: ada, path: "/api/v1/billing-records/" + all[0].Id}), 200)
	if len(*one.Month.Active) != 0 || len(*one.Month.Inactive) != 1 || (*one.Month.Inactive)[0].Email != grace {
		t.Errorf("adjustment: %+v", one.Month)
	}
	lifecycle := as[api.BillingRecord](t, r.do(call{as: ada, path: "/api/v1/billing-records/" + all[2].Id}), 200)
	if diff := cmp.Diff(all[2], lifecycle); diff != "" {
		t.Errorf("lifecycle (-list +alone):\n%s", diff)
	}
	problem(t, r.do(call{as: grace, path: "/api/v1/billing-records"}), 403, "role_required")
	problem(t, r.do(call{as: grace, path: "/api/v1/billing-records?format=csv"}), 403, "role_required")
}

func TestBillingFiles(t *testing.T) {
	r := billed(t)
	me := as[api.Me](t, r.do(call{as: ada, path: "/api/v1/me"}), 200)
	r.keepRecord(me.Tenant.Id, billing.Record{
		Kind: billing.Monthly, Month: calendar.Month{Year: 2026, Month: time.October}, Customer: `=HYPERLINK("x")`, People: 2,
		Active: []billing.Person{{ID: ids.User{1}, Email: "+a@contoso.example"}, {ID: ids.User{2}, Email: "=b@contoso.example"}},
	})
	rows := r.table(ada, "/api/v1/billing-records?format=csv&limit=1")
	if len(rows) != len(r.records(""))+1 {
		t.Errorf("%d rows for %d records", len(rows), len(r.records("")))
	}
	cells := func(row []string) map[string]string {
		named := map[string]string{}
		for i, name := range rows[0] {
			named[name] = row[i]
		}
		return named
	}
	for name, want := range map[string]string{
		"customer": `'=HYPERLINK("x")`, "active": "'+a@contoso.example; '=b@contoso.example", "inactive": "", "month": "2026-10",
	} {
		if got := cells(rows[1])[name]; got != want {
			t.Errorf("October's %s is %s, want %s", name, got, want)
		}
	}
	for name, want := range map[string]string{
		"kind": "adjustment", "month": "2026-11", "people": "-1", "billed": "0", "included": "0", "rate_minor": "900",
		"base_minor": "0", "total_minor": "0", "charge_known": "true", "currency": "USD", "statement": "TT-2026-000002", "active": "",
		"inactive": grace, "event": "", "status": "", "quantity": "20", "plan_title": "Team", "model": "seats", "free_trial": "false",
	} {
		if got := cells(rows[2])[name]; got != want {
			t.Errorf("the adjustment's %s is %s, want %s", name, got, want)
		}
	}
	last := cells(rows[len(rows)-1])
	if last["kind"] != "lifecycle" || last["event"] == "" || last["quantity"] != "20" || last["total_minor"] != "" || last["people"] != "1" {
		t.Errorf("the first event is %v", last)
	}
	for i, want := range []struct {
		rows [][]string
		file string
	}{
		{[][]string{{"01000000-0000-0000-0000-000000000000", "'+a@contoso.example", "active", "'+a@contoso.example"}, {"02000000-0000-0000-0000-000000000000", "'=b@contoso.example", "active", "'=b@contoso.example"}}, "TT-2026-000003"},
		{[][]string{{"", grace, "inactive", grace}}, "TT-2026-000002"},
		{[][]string{{"", ada, "active", ada}, {"", grace, "active", grace}}, "TT-2026-000001"},
		{nil, ""},
	} {
		record := r.records("")[i]
		path := "/api/v1/billing-records/" + record.Id
		got := r.table(ada, path+"?format=csv")
		for n, row := range got[1:] {
			if want.rows[n][0] == "" {
				row[0] = ""
			}
		}
		if diff := cmp.Diff(append([][]string{{"user_id", "email", "activity", "label"}}, want.rows...), got); diff != "" {
			t.Errorf("people of %s (-want +got):\n%s", record.Kind, diff)
		}
		name := want.file
		if name == "" {
			name = record.Id
		}
		answer := r.do(call{as: ada, path: path, headers: map[string]string{"Accept": "text/csv"}})
		if file := answer.header.Get("Content-Disposition"); file != `attachment; filename="people-`+name+`.csv"` {
			t.Errorf("saved as %s", file)
		}
	}
}

func TestPreview(t *testing.T) {
	r := newRig(t)
	r.signUp()
	preview := call{as: ada, path: "/api/v1/billing-preview"}
	problem(t, r.do(preview), 404, "not_billed")
	r.take(ada, team(20))
	r.record(ada, "101", time.Minute)
	got := as[api.BillingPreview](t, r.do(preview), 200)
	model, seats := api.PricingModelSeats, 20
	want := api.BillingPreview{Month: "2026-11", Model: &model, Seats: &seats, People: 1, Billed: 20, RateMinor: 900, TotalMinor: 18_000, ChargeKnown: true, Currency: "USD"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("preview (-want +got):\n%s", diff)
	}
	if records := r.records("?kind=monthly"); len(records) != 0 {
		t.Errorf("it was written: %+v", records)
	}
}

func TestStatements(t *testing.T) {
	r := billed(t)
	const path = "/api/v1/statements/TT-2026-000002"
	got := as[api.Statement](t, r.do(call{as: ada, path: path}), 200)
	title, model, seats := "Team", api.PricingModelSeats, 20
	want := api.Statement{
		Number: "TT-2026-000002", IssuedAt: api.Timestamp{Time: r.clock.now()}, Customer: "Contoso", Month: "2026-11", Adjustment: true,
		Seller:         api.Seller{Name: domaintest.Seller.Name, Address: domaintest.Seller.Address, TaxId: &domaintest.Seller.TaxID},
		SubscriptionId: got.SubscriptionId, PlanId: "team", PlanTitle: &title, Model: &model, Seats: &seats, People: -1, Active: []api.BilledPerson{},
		Inactive:   []api.BilledPerson{{UserId: got.Inactive[0].UserId, Email: grace, Label: grace}},
		Lines:      []api.StatementLine{{Text: "Seats", Quantity: 0, UnitMinor: 900, AmountMinor: 0}},
		TotalMinor: 0, ChargeKnown: true, Currency: "USD",
		Note: "Microsoft charges the seats that were bought, whoever works. The people counted show their use. Microsoft " +
			"charges by the subscription's own period, which may differ from the calendar month.",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("statement (-want +got):\n%s", diff)
	}

	pdf := r.do(call{as: ada, path: path + "?format=pdf"})
	for name, want := range map[string]string{
		"Content-Type": "application/pdf", "Content-Disposition": `attachment; filename="TT-2026-000002.pdf"`, "Vary": "Accept",
		"Cache-Control": "no-store",
	} {
		if value := pdf.header.Get(name); value != want {
			t.Errorf("%s is %q, want %q", name, value, want)
		}
	}
	if pdf.status != 200 || !strings.HasPrefix(pdf.body, "%PDF-") {
		t.Fatalf("%d, begins with %.20q", pdf.status, pdf.body)
	}
	for accept, want := range map[string]string{
		"application/pdf": pdf.body, "application/json;q=0.5, application/pdf": pdf.body, "*/*": "", "application/json": "", "": "",
	} {
		answer := r.do(call{as: ada, path: path, headers: map[string]string{"Accept": accept}})
		if isPDF := answer.header.Get("Content-Type") == "application/pdf"; isPDF != (want != "") || (isPDF && answer.body != want) {
			t.Errorf("%q: %d %s, %d bytes", accept, answer.status, answer.header.Get("Content-Type"), len(answer.body))
		}
	}
	asked := r.do(call{as: ada, path: path + "?format=json", headers: map[string]string{"Accept": "application/pdf"}})
	as[api.Statement](t, asked, 200)
	problem(t, r.do(call{as: ada, path: path, headers: map[string]string{"Accept": "text/csv"}}), 406, "not_acceptable")
	problem(t, r.do(call{as: ada, path: "/api/v1/statements/TT-2026-000009?format=pdf"}), 404, "statement_not_found")
	problem(t, r.do(call{as: ada, path: "/api/v1/statements/TT-2026-0000001"}), 404, "statement_not_found") // not how it is written
	problem(t, r.do(call{as: grace, path: path + "?format=pdf"}), 403, "role_required")
}

// manyRecords is a store with more billing records than a file takes.
type manyRecords struct {
	billing.Store
	longest *int // page
}

func (m manyRecords) Records(_ context.Context, _ ids.Tenant, _ billing.RecordFilter, request page.Request) ([]billing.Record, error) {
	*m.longest = max(*m.longest, request.Limit)
	records := make([]billing.Record, request.Limit)
	for i := range records {
		records[i] = billing.Record{
			ID: ids.BillingRecord{1}, Kind: billing.Lifecycle, At: request.After.At.Add(time.Millisecond), SubscriptionID: ids.Subscription{1},
		}
	}
	return records, nil
}

func TestManyBillingRecordsAreReadInSmallParts(t *testing.T) {
	longest := 0
	r := newRig(t, func(c *httpapi.Config) {
		c.Billing = billing.NewService(manyRecords{longest: &longest}, c.Now, billing.Seller{})
	})
	r.signUp()
	if rows := r.table(ada, "/api/v1/billing-records?format=csv"); len(rows) != 100_001 || longest > 50 {
		t.Errorf("%d rows, up to %d at once", len(rows), longest)
	}
}
