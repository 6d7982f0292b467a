package marketplace_test

import (
	"crypto/x509"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/billing"
	"timetracker/internal/calendar"
	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/marketplace"
	"timetracker/internal/marketplaceapi"
	"timetracker/internal/plan"
	"timetracker/internal/sandbox"
	sandboxentra "timetracker/internal/sandbox/entra"
	sandboxmarketplace "timetracker/internal/sandbox/marketplace"
	"timetracker/internal/tenant"
)

// TestEndToEnd buys, lands, is metered, changes, is suspended, reinstated and cancelled over real HTTP. The adapter
// calls the Marketplace's stand-in, whose webhook calls come back.
func TestEndToEnd(t *testing.T) {
	w := domaintest.New(t)
	server := func() *httptest.Server {
		s := httptest.NewUnstartedServer(nil)
		s.Config.ErrorLog = log.New(io.Discard, "", 0)
		t.Cleanup(s.Close)
		return s
	}
	entraServer, apiServer, webhook := server(), server(), server()
	base := func(s *httptest.Server) string { return "https://" + s.Listener.Addr().String() }
	entra, err := sandboxentra.New(sandboxentra.Config{
		BaseURL: base(entraServer), Directories: sandbox.Directories(), People: sandbox.People(), Apps: sandbox.Apps(),
		KeyDir: t.TempDir(), Now: w.Clock.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	for _, s := range []*httptest.Server{entraServer, apiServer, webhook} {
		s.StartTLS()
		roots.AddCert(s.Certificate())
	}
	transport := apiServer.Client().Transport.(*http.Transport)
	transport.TLSClientConfig.RootCAs = roots
	client := &http.Client{Transport: transport}
	market, err := sandboxmarketplace.New(sandboxmarketplace.Config{
		BaseURL: base(apiServer), LandingURL: "https://app.timetracker.example/marketplace", WebhookURL: base(webhook),
		Entra: entra, HTTPClient: client, Now: w.Clock.Now, RetryEvery: time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	api, err := marketplaceapi.New(marketplaceapi.Config{
		BaseURL: base(apiServer) + "/api", Authority: base(entraServer), DirectoryID: sandbox.PublisherDirectoryID,
		ClientID: sandbox.MarketplaceClientID, Secret: sandbox.MarketplaceClientSecret, HTTPClient: client, Now: w.Clock.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Usages = billing.NewUsages(w.Store, api, w.Clock.Now, w.Alerts.Add)
	service := marketplace.NewService(marketplace.Config{
		Store: w.Store, Fulfillment: api, Tenants: w.Tenants, Now: w.Clock.Now, Flush: w.Usages.Flush, Alert: w.Alerts.Add,
	})
	w.Marketplace = service
	entraServer.Config.Handler, apiServer.Config.Handler = entra, market
	webhook.Config.Handler = http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		n, err := marketplace.ParseNotification(body)
		if err == nil {
			err = service.Receive(r.Context(), n)
		}
		switch {
		case errs.Is(err, errs.RuleBroken):
			out.WriteHeader(http.StatusBadRequest)
		case err != nil:
			t.Error(err)
			out.WriteHeader(http.StatusInternalServerError)
		}
	})
	// settle delivers Microsoft's events and runs the jobs.
	settle := func() {
		t.Helper()
		for range 3 {
			w.Clock.Add(15 * time.Second)
			market.Deliver(t.Context())
			if _, err := service.Acknowledge(t.Context(), 10); err != nil {
				t.Fatal(err)
			}
			if _, err := service.Follow(t.Context(), 10); err != nil {
				t.Fatal(err)
			}
		}
	}

	people := sandbox.People()
	buyer := people[slices.IndexFunc(people, func(p sandbox.Person) bool { return p.DirectoryID == sandbox.ContosoDirectoryID })]
	ada := tenant.Person{DirectoryID: ids.MustParse[ids.Directory](buyer.DirectoryID), ObjectID: ids.MustParse[ids.Object](buyer.ObjectID), Email: buyer.Email, Name: "Ada"}
	id, err := market.Buy(sandboxmarketplace.Purchase{Purchaser: buyer.UserPrincipalName, OfferID: "timetracker-active", PlanID: "active"})
	if err != nil {
		t.Fatal(err)
	}
	token, err := market.LandingToken(id)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := service.Take(t.Context(), ada, marketplace.TakeRequest{Token: token, SignUp: signUp()}); err != nil {
		t.Fatal(err)
	}
	settle()
	m, err := w.Tenants.SignIn(t.Context(), ada)
	if err != nil || m.Tenant.Plan != plan.Paid {
		t.Fatalf("on plan %s: %v", m.Tenant.Plan, err)
	}
	for _, name := range []string{"Grace", "Linus", "Barbara", "Ken", "Edsger", "Tony", "Niklaus"} {
		colleague := w.Join(t, m, name)
		w.Save(t, colleague, domaintest.Entry(colleague, domaintest.Item(1), w.Clock.Now().Add(-time.Minute), w.Clock.Now()))
	}
	steps := []struct {
		do     func() error
		plan   string
		status tenant.Status
	}{
		{func() error { _, err := market.ChangePlan(id, "active-plus"); return err }, "active-plus", tenant.Active},
		{func() error { return market.Suspend(id) }, "active-plus", tenant.Suspended},
		{func() error { _, err := market.Reinstate(id); return err }, "active-plus", tenant.Active},
		{func() error { return market.Notify(id, "Transfer") }, "active-plus", tenant.Active},
		{func() error { return market.Cancel(id) }, "active-plus", tenant.Cancelled},
	}
	for i, step := range steps {
		if err := step.do(); err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
		settle()
		if got := kept(t, w, ids.MustParse[ids.Subscription](id)); got.PlanID != step.plan {
			t.Errorf("step %d: on plan %s", i, got.PlanID)
		}
		if got := w.Again(t, m).Tenant.Status; got != step.status {
			t.Errorf("step %d: the tenant is %s", i, got)
		}
		theirs, err := market.Subscription(id)
		if err != nil || theirs.PlanID != step.plan {
			t.Errorf("step %d: Microsoft has plan %s: %v", i, theirs.PlanID, err)
		}
	}
	reported, err := api.Reported(t.Context(), w.Clock.Now().Truncate(24*time.Hour))
	if err != nil || len(reported) != 1 || reported[0].Quantity != 2 {
		t.Errorf("Microsoft has the usage %+v: %v", reported, err)
	}
	if err := w.Usages.Compare(t.Context()); err != nil {
		t.Error(err)
	}
	if err := service.Reconcile(t.Context()); err != nil {
		t.Error(err)
	}
	want := []marketplace.Action{
		marketplace.Bind, marketplace.Activate, marketplace.ChangePlan, marketplace.Suspend, marketplace.Reinstate,
		marketplace.Unsubscribe,
	}
	if diff := cmp.Diff(want, lifecycle(t, w, m)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"unknown action"}, w.Alerts.Take()); diff != "" {
		t.Error(diff)
	}
	w.Clock.Set(calendar.MonthOf(w.Clock.Now()).To())
	var total int64
	err = w.Billing.Bill(t.Context(), calendar.MonthOf(w.Clock.Now()).Previous(), billing.Options{Each: func(l billing.Line) error {
		total = l.Record.TotalMinor
		return nil
	}})
	if err != nil || total != 14900 {
		t.Errorf("the month comes to %d: %v", total, err)
	}
}
