package standin

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Fault is a way in which a service fails.
type Fault string

// The faults. Each service has those that were seen of the real one.
const (
	Off        Fault = "off"
	Down       Fault = "down"         // 503
	Slow       Fault = "slow"         // no answer for 30 seconds
	Throttled  Fault = "throttled"    // 429 with Retry-After
	Forbidden  Fault = "forbidden"    // 403, as when a permission was withdrawn after the token was issued
	HTML       Fault = "html"         // 200 with a web page, as a proxy in between might answer
	EmptyKeys  Fault = "empty_keys"   // a key set without keys
	WrongJSON  Fault = "wrong_json"   // JSON of another shape
	SignInPage Fault = "sign_in_page" // 203 with a page to sign in, as Azure DevOps takes what it can't authenticate
	Reset      Fault = "reset"        // the connection ends before the request is carried out
	// LostAnswer carries the request out, and ends the connection then.
	LostAnswer Fault = "lost_answer"
	Truncated  Fault = "truncated" // the answer ends in its middle
	Delayed    Fault = "delayed"   // an answer that says for how long its client has been held up
	// ClaimsChallenge makes a service want a token with a second factor.
	ClaimsChallenge Fault = "claims_challenge"
	// SecondFactor makes Entra refuse on-behalf-of with a claims challenge, until the person has confirmed the sign-in.
	SecondFactor Fault = "second_factor"
)

// slowAnswer is how long an answer takes while Slow is on, unless the client gives up first.
const slowAnswer = 30 * time.Second

// RetryAfter is the number of seconds that Throttled asks clients to wait.
const RetryAfter = "7"

// Faults holds the fault of each service of one stand-in. All are off at first. Its methods are safe for concurrent
// use.
type Faults struct {
	services []string
	possible []Fault

	mu sync.Mutex
	on map[string]Fault // by service; absent means Off
}

// NewFaults returns the faults of services, each of which can have one of the possible faults.
func NewFaults(services []string, possible ...Fault) *Faults {
	return &Faults{services: services, possible: append(possible, Off), on: make(map[string]Fault)}
}

// Set changes a service's fault. It fails for a service or a fault that the stand-in does not have.
func (f *Faults) Set(service string, fault Fault) error {
	if !slices.Contains(f.services, service) {
		return fmt.Errorf("sandbox: service must be %s", strings.Join(f.services, " or "))
	}
	if !slices.Contains(f.possible, fault) {
		return fmt.Errorf("sandbox: mode must be one of %v", f.possible)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.on[service] = fault
	return nil
}

// Of returns a service's fault.
func (f *Faults) Of(service string) Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	if fault, ok := f.on[service]; ok {
		return fault
	}
	return Off
}

// All returns the fault of every service.
func (f *Faults) All() map[string]Fault {
	all := make(map[string]Fault, len(f.services))
	for _, service := range f.services {
		all[service] = f.Of(service)
	}
	return all
}

// Register adds the endpoint by which tests, scripts and pages set faults.
func (f *Faults) Register(mux *http.ServeMux) {
	mux.HandleFunc("POST "+ControlPrefix+"faults", SameOriginOnly(f.serve))
}

func (f *Faults) serve(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Service string `json:"service"`
		Mode    Fault  `json:"mode"`
	}
	if err := ReadJSON(w, r, &body); err != nil {
		WriteProblem(w, http.StatusBadRequest, "the body must be a JSON object with service and mode")
		return
	}
	if err := f.Set(body.Service, body.Mode); err != nil {
		WriteProblem(w, http.StatusBadRequest, strings.TrimPrefix(err.Error(), ErrorPrefix))
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// BeSlow waits as long as a slow service does. A client that gives up gets no answer at all. An empty one could still
// reach it, because a closing TLS connection announces its end before it stops reading.
func BeSlow(r *http.Request) {
	select {
	case <-r.Context().Done():
		panic(http.ErrAbortHandler)
	case <-time.After(slowAnswer):
	}
}
