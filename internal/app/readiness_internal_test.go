package app

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
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
	}), true)
	expect := func(what, path string, status int, body string) {
		t.Helper()
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody))
		if got := strings.TrimSpace(answer.Body.String()); answer.Code != status || got != body {
			t.Errorf("%s: %d %s, want %d %s", what, answer.Code, got, status, body)
		}
		if path == "/readyz" && (answer.Header().Get("Strict-Transport-Security") == "" || answer.Header().Get("Content-Security-Policy") == "") {
			t.Errorf("%s: the headers are %v", what, answer.Header())
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

// TestAProbeMakesNobodyWaitForAnother lets many strangers ask while the database is slow.
func TestAProbeMakesNobodyWaitForAnother(t *testing.T) {
	var asked atomic.Int32
	slow := make(chan struct{})
	p := &Process{store: migratedStore(t), now: func() time.Time { return time.UnixMilli(1_700_000_000_000) }}
	p.checks = append(p.checks, func() error {
		asked.Add(1)
		<-slow
		return nil
	})
	handler := p.withReadiness(http.NotFoundHandler(), true)
	ask := func(ctx context.Context) int {
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, httptest.NewRequestWithContext(ctx, http.MethodGet, "/readyz", http.NoBody))
		return answer.Code
	}
	var strangers sync.WaitGroup
	for range 20 {
		strangers.Go(func() {
			if status := ask(t.Context()); status != http.StatusOK {
				t.Errorf("answered with %d", status)
			}
		})
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if status := ask(gone); status != http.StatusServiceUnavailable {
		t.Errorf("who has gone is answered with %d", status)
	}
	close(slow)
	strangers.Wait()
	if asked.Load() != 1 {
		t.Errorf("the database was asked %d times", asked.Load())
	}
}
