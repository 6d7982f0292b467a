package httpapi_test

import (
	"maps"
	"net/http"
	"testing"

	"timetracker/internal/httpapi"
)

// Operators see why people are turned away, in the program's words alone.
func TestRefusalsAreCounted(t *testing.T) {
	counted := map[string]int{}
	r := newRig(t, func(c *httpapi.Config) {
		c.Refused = func(kind, reason string) { counted[kind+" "+reason]++ }
		c.Limits = httpapi.Limits{
			User: httpapi.Rate{PerSecond: 1, Burst: 8}, Tenant: httpapi.Rate{PerSecond: 1, Burst: 16}, Failures: httpapi.Rate{PerSecond: 1, Burst: 2},
		}
	})
	r.signUp()
	many := `{"people":[{"email":"a@x.example"},{"email":"b@x.example"},{"email":"c@x.example"},{"email":"d@x.example"},{"email":"e@x.example"}]}`
	problem(t, r.do(call{as: ada, method: "POST", path: "/api/v1/users", body: many}), 402, "seat_limit")
	problem(t, r.do(call{path: "/api/v1/me"}), 401, "token_missing")
	bad := call{path: "/api/v1/me", headers: map[string]string{"Authorization": "Bearer canary"}}
	for range 2 {
		problem(t, r.do(bad), 401, "token_invalid")
	}
	problem(t, r.do(bad), http.StatusTooManyRequests, "too_many_failed_sign_ins")
	problem(t, r.do(call{as: ada, path: "/api/v1/time-entries/1"}), 400, "parameter_invalid") // no refusal that operators watch
	for r.do(call{as: ada, path: "/api/v1/me"}).status != http.StatusTooManyRequests {
	}
	want := map[string]int{
		"seats seat_limit": 1, "token token_missing": 1, "token token_invalid": 2, "rate_limit failed_sign_ins": 1, "rate_limit user": 1,
	}
	if !maps.Equal(counted, want) {
		t.Errorf("counted %v, want %v", counted, want)
	}
}
