package app_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/alert"
	"timetracker/internal/app"
	"timetracker/internal/connector/connectortest"
	"timetracker/internal/errs"
	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/sandboxtest"
	"timetracker/internal/sandbox/standin"
)

// Operators are told once an hour of a credential that only they can replace, and not of what mends itself.
func TestARefusedCredentialIsToldToOperators(t *testing.T) {
	clock := sandboxtest.NewClock(time.Date(2026, 11, 21, 9, 30, 0, 0, time.UTC))
	w := connectortest.Start(t, clock.Now)
	var told []alert.Kind
	config := app.OnBehalfConfig{
		Authority: w.EntraURL, ClientID: sandbox.APIClientID, Secret: "an-old-secret", HTTPClient: w.Client,
		Graph: "https://graph.example", AzureDevOps: w.RESTURL, Now: clock.Now,
		Alert: func(_ context.Context, a alert.Alert) {
			told = append(told, a.Kind)
			if a.Err == nil || !strings.Contains(a.Err.Error(), "7000215") || strings.Contains(a.Err.Error(), "an-old-secret") {
				t.Errorf("the log is told %v", a.Err)
			}
		},
	}
	read := func(config app.OnBehalfConfig, code string) {
		t.Helper()
		people, err := app.AsPeople(config)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			_, err = people.Remote.Read(t.Context(), w.Credential(t, ada), connectortest.Site, []string{"104"})
			if errs.CodeOf(err) != code {
				t.Errorf("got %v, want %s", err, code)
			}
		}
		clock.Advance(time.Hour)
		_, err = people.Remote.Read(t.Context(), w.Credential(t, ada), connectortest.Site, []string{"104"})
		if errs.CodeOf(err) != code {
			t.Errorf("an hour later got %v, want %s", err, code)
		}
	}
	read(config, "tracker_unavailable")
	if diff := cmp.Diff([]alert.Kind{alert.APICredentialRefused, alert.APICredentialRefused}, told); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
	told = nil
	config.Secret = sandbox.APIClientSecret
	w.Fail(t, connectortest.Entra, standin.Down)
	read(config, "tracker_unavailable")
	w.Fail(t, connectortest.Entra, standin.SecondFactor)
	read(config, "interaction_required")
	w.Fail(t, connectortest.Entra, standin.Off)
	if err := w.Entra.SetConsent(sandbox.ContosoDirectoryID, false); err != nil {
		t.Fatal(err)
	}
	read(config, "tracker_consent_required")
	if told != nil {
		t.Errorf("told %v", told)
	}
	config.Secret = ""
	if people, err := app.AsPeople(config); err != nil || people != (app.OnBehalf{}) {
		t.Errorf("without a credential: %v, %v", people, err)
	}
}
