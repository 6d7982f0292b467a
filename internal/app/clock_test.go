package app_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"timetracker/internal/app"
	"timetracker/internal/marketplaceapi"
	sandboxentra "timetracker/internal/sandbox/entra"
	"timetracker/internal/telemetry"
	"timetracker/internal/webhook"
)

// newSkewed makes a process whose clock is off, with the log that operators see.
func (m *market) newSkewed(t *testing.T, off time.Duration) (p *app.Process, told *bytes.Buffer) {
	t.Helper()
	now := func() time.Time { return time.Now().Add(off) }
	microsoft, err := marketplaceapi.New(marketplaceapi.Config{
		BaseURL: m.config.MarketplaceURL, Authority: m.config.EntraAuthority, DirectoryID: m.config.MarketplaceTenantID,
		ClientID: m.config.MarketplaceClientID, Secret: m.config.MarketplaceClientSecret.Reveal(), HTTPClient: m.Client(t),
		Now: now,
	})
	if err != nil {
		t.Fatal(err)
	}
	told = &bytes.Buffer{}
	p, err = app.NewProcess(app.ProcessConfig{
		Holder: "skewed", Store: m.store, Now: now, Log: slog.New(slog.NewTextHandler(told, nil)),
		Metrics: telemetry.NewMetrics(), Microsoft: microsoft,
	})
	if err != nil {
		t.Fatal(err)
	}
	return p, told
}

// A clock that is wrong must neither refuse what customers want nor stay a secret. Operators are told once an hour.
func TestTheWebhooksClockIsWrong(t *testing.T) {
	t.Parallel()
	m := newMarket(t, nil)
	for off, want := range map[time.Duration]int{90 * time.Second: http.StatusInternalServerError, 3 * time.Hour: http.StatusServiceUnavailable} {
		p, told := m.newSkewed(t, off)
		served, err := app.NewWebhook(p, app.WebhookConfig{
			Authority: m.config.EntraAuthority, DirectoryID: m.config.MarketplaceTenantID,
			ClientID: m.config.MarketplaceClientID, HTTPClient: m.Client(t),
		})
		if err != nil {
			t.Fatal(err)
		}
		token, err := m.Entra.Sign(m.Entra.WebhookClaims(2), sandboxentra.SignOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, webhook.Path, strings.NewReader("not an event"))
			r.Header.Set("Authorization", "Bearer "+token)
			answer := httptest.NewRecorder()
			served.Handler().ServeHTTP(answer, r)
			if answer.Code != want { // 500: the token is taken, and only the body is not
				t.Errorf("%s off: %d", off, answer.Code)
			}
		}
		alerts := strings.Count(told.String(), "kind=clock_wrong")
		if wanted := map[bool]int{true: 1}[want == http.StatusServiceUnavailable]; alerts != wanted {
			t.Errorf("%s off: operators are told %d times: %s", off, alerts, told)
		}
	}
}
