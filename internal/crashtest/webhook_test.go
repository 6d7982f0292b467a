package crashtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/alert"
	"timetracker/internal/app"
	"timetracker/internal/apptest"
	"timetracker/internal/audit"
	"timetracker/internal/billing"
	"timetracker/internal/calendar"
	"timetracker/internal/config"
	"timetracker/internal/ids"
	"timetracker/internal/marketplace"
	"timetracker/internal/marketplaceapi"
	"timetracker/internal/page"
	"timetracker/internal/sandbox"
	sandboxmarketplace "timetracker/internal/sandbox/marketplace"
	"timetracker/internal/sqlstore"
	"timetracker/internal/sqlstore/enginetest"
	"timetracker/internal/tenant"
)

// account is what a webhook has stored.
type account struct {
	// How many rows the one event has.
	Deliveries, Lifecycle, Audit int

	Own   bound // whose subscription the event is about
	Other bound // whose it is not about
}

// bound is a subscription with its tenant.
type bound struct {
	Plan      string
	Quantity  int
	Status    string
	Seats     int
	RateMinor int64
	Tenant    string // its status
}

// receiver is a webhook under test.
type receiver struct {
	start func(t *testing.T) *apptest.Process // gives a webhook that accepts events
	look  func(t *testing.T, operationID string) account
}

// event is something that happens to a subscription, with its expected effect.
type event struct {
	happen func(m *apptest.Microsoft, id string) error
	effect func(b *bound)
	change bool // Microsoft waits for our consent
	kills  int
}

var marketplaceEvents = map[string]event{
	"ChangeQuantity": {
		happen: func(m *apptest.Microsoft, id string) error { _, err := m.ChangeQuantity(id, 12); return err },
		effect: func(b *bound) { b.Quantity, b.Seats = 12, 12 }, change: true, kills: 12,
	},
	"ChangePlan": {
		happen: func(m *apptest.Microsoft, id string) error { _, err := m.ChangePlan(id, "business"); return err },
		effect: func(b *bound) { b.Plan, b.RateMinor = "business", 1400 }, change: true, kills: 6,
	},
	"Suspend": {
		happen: func(m *apptest.Microsoft, id string) error { return m.Suspend(id) },
		effect: func(b *bound) { b.Status, b.Tenant = "suspended", "suspended" }, kills: 6,
	},
	"Unsubscribe": {
		happen: func(m *apptest.Microsoft, id string) error { return m.Cancel(id) },
		effect: func(b *bound) { b.Status, b.Tenant = "cancelled", "cancelled" }, kills: 6,
	},
}

// storm says how an event is sent.
type storm struct {
	senders int // in parallel
	answers int // at least
	kills   int
}

// outcome is the result of a storm.
type outcome struct {
	broken   []string // broken rules
	accepted int      // answers of success
	failed   int      // answers that asked for another attempt
	lost     int      // attempts without an answer
	undone   int      // kills after which the event had left nothing
}

func (o outcome) String() string {
	return fmt.Sprintf("%d accepted, %d failed, %d lost; %d kills before anything was kept", o.accepted, o.failed, o.lost, o.undone)
}

// sky is where storms come from: the stand-ins, a customer's subscription, and one of another customer.
type sky struct {
	*apptest.Microsoft
	own, other string // ids
	posted     chan []byte
	tokens     [2]string                           // of both versions; each is valid for an hour, as Microsoft's are
	calls      atomic.Pointer[func(*http.Request)] // called before each call of the Marketplace's API is answered
}

func newSky(t *testing.T) *sky {
	t.Helper()
	s := &sky{posted: make(chan []byte, 10)}
	s.watch(func(*http.Request) {})
	s.Microsoft = apptest.StartMicrosoft(t, apptest.Addresses(t, 1)[0], func(c *sandboxmarketplace.Config) {
		// The transport keeps what the Marketplace sends, for the test to send. Changes wait for consent as long as the
		// test takes.
		c.HTTPClient = &http.Client{Transport: s}
		c.RetryEvery, c.OperationDelay = time.Hour, time.Hour
	}, func(r *http.Request) { (*s.calls.Load())(r) })
	for i := range s.tokens {
		var err error
		if s.tokens[i], err = s.Entra.IssueWebhookToken(1 + i); err != nil {
			t.Fatal(err)
		}
	}
	s.own, s.other = s.buy(t, "ada@contoso.example"), s.buy(t, "frances@fabrikam.example")
	return s
}

// watch sets a function that is called before each call of the Marketplace's API is answered.
func (s *sky) watch(call func(*http.Request)) { s.calls.Store(&call) }

// RoundTrip implements http.RoundTripper.
func (s *sky) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	s.posted <- body
	return nil, errors.Join(errors.New("it is sent by the test"), err)
}

// happening makes an event happen and gives what is sent for it.
func (s *sky) happening(t *testing.T, e event) (payload []byte, operationID string) {
	t.Helper()
	if err := e.happen(s.Microsoft, s.own); err != nil {
		t.Fatal(err)
	}
	s.Deliver(t.Context())
	payload = <-s.posted
	n, err := marketplace.ParseNotification(payload)
	if err != nil {
		t.Fatal(err)
	}
	return payload, n.OperationID.String()
}

func (s *sky) buy(t *testing.T, who string) string {
	t.Helper()
	id, err := s.Buy(sandboxmarketplace.Purchase{
		Purchaser: who, OfferID: "timetracker", PlanID: "team", Quantity: 10, AutoActivation: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Deliver(t.Context())
	<-s.posted
	return id
}

// run sends a storm of an event to a webhook, and gives the outcome.
func (o storm) run(t *testing.T, s *sky, r receiver, e event) outcome {
	t.Helper()
	payload, operationID := s.happening(t, e)
	before := r.look(t, operationID)
	want := before
	want.Deliveries, want.Lifecycle, want.Audit = 1, 1, 1
	e.effect(&want.Own)
	chance := rand.New(rand.NewPCG(2026, 11))
	var found outcome
	for kill := range o.kills {
		process := r.start(t)
		// The first kills come while a call of the API is in flight, the next ones during a transaction. The others
		// come between one answer and the next.
		enough, delay := int64(1+kill%2), time.Duration(chance.Int64N(int64(5*time.Millisecond)))
		if kill >= 4 {
			enough = 1 + chance.Int64N(100)
		}
		s.blow(t, o, payload, &found, enough, func() {
			if kill < 2 {
				process.Kill()
			} else {
				time.AfterFunc(delay, process.Kill)
			}
		})
		process.Kill()
		switch got := r.look(t, operationID); {
		case cmp.Equal(got, want):
		case found.accepted == 0 && cmp.Equal(got, before):
			found.undone++
		default:
			found.broken = append(found.broken, fmt.Sprintf("after kill %d and %s (-want +got):\n%s", kill+1, found, cmp.Diff(want, got)))
			return found
		}
	}
	process := r.start(t)
	s.blow(t, o, payload, &found, 0, nil)
	if e.change && found.accepted > 0 {
		apptest.Await(t, "the acknowledgement of the change", func() bool {
			subscription, err := s.Subscription(s.own)
			return err != nil || (subscription.PlanID == want.Own.Plan && subscription.Quantity == want.Own.Quantity)
		})
	}
	process.Interrupt(t)
	if code := process.ExitCode(t); code != 0 {
		t.Errorf("the exit code is %d\n%s", code, process.Stderr)
	}
	if got := r.look(t, operationID); !cmp.Equal(got, want) {
		found.broken = append(found.broken, fmt.Sprintf("in the end (-want +got):\n%s", cmp.Diff(want, got)))
	}
	if found.accepted == 0 {
		found.broken = append(found.broken, "it was never accepted")
	}
	return found
}

// blow sends the event until it isn't answered any more. It calls kill after enough answers, and calls of the
// Marketplace's API. Without kill it ends with the storm's answers, of which none may be missing.
func (s *sky) blow(t *testing.T, o storm, payload []byte, found *outcome, enough int64, kill func()) {
	t.Helper()
	client := &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: o.senders}}
	defer client.CloseIdleConnections()
	var happened atomic.Int64
	happens := func() {
		if happened.Add(1) == enough {
			kill()
		}
	}
	s.watch(func(*http.Request) { happens() })
	var mu sync.Mutex
	var senders sync.WaitGroup
	for sender := range o.senders {
		senders.Go(func() {
			for first := true; ; first = false {
				mu.Lock()
				over := kill == nil && !first && found.accepted+found.failed >= o.answers
				mu.Unlock()
				if over {
					return
				}
				status, err := s.post(t.Context(), client, payload, s.tokens[sender%2])
				mu.Lock()
				found.note(status, err, kill == nil)
				mu.Unlock()
				if err != nil {
					return
				}
				happens()
			}
		})
	}
	senders.Wait()
}

// note judges an answer. Any answer but 200 and 5xx would tell Microsoft that we refuse.
func (o *outcome) note(status int, err error, complete bool) {
	switch {
	case err != nil:
		o.lost++
		if complete {
			o.broken = append(o.broken, fmt.Sprintf("no answer of a webhook that was not killed: %v", err))
		}
	case status == http.StatusOK:
		o.accepted++
	case status/100 == 5:
		o.failed++
	default:
		o.broken = append(o.broken, fmt.Sprintf("an answer of %d", status))
	}
}

// post sends the event once, as Microsoft does.
func (s *sky) post(ctx context.Context, client *http.Client, payload []byte, token string) (status int, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.WebhookURL(), bytes.NewReader(payload))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	response, err := client.Do(r)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return response.StatusCode, err
}

func TestAnEventTakesEffectOnce(t *testing.T) {
	for name, e := range marketplaceEvents {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			enginetest.Each(t, func(t *testing.T, url string) {
				s := newSky(t)
				found := storm{senders: 50, answers: 500, kills: e.kills}.run(t, s, productWebhook(t, s, url), e)
				t.Log(found)
				for _, broken := range found.broken {
					t.Error(broken)
				}
				if found.lost == 0 || found.undone == 0 {
					t.Errorf("the test has not tested: %s", found)
				}
			})
		})
	}
}

// A given answer binds us. Microsoft has its 200 and sends nothing again, but must still get the acknowledgement.
func TestAChangeIsAcknowledgedAfterAKill(t *testing.T) {
	s := newSky(t)
	r := productWebhook(t, s, enginetest.NewSQLite(t))
	payload, _ := s.happening(t, marketplaceEvents["ChangeQuantity"])
	process := r.start(t)
	killed := make(chan struct{})
	release := sync.OnceFunc(func() { close(killed) })
	t.Cleanup(release)
	s.watch(func(r *http.Request) {
		if r.Method == http.MethodPatch {
			<-killed
			panic(http.ErrAbortHandler)
		}
	})
	if status, err := s.post(t.Context(), http.DefaultClient, payload, s.tokens[1]); err != nil || status != http.StatusOK {
		t.Fatalf("the answer is %d, %v", status, err)
	}
	process.Kill()
	s.watch(func(*http.Request) {})
	release()
	if subscription, err := s.Subscription(s.own); err != nil || subscription.Quantity != 10 {
		t.Fatalf("it was acknowledged before the kill: %+v, %v", subscription, err)
	}
	began := time.Now()
	r.start(t)
	apptest.Await(t, "the acknowledgement", func() bool {
		subscription, err := s.Subscription(s.own)
		return err != nil || subscription.Quantity == 12
	})
	// A lease of the killed process would last for a minute.
	if took := time.Since(began); took > 30*time.Second {
		t.Errorf("it took %s", took)
	}
}

// This shows that the test can fail.
func TestNaiveWebhooksAreCaught(t *testing.T) {
	for name, o := range map[string]struct {
		storm
		webhook naiveWebhookOptions
	}{
		"sent twice at the same time":       {storm{senders: 2, answers: 2}, naiveWebhookOptions{Racing: true}},
		"killed in the midst of the work":   {storm{senders: 1, answers: 1, kills: 10}, naiveWebhookOptions{}},
		"killed after an answer in advance": {storm{senders: 1, answers: 1, kills: 10}, naiveWebhookOptions{Early: true}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSky(t)
			found := o.run(t, s, naiveWebhook(t, s, o.webhook), marketplaceEvents["ChangeQuantity"])
			if len(found.broken) == 0 {
				t.Errorf("nothing is found to be wrong: %s", found)
			}
		})
	}
}

// With one sender, and a webhook that is never killed, the naive one passes.
func TestNaiveWebhookPassesInFairWeather(t *testing.T) {
	s := newSky(t)
	found := storm{senders: 1, answers: 20}.run(t, s, naiveWebhook(t, s, naiveWebhookOptions{}), marketplaceEvents["ChangeQuantity"])
	for _, broken := range found.broken {
		t.Error(broken)
	}
}

// productWebhook is `timetracker webhook` on a database in which both subscriptions have their tenants.
func productWebhook(t *testing.T, s *sky, url string) receiver {
	t.Helper()
	c := s.Config(t, url)
	if err := app.Migrate(t.Context(), c, io.Discard, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	signUp(t, s, c)
	return receiver{
		start: func(t *testing.T) *apptest.Process {
			t.Helper()
			process := apptest.Start(t, roleWebhook, webhookEnvironment(c), "{}")
			apptest.AwaitOK(t, "http://"+c.InternalListen+"/readyz")
			return process
		},
		look: func(t *testing.T, operationID string) account {
			t.Helper()
			store := openDatabase(t, c)
			// It is closed before the next start, which then finds the file as the kill has left it.
			defer store.Close()
			return accountOf(t, store, s, operationID)
		},
	}
}

// webhookConfig reads the environment of a role.
func webhookConfig() (config.Config, error) {
	environ := map[string]string{}
	for _, pair := range os.Environ() {
		name, value, _ := strings.Cut(pair, "=")
		environ[name] = value
	}
	return config.LoadWebhook(environ)
}

func runWebhook(ctx context.Context, _ struct{}) error {
	c, err := webhookConfig()
	if err != nil {
		return err
	}
	return app.Webhook(ctx, c, slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})))
}

func webhookEnvironment(c config.Config) []string {
	return []string{
		"TIMETRACKER_DATABASE_URL=" + c.DatabaseURL.Reveal(),
		"TIMETRACKER_WEBHOOK_LISTEN=" + c.WebhookListen,
		"TIMETRACKER_INTERNAL_LISTEN=" + c.InternalListen,
		"TIMETRACKER_ENTRA_AUTHORITY=" + c.EntraAuthority,
		"TIMETRACKER_MARKETPLACE_URL=" + c.MarketplaceURL,
		"TIMETRACKER_MARKETPLACE_TENANT_ID=" + c.MarketplaceTenantID,
		"TIMETRACKER_MARKETPLACE_CLIENT_ID=" + c.MarketplaceClientID,
		"TIMETRACKER_MARKETPLACE_CLIENT_SECRET=" + c.MarketplaceClientSecret.Reveal(),
		"TIMETRACKER_CA_FILE=" + c.CAFile,
	}
}

func openDatabase(t *testing.T, c config.Config) *sqlstore.Store {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), sqlstore.Config{Create: true, URL: c.DatabaseURL.Reveal(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func fulfillment(c config.Config, client *http.Client) (*marketplaceapi.Client, error) {
	return marketplaceapi.New(marketplaceapi.Config{
		BaseURL: c.MarketplaceURL, Authority: c.EntraAuthority, DirectoryID: c.MarketplaceTenantID,
		ClientID: c.MarketplaceClientID, Secret: c.MarketplaceClientSecret.Reveal(), HTTPClient: client, Now: time.Now,
	})
}

// signUp makes the tenants of both directories, and gives them their subscriptions as the daily comparison does.
func signUp(t *testing.T, s *sky, c config.Config) {
	t.Helper()
	store := openDatabase(t, c)
	defer store.Close()
	tenants := tenant.NewService(store, time.Now, calendar.CheckZone)
	for name, directory := range map[string]string{
		"contoso": sandbox.ContosoDirectoryID, "fabrikam": sandbox.FabrikamDirectoryID,
	} {
		ada := tenant.Person{DirectoryID: ids.MustParse[ids.Directory](directory), ObjectID: ids.New[ids.Object](), Name: "Ada"}
		_, err := tenants.SignUp(t.Context(), ada, tenant.SignUpRequest{
			Name: name, Slug: name, AzureDevOpsOrganization: name, AdminEmail: "admin@" + name + ".example",
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	client, err := fulfillment(c, s.Client(t))
	if err != nil {
		t.Fatal(err)
	}
	subscriptions := marketplace.NewService(marketplace.Config{
		Store: store, Fulfillment: client, Tenants: tenants, Now: time.Now,
		Flush: func(context.Context, marketplace.Subscription) error { return nil },
		Alert: func(_ context.Context, a alert.Alert) { t.Error(a.What(), a.Err) },
	})
	if err := subscriptions.Reconcile(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// accountOf reads what the product has stored. It does not count the subscription's first lifecycle records and audit
// events, which are about its beginning.
func accountOf(t *testing.T, store *sqlstore.Store, s *sky, operationID string) account {
	t.Helper()
	var a account
	_, ok, err := store.Delivery(t.Context(), ids.MustParse[ids.Operation](operationID))
	if err != nil {
		t.Fatal(err)
	}
	if ok {
		a.Deliveries = 1
	}
	const all = 1000
	for id, into := range map[string]*bound{s.own: &a.Own, s.other: &a.Other} {
		subscription, _, err := store.Subscription(t.Context(), ids.MustParse[ids.Subscription](id))
		if err != nil {
			t.Fatal(err)
		}
		member, _, err := store.Member(t.Context(), subscription.BeneficiaryDirectory, ids.Object{})
		if err != nil {
			t.Fatal(err)
		}
		*into = bound{
			Plan: subscription.PlanID, Quantity: subscription.Quantity, Status: string(subscription.Status),
			Seats: member.Tenant.PaidSeats, RateMinor: member.Tenant.RateMinor, Tenant: string(member.Tenant.Status),
		}
		records, err := store.Records(t.Context(), subscription.TenantID, billing.RecordFilter{Kind: billing.Lifecycle},
			page.Request{Limit: all})
		if err != nil {
			t.Fatal(err)
		}
		events, err := store.AuditEvents(t.Context(), subscription.TenantID,
			audit.Filter{Type: string(audit.SubscriptionChanged)}, page.Request{Limit: all})
		if err != nil {
			t.Fatal(err)
		}
		a.Lifecycle, a.Audit = a.Lifecycle+len(records)-1, a.Audit+len(events)-1
	}
	return a
}
