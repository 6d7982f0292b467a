package httpapi

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"timetracker/internal/httpserver"
	"timetracker/internal/tenant"
)

// TestRefusalsAreHeldBack asks without a pause, as a program that floods would, and goes away once.
func TestRefusalsAreHeldBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{
			now: time.Now, refused: func(string, string) {},
			limits: newLimiter(Limits{User: Rate{PerSecond: 0.001, Burst: 1}, Pause: RefusalPause}),
		}
		requests := httpserver.RequestLog{Now: time.Now, Log: slog.New(slog.DiscardHandler), Observe: func(string, string, int, time.Duration) {}}
		handler := requests.Wrap(s.limitRate(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})))
		ask := func(ctx context.Context) (status int, took time.Duration) {
			began, answer := time.Now(), httptest.NewRecorder()
			ctx = withCall(ctx, &call{person: tenant.Person{}})
			handler.ServeHTTP(answer, httptest.NewRequestWithContext(ctx, http.MethodGet, "/api/v1/me", http.NoBody))
			return answer.Code, time.Since(began)
		}
		gone, leave := context.WithCancel(t.Context())
		leave()
		for _, c := range []struct {
			what   string
			ctx    context.Context
			status int
			took   time.Duration
		}{
			{"what is allowed", t.Context(), http.StatusOK, 0},
			{"what is refused", t.Context(), http.StatusTooManyRequests, RefusalPause},
			{"who has gone", gone, http.StatusTooManyRequests, 0},
		} {
			if status, took := ask(c.ctx); status != c.status || took != c.took {
				t.Errorf("%s: %d after %v, want %d after %v", c.what, status, took, c.status, c.took)
			}
		}
	})
}
