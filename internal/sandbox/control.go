package sandbox

import (
	_ "embed"
	"io"
	"net/http"
	"time"
)

// controlPrefix is the path of what Entra does not have: the handles by which tests and scripts steer the
// stand-in.
const controlPrefix = "/_sandbox/"

type faultMode string

// What a fault makes Entra do, the control endpoints apart.
const (
	faultOff       faultMode = "off"
	faultDown      faultMode = "down"       // 503
	faultSlow      faultMode = "slow"       // no answer for slowAnswer
	faultHTML      faultMode = "html"       // 200 with a web page, as a proxy in between might
	faultEmptyKeys faultMode = "empty_keys" // a key set without keys
)

//go:embed page.css
var pageCSS []byte

func (e *Entra) controlRoutes() {
	e.mux.HandleFunc("GET "+controlPrefix+"page.css", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		_, _ = w.Write(pageCSS)
	})
	e.mux.HandleFunc("POST "+controlPrefix+"keys/roll", sameOriginOnly(changeKeys(e.RollKeys)))
	e.mux.HandleFunc("POST "+controlPrefix+"keys/withdraw", sameOriginOnly(changeKeys(e.WithdrawOldKeys)))
	e.mux.HandleFunc("POST "+controlPrefix+"faults", sameOriginOnly(e.serveFaults))
	e.mux.HandleFunc("POST "+controlPrefix+"token", sameOriginOnly(e.serveControlToken))
}

func changeKeys(change func() error) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if err := change(); err != nil {
			writeProblem(w, http.StatusInternalServerError, "the signing keys can't be stored")
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}
}

func (e *Entra) serveFaults(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Service string    `json:"service"`
		Mode    faultMode `json:"mode"`
	}
	if err := readJSON(w, r, &body); err != nil {
		writeProblem(w, http.StatusBadRequest, "the body must be a JSON object with service and mode")
		return
	}
	if body.Service != "entra" {
		writeProblem(w, http.StatusBadRequest, "service must be entra")
		return
	}
	switch body.Mode {
	case faultOff, faultDown, faultSlow, faultHTML, faultEmptyKeys:
		e.fault.Store(body.Mode)
		w.WriteHeader(http.StatusNoContent)
	default:
		writeProblem(w, http.StatusBadRequest, "mode must be down, slow, html, empty_keys or off")
	}
}

// failing tells whether a fault keeps Entra from signing anybody in.
func (e *Entra) failing() bool {
	switch e.fault.Load() {
	case faultDown, faultSlow, faultHTML:
		return true
	default:
		return false
	}
}

// beSlow takes as long as a slow service does. A client that gives up meanwhile gets no answer at all: an empty one
// could still reach it, since a closing TLS connection says so before it stops reading.
func beSlow(r *http.Request) {
	select {
	case <-r.Context().Done():
		panic(http.ErrAbortHandler)
	case <-time.After(slowAnswer):
	}
}

// answeredByFault answers the request if the fault that is on leaves no room for another answer.
func (e *Entra) answeredByFault(w http.ResponseWriter, r *http.Request) bool {
	switch e.fault.Load() {
	case faultDown:
		http.Error(w, "Service Unavailable", http.StatusServiceUnavailable)
		return true
	case faultHTML:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, "<!doctype html><title>Sign in to the network</title>")
		return true
	case faultSlow:
		beSlow(r)
		return false
	default:
		return false
	}
}

func (e *Entra) serveControlToken(w http.ResponseWriter, r *http.Request) {
	var body struct {
		User     string `json:"user"`
		ClientID string `json:"client_id"`
		Scope    string `json:"scope"`
	}
	if err := readJSON(w, r, &body); err != nil {
		writeProblem(w, http.StatusBadRequest, "the body must be a JSON object with user, client_id and scope")
		return
	}
	token, expires, err := e.IssueUserToken(body.User, body.ClientID, body.Scope)
	if err != nil {
		writeProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"access_token": token, "expires_at": expires.UTC().Format(time.RFC3339),
	})
}
