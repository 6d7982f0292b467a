package marketplaceapi

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/billing"
	"timetracker/internal/ids"
	"timetracker/internal/marketplace"
)

func TestStatusesOfSubscriptions(t *testing.T) {
	for name, want := range map[string]marketplace.Status{
		"PendingFulfillmentStart": marketplace.Pending, "NotStarted": marketplace.Pending,
		"Subscribed": marketplace.Subscribed, "Suspended": marketplace.Suspended, "Unsubscribed": marketplace.Cancelled,
		" Subscribed ": marketplace.Subscribed, "Transferred": "", "  ": "",
	} {
		got, err := decodeSubscription(fmt.Appendf(nil,
			`{"id":%q,"offerId":"o","planId":"p","saasSubscriptionStatus":%q}`, someSubscription, name))
		if err != nil || got.Status != want {
			t.Errorf("%q: got %q, %v", name, got.Status, err)
		}
	}
}

// TestFormsOfASubscription has the forms that were seen in answers and in the samples of Microsoft's pages.
func TestFormsOfASubscription(t *testing.T) {
	day := func(year int, month time.Month, day int) time.Time {
		return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	}
	march7 := func(f *marketplace.Fetched) { f.Term.Start = day(2026, 3, 7) }
	writable := func(f *marketplace.Fetched) { f.ReadOnly = false }
	base := marketplace.Fetched{
		ID: someSubscription, OfferID: "o", PlanID: "p", Status: marketplace.Subscribed, ReadOnly: true,
	}
	for name, test := range map[string]struct {
		fields string
		want   func(*marketplace.Fetched)
	}{
		"nothing more":         {``, func(*marketplace.Fetched) {}},
		"a number of seats":    {`,"quantity":20`, func(f *marketplace.Fetched) { f.Quantity = 20 }},
		"seats as text":        {`,"quantity":"20"`, func(f *marketplace.Fetched) { f.Quantity = 20 }},
		"seats with decimals":  {`,"quantity":20.0`, func(f *marketplace.Fetched) { f.Quantity = 20 }},
		"seats as no text":     {`,"quantity":""`, func(*marketplace.Fetched) {}},
		"seats of a flat plan": {`,"quantity":null`, func(*marketplace.Fetched) {}},
		"unknown members":      {`,"puid":1,"sandboxType":{"a":[1]},"created":7`, func(*marketplace.Fetched) {}},
		"nulls": {
			`,"term":null,"beneficiary":null,"allowedCustomerOperations":null,"autoRenew":null`,
			func(*marketplace.Fetched) {},
		},
		"allowed to update": {`,"allowedCustomerOperations":["Read","Update"]`, writable},
		"allowed to delete": {`,"allowedCustomerOperations":["Delete ","Read"]`, writable},
		"allowed to read":   {`,"allowedCustomerOperations":["Read"]`, func(*marketplace.Fetched) {}},
		"free trial": {
			`,"isFreeTrial":true,"autoRenew":true`,
			func(f *marketplace.Fetched) { f.FreeTrial, f.AutoRenew = true, true },
		},
		"unit of a term": {`,"term":{"termUnit":"P18M"}`, func(f *marketplace.Fetched) { f.Term.Unit = "P18M" }},
		"a term of days": {
			`,"term":{"startDate":"2019-05-31","endDate":"2019-06-29","termUnit":"P1M"}`,
			func(f *marketplace.Fetched) {
				f.Term = marketplace.Term{Start: day(2019, 5, 31), End: day(2019, 6, 29), Unit: "P1M"}
			},
		},
		"a term with a zone":     {`,"term":{"startDate":"2026-03-07T01:00:00.0000000+01:00"}`, march7},
		"a term without a zone":  {`,"term":{"startDate":"2026-03-07T00:00:00"}`, march7},
		"a term of no beginning": {`,"term":{"startDate":"0001-01-01T00:00:00"}`, func(*marketplace.Fetched) {}},
		"capital letters": {
			`,"beneficiary":{"tenantId":" 5B1F7C20-93AE-4D86-B4C1-70E2F98D5A36","objectId":"","emailId":" X@y.z "}`,
			func(f *marketplace.Fetched) {
				f.Beneficiary = marketplace.Party{DirectoryID: ids.MustParse[ids.Directory]("5b1f7c20-93ae-4d86-b4c1-70e2f98d5a36"), Email: "X@y.z"}
			},
		},
		"ids that are none": {
			`,"purchaser":{"tenantId":"live.com","objectId":"00000000-0000-0000-0000-000000000000"}`, func(*marketplace.Fetched) {},
		},
	} {
		t.Run(name, func(t *testing.T) {
			want := base
			test.want(&want)
			got, err := decodeSubscription([]byte("\xef\xbb\xbf" + `{"id":"7C0D5A3E-19B4-4F86-A2D7-5E31C8F06B94",` +
				`"offerId":"o","planId":"p ","saasSubscriptionStatus":"Subscribed"` + test.fields + `}`))
			must(t, err)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestPublishersOperation reads an answer that was recorded right after a publisher had asked for a change.
func TestPublishersOperation(t *testing.T) {
	got, err := decodeOperation(fmt.Appendf(nil, `{"id":%q,"activityId":%[1]q,"subscriptionId":%q,`+
		`"offerId":"o","publisherId":"x","planId":"gold","action":"ChangePlan",`+
		`"timeStamp":"2026-02-10T18:48:58.4449937Z","status":"NotStarted",`+
		`"operationRequestSource":"Partner","errorStatusCode":"","errorMessage":""}`, someOperation, someSubscription))
	must(t, err)
	want := marketplace.Operation{
		ID: ids.MustParse[ids.Operation](someOperation), SubscriptionID: someSubscription, Action: marketplace.ChangePlan, PlanID: "gold",
		Status: marketplace.NotStarted, At: time.Date(2026, 2, 10, 18, 48, 58, 444_993_700, time.UTC), ByPublisher: true,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// FuzzDecoders checks that whatever is understood has the fields that the domain relies on.
func FuzzDecoders(f *testing.F) {
	id := someSubscription.String()
	subscription := `{"id":"` + id + `","offerId":"o","planId":"p","quantity":"5","saasSubscriptionStatus":"Subscribed",` +
		`"beneficiary":{"tenantId":"` + someOperation + `"},"term":{"startDate":"2026-03-07T00:00:00.1234567Z","termUnit":"P1M"}}`
	for _, seed := range []string{
		subscription, `{"id":"` + id + `","subscription":` + subscription + `}`,
		`{"subscriptions":[` + subscription + `],"@nextLink":"https://main.example/?continuationToken=%5b%7b"}`,
		`{"id":"` + someOperation + `","subscriptionId":"` + id + `","action":"Renew","status":"Succeeded","quantity":1}`,
		`{"result":[{"status":"Accepted","quantity":5.0,"effectiveStartTime":"2026-11-21T08:30:14Z"},` +
			`{"status":"Duplicate","error":{"additionalInfo":{"acceptedMessage":{"quantity":"1"}}}}]}`,
		`[{"usageDate":"2026-11-01","usageResourceId":"` + someOperation + `","submittedQuantity":1e9}]`, ``, `null`, `[]`, `{}`,
	} {
		f.Add([]byte(seed))
	}
	at := time.Date(2026, 11, 21, 8, 30, 14, 0, time.UTC)
	events := []billing.Usage{usage(someSubscription, at, 5), usage(someSubscription, at.Add(time.Hour), 2)}
	good := func(t *testing.T, s marketplace.Fetched) {
		t.Helper()
		planned := (s.PlanID != "" && s.OfferID != "") || s.Status == marketplace.Cancelled
		if !isGUID(s.ID.String()) || !planned || s.Quantity < 0 {
			t.Errorf("a subscription is %+v", s)
		}
		for _, p := range []marketplace.Party{s.Beneficiary, s.Purchaser} {
			if (!p.DirectoryID.IsZero() && !isGUID(p.DirectoryID.String())) || (!p.ObjectID.IsZero() && !isGUID(p.ObjectID.String())) {
				t.Errorf("a party is %+v", p)
			}
		}
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if s, err := decodeSubscription(body); err == nil {
			good(t, s)
		}
		if s, err := decodeResolved(body); err == nil {
			good(t, s)
		}
		if page, _, err := decodePage(body); err == nil {
			for _, e := range page {
				if e.err == nil {
					good(t, e.fetched)
				} else if id := e.fetched.ID; !id.IsZero() && !isGUID(id.String()) {
					t.Errorf("an entry that can't be understood has the id %q", id)
				}
			}
		}
		if o, err := decodeOperation(body); err == nil {
			if !isGUID(o.ID.String()) || !isGUID(o.SubscriptionID.String()) || o.Quantity < 0 {
				t.Errorf("an operation is %+v", o)
			}
		}
		if results, err := decodeResults(body, events); err == nil {
			for _, r := range results {
				if r.Status == "" || r.AcceptedQuantity < 0 {
					t.Errorf("a result is %+v", r)
				}
			}
		}
		if days, err := decodeReported(body); err == nil {
			for _, d := range days {
				if !isGUID(d.SubscriptionID.String()) || d.Quantity < 0 || !d.Day.Equal(d.Day.Truncate(24*time.Hour)) {
					t.Errorf("a day is %+v", d)
				}
			}
		}
	})
}
