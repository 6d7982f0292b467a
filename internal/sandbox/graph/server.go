package graph

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/entra"
	"timetracker/internal/sandbox/standin"
)

// faultService is Graph's name where a fault is set.
const faultService = "graph"

// Server stands in for Microsoft Graph: an http.Handler that searches the users of the caller's directory. Its methods
// are safe for concurrent use.
type Server struct {
	entra  *entra.Server
	faults *standin.Faults
	mux    *http.ServeMux
}

// New returns a Graph stand-in that accepts the tokens of identities and knows its people.
func New(identities *entra.Server) *Server {
	g := &Server{
		entra: identities,
		faults: standin.NewFaults([]string{faultService},
			standin.Down, standin.Slow, standin.Throttled, standin.Forbidden),
		mux: http.NewServeMux(),
	}
	g.mux.HandleFunc("GET /v1.0/users", g.serveUsers)
	g.faults.Register(g.mux)
	return g
}

// ServeHTTP implements http.Handler.
func (g *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if !strings.HasPrefix(r.URL.Path, standin.ControlPrefix) && g.answeredByFault(w, r) {
		return
	}
	g.mux.ServeHTTP(w, r)
}

// answeredByFault answers the request as the fault demands, and reports whether it did.
func (g *Server) answeredByFault(w http.ResponseWriter, r *http.Request) bool {
	switch g.faults.Of(faultService) {
	case standin.Down:
		http.Error(w, "Service Unavailable", http.StatusServiceUnavailable)
		return true
	case standin.Throttled:
		w.Header().Set("Retry-After", standin.RetryAfter)
		writeError(w, http.StatusTooManyRequests, "TooManyRequests", "Too many requests.")
		return true
	case standin.Forbidden:
		writeError(w, http.StatusForbidden, "Authorization_RequestDenied",
			"Insufficient privileges to complete the operation.")
		return true
	case standin.Slow:
		standin.BeSlow(r)
		return false
	default:
		return false
	}
}

// user is a user with the properties that can be selected here.
type user struct {
	DisplayName       string `json:"displayName"`
	Mail              string `json:"mail"`
	UserPrincipalName string `json:"userPrincipalName"`
}

// serveUsers searches users. https://learn.microsoft.com/graph/api/user-list
func (g *Server) serveUsers(w http.ResponseWriter, r *http.Request) {
	caller, ok := g.caller(r)
	if !ok {
		writeError(w, http.StatusUnauthorized, "InvalidAuthenticationToken", "Access token validation failure.")
		return
	}
	// A guest may not list a directory's users.
	if caller.Guest() || !g.entra.Consented(caller.DirectoryID) {
		writeError(w, http.StatusForbidden, "Authorization_RequestDenied",
			"Insufficient privileges to complete the operation.")
		return
	}
	query := r.URL.Query()
	if r.Header.Get("ConsistencyLevel") != "eventual" {
		writeError(w, http.StatusBadRequest, "Request_UnsupportedQuery",
			"Request with $search query parameter only works through MSGraph with a special request header: "+
				"'ConsistencyLevel: eventual'")
		return
	}
	terms, err := parseSearch(query.Get("$search"))
	top, topErr := strconv.Atoi(query.Get("$top"))
	if err != nil || topErr != nil || top < 1 || top > 999 ||
		query.Get("$select") != "displayName,mail,userPrincipalName" {
		writeError(w, http.StatusBadRequest, "BadRequest", "Syntax error in the query.")
		return
	}
	users := []user{}
	for _, person := range g.entra.People() {
		if person.DirectoryID == caller.DirectoryID && len(users) < top &&
			slices.ContainsFunc(terms, func(t searchTerm) bool { return t.matches(person) }) {
			users = append(users, user{person.Name, cmp.Or(person.Mail, person.Email), person.UserPrincipalName})
		}
	}
	standin.WriteJSON(w, http.StatusOK, map[string]any{"value": users})
}

// caller returns the person on whose behalf the token was issued, for Graph and with GraphPermission.
func (g *Server) caller(r *http.Request) (sandbox.Person, bool) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return sandbox.Person{}, false
	}
	var claims struct {
		Audience    string `json:"aud"`
		DirectoryID string `json:"tid"`
		ObjectID    string `json:"oid"`
		Permissions string `json:"scp"`
	}
	if g.entra.Verify(token, &claims) != nil {
		return sandbox.Person{}, false
	}
	resource, ok := g.entra.Resource(claims.Audience)
	if !ok || resource.ClientID != sandbox.GraphResourceID ||
		!slices.Contains(strings.Fields(claims.Permissions), sandbox.GraphPermission) {
		return sandbox.Person{}, false
	}
	return g.entra.PersonByObjectID(claims.DirectoryID, claims.ObjectID)
}

func writeError(w http.ResponseWriter, status int, code, message string) {
	standin.WriteJSON(w, status, map[string]any{"error": map[string]string{"code": code, "message": message}})
}
