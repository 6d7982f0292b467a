package sandbox

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
)

// GraphPermission is the delegated permission that searching a directory's users takes.
const GraphPermission = "User.ReadBasic.All"

// Beside down and slow, Graph has these faults.
const (
	faultThrottled faultMode = "throttled" // 429 with Retry-After
	faultForbidden faultMode = "forbidden" // 403, as when consent was withdrawn after the token was issued
)

// throttledFor is what the "throttled" fault asks its clients to wait, in seconds.
const throttledFor = 7

// Graph stands in for Microsoft Graph: an http.Handler that searches the users of the directory of whoever calls. Its
// methods are safe for concurrent use.
type Graph struct {
	entra *Entra
	fault atomic.Value // faultMode
	mux   *http.ServeMux
}

// NewGraph returns a Graph stand-in that trusts the tokens of entra and knows its people.
func NewGraph(entra *Entra) *Graph {
	g := &Graph{entra: entra, mux: http.NewServeMux()}
	g.fault.Store(faultOff)
	g.mux.HandleFunc("GET /v1.0/users", g.serveUsers)
	g.mux.HandleFunc("POST "+controlPrefix+"faults", sameOriginOnly(g.serveFaults))
	return g
}

// ServeHTTP implements http.Handler.
func (g *Graph) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if !strings.HasPrefix(r.URL.Path, controlPrefix) && g.answeredByFault(w, r) {
		return
	}
	g.mux.ServeHTTP(w, r)
}

func (g *Graph) serveFaults(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Service string    `json:"service"`
		Mode    faultMode `json:"mode"`
	}
	if err := readJSON(w, r, &body); err != nil || body.Service != "graph" {
		writeProblem(w, http.StatusBadRequest, "the body must be a JSON object with the service graph and a mode")
		return
	}
	switch body.Mode {
	case faultOff, faultDown, faultSlow, faultThrottled, faultForbidden:
		g.fault.Store(body.Mode)
		w.WriteHeader(http.StatusNoContent)
	default:
		writeProblem(w, http.StatusBadRequest, "mode must be down, slow, throttled, forbidden or off")
	}
}

func (g *Graph) answeredByFault(w http.ResponseWriter, r *http.Request) bool {
	switch g.fault.Load() {
	case faultDown:
		http.Error(w, "Service Unavailable", http.StatusServiceUnavailable)
		return true
	case faultThrottled:
		w.Header().Set("Retry-After", strconv.Itoa(throttledFor))
		writeGraphError(w, http.StatusTooManyRequests, "TooManyRequests", "Too many requests.")
		return true
	case faultForbidden:
		writeGraphError(w, http.StatusForbidden, "Authorization_RequestDenied",
			"Insufficient privileges to complete the operation.")
		return true
	case faultSlow:
		beSlow(r)
		return false
	default:
		return false
	}
}

// graphUser is a user with the properties that can be selected here.
type graphUser struct {
	DisplayName       string `json:"displayName"`
	Mail              string `json:"mail"`
	UserPrincipalName string `json:"userPrincipalName"`
}

// serveUsers searches users. https://learn.microsoft.com/graph/api/user-list
func (g *Graph) serveUsers(w http.ResponseWriter, r *http.Request) {
	caller, ok := g.caller(r)
	if !ok {
		writeGraphError(w, http.StatusUnauthorized, "InvalidAuthenticationToken", "Access token validation failure.")
		return
	}
	// A guest may not list a directory's users.
	if caller.Guest() || !g.entra.consented(caller.DirectoryID) {
		writeGraphError(w, http.StatusForbidden, "Authorization_RequestDenied",
			"Insufficient privileges to complete the operation.")
		return
	}
	query := r.URL.Query()
	if r.Header.Get("ConsistencyLevel") != "eventual" {
		writeGraphError(w, http.StatusBadRequest, "Request_UnsupportedQuery",
			"Request with $search query parameter only works through MSGraph with a special request header: "+
				"'ConsistencyLevel: eventual'")
		return
	}
	terms, err := parseSearch(query.Get("$search"))
	top, topErr := strconv.Atoi(query.Get("$top"))
	if err != nil || topErr != nil || top < 1 || top > 999 ||
		query.Get("$select") != "displayName,mail,userPrincipalName" {
		writeGraphError(w, http.StatusBadRequest, "BadRequest", "Syntax error in the query.")
		return
	}
	found := []graphUser{}
	for _, person := range g.entra.people {
		if person.DirectoryID == caller.DirectoryID && len(found) < top &&
			slices.ContainsFunc(terms, func(t searchTerm) bool { return t.matches(person) }) {
			found = append(found, graphUser{person.Name, person.Email, person.UserPrincipalName})
		}
	}
	writeJSON(w, http.StatusOK, map[string]any{"value": found})
}

// caller returns the person on behalf of whom the request's token was issued for Graph with GraphPermission.
func (g *Graph) caller(r *http.Request) (Person, bool) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return Person{}, false
	}
	var claims struct {
		Audience    string `json:"aud"`
		Expires     int64  `json:"exp"`
		DirectoryID string `json:"tid"`
		ObjectID    string `json:"oid"`
		Permissions string `json:"scp"`
	}
	graph, known := g.entra.app(GraphResourceID)
	if !known || g.entra.keys.verify(token, &claims) != nil || !graph.answersTo(claims.Audience) ||
		g.entra.now().Unix() >= claims.Expires ||
		!slices.Contains(strings.Fields(claims.Permissions), GraphPermission) {
		return Person{}, false
	}
	at := slices.IndexFunc(g.entra.people, func(p Person) bool {
		return p.DirectoryID == claims.DirectoryID && p.ObjectID == claims.ObjectID
	})
	if at < 0 {
		return Person{}, false
	}
	return g.entra.people[at], true
}

// searchTerm is one quoted part of a search: a property and what it begins with.
type searchTerm struct{ property, value string }

// matches compares without regard to case: names word by word, addresses from their beginning.
func (t searchTerm) matches(person Person) bool {
	value := strings.ToLower(t.value)
	if t.property == "mail" {
		return strings.HasPrefix(strings.ToLower(person.Email), value)
	}
	words := strings.Fields(strings.ToLower(person.Name))
	for _, part := range strings.Fields(value) {
		if !slices.ContainsFunc(words, func(word string) bool { return strings.HasPrefix(word, part) }) {
			return false
		}
	}
	return value != ""
}

var errBadSearch = errors.New("not a search")

// parseSearch reads quoted terms joined by OR. A backslash takes its meaning from the character that follows.
// https://learn.microsoft.com/graph/search-query-parameter
func parseSearch(search string) ([]searchTerm, error) {
	var terms []searchTerm
	for {
		rest, ok := strings.CutPrefix(search, `"`)
		if !ok {
			return nil, errBadSearch
		}
		var term strings.Builder
		end := -1
		for i := 0; i < len(rest) && end < 0; i++ {
			switch rest[i] {
			case '"':
				end = i
			case '\\':
				if i++; i == len(rest) {
					return nil, errBadSearch
				}
				term.WriteByte(rest[i])
			default:
				term.WriteByte(rest[i])
			}
		}
		property, value, ok := strings.Cut(term.String(), ":")
		if end < 0 || !ok || property != "displayName" && property != "mail" {
			return nil, errBadSearch
		}
		terms = append(terms, searchTerm{property, value})
		if rest = rest[end+1:]; rest == "" {
			return terms, nil
		}
		if search, ok = strings.CutPrefix(rest, " OR "); !ok {
			return nil, errBadSearch
		}
	}
}

func writeGraphError(w http.ResponseWriter, status int, code, message string) {
	writeJSON(w, status, map[string]any{"error": map[string]string{"code": code, "message": message}})
}
