package entra

import (
	"io"
	"net/http"
	"strings"
	"time"

	"timetracker/internal/sandbox/standin"
)

func (e *Server) controlRoutes() {
	e.mux.HandleFunc("GET "+standin.ControlPrefix+"page.css", standin.ServePageStyle)
	e.mux.HandleFunc("POST "+standin.ControlPrefix+"keys/roll", standin.SameOriginOnly(changeKeys(e.RollKeys)))
	e.mux.HandleFunc("POST "+standin.ControlPrefix+"keys/withdraw", standin.SameOriginOnly(changeKeys(e.WithdrawOldKeys)))
	e.faults.Register(e.mux)
	e.mux.HandleFunc("POST "+standin.ControlPrefix+"person", standin.SameOriginOnly(e.serveChangePerson))
	e.mux.HandleFunc("POST "+standin.ControlPrefix+"consent", standin.SameOriginOnly(e.serveConsent))
	e.mux.HandleFunc("POST "+standin.ControlPrefix+"token", standin.SameOriginOnly(e.serveControlToken))
}

func changeKeys(change func() error) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if err := change(); err != nil {
			standin.WriteProblem(w, http.StatusInternalServerError, "the signing keys can't be stored")
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}
}

// faultService is Entra's name where a fault is set.
const faultService = "entra"

// failing tells whether a fault keeps Entra from signing anybody in.
func (e *Server) failing() bool {
	switch e.faults.Of(faultService) {
	case standin.Down, standin.Slow, standin.HTML:
		return true
	default:
		return false
	}
}

// answeredByFault answers the request as the fault demands, and reports whether it did.
func (e *Server) answeredByFault(w http.ResponseWriter, r *http.Request) bool {
	switch e.faults.Of(faultService) {
	case standin.Down:
		http.Error(w, "Service Unavailable", http.StatusServiceUnavailable)
		return true
	case standin.HTML:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, "<!doctype html><title>Sign in to the network</title>")
		return true
	case standin.Slow:
		standin.BeSlow(r)
		return false
	default:
		return false
	}
}

func (e *Server) serveChangePerson(w http.ResponseWriter, r *http.Request) {
	var body struct {
		User string `json:"user"` // the principal name
		PersonChange
	}
	if err := standin.ReadJSON(w, r, &body); err != nil {
		standin.WriteProblem(w, http.StatusBadRequest, "the body must be a JSON object with user, and name, email or mail")
		return
	}
	if err := e.ChangePerson(body.User, body.PersonChange); err != nil {
		standin.WriteProblem(w, http.StatusBadRequest, strings.TrimPrefix(err.Error(), standin.ErrorPrefix))
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (e *Server) serveConsent(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Directory string `json:"directory"` // its id
		Consent   bool   `json:"consent"`
	}
	if err := standin.ReadJSON(w, r, &body); err != nil {
		standin.WriteProblem(w, http.StatusBadRequest, "the body must be a JSON object with directory and consent")
		return
	}
	if err := e.SetConsent(body.Directory, body.Consent); err != nil {
		standin.WriteProblem(w, http.StatusNotFound, strings.TrimPrefix(err.Error(), standin.ErrorPrefix))
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (e *Server) serveControlToken(w http.ResponseWriter, r *http.Request) {
	var body struct {
		User     string `json:"user"`
		ClientID string `json:"client_id"`
		Scope    string `json:"scope"`
	}
	if err := standin.ReadJSON(w, r, &body); err != nil {
		standin.WriteProblem(w, http.StatusBadRequest, "the body must be a JSON object with user, client_id and scope")
		return
	}
	token, expires, err := e.IssueUserToken(body.User, body.ClientID, body.Scope)
	if err != nil {
		standin.WriteProblem(w, http.StatusBadRequest, err.Error())
		return
	}
	standin.WriteJSON(w, http.StatusOK, map[string]any{
		"access_token": token, "expires_at": expires.UTC().Format(time.RFC3339),
	})
}
