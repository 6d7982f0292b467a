package app

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestReadinessIsToldToAnybodyWithoutAReason asks as a platform does that knows one address alone.
func TestReadinessIsToldToAnybodyWithoutAReason(t *testing.T) {
	store := migratedStore(t)
	now, asked, why := time.UnixMilli(1_700_000_000_000), 0, error(nil)
	p := &Process{store: store, now: func() time.Time { return now }}
	p.checks = append(p.checks, func() error { asked++; return why })
	handler := p.withReadiness(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte("served " + r.URL.Path))
	}))
	expect := func(what, path string, status int, body string) {
		t.Helper()
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody))
		if got := strings.TrimSpace(answer.Body.String()); answer.Code != status || got != body {
			t.Errorf("%s: %d %s, want %d %s", what, answer.Code, got, status, body)
		}
	}
	expect("what is served", "/a//b", http.StatusOK, "served /a//b")
	expect("ready", "/readyz", http.StatusOK, "ok")
	why = errors.New("a secret reason")
	expect("within the pause", "/readyz", http.StatusOK, "ok")
	now = now.Add(probePause)
	expect("not ready", "/readyz", http.StatusServiceUnavailable, "not ready")
	if asked != 2 {
		t.Errorf("it was asked %d times", asked)
	}
	why = nil
	p.stopping.Store(true)
	expect("told to stop", "/readyz", http.StatusServiceUnavailable, "not ready")
}
