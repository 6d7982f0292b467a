package app_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"timetracker/internal/app"
	"timetracker/internal/config"
)

func TestHealthIsAskedOnTheMachineItself(t *testing.T) {
	healthy := true
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		if !healthy {
			http.Error(w, "not ready: the database is away", http.StatusServiceUnavailable)
		}
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("HTTP_PROXY", "http://192.0.2.1:1") // for other machines
	for _, test := range []struct {
		listen         string
		ready, healthy bool
		want           string // begins what is said
	}{
		{"127.0.0.1:" + port, false, false, "The program is alive.\n"},
		{"127.0.0.1:" + port, true, true, "The program may get requests.\n"},
		{"0.0.0.0:" + port, true, true, "The program may get requests.\n"},
		{":" + port, true, false, "the program may get no requests: the database is away"},
	} {
		healthy = test.healthy
		var out strings.Builder
		if err := app.Healthcheck(t.Context(), config.Config{InternalListen: test.listen}, test.ready, &out); err != nil {
			out.WriteString(err.Error())
		}
		if out.String() != test.want {
			t.Errorf("%s, ready %t: %q, want %q", test.listen, test.ready, out.String(), test.want)
		}
	}
}
