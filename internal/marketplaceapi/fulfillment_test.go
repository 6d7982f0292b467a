package marketplaceapi

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/marketplace"
	"timetracker/internal/sandbox"
	sandboxmarketplace "timetracker/internal/sandbox/marketplace"
)

var (
	ada = marketplace.Party{
		DirectoryID: ids.MustParse[ids.Directory](sandbox.ContosoDirectoryID), ObjectID: ids.MustParse[ids.Object]("a1c07b52-3e9d-4f68-8b21-5d90e4a7c301"), Email: "ada@contoso.example",
	}
	frances = marketplace.Party{
		DirectoryID: ids.MustParse[ids.Directory](sandbox.FabrikamDirectoryID), ObjectID: ids.MustParse[ids.Object]("d48e2f17-a560-4b93-9c7e-01b6f3d8a501"),
		Email: "frances@fabrikam.example",
	}
)

func TestResolve(t *testing.T) {
	m := newMicrosoft(t)
	id := m.buy(t, teamOf5)
	got, err := m.Resolve(t.Context(), m.landingToken(t, id))
	must(t, err)
	want := marketplace.Fetched{
		ID: id, Name: "TimeTracker", OfferID: "timetracker", PlanID: "team", Quantity: 5, Status: marketplace.Pending,
		Beneficiary: ada, Purchaser: ada, Term: marketplace.Term{Unit: "P1M"}, AutoRenew: true,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestResolveRefusesTheToken(t *testing.T) {
	m := newMicrosoft(t)
	good := m.landingToken(t, m.buy(t, teamOf5))
	for name, token := range map[string]string{
		"none":                 "",
		"a blank for a plus":   strings.ReplaceAll(good, "+", " "),
		"cut off":              good[:len(good)-4],
		"still escaped":        strings.ReplaceAll(good, "+", "%2B"),
		"two lines":            good + "\r\nX-Injected: 1",
		"not of this alphabet": good + "é",
		"endless":              strings.Repeat("A", 1<<20),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := m.Resolve(t.Context(), token)
			wantCode(t, err, errs.RuleBroken, "marketplace_token_invalid")
			if err != nil && token != "" && strings.Contains(err.Error(), token) {
				t.Errorf("the error holds the token: %v", err)
			}
		})
	}
	m.offset.Store(int64(25 * time.Hour))
	fresh := m.newClient(t, Config{Secret: sandbox.MarketplaceClientSecret}) // the other client's bearer token has ended as well
	_, err := fresh.Resolve(t.Context(), good)
	wantCode(t, err, errs.RuleBroken, "marketplace_token_invalid")
}

// TestSubscription reads every form of a subscription that was seen.
func TestSubscription(t *testing.T) {
	quirks := map[string]func(*sandboxmarketplace.Settings){
		"as documented":     func(s *sandboxmarketplace.Settings) { s.TermUnitOnly, s.LongTimestamps = false, false },
		"quantity as text":  func(s *sandboxmarketplace.Settings) { s.QuantityAsText = true },
		"padded statuses":   func(s *sandboxmarketplace.Settings) { s.PaddedStatuses = true },
		"undocumented ones": func(s *sandboxmarketplace.Settings) { s.ExtraFields = true },
	}
	for name, quirk := range quirks {
		t.Run(name, func(t *testing.T) {
			m := newMicrosoft(t)
			m.configure(t, quirk)
			today := m.now().UTC().Truncate(24 * time.Hour)
			fromPartner := teamOf5
			fromPartner.Purchaser, fromPartner.Beneficiary = "frances@fabrikam.example", "ada@contoso.example"
			suspended, cancelled := m.begin(t, active), m.begin(t, teamOf5)
			must(t, m.market.Suspend(suspended.String()))
			must(t, m.market.Cancel(cancelled.String()))
			base := marketplace.Fetched{
				Name: "TimeTracker", OfferID: "timetracker", PlanID: "team", Quantity: 5, Status: marketplace.Subscribed,
				Beneficiary: ada, Purchaser: ada, AutoRenew: true, Term: marketplace.Term{Unit: "P1M", Start: today},
			}
			tests := []struct {
				id   ids.Subscription
				want func(*marketplace.Fetched)
			}{
				{m.begin(t, teamOf5), func(*marketplace.Fetched) {}},
				{m.buy(t, teamOf5), func(f *marketplace.Fetched) { f.Status = marketplace.Pending }},
				{m.begin(t, site), func(f *marketplace.Fetched) {
					f.Name, f.OfferID, f.PlanID, f.Quantity = "TimeTracker Site", "timetracker-site", "site", 0
				}},
				{m.begin(t, fromPartner), func(f *marketplace.Fetched) { f.Purchaser, f.ReadOnly = frances, true }},
				{suspended, func(f *marketplace.Fetched) {
					f.Name, f.OfferID, f.PlanID, f.Quantity = "TimeTracker Active Users", "timetracker-active", "active", 0
					f.Status = marketplace.Suspended
				}},
				{cancelled, func(f *marketplace.Fetched) { f.Status = marketplace.Cancelled }},
			}
			for _, test := range tests {
				want := base
				want.ID = test.id
				test.want(&want)
				got, err := m.Subscription(t.Context(), test.id)
				must(t, err)
				if !got.Term.Start.IsZero() && !got.Term.End.After(got.Term.Start) {
					t.Errorf("the term ends at %s", got.Term.End)
				}
				if got.Term.Start.IsZero() && got.Status != marketplace.Pending && got.Status != marketplace.Cancelled {
					t.Errorf("a %s one has no term", got.Status)
				}
				got.Term.Start, got.Term.End = today, time.Time{}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			}
		})
	}
	m := newMicrosoft(t)
	_, err := m.Subscription(t.Context(), ids.New[ids.Subscription]())
	wantCode(t, err, errs.NotFound, "subscription_unknown")
}

func TestActivate(t *testing.T) {
	m := newMicrosoft(t)
	pending, suspended, cancelled := m.buy(t, teamOf5), m.begin(t, teamOf5), m.begin(t, teamOf5)
	must(t, m.market.Suspend(suspended.String()))
	must(t, m.market.Cancel(cancelled.String()))
	must(t, m.Activate(t.Context(), pending, "team"))
	got, err := m.Subscription(t.Context(), pending)
	must(t, err)
	if got.Status != marketplace.Subscribed {
		t.Errorf("the subscription is %s", got.Status)
	}
	for name, id := range map[string]ids.Subscription{
		"suspended": suspended, "cancelled": cancelled, "unknown": ids.New[ids.Subscription](),
	} {
		t.Run(name, func(t *testing.T) {
			wantCode(t, m.Activate(t.Context(), id, "team"), errs.Conflict, "not_activatable")
		})
	}
	wantCode(t, m.Activate(t.Context(), m.buy(t, teamOf5), "business"), errs.Conflict, "not_activatable")
}

func TestSubscriptions(t *testing.T) {
	m := newMicrosoft(t)
	all := func() (found []ids.Subscription) {
		for fetched, err := range m.Subscriptions(t.Context()) {
			must(t, err)
			found = append(found, fetched.ID)
		}
		return found
	}
	if got := all(); len(got) != 0 {
		t.Errorf("an empty list has %d", len(got))
	}
	m.configure(t, func(s *sandboxmarketplace.Settings) { s.PageSize = 2 })
	var want []ids.Subscription
	for range 7 {
		want = append(want, m.buy(t, teamOf5))
	}
	before := m.calls.Load()
	if diff := cmp.Diff(want, all()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if n := m.calls.Load() - before; n != 4 {
		t.Errorf("%d calls for 4 pages", n)
	}
	before = m.calls.Load()
	for _, err := range m.Subscriptions(t.Context()) {
		must(t, err)
		break
	}
	if n := m.calls.Load() - before; n != 1 {
		t.Errorf("%d calls for the first subscription", n)
	}
}

// TestOddSubscriptions shows that a subscription that can't be understood does not hide the others.
func TestOddSubscriptions(t *testing.T) {
	m := newMicrosoft(t)
	before, after, odd := someSubscription.String(), "0be4c1f2-6d3a-4c59-8e70-9a1f5d27b384", someOperation
	good := func(id string) string {
		return `{"id":"` + id + `","offerId":"o","planId":"p","quantity":5.0,"saasSubscriptionStatus":"Subscribed"}`
	}
	with := func(members string) string { return `{"id":"` + odd + `",` + members + `}` }
	for name, test := range map[string]struct {
		entry string
		want  marketplace.Fetched
		bad   bool
	}{
		"cancelled, with nothing else left": {
			with(`"offerId":"","planId":"","quantity":"","saasSubscriptionStatus":"Unsubscribed",` +
				`"beneficiary":{"tenantId":""},"term":{"startDate":"0001-01-01T00:00:00","endDate":"","termUnit":"P1M"}`),
			marketplace.Fetched{
				ID: ids.MustParse[ids.Subscription](odd), Status: marketplace.Cancelled, Term: marketplace.Term{Unit: "P1M"}, ReadOnly: true,
			}, false,
		},
		"in force, without a plan": {
			with(`"offerId":"o","planId":"","saasSubscriptionStatus":"Subscribed"`), marketplace.Fetched{ID: ids.MustParse[ids.Subscription](odd)}, true,
		},
		"half a seat": {
			with(`"offerId":"o","planId":"p","quantity":0.5,"saasSubscriptionStatus":"Subscribed"`),
			marketplace.Fetched{ID: ids.MustParse[ids.Subscription](odd)}, true,
		},
		"an odd time": {
			with(`"offerId":"o","planId":"p","saasSubscriptionStatus":"Subscribed","term":{"startDate":"soon"}`),
			marketplace.Fetched{ID: ids.MustParse[ids.Subscription](odd)}, true,
		},
		"a member of another type": {
			with(`"offerId":"o","planId":"p","saasSubscriptionStatus":"Subscribed","autoRenew":"yes"`),
			marketplace.Fetched{ID: ids.MustParse[ids.Subscription](odd)}, true,
		},
		"an id that is none": {`{"id":"x"}`, marketplace.Fetched{}, true},
		"a number":           {`17`, marketplace.Fetched{}, true},
		"null":               {`null`, marketplace.Fetched{}, true},
	} {
		t.Run(name, func(t *testing.T) {
			m.respond(func(w http.ResponseWriter, r *http.Request) {
				page := `{"subscriptions":[` + good(before) + `,` + test.entry + `],"@nextLink":"https://x.example/?continuationToken=2"}`
				if r.URL.Query().Has("continuationToken") {
					page = `{"subscriptions":[` + good(after) + `]}`
				}
				_, _ = io.WriteString(w, page)
			})
			var found []string
			for fetched, err := range m.Subscriptions(t.Context()) {
				found = append(found, fetched.ID.String())
				if len(found) != 2 {
					must(t, err)
					continue
				}
				if test.bad != errors.Is(err, marketplace.ErrUnreadable) || (!test.bad && err != nil) {
					t.Errorf("got %v", err)
				}
				if diff := cmp.Diff(test.want, fetched); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			}
			if diff := cmp.Diff([]string{before, test.want.ID.String(), after}, found); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestOperation(t *testing.T) {
	m := newMicrosoft(t)
	m.configure(t, func(s *sandboxmarketplace.Settings) {
		s.QuantityAsText, s.PaddedStatuses, s.ExtraFields = true, true, true
	})
	id := m.begin(t, teamOf5)
	operationID, err := m.market.ChangeQuantity(id.String(), 8)
	must(t, err)
	got, err := m.Operation(t.Context(), id, ids.MustParse[ids.Operation](operationID))
	must(t, err)
	want := marketplace.Operation{
		ID: ids.MustParse[ids.Operation](operationID), SubscriptionID: id, Action: marketplace.ChangeQuantity, PlanID: "team", Quantity: 8,
		Status: marketplace.InProgress, At: m.now().UTC(),
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateApproxTime(time.Minute)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got.At.Truncate(100*time.Nanosecond) != got.At || got.At.Location() != time.UTC {
		t.Errorf("at is %s", got.At)
	}
	_, err = m.Operation(t.Context(), m.begin(t, teamOf5), ids.MustParse[ids.Operation](operationID))
	wantCode(t, err, errs.NotFound, "operation_unknown") // of another subscription
	m.configure(t, func(s *sandboxmarketplace.Settings) { s.OperationMissingFor = 3 })
	_, err = m.Operation(t.Context(), id, ids.MustParse[ids.Operation](operationID))
	wantCode(t, err, errs.NotFound, "operation_unknown")
	m.configure(t, func(s *sandboxmarketplace.Settings) { s.MissingOperationIs400 = true })
	_, err = m.Operation(t.Context(), id, ids.MustParse[ids.Operation](operationID))
	wantCode(t, err, errs.NotFound, "operation_unknown")
}

func TestAcknowledge(t *testing.T) {
	m := newMicrosoft(t)
	id := m.begin(t, teamOf5)
	m.market.Deliver(t.Context()) // no webhook is listening, so the events wait
	older, err := m.market.ChangeQuantity(id.String(), 8)
	must(t, err)
	must(t, m.Acknowledge(t.Context(), id, ids.MustParse[ids.Operation](older)))
	got, err := m.Subscription(t.Context(), id)
	must(t, err)
	if got.Quantity != 8 {
		t.Errorf("the quantity is %d after the change was accepted", got.Quantity)
	}
	m.offset.Store(int64(time.Second))
	newer, err := m.market.ChangePlan(id.String(), "business")
	must(t, err)
	must(t, m.Acknowledge(t.Context(), id, ids.MustParse[ids.Operation](newer)))
	wantCode(t, m.Acknowledge(t.Context(), id, ids.MustParse[ids.Operation](older)), errs.Conflict, "operation_superseded")
	unknown := uuid.NewString()
	wantCode(t, m.Acknowledge(t.Context(), id, ids.MustParse[ids.Operation](unknown)), errs.NotFound, "operation_unknown")
	m.configure(t, func(s *sandboxmarketplace.Settings) { s.MissingOperationIs400 = true })
	wantCode(t, m.Acknowledge(t.Context(), id, ids.MustParse[ids.Operation](unknown)), errs.Malformed, "operation_refused")
	m.answer(500, `{"code":"InternalServerError"}`) // as for operations that the publisher has started
	wantUnavailable(t, m.Acknowledge(t.Context(), id, ids.MustParse[ids.Operation](newer)))
}
