package app_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/app"
	"timetracker/internal/apptest"
	"timetracker/internal/calendar"
	"timetracker/internal/config"
	"timetracker/internal/ids"
	"timetracker/internal/marketplace"
	"timetracker/internal/marketplaceapi"
	"timetracker/internal/plan"
	"timetracker/internal/sandbox"
	sandboxentra "timetracker/internal/sandbox/entra"
	sandboxmarketplace "timetracker/internal/sandbox/marketplace"
	"timetracker/internal/sqlstore"
	"timetracker/internal/tenant"
	"timetracker/internal/webhook"
)

// answerLimit is how long Microsoft waits for an answer.
const answerLimit = 10 * time.Second

// market is a Marketplace that knows a webhook, and the database that the webhook works on.
type market struct {
	*apptest.Microsoft
	config  config.Config
	store   *sqlstore.Store
	answers chan webhookAnswer
}

// webhookAnswer is the webhook's answer to one call.
type webhookAnswer struct {
	status int
	took   time.Duration
	err    error
}

// newMarket starts a Marketplace that delivers its events, and makes a database. No process of the product runs.
func newMarket(t *testing.T, configure func(*sandboxmarketplace.Config)) *market {
	t.Helper()
	m := &market{answers: make(chan webhookAnswer, 10_000)}
	m.Microsoft = apptest.StartMicrosoft(t, apptest.Addresses(t, 1)[0], func(c *sandboxmarketplace.Config) {
		c.HTTPClient = &http.Client{Transport: m}
		if configure != nil {
			configure(c)
		}
	}, nil)
	m.config = m.Config(t, "sqlite:"+filepath.Join(t.TempDir(), "timetracker.db"))
	if err := app.Migrate(t.Context(), m.config, io.Discard, discard); err != nil {
		t.Fatal(err)
	}
	var err error
	if m.store, err = sqlstore.Open(t.Context(), sqlstore.Config{Create: true, URL: m.config.DatabaseURL.Reveal(), Log: discard}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.store.Close() })
	background(t, func(ctx context.Context) error { m.Run(ctx); return nil })
	return m
}

// RoundTrip implements http.RoundTripper. It records the webhook's answers.
func (m *market) RoundTrip(r *http.Request) (*http.Response, error) {
	began := time.Now()
	response, err := http.DefaultTransport.RoundTrip(r)
	answer := webhookAnswer{took: time.Since(began), err: err}
	if err == nil {
		answer.status = response.StatusCode
	}
	m.answers <- answer
	return response, err
}

// background runs something until the test ends, or stop is called.
func background(t *testing.T, run func(ctx context.Context) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- run(ctx) }()
	stopped := false
	stop = func() {
		cancel()
		if stopped {
			return
		}
		stopped = true
		if err := <-ended; err != nil {
			t.Errorf("it ended with: %v", err)
		}
	}
	t.Cleanup(stop)
	return stop
}

// startWebhook runs only the webhook, without an API.
func (m *market) startWebhook(t *testing.T) (stop func()) {
	t.Helper()
	stop = background(t, func(ctx context.Context) error { return app.Webhook(ctx, m.config, discard) })
	apptest.AwaitOK(t, "http://"+m.config.InternalListen+"/readyz")
	return stop
}

// signUp makes the tenant of a directory, with one person, and a trial.
func (m *market) signUp(t *testing.T, name, directory string) tenant.Member {
	t.Helper()
	member, err := tenant.NewService(m.store, time.Now, calendar.CheckZone).SignUp(t.Context(),
		tenant.Person{DirectoryID: ids.MustParse[ids.Directory](directory), ObjectID: ids.MustParse[ids.Object]("5d3e1c52-9a07-4b1e-8f6d-2c7b90a4e611"), Name: "Olga"},
		tenant.SignUpRequest{
			Name: name, Slug: name, AzureDevOpsOrganization: name, AdminEmail: "olga@" + name + ".example",
		})
	if err != nil {
		t.Fatal(err)
	}
	return member
}

// buy gives a subscription that is in force, although nobody has opened the landing page.
func (m *market) buy(t *testing.T, who, offer, planID string, quantity int) string {
	t.Helper()
	id, err := m.Buy(sandboxmarketplace.Purchase{
		Purchaser: who, OfferID: offer, PlanID: planID, Quantity: quantity, AutoActivation: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// contosoWith10Seats starts a webhook, and makes a tenant with a subscription.
func contosoWith10Seats(t *testing.T, configure func(*sandboxmarketplace.Config)) (m *market, id string) {
	t.Helper()
	m = newMarket(t, configure)
	m.signUp(t, "contoso", sandbox.ContosoDirectoryID)
	m.startWebhook(t)
	id = m.buy(t, ada, "timetracker", "team", 10)
	m.awaitAnswer(t, http.StatusOK)
	return m, id
}

// awaitAnswer waits until the webhook answers with the status. Answers of 503 may precede it. None may take too long.
func (m *market) awaitAnswer(t *testing.T, status int) {
	t.Helper()
	deadline := time.After(time.Minute)
	for {
		select {
		case a := <-m.answers:
			switch {
			case a.took > answerLimit:
				t.Fatalf("an answer took %s", a.took)
			case a.err != nil:
				t.Fatal(a.err)
			case a.status == status:
				return
			case a.status != http.StatusServiceUnavailable:
				t.Fatalf("the answer is %d, want %d", a.status, status)
			}
		case <-deadline:
			t.Fatalf("there is no answer of %d", status)
		}
	}
}

// tenant reads the tenant of a directory.
func (m *market) tenant(t *testing.T, directory string) tenant.Tenant {
	t.Helper()
	member, _, err := m.store.Member(t.Context(), ids.MustParse[ids.Directory](directory), ids.Object{})
	if err != nil {
		t.Fatal(err)
	}
	return member.Tenant
}

// kept is a subscription in the terms of the Marketplace.
type kept struct {
	Plan, Status string
	Quantity     int
}

// subscription is the subscription as the product has stored it.
func (m *market) subscription(t *testing.T, id string) kept {
	t.Helper()
	s, _, err := m.store.Subscription(t.Context(), ids.MustParse[ids.Subscription](id))
	if err != nil {
		t.Fatal(err)
	}
	status := map[marketplace.Status]string{
		marketplace.Pending: sandboxmarketplace.SubscriptionPending, marketplace.Subscribed: sandboxmarketplace.SubscriptionSubscribed,
		marketplace.Suspended: sandboxmarketplace.SubscriptionSuspended, marketplace.Cancelled: sandboxmarketplace.SubscriptionUnsubscribed,
	}
	return kept{Plan: s.PlanID, Status: status[s.Status], Quantity: s.Quantity}
}

// shown is the subscription as the Marketplace shows it.
func (m *market) shown(t *testing.T, id string) kept {
	t.Helper()
	s, err := m.Subscription(id)
	if err != nil {
		t.Fatal(err)
	}
	return kept{Plan: s.PlanID, Status: s.Status, Quantity: s.Quantity}
}

// operation asks the Marketplace for the status of a change.
func (m *market) operation(t *testing.T, id, operationID string) marketplace.OperationStatus {
	t.Helper()
	client, err := marketplaceapi.New(marketplaceapi.Config{
		BaseURL: m.config.MarketplaceURL, Authority: m.config.EntraAuthority, DirectoryID: m.config.MarketplaceTenantID,
		ClientID: m.config.MarketplaceClientID, Secret: m.config.MarketplaceClientSecret.Reveal(), HTTPClient: m.Client(t),
		Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	op, err := client.Operation(t.Context(), ids.MustParse[ids.Subscription](id), ids.MustParse[ids.Operation](operationID))
	if err != nil {
		t.Fatal(err)
	}
	return op.Status
}

// patiently makes a change wait for consent as long as a test takes.
func patiently(c *sandboxmarketplace.Config) { c.OperationDelay = time.Hour }

// A customer who has signed up buys, and does not open the landing page. Microsoft bills at once, so the plan is in
// force at once. Neither this nor a change and its acknowledgement needs the API.
func TestWebhookWithoutTheAPI(t *testing.T) {
	m := newMarket(t, patiently)
	m.signUp(t, "contoso", sandbox.ContosoDirectoryID)
	if got := m.tenant(t, sandbox.ContosoDirectoryID); got.Plan != plan.Trial {
		t.Fatalf("the plan is %s", got.Plan)
	}
	m.startWebhook(t)
	apptest.AwaitRefused(t, m.config.Listen) // it is refused at once, since the API does not run
	id := m.buy(t, ada, "timetracker", "team", 10)
	m.awaitAnswer(t, http.StatusOK)
	got := m.tenant(t, sandbox.ContosoDirectoryID)
	if got.Plan != plan.Paid || got.Status != tenant.Active || got.PaidSeats != 10 || got.RateMinor != 900 {
		t.Errorf("the tenant is %+v", got)
	}

	operationID, err := m.ChangeQuantity(id, 12)
	if err != nil {
		t.Fatal(err)
	}
	m.awaitAnswer(t, http.StatusOK)
	if got := m.tenant(t, sandbox.ContosoDirectoryID); got.PaidSeats != 12 {
		t.Errorf("there are %d seats", got.PaidSeats)
	}
	began := time.Now()
	apptest.Await(t, "the acknowledgement", func() bool { return m.operation(t, id, operationID) == marketplace.Succeeded })
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("the acknowledgement took %s", took)
	}
	if diff := cmp.Diff(m.shown(t, id), m.subscription(t, id)); diff != "" {
		t.Error(diff)
	}
}

func TestWebhookServesNothingElse(t *testing.T) {
	m := newMarket(t, nil)
	m.startWebhook(t)
	for path, want := range map[string]int{
		"/": http.StatusNotFound, "/api/v1/me": http.StatusNotFound, "/metrics": http.StatusNotFound,
		"/healthz": http.StatusNotFound, "/marketplace/webhook": http.StatusMethodNotAllowed,
	} {
		if status, _ := apptest.Get(t, "http://"+m.config.WebhookListen+path); status != want {
			t.Errorf("%s is answered with %d, want %d", path, status, want)
		}
	}
	_, metrics := apptest.Get(t, "http://"+m.config.InternalListen+"/metrics")
	if !strings.Contains(metrics, `timetracker_alerts_total{kind="credentials_refused"} 0`) {
		t.Errorf("the metrics lack alerts:\n%s", metrics)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, m.WebhookURL(), strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusUnauthorized {
		t.Errorf("a stranger is answered with %d", response.StatusCode)
	}
}

// A setting that differs from the offer's refuses what customers want, so operators are told. What strangers send is
// counted.
func TestWebhookTellsWhoIsRefused(t *testing.T) {
	t.Parallel()
	m := newMarket(t, nil)
	p, told := m.newSkewed(t, 0)
	served, err := app.NewWebhook(p, app.WebhookConfig{
		Authority: m.config.EntraAuthority, DirectoryID: m.config.MarketplaceTenantID, ClientID: sandbox.APIClientID,
		HTTPClient: m.Client(t),
	})
	if err != nil {
		t.Fatal(err)
	}
	token, err := m.Entra.Sign(m.Entra.WebhookClaims(2), sandboxentra.SignOptions{})
	if err != nil {
		t.Fatal(err)
	}
	handler := served.Handler()
	for _, authorization := range []string{"Bearer " + token, "Bearer " + token, "Bearer guessed", ""} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, webhook.Path, strings.NewReader("{}"))
		r.Header.Set("Authorization", authorization)
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, r)
		if answer.Code != http.StatusUnauthorized {
			t.Errorf("%d", answer.Code)
		}
	}
	if n := strings.Count(told.String(), "level=ERROR"); n != 1 || !strings.Contains(told.String(), "kind=webhook_misdirected") {
		t.Errorf("%d errors in the log: %s", n, told)
	}
}

func TestWebhookRefusesADatabaseOfAnotherVersion(t *testing.T) {
	c, _ := serveConfig(t)
	if err := app.Webhook(t.Context(), c, discard); err == nil || !strings.Contains(err.Error(), "run timetracker migrate") {
		t.Errorf("without a database the error is %v", err)
	}
}

// While Microsoft's services fail, the answer asks for another attempt, in time. That attempt succeeds when they have
// recovered.
func TestWebhookWhileMicrosoftFails(t *testing.T) {
	for _, mode := range []string{"down", "slow", "throttled", "forbidden", "html", "wrong_json"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			m, id := contosoWith10Seats(t, nil)
			m.fail(t, mode)
			if _, err := m.ChangeQuantity(id, 12); err != nil {
				t.Fatal(err)
			}
			m.awaitAnswer(t, http.StatusServiceUnavailable)
			if got := m.subscription(t, id); got.Quantity != 10 {
				t.Errorf("it has believed the webhook: %+v", got)
			}
			m.fail(t, "off")
			m.awaitAnswer(t, http.StatusOK)
			if diff := cmp.Diff(kept{"team", sandboxmarketplace.SubscriptionSubscribed, 12}, m.subscription(t, id)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func (m *market) fail(t *testing.T, mode string) {
	t.Helper()
	for _, service := range []string{sandboxmarketplace.FulfillmentService, sandboxmarketplace.MeteringService} {
		if err := m.SetFault(service, mode); err != nil {
			t.Fatal(err)
		}
	}
}

// No caller is refused because the keys are missing that would identify it.
func TestWebhookStartsWithoutKeys(t *testing.T) {
	m := newMarket(t, nil)
	m.failEntra(t, "down")
	background(t, func(ctx context.Context) error { return app.Webhook(ctx, m.config, discard) })
	apptest.AwaitOK(t, "http://"+m.config.InternalListen+"/healthz")
	m.buy(t, ada, "timetracker", "team", 10)
	m.awaitAnswer(t, http.StatusServiceUnavailable)
}

func (m *market) failEntra(t *testing.T, mode string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, m.config.EntraAuthority+"/_sandbox/faults",
		strings.NewReader(`{"service":"entra","mode":"`+mode+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	response, err := m.Client(t).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusNoContent {
		t.Fatalf("the fault is answered with %d", response.StatusCode)
	}
}

func TestWebhookWhileTheDatabaseIsLocked(t *testing.T) {
	t.Parallel()
	m, id := contosoWith10Seats(t, nil)
	db, err := sql.Open("sqlite", "file:"+strings.TrimPrefix(m.config.DatabaseURL.Reveal(), "sqlite:")+"?_txlock=exclusive")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	lock, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.ChangeQuantity(id, 12); err != nil {
		t.Fatal(err)
	}
	m.awaitAnswer(t, http.StatusServiceUnavailable)
	if err := lock.Rollback(); err != nil {
		t.Fatal(err)
	}
	m.awaitAnswer(t, http.StatusOK)
	if diff := cmp.Diff(kept{"team", sandboxmarketplace.SubscriptionSubscribed, 12}, m.subscription(t, id)); diff != "" {
		t.Error(diff)
	}
}

// Microsoft honours a refusal that is given as the answer.
func TestWebhookRefuses(t *testing.T) {
	m, id := contosoWith10Seats(t, patiently)
	member, _, err := m.store.Member(t.Context(), ids.MustParse[ids.Directory](sandbox.ContosoDirectoryID), ids.MustParse[ids.Object]("5d3e1c52-9a07-4b1e-8f6d-2c7b90a4e611"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = tenant.NewService(m.store, time.Now, calendar.CheckZone).Invite(t.Context(), member, []tenant.Invitation{
		{Email: "grace@contoso.example"}, {Email: "linus@contoso.example"},
	})
	if err != nil {
		t.Fatal(err)
	}
	before := m.tenant(t, sandbox.ContosoDirectoryID)
	for name, change := range map[string]func() (operationID string, err error){
		"fewer seats than people": func() (string, error) { return m.ChangeQuantity(id, 2) },
		"an unknown plan":         func() (string, error) { return m.ChangePlan(id, "team-preview") },
	} {
		t.Run(name, func(t *testing.T) {
			operationID, err := change()
			if err != nil {
				t.Fatal(err)
			}
			m.awaitAnswer(t, http.StatusBadRequest)
			// The stand-in reads the answer after its transport has noted it.
			apptest.Await(t, "the refusal", func() bool { return m.operation(t, id, operationID) == marketplace.Failed })
			want := kept{"team", sandboxmarketplace.SubscriptionSubscribed, 10}
			if diff := cmp.Diff(want, m.shown(t, id)); diff != "" {
				t.Errorf("the Marketplace: %s", diff)
			}
			if diff := cmp.Diff(want, m.subscription(t, id)); diff != "" {
				t.Errorf("the product: %s", diff)
			}
			if diff := cmp.Diff(before, m.tenant(t, sandbox.ContosoDirectoryID)); diff != "" {
				t.Errorf("the tenant: %s", diff)
			}
		})
	}
	// As many seats as people are sufficient.
	if _, err := m.ChangeQuantity(id, 3); err != nil {
		t.Fatal(err)
	}
	m.awaitAnswer(t, http.StatusOK)
}

// Replicas share the daily comparisons with Microsoft's lists, also when one ends. The comparisons find changes that no
// webhook call has announced.
func TestReconcileRunsOnOneReplica(t *testing.T) {
	m := newMarket(t, nil)
	m.signUp(t, "contoso", sandbox.ContosoDirectoryID)
	m.pauseDelivery(t)
	id := m.buy(t, ada, "timetracker", "team", 10)
	first := m.config
	stopFirst := m.startServe(t, first)
	awaitJob(t, first, "reconcile_subscriptions", "ok")
	if got := m.subscription(t, id).Quantity; got != 10 {
		t.Errorf("%d seats", got)
	}
	if got := m.tenant(t, sandbox.ContosoDirectoryID); got.Plan != plan.Paid {
		t.Errorf("the plan is %s", got.Plan)
	}
	awaitJob(t, first, "compare_usage", "ok")
	stopFirst()
	for _, job := range []string{"reconcile_subscriptions", "compare_usage"} {
		for _, in := range []time.Duration{23 * time.Hour, 24 * time.Hour} {
			got, err := m.store.AcquireLease(t.Context(), job, "another replica", time.Now().Add(in), time.Minute, 48*time.Hour)
			if err != nil || got != (in == 24*time.Hour) {
				t.Errorf("%s: another replica may run it in %s: %t, %v", job, in, got, err)
			}
		}
	}
}

// When a replica could not read Microsoft's list, and ends, the next one tries soon, and not after a day.
func TestReconcileThatFailedIsTakenOver(t *testing.T) {
	m := newMarket(t, nil)
	m.pauseDelivery(t)
	id := m.buy(t, ada, "timetracker", "team", 10)
	first, second := m.config, m.Config(t, m.config.DatabaseURL.Reveal())
	if err := m.SetFault(sandboxmarketplace.FulfillmentService, "down"); err != nil {
		t.Fatal(err)
	}
	stopFirst := m.startServe(t, first)
	awaitJob(t, first, "reconcile_subscriptions", "failed")
	stopFirst()
	if err := m.SetFault(sandboxmarketplace.FulfillmentService, "off"); err != nil {
		t.Fatal(err)
	}
	stopSecond := m.startServe(t, second)
	awaitJob(t, second, "reconcile_subscriptions", "ok")
	if got := m.subscription(t, id).Quantity; got != 10 {
		t.Errorf("%d seats", got)
	}
	stopSecond()
}

// awaitJob waits for a run of a job on a replica.
func awaitJob(t *testing.T, c config.Config, job, result string) {
	t.Helper()
	never := `timetracker_job_runs_total{name="` + job + `",result="` + result + `"} 0`
	apptest.Await(t, "the job "+job, func() bool {
		_, metrics := apptest.Get(t, "http://"+c.InternalListen+"/metrics")
		return strings.Contains(metrics, strings.TrimSuffix(never, "0")) && !strings.Contains(metrics, never)
	})
}

func (m *market) startServe(t *testing.T, c config.Config) (stop func()) {
	t.Helper()
	stop = background(t, func(ctx context.Context) error { return app.Serve(ctx, c, discard) })
	apptest.AwaitOK(t, "http://"+c.InternalListen+"/readyz")
	return stop
}

func (m *market) pauseDelivery(t *testing.T) {
	t.Helper()
	m.configure(t, func(s *sandboxmarketplace.Settings) { s.DeliveryPaused = true })
}

func (m *market) configure(t *testing.T, change func(*sandboxmarketplace.Settings)) {
	t.Helper()
	if err := m.Configure(change); err != nil {
		t.Fatal(err)
	}
}

// Events may be sent twice, late, or in another order. In the end the product has what the Marketplace has.
func TestEventsConverge(t *testing.T) {
	m := newMarket(t, func(c *sandboxmarketplace.Config) { c.OperationDelay = 50 * time.Millisecond })
	m.startWebhook(t)
	m.signUp(t, "contoso", sandbox.ContosoDirectoryID)
	m.signUp(t, "fabrikam", sandbox.FabrikamDirectoryID)
	subscriptions := []string{
		m.buy(t, ada, "timetracker", "team", 10),
		m.buy(t, "frances@fabrikam.example", "timetracker", "business", 20),
	}
	m.awaitAnswer(t, http.StatusOK)
	m.awaitAnswer(t, http.StatusOK)
	// These are found to be their directories' subscriptions.
	subscriptions = append(subscriptions,
		m.buy(t, margaret, "timetracker-site", "site", 0),
		m.buy(t, "frances@fabrikam.example", "timetracker-active", "active", 0))
	const seed = 2026
	chance := rand.New(rand.NewPCG(seed, 4))
	done := 0
	for range 10 {
		m.configure(t, func(s *sandboxmarketplace.Settings) {
			s.DeliveryPaused, s.NewestFirst, s.Copies = true, chance.IntN(2) == 0, 1+chance.IntN(4)
			s.TokenVersion, s.MinimalWebhooks = 1+chance.IntN(2), chance.IntN(2) == 0
		})
		for _, id := range subscriptions {
			for _, do := range m.something(id, chance) {
				if do() == nil { // the others are impossible at the moment
					done++
				}
			}
		}
		for range 4 {
			if m.SendAgain(1+chance.IntN(len(subscriptions)+done)) == nil {
				done++
			}
		}
		m.configure(t, func(s *sandboxmarketplace.Settings) { s.DeliveryPaused = false })
		m.awaitQuiet(t)
		for _, id := range subscriptions {
			if diff := cmp.Diff(m.shown(t, id), m.subscription(t, id)); diff != "" {
				t.Fatalf("%s after %d events (-Marketplace +product):\n%s", id, done, diff)
			}
		}
	}
	if done < 60 {
		t.Errorf("only %d things have happened", done)
	}
	if err := m.Cancel(subscriptions[0]); err != nil {
		t.Fatal(err)
	}
	m.awaitQuiet(t)
	// A tenant follows its subscription, or the next one in force when it has ended.
	for _, directory := range []string{sandbox.ContosoDirectoryID, sandbox.FabrikamDirectoryID} {
		apptest.Await(t, "the tenant to be as its subscription", func() bool {
			got := m.tenant(t, directory)
			has, _, err := m.store.TenantSubscription(t.Context(), got.ID)
			if err != nil {
				t.Fatal(err)
			}
			sold, _ := has.Plan()
			status := map[marketplace.Status]tenant.Status{
				marketplace.Subscribed: tenant.Active, marketplace.Suspended: tenant.Suspended,
				marketplace.Cancelled: tenant.Cancelled,
			}[has.Status]
			return got.Plan == plan.Paid && got.Status == status && got.RateMinor == sold.RateMinor &&
				got.PaidSeats == sold.SeatsFor(has.Quantity)
		})
	}
	for range len(m.answers) {
		if a := <-m.answers; (a.status != http.StatusOK && a.status != http.StatusServiceUnavailable) || a.took > answerLimit {
			t.Errorf("an answer of %+v", a)
		}
	}
}

// something gives what may happen to a subscription while its events wait. A suspension never overtakes a change, since
// Microsoft would then drop what was accepted.
func (m *market) something(id string, chance *rand.Rand) []func() error {
	renew := func() error { return m.Renew(id) }
	suspend := func() error { return m.Suspend(id) }
	reinstate := func() error { _, err := m.Reinstate(id); return err }
	unknown := func() error { return m.Notify(id, "Levitate") }
	switch chance.IntN(4) {
	case 0:
		return []func() error{suspend, reinstate, unknown}
	case 1:
		return []func() error{unknown, suspend}
	case 2:
		planID := []string{"team", "business", "active", "active-plus"}[chance.IntN(4)]
		return []func() error{reinstate, renew, func() error { _, err := m.ChangePlan(id, planID); return err }, renew}
	default:
		quantity := 1 + chance.IntN(40)
		return []func() error{reinstate, func() error { _, err := m.ChangeQuantity(id, quantity); return err }, renew}
	}
}

// awaitQuiet waits until every event has a final answer, and no change waits.
func (m *market) awaitQuiet(t *testing.T) {
	t.Helper()
	client := m.Client(t)
	apptest.Await(t, "all events to be delivered", func() bool {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet,
			strings.TrimSuffix(m.config.MarketplaceURL, "/api")+"/_sandbox/marketplace/state", nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		var state struct {
			Webhooks      []struct{ State string }
			Subscriptions []struct{ Pending string }
		}
		if err := json.NewDecoder(response.Body).Decode(&state); err != nil {
			t.Fatal(err)
		}
		for _, call := range state.Webhooks {
			if call.State == "waiting" {
				return false
			}
		}
		for _, s := range state.Subscriptions {
			if s.Pending != "" {
				return false
			}
		}
		return true
	})
}
