package bench

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"timetracker/internal/alert"
	"timetracker/internal/app"
	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/marketplace"
	"timetracker/internal/sqlstore"
	"timetracker/internal/tenant"
)

// subscriptions is how many subscriptions the events are about, the same number on each connection.
func subscriptions() int { return connections * sized(32, 1) }

// webhookEvents compares events of the Marketplace, new and repeated ones, with an insertion of one durable row. The
// row is as large as what is stored of an event.
func webhookEvents(b *testing.B, s *summary, d *directory) {
	product := openStore(b, seed(b, subscribed(subscriptions())))
	microsoft := newFulfillment()
	address, service := serveWebhook(b, d, product, microsoft)
	token := d.webhookToken(b)
	bodies := sync.Map{} // by subscription: the previous event
	event := func(c *connection, turn int) (calls int, took time.Duration, err error) {
		subscription := c.own[turn%len(c.own)]
		body, settle := microsoft.next(ids.MustParse[ids.Subscription](subscription))
		began := time.Now()
		if err := c.notify(token, body); err != nil {
			return 0, 0, err
		}
		took = time.Since(began)
		settle()
		bodies.Store(subscription, body)
		return 1, took, nil
	}
	again := func(c *connection, turn int) (calls int, took time.Duration, err error) {
		body, _ := bodies.Load(c.own[turn%len(c.own)])
		began := time.Now()
		err = c.notify(token, body.(string))
		return 1, time.Since(began), err
	}
	own := make([]string, subscriptions())
	for i := range own {
		own[i] = id(ofSubscription, i, 0).String()
	}
	var acknowledged outcome
	grouped := openStore(b, seed(b, subscribed(subscriptions())))
	alone := newDeliveries(b, seed(b, subscribed(subscriptions())))
	outcomes := compare(b,
		contender{"events", func(b *testing.B) sample {
			one := drive(b, address, connections, own, event)
			acknowledged.rates = append(acknowledged.rates, acknowledge(b, service))
			return one
		}},
		contender{"insert", func(b *testing.B) sample {
			return parallel(b, connections, func(writer int) error {
				id := ids.Tenant(id(ofTenant, writer, 0))
				return grouped.Tx(b.Context(), id, func(ctx context.Context) error {
					return grouped.InsertDelivery(ctx, id, newDelivery(own[writer]))
				})
			})
		}},
		contender{"insert-alone", func(b *testing.B) sample {
			return parallel(b, connections, func(writer int) error {
				return alone(b.Context(), ids.Tenant(id(ofTenant, writer, 0)), newDelivery(own[writer]))
			})
		}},
		contender{"repeats", func(b *testing.B) sample { return drive(b, address, connections, own, again) }},
	)
	checkApplied(b, product, &bodies)
	b.ReportMetric(ratio(outcomes[0], outcomes[1]), "events/insert")
	b.ReportMetric(ratio(outcomes[0], outcomes[2]), "events/insert-alone")
	b.ReportMetric(ratio(outcomes[3], outcomes[1]), "repeats/insert")
	b.ReportMetric(acknowledged.rate(), "acknowledged/s")
	for i, name := range map[int]string{0: "events", 3: "repeats"} {
		b.ReportMetric(outcomes[i].quantile(.5), name+"-p50-ms")
		b.ReportMetric(outcomes[i].quantile(.99), name+"-p99-ms")
	}
	s.add("webhook events: product / durable inserts in groups", ratio(outcomes[0], outcomes[1]), "",
		fmt.Sprintf("%.0f / %.0f per second; p50 %.1f ms, p99 %.1f ms; %.0f acknowledged per second", outcomes[0].rate(),
			outcomes[1].rate(), outcomes[0].quantile(.5), outcomes[0].quantile(.99), acknowledged.rate()))
	s.add("webhook events: product / durable inserts one by one", ratio(outcomes[0], outcomes[2]), "",
		fmt.Sprintf("%.0f / %.0f per second", outcomes[0].rate(), outcomes[2].rate()))
	s.add("webhook events sent again: product / durable inserts in groups", ratio(outcomes[3], outcomes[1]), "",
		fmt.Sprintf("%.0f / %.0f per second; p50 %.1f ms, p99 %.1f ms", outcomes[3].rate(), outcomes[1].rate(),
			outcomes[3].quantile(.5), outcomes[3].quantile(.99)))
}

// serveWebhook serves the product's webhook over the store as cmd/timetracker does, and gives a service that
// acknowledges what it accepted. Microsoft's fulfillment API is replaced by one in memory. The sandbox would be
// measured instead of the product, since it searches all its operations at every call. Calls of Microsoft's API would
// take longer than everything else.
func serveWebhook(
	b *testing.B, d *directory, store *sqlstore.Store, microsoft *fulfillment,
) (address string, s *marketplace.Service) {
	b.Helper()
	product, err := app.NewWebhook(newProcess(b, store, microsoft), app.WebhookConfig{
		Authority: d.server.URL, DirectoryID: publisherID, ClientID: apiClientID, HTTPClient: d.server.Client(),
	})
	if err != nil {
		b.Fatal(err)
	}
	s = marketplace.NewService(marketplace.Config{
		Store: store, Fulfillment: microsoft, Tenants: tenant.NewService(store, time.Now, calendar.CheckZone), Now: time.Now,
		Flush: func(context.Context, marketplace.Subscription) error { return nil }, // no plan here is metered
		Alert: func(_ context.Context, a alert.Alert) { b.Errorf("alert: %s", a.What()) },
	})
	return serve(b, &http.Server{Handler: product.Handler(), ReadHeaderTimeout: time.Minute}), s
}

// acknowledge tells Microsoft's side of all accepted changes, as the job does, and gives their number per second.
func acknowledge(b *testing.B, s *marketplace.Service) (rate float64) {
	b.Helper()
	began, all := time.Now(), 0
	for {
		const batch = 100
		some, err := s.Acknowledge(b.Context(), batch)
		if err != nil {
			b.Fatal(err)
		}
		if all += some; some < batch {
			return float64(all) / time.Since(began).Seconds()
		}
	}
}

// checkApplied says whether the last event of each subscription had its effect.
func checkApplied(b *testing.B, store *sqlstore.Store, bodies *sync.Map) {
	b.Helper()
	bodies.Range(func(_, body any) bool {
		n, err := marketplace.ParseNotification([]byte(body.(string)))
		if err != nil {
			b.Fatal(err)
		}
		done, ok, err := store.Delivery(b.Context(), n.OperationID)
		if err != nil || !ok || done.Outcome != marketplace.Applied {
			b.Fatalf("%s is %q: %v", n.Action, done.Outcome, err)
		}
		return true
	})
}

// newDelivery is as large as what is stored of an event.
func newDelivery(subscription string) marketplace.Delivery {
	now := time.Now()
	return marketplace.Delivery{
		OperationID: ids.New[ids.Operation](), SubscriptionID: ids.MustParse[ids.Subscription](subscription),
		Action: marketplace.ChangeQuantity, Outcome: marketplace.Applied, SentAt: now, ReceivedAt: now,
		AcknowledgeAt: now,
	}
}

// newDeliveries inserts with database/sql alone, each row in a transaction of its own.
func newDeliveries(b *testing.B, path string) func(ctx context.Context, id ids.Tenant, d marketplace.Delivery) error {
	b.Helper()
	db := openFile(b, path, "synchronous(2)", "foreign_keys(1)")
	db.SetMaxOpenConns(1) // SQLite has one writer, and waiting for its lock would take longer than for this connection
	b.Cleanup(func() { _ = db.Close() })
	insert := prepare(b, db, `INSERT INTO marketplace_deliveries (tenant_id, operation_id, subscription_id, action, outcome,
			code, message, sent_ticks, received_at, acknowledge_at, attempts)
		VALUES (?, ?, ?, ?, ?, '', '', ?, ?, ?, 0)`)
	return func(ctx context.Context, id ids.Tenant, d marketplace.Delivery) error {
		at := d.ReceivedAt.UnixMilli()
		_, err := insert.ExecContext(ctx, id, d.OperationID, d.SubscriptionID, string(d.Action),
			string(d.Outcome), at*10_000, at, at)
		return err
	}
}

// fulfillment is Microsoft's side in memory. It has each subscription, and its wanted change.
type fulfillment struct {
	marketplace.Fulfillment // no other call is made
	mu                      sync.Mutex
	sold                    map[ids.Subscription]*sold
}

// sold is a subscription. wanted is its latest change.
type sold struct {
	marketplace.Fetched
	wanted marketplace.Operation
	events int
}

func newFulfillment() *fulfillment {
	f := &fulfillment{sold: map[ids.Subscription]*sold{}}
	for i := range subscriptions() {
		began := monthStart.AddDate(0, -1, 0)
		party := marketplace.Party{DirectoryID: ids.Directory(id(ofDirectory, i, 0))}
		fetched := marketplace.Fetched{
			ID: ids.Subscription(id(ofSubscription, i, 0)), OfferID: "timetracker", PlanID: "team",
			Quantity: seats, Status: marketplace.Subscribed, Beneficiary: party, Purchaser: party, AutoRenew: true,
			Term: marketplace.Term{Start: began, End: began.AddDate(0, 1, -1), Unit: "P1M"},
		}
		f.sold[fetched.ID] = &sold{Fetched: fetched, events: i} // so that every round has events of every kind
	}
	return f
}

// next changes the subscription and gives the event's body. settle is called after the answer. In turns the
// subscription is renewed, gets another quantity, is suspended and reinstated.
func (f *fulfillment) next(id ids.Subscription) (body string, settle func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	of, now := f.sold[id], time.Now().UTC()
	of.wanted = marketplace.Operation{
		ID: ids.New[ids.Operation](), SubscriptionID: id, PlanID: of.PlanID, Quantity: of.Quantity, At: now,
		Status: marketplace.InProgress,
	}
	after := of.Fetched
	switch of.events % 4 {
	case 0:
		of.wanted.Action = marketplace.Renew
		of.Term.Start, of.Term.End = of.Term.Start.AddDate(0, 1, 0), of.Term.Start.AddDate(0, 2, -1)
		after = of.Fetched
	case 1:
		of.wanted.Action, of.wanted.Quantity = marketplace.ChangeQuantity, seats-1-of.Quantity%2
		after.Quantity = of.wanted.Quantity
	case 2:
		of.wanted.Action, of.Status = marketplace.Suspend, marketplace.Suspended
		after = of.Fetched
	case 3:
		of.wanted.Action, after.Status = marketplace.Reinstate, marketplace.Subscribed
	}
	of.events++
	return of.body(), func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		of.Fetched = after
	}
}

// body is an event as Microsoft writes it:
// https://learn.microsoft.com/partner-center/marketplace-offers/pc-saas-fulfillment-webhook
func (o *sold) body() string {
	const layout = "2006-01-02T15:04:05.0000000Z"
	party := fmt.Sprintf(`{"emailId":"buyer@contoso.example","objectId":"%s","tenantId":"%s","puid":"1003200000000000"}`,
		o.Beneficiary.DirectoryID, o.Beneficiary.DirectoryID)
	status := map[marketplace.Status]string{marketplace.Subscribed: "Subscribed", marketplace.Suspended: "Suspended"}[o.Status]
	return fmt.Sprintf(`{"id":"%s","activityId":"%s","publisherId":"contoso","offerId":"%s","planId":"%s","quantity":%d,`+
		`"subscriptionId":"%s","timeStamp":"%s","action":"%s","status":"InProgress","operationRequestSource":"Azure",`+
		`"subscription":{"id":"%s","name":"TimeTracker","publisherId":"contoso","offerId":"%s","planId":"%s","quantity":%d,`+
		`"beneficiary":%s,"purchaser":%s,"allowedCustomerOperations":["Delete","Update","Read"],"sessionMode":"None",`+
		`"isFreeTrial":false,"isTest":false,"sandboxType":"None","saasSubscriptionStatus":"%s","term":{"startDate":"%s",`+
		`"endDate":"%s","termUnit":"P1M","chargeDuration":null},"autoRenew":true,"created":"%s",`+
		`"lastModified":"0001-01-01T00:00:00"},"purchaseToken":null}`,
		o.wanted.ID, o.wanted.ID, o.OfferID, o.wanted.PlanID, o.wanted.Quantity, o.ID, o.wanted.At.Format(layout),
		o.wanted.Action, o.ID, o.OfferID, o.PlanID, o.Quantity, party, party, status, o.Term.Start.Format(layout),
		o.Term.End.Format(layout), monthStart.Format(layout))
}

// Subscription implements marketplace.Fulfillment.
func (f *fulfillment) Subscription(_ context.Context, id ids.Subscription) (marketplace.Fetched, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.sold[id].Fetched, nil
}

// Operation implements marketplace.Fulfillment.
func (f *fulfillment) Operation(
	_ context.Context, id ids.Subscription, operation ids.Operation,
) (marketplace.Operation, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if wanted := f.sold[id].wanted; wanted.ID == operation {
		return wanted, nil
	}
	return marketplace.Operation{}, errs.New(errs.NotFound, "operation_not_found", "There is no such operation.")
}

// Acknowledge implements marketplace.Fulfillment.
func (f *fulfillment) Acknowledge(context.Context, ids.Subscription, ids.Operation) error {
	return nil
}
