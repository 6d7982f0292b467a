package marketplace_test

import (
	"cmp"
	"errors"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"timetracker/internal/alert"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/marketplace"
	"timetracker/internal/plan"
	"timetracker/internal/tenant"
)

// The table of docs/subscription-states.md is the test. Every row is played, and every combination has one row.

var (
	noon      = time.Date(2026, time.November, 20, 12, 0, 0, 0, time.UTC)
	minuteAgo = noon.Add(-time.Minute)
	hourAgo   = noon.Add(-time.Hour)
	longAgo   = noon.Add(-48 * time.Hour)
	yesterday = noon.Add(-24 * time.Hour)
)

// states are the stored states, by the names of the table.
var states = map[string]func() marketplace.Current{
	"new":     unheard,
	"free":    func() marketplace.Current { return marketplace.Current{Subscription: stored(marketplace.Subscribed)} },
	"found":   func() marketplace.Current { return withTenant(stored(marketplace.Subscribed)) },
	"pending": func() marketplace.Current { return bound(marketplace.Pending) },
	"subscribed": func() marketplace.Current {
		return bound(marketplace.Subscribed)
	},
	"changing": func() marketplace.Current {
		c := bound(marketplace.Subscribed)
		c.Subscription.Quantity, c.Subscription.Sync.QuantityChanged = 12, true
		c.Subscription.Sync.OperationAt, c.Subscription.Sync.ChangedAt, c.Subscription.Sync.AwaitedAt = minuteAgo, minuteAgo, minuteAgo
		return c
	},
	"suspended": func() marketplace.Current { return bound(marketplace.Suspended) },
	"cancelled": func() marketplace.Current { return bound(marketplace.Cancelled) },
	"foreign new": func() marketplace.Current {
		c := unheard()
		c.Obstacle = errForeign
		return c
	},
	"foreign": func() marketplace.Current {
		c := marketplace.Current{Subscription: stored(marketplace.Subscribed), Obstacle: errForeign}
		c.Subscription.OfferID, c.Subscription.Obstacle = "photo-editor", errForeign.Code
		return c
	},
}

// unheard is a subscription that is not stored.
func unheard() marketplace.Current {
	return marketplace.Current{Subscription: marketplace.Subscription{
		ID: someSubscription, Status: marketplace.Pending, CreatedAt: noon,
	}}
}

// errForeign is why nobody gets a subscription of another product.
var errForeign = errs.New(errs.Conflict, "offer_foreign", "This is another product.")

var (
	someSubscription = ids.New[ids.Subscription]()
	someDirectory    = ids.New[ids.Directory]()
	buyerTenant      = tenant.Tenant{ID: ids.New[ids.Tenant](), Plan: plan.Trial, Status: tenant.Active, Currency: "USD", Revision: 1}
)

// stored is a subscription of ten seats without a tenant that has been in its status for a day.
func stored(status marketplace.Status) marketplace.Subscription {
	s := marketplace.Subscription{
		ID: someSubscription, OfferID: "timetracker", PlanID: "team", Quantity: 10, Status: status, BeneficiaryDirectory: someDirectory,
		PurchaserDirectory: someDirectory, Term: marketplace.Term{Start: longAgo, End: longAgo.AddDate(0, 1, 0), Unit: "P1M"},
		AutoRenew: true, CreatedAt: longAgo, Revision: 3,
		Sync: marketplace.Sync{OperationAt: longAgo, ChangedAt: longAgo, AwaitedAt: longAgo},
	}
	switch status {
	case marketplace.Pending:
		s.Term = marketplace.Term{Unit: "P1M"}
		s.Sync = marketplace.Sync{ActivatedAt: hourAgo, AwaitedAt: minuteAgo}
	case marketplace.Suspended, marketplace.Cancelled:
		s.EndedAt = yesterday
	case marketplace.Subscribed:
	}
	return s
}

// withTenant is a subscription and the tenant that has it or gets it, with eight people.
func withTenant(s marketplace.Subscription) marketplace.Current {
	return marketplace.Current{Subscription: s, Tenant: buyerTenant, People: 8}
}

// bound is a subscription of a tenant.
func bound(status marketplace.Status) marketplace.Current {
	s := stored(status)
	s.TenantID = buyerTenant.ID
	if status == marketplace.Pending {
		return withTenant(s)
	}
	s.UsersAtPurchase = 8
	c := withTenant(s)
	c.Tenant.Plan, c.Tenant.PaidSeats, c.Tenant.RateMinor = plan.Paid, 10, 900
	c.Tenant.Status = statusOf[status]
	return c
}

// told is an event of a webhook.
func told(kind marketplace.EventKind, action marketplace.Action, at time.Time) marketplace.Event {
	return marketplace.Event{Kind: kind, Notification: marketplace.Notification{
		OperationID: ids.New[ids.Operation](), SubscriptionID: someSubscription, Action: action, At: at,
	}}
}

// wanted is a request for a plan with a number of seats.
func wanted(action marketplace.Action, planID string, quantity int, at time.Time) marketplace.Event {
	e := told(marketplace.Request, action, at)
	e.Operation = marketplace.Operation{
		ID: e.OperationID, SubscriptionID: someSubscription, Action: action, PlanID: planID, Quantity: quantity,
		Status: marketplace.InProgress, At: at,
	}
	return e
}

// events are what happens, by the names of the table.
var events = map[string][]marketplace.Event{
	"Subscribe":                   {told(marketplace.Notice, marketplace.Subscribe, noon)},
	"Renew":                       {told(marketplace.Notice, marketplace.Renew, noon)},
	"Suspend":                     {told(marketplace.Notice, marketplace.Suspend, noon)},
	"Unsubscribe":                 {told(marketplace.Notice, marketplace.Unsubscribe, noon)},
	"earlier Unsubscribe":         {told(marketplace.Notice, marketplace.Unsubscribe, noon.Add(-30*time.Hour))},
	"Reinstate":                   {told(marketplace.Notice, marketplace.Reinstate, noon)},
	"unknown action":              {told(marketplace.Notice, "Transfer", noon)},
	"ChangePlan wanted":           {wanted(marketplace.ChangePlan, "business", 10, noon)},
	"ChangeQuantity wanted":       {wanted(marketplace.ChangeQuantity, "team", 20, noon)},
	"Reinstate wanted":            {wanted(marketplace.Reinstate, "team", 10, noon)},
	"too few seats wanted":        {wanted(marketplace.ChangeQuantity, "team", 5, noon)},
	"unknown plan wanted":         {wanted(marketplace.ChangePlan, "golden", 10, noon)},
	"older ChangeQuantity wanted": {wanted(marketplace.ChangeQuantity, "team", 20, longAgo.Add(-time.Hour))},
	"carried out": {
		told(marketplace.CarriedOut, marketplace.ChangePlan, noon),
		told(marketplace.CarriedOut, marketplace.ChangeQuantity, noon),
		told(marketplace.CarriedOut, marketplace.Reinstate, noon),
	},
	"given up": {
		told(marketplace.GivenUp, marketplace.ChangePlan, noon),
		told(marketplace.GivenUp, marketplace.ChangeQuantity, noon),
		told(marketplace.GivenUp, marketplace.Reinstate, noon),
	},
	"claim":                     {{Kind: marketplace.Claim, TenantID: buyerTenant.ID}},
	"refresh":                   {{Kind: marketplace.Refresh}},
	"activation taken":          {{Kind: marketplace.Refresh, Activation: marketplace.Activation{TakenAt: noon}}},
	"activation refused":        {{Kind: marketplace.Refresh, Activation: marketplace.Activation{Refusal: errors.New("no")}}},
	"acknowledgement not taken": {{Kind: marketplace.Refresh, Unheeded: true}},
	"accepted change given up":  {{Kind: marketplace.Refresh, Unheeded: true, Abandoned: minuteAgo}},
	"no answer":                 {{Kind: marketplace.NoAnswer, Wait: time.Minute}},
}

// shows are the statuses that Microsoft's API shows, by the names of the table.
var shows = map[string]marketplace.Status{
	"pending": marketplace.Pending, "subscribed": marketplace.Subscribed, "suspended": marketplace.Suspended,
	"cancelled": marketplace.Cancelled, "unknown": "",
}

// effects are the cells of a row with the effects of an event.
type effects struct{ becomes, outcome, recorded, terms, asked string }

// decide applies an event to a subscription that is stored in a state, while Microsoft's API shows a status.
func decide(state string, e marketplace.Event, shown string) (marketplace.Current, marketplace.Decision) {
	c := states[state]()
	switch {
	case strings.HasPrefix(state, "foreign"): // nobody gets it
	case e.Kind == marketplace.Claim:
		c.Tenant, c.People = cmp.Or(c.Tenant, buyerTenant), 8
	case state == "found" && shown != "subscribed": // only a subscription in force gets its tenant automatically
		c = marketplace.Current{Subscription: c.Subscription}
	}
	observed := marketplace.Fetched{
		ID: someSubscription, OfferID: "timetracker", PlanID: "team", Quantity: 10, Status: shows[shown], AutoRenew: true,
		Beneficiary: marketplace.Party{DirectoryID: someDirectory}, Purchaser: marketplace.Party{DirectoryID: someDirectory},
		Term: c.Subscription.Term,
	}
	if strings.HasPrefix(state, "foreign") {
		observed.OfferID = "photo-editor"
	}
	if e.Kind == marketplace.NoAnswer {
		observed = marketplace.Fetched{}
	}
	return c, marketplace.Transition(c, observed, e, noon)
}

// write writes a decision as the table does.
func write(c marketplace.Current, e marketplace.Event, d marketplace.Decision) effects {
	got := effects{becomes: string(d.Next.Status), outcome: "–", recorded: "–", terms: "–"}
	if !d.Write && d.Next.Revision == 0 {
		got.becomes = "not stored"
	}
	is := func(planID string, quantity int) bool { return d.Next.PlanID == planID && d.Next.Quantity == quantity }
	switch {
	case got.becomes == "not stored" || is("team", 10):
	case e.Kind == marketplace.Request && is(e.Operation.PlanID, e.Operation.Quantity):
		got.becomes += ", as wanted"
	case is(c.Subscription.PlanID, c.Subscription.Quantity):
		got.becomes += ", as stored"
	case e.Kind == marketplace.Request && is(e.Operation.PlanID, c.Subscription.Quantity):
		got.becomes += ", with both"
	default:
		got.becomes += ", as nobody said"
	}
	switch {
	case d.Delivery != nil:
		got.outcome = string(d.Delivery.Outcome)
	case d.Refusal != nil:
		got.outcome = string(marketplace.Refused)
	}
	if d.Record != nil {
		got.recorded = string(d.Record.Action)
		if d.Record.Action == e.Action {
			got.recorded = "the event"
		}
	}
	if len(d.Terms) > 0 {
		var all []string
		for _, terms := range d.Terms {
			all = append(all, string(terms.Status))
		}
		got.terms = strings.Join(all, ", then ")
	}
	if !d.TermsEndAt.IsZero() {
		got.terms = "end earlier"
	}
	got.asked = askedAgain(d.Next.Sync.CheckAt)
	for _, a := range d.Alerts {
		if a.Kind != alert.StatusUnknown {
			got.asked += ", `" + string(a.Kind) + "`"
		}
	}
	return got
}

// askedAgain says when Microsoft is asked again.
func askedAgain(at time.Time) string {
	switch {
	case at.IsZero():
		return "daily"
	case at.Equal(noon):
		return "at once"
	case at.Sub(noon) < time.Minute:
		return strconv.Itoa(int(at.Sub(noon).Seconds())) + " s"
	default:
		return strconv.Itoa(int(at.Sub(noon).Minutes())) + " min"
	}
}

// tableRows are the cells of the rows of the table: event, stored, Microsoft shows, and the effects.
func tableRows(t *testing.T) (rows [][]string) {
	t.Helper()
	page, err := os.ReadFile("../../docs/subscription-states.md")
	if err != nil {
		t.Fatal(err)
	}
	const cells = 8
	for line := range strings.Lines(string(page)) {
		row := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		for i := range row {
			row[i] = strings.TrimSpace(row[i])
		}
		if len(row) == cells && row[0] != "event" && row[0] != "---" {
			rows = append(rows, row)
		}
	}
	return rows
}

// combination is the first part of a row, with one name in each cell.
type combination struct{ event, state, shown string }

// TestStatesAndEvents plays every row of the table, and fails for a combination without a row or with two.
func TestStatesAndEvents(t *testing.T) {
	t.Parallel()
	rows := map[combination]int{}
	for _, row := range tableRows(t) {
		want := effects{becomes: row[3], outcome: row[4], recorded: row[5], terms: row[6], asked: row[7]}
		for _, event := range alternatives(t, row[0], events) {
			for _, state := range alternatives(t, row[1], states) {
				for _, shown := range alternatives(t, row[2], shows) {
					c := combination{event, state, shown}
					rows[c]++
					c.check(t, want)
				}
			}
		}
	}
	for event := range events {
		for state := range states {
			for shown := range shows {
				if n := rows[combination{event, state, shown}]; n != 1 {
					t.Errorf("%s, stored as %s, shown as %s: %d rows of the table", event, state, shown, n)
				}
			}
		}
	}
}

// check plays a combination. A row may refer to another event's row, such as "as refresh".
func (c combination) check(t *testing.T, want effects) {
	t.Helper()
	if model, ok := events[strings.TrimPrefix(want.becomes, "as ")]; ok {
		outcome := want.outcome
		current, d := decide(c.state, model[0], c.shown)
		want = write(current, model[0], d)
		want.outcome = outcome
	}
	for _, event := range events[c.event] {
		current, d := decide(c.state, event, c.shown)
		if got := write(current, event, d); got != want {
			t.Errorf("%s (%s), stored as %s, shown as %s:\n the page says %+v\n and it does %+v",
				c.event, event.Action, c.state, c.shown, want, got)
		}
		c.checkRules(t, event, d)
	}
}

// checkRules checks what the page says of all rows.
func (c combination) checkRules(t *testing.T, event marketplace.Event, d marketplace.Decision) {
	t.Helper()
	webhook := !event.OperationID.IsZero()
	request := event.Kind == marketplace.Request
	if (d.Delivery != nil) != webhook {
		t.Errorf("%+v: the delivery is %+v", c, d.Delivery)
	}
	told := slices.ContainsFunc(d.Alerts, func(a alert.Alert) bool { return a.Kind == alert.StatusUnknown })
	if want := webhook && !request && c.shown == "unknown" && !strings.HasPrefix(c.state, "foreign"); told != want {
		t.Errorf("%+v: the alert of an unknown status is told: %t", c, told)
	}
	if d.Delivery != nil {
		var wait time.Duration
		switch {
		case request && d.Delivery.Outcome == marketplace.Applied:
			wait = marketplace.AcknowledgePause
		case d.Delivery.Outcome == marketplace.Refused:
			wait = time.Minute
		}
		if at := d.Delivery.AcknowledgeAt; (wait == 0) != at.IsZero() || (wait > 0 && !at.Equal(noon.Add(wait))) {
			t.Errorf("%+v: Microsoft is told or asked at %s", c, at)
		}
	}
	if d.Write != (d.Next.Revision > states[c.state]().Subscription.Revision) {
		t.Errorf("%+v: the revision goes to %d, to be written: %t", c, d.Next.Revision, d.Write)
	}
}

// alternatives are the names in a cell. "any" stands for all of them.
func alternatives[V any](t *testing.T, cell string, known map[string]V) []string {
	t.Helper()
	if cell == "any" {
		return slices.Sorted(maps.Keys(known))
	}
	names := strings.Split(cell, ", ")
	for _, name := range names {
		if _, ok := known[name]; !ok {
			t.Errorf("the table has %q, which is none of %q", name, slices.Sorted(maps.Keys(known)))
		}
	}
	return names
}
