package rest

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"timetracker/internal/sandbox/standin"
)

// rateResource is the name that Azure DevOps tells people of a limit.
const rateResource = "Concurrency/User"

// Limit is how many requests a person may send in a window that slides. Beyond it answers come late; beyond twice as many
// there are none. Zero is no limit.
// https://learn.microsoft.com/azure/devops/integrate/concepts/rate-limits
type Limit struct {
	Requests int
	Window   time.Duration
}

// limiter counts the requests of each person. Safe for concurrent use.
type limiter struct {
	now func() time.Time

	mu    sync.Mutex
	limit Limit
	used  map[string][]time.Time // by object id: when, oldest first
}

func newLimiter(now func() time.Time) *limiter {
	return &limiter{now: now, used: make(map[string][]time.Time)}
}

// SetLimit changes the limit, and forgets what has been used.
func (s *Server) SetLimit(limit Limit) {
	s.limiter.mu.Lock()
	defer s.limiter.mu.Unlock()
	s.limiter.limit = limit
	clear(s.limiter.used)
}

// verdict says what becomes of a request, and what its answer tells of the limit.
type verdict struct {
	delayed, blocked bool
	header           map[string]string
	retryAfter       string // seconds
}

// count takes a request of a person into account, unless it is blocked.
func (l *limiter) count(person string) verdict {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.limit.Requests <= 0 {
		return verdict{}
	}
	now := l.now()
	used := slices.DeleteFunc(l.used[person], func(at time.Time) bool { return !at.After(now.Add(-l.limit.Window)) })
	blocked := len(used) >= 2*l.limit.Requests
	if !blocked {
		used = append(used, now)
	}
	l.used[person] = used
	judged := verdict{blocked: blocked, delayed: !blocked && len(used) > l.limit.Requests}
	if 2*len(used) > l.limit.Requests {
		judged.header = map[string]string{
			"X-Ratelimit-Resource":  rateResource,
			"X-Ratelimit-Limit":     strconv.Itoa(l.limit.Requests),
			"X-Ratelimit-Remaining": strconv.Itoa(max(l.limit.Requests-len(used), 0)),
			"X-Ratelimit-Reset":     strconv.FormatInt(used[len(used)-1].Add(l.limit.Window).Unix(), 10),
		}
	}
	if excess := len(used) - l.limit.Requests; excess > 0 {
		// Then so many are out of the window that one more is within the limit.
		wait := used[excess].Add(l.limit.Window).Sub(now)
		judged.retryAfter = strconv.Itoa(int((wait + time.Second - 1) / time.Second))
	}
	return judged
}

// keepToLimit counts a request. It holds one up or blocks it as the limit demands, and reports what blocks it.
func (s *Server) keepToLimit(c *call) error {
	judged := s.limiter.count(c.person.ObjectID)
	for name, value := range judged.header {
		c.writer.Header().Set(name, value)
	}
	if judged.blocked {
		refused := errThrottled(judged.retryAfter)
		maps.Copy(refused.header, judged.header)
		return refused
	}
	if judged.delayed {
		hold(c.writer, c.request, s.delay)
		c.writer.Header().Set("Retry-After", judged.retryAfter)
	}
	return nil
}

// Register adds the endpoints by which tests, scripts and pages make Azure DevOps fail.
func (s *Server) Register(mux *http.ServeMux) {
	s.faults.Register(mux)
	mux.HandleFunc("POST "+standin.ControlPrefix+"rate-limit", standin.SameOriginOnly(s.serveLimit))
}

func (s *Server) serveLimit(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Requests      int `json:"requests"`
		WindowSeconds int `json:"window_seconds"`
	}
	if err := standin.ReadJSON(w, r, &body); err != nil || body.Requests < 0 || (body.Requests > 0 && body.WindowSeconds < 1) {
		standin.WriteProblem(w, http.StatusBadRequest, "the body must be a JSON object with requests and window_seconds")
		return
	}
	s.SetLimit(Limit{body.Requests, time.Duration(body.WindowSeconds) * time.Second})
	w.WriteHeader(http.StatusNoContent)
}
