package rest

import (
	"bytes"
	"crypto/tls"
	"maps"
	"net"
	"net/http"
	"strconv"
	"time"

	"timetracker/internal/sandbox/standin"
)

// The names where faults are set: of all requests, and of those alone that change something.
const (
	faultService = "devops"
	faultWrites  = "devops_writes"
)

// newFaults returns the faults that Azure DevOps can have.
func newFaults() *standin.Faults {
	return standin.NewFaults([]string{faultService, faultWrites},
		standin.Down, standin.Slow, standin.Throttled, standin.Delayed, standin.HTML, standin.SignInPage, standin.WrongJSON,
		standin.Reset, standin.LostAnswer, standin.Truncated, standin.ClaimsChallenge)
}

// faultOf is the fault of a request. That of writes comes first.
func (s *Server) faultOf(r *http.Request) standin.Fault {
	if fault := s.faults.Of(faultWrites); fault != standin.Off && !asksOnly(r) && r.Method != http.MethodOptions {
		return fault
	}
	return s.faults.Of(faultService)
}

// serveFaulty answers a request as a fault demands.
func (s *Server) serveFaulty(w http.ResponseWriter, r *http.Request, fault standin.Fault) {
	switch fault {
	case standin.Down:
		writePage(w, http.StatusServiceUnavailable, "Azure DevOps Services unavailable")
	case standin.HTML:
		writePage(w, http.StatusOK, "Sign in to the network")
	case standin.SignInPage:
		writePage(w, http.StatusNonAuthoritativeInfo, "Azure DevOps Services | Sign In")
	case standin.WrongJSON:
		standin.WriteJSON(w, http.StatusOK, []string{"something else"})
	case standin.Throttled:
		writeError(w, errThrottled(standin.RetryAfter))
	case standin.Delayed:
		hold(w, r, s.delay)
		s.serve(w, r)
	case standin.Slow:
		standin.BeSlow(r)
		s.serve(w, r)
	case standin.Reset:
		reset(w)
	case standin.LostAnswer:
		s.serve(&record{header: http.Header{}}, r)
		reset(w)
	case standin.Truncated:
		s.serveHalf(w, r)
	default:
		s.serve(w, r)
	}
}

func errThrottled(retryAfter string) *problem {
	return &problem{
		status: http.StatusTooManyRequests, key: "RequestBlockedException",
		message: "TF400733: The request has been canceled: Request was blocked due to exceeding usage of resource " +
			"'Concurrency' in namespace 'User'.",
		header: map[string]string{"Retry-After": retryAfter, "X-Ratelimit-Resource": rateResource},
	}
}

// hold delays an answer, and says so. A client that gives up gets none.
func hold(w http.ResponseWriter, r *http.Request, delay time.Duration) {
	w.Header().Set("X-Ratelimit-Delay", strconv.FormatFloat(delay.Seconds(), 'f', 3, 64))
	w.Header().Set("X-Ratelimit-Resource", rateResource)
	w.Header().Set("Retry-After", strconv.Itoa(int(delay/time.Second)+1))
	select {
	case <-r.Context().Done():
		panic(http.ErrAbortHandler)
	case <-time.After(delay):
	}
}

// reset ends the connection so that the client sees it reset, or at least cut.
func reset(w http.ResponseWriter) {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // HTTP/2 resets the stream then
	}
	under := connection
	if secure, ok := connection.(*tls.Conn); ok {
		under = secure.NetConn()
	}
	if tcp, ok := under.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // what has not been sent is dropped, and the other side is told so
	}
	_ = under.Close()
}

// record keeps an answer.
type record struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *record) Header() http.Header { return r.header }

func (r *record) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
}

func (r *record) Write(content []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(content)
}

// serveHalf announces the whole answer, and ends the connection in its middle.
func (s *Server) serveHalf(w http.ResponseWriter, r *http.Request) {
	whole := &record{header: http.Header{}}
	s.serve(whole, r)
	maps.Copy(w.Header(), whole.header)
	w.Header().Set("Content-Length", strconv.Itoa(whole.body.Len()))
	w.WriteHeader(max(whole.status, http.StatusOK))
	_, _ = w.Write(whole.body.Bytes()[:whole.body.Len()/2])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}
