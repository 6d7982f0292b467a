package webhook

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"timetracker/api"
	"timetracker/internal/alert"
	"timetracker/internal/errs"
	"timetracker/internal/httpserver"
	"timetracker/internal/marketplace"
	"timetracker/internal/span"
)

const (
	// Path is where the Marketplace posts its events.
	Path = "/marketplace/webhook"

	// maxBody is the longest body that is read, in bytes.
	maxBody = 256 << 10
)

// Config is what the handler needs. Every field but HTTPS is required.
type Config struct {
	// Verify is nil for a token of the Marketplace, and errs.Unauthenticated for every other.
	Verify func(ctx context.Context, rawToken string) error
	// Receive applies an event. errs.RuleBroken refuses the change that it announces; after any other error Microsoft
	// sends it again.
	Receive func(ctx context.Context, n marketplace.Notification) error
	// Budget is the longest that an answer takes. Microsoft waits for 10 seconds, which includes the way there and
	// back.
	Budget time.Duration
	Now    func() time.Time
	Log    *slog.Logger
	Tracer span.Tracer // the zero Tracer records nothing
	// Observe is called for each answered request. route is the pattern, never the path.
	Observe func(method, route string, status int, took time.Duration)
	// Handled counts an event by its action and result. There are few of both.
	Handled func(action, result string)
	// Refused counts a call that is not known to be Microsoft's. There are few reasons.
	Refused func(reason string)
	// Alert tells operators what they must look at.
	Alert func(ctx context.Context, a alert.Alert)
	HTTPS bool // Microsoft reaches it by https alone
}

// server is the handler. Its methods that answer a request return the answer; handle sends it.
type server struct {
	Config

	refusals *refusals
}

// New makes the handler of everything that the webhook's process serves to the outside.
func New(c Config) http.Handler {
	s := &server{Config: c, refusals: newRefusals(c)}
	requests := httpserver.RequestLog{Now: c.Now, Log: c.Log, Tracer: c.Tracer, Observe: c.Observe, Methods: []string{http.MethodPost}}
	r := chi.NewRouter()
	r.Use(requests.Wrap, httpserver.SecureHeaders(s.HTTPS))
	r.Post(Path, s.handle(s.event))
	r.NotFound(s.handle(s.noEvent))
	r.MethodNotAllowed(s.handle(s.noEvent))
	return r
}

// call is what the log says of one request.
type call struct {
	action    string // empty until the body was read
	operation string
	bodyRead  bool // to its end
}

// answer is the answer to a request: only the status on success, and otherwise a problem document.
type answer struct {
	status int
	code   string
	detail string
	cause  error // for the log
	// anybody means that strangers can get this answer as often as they like.
	anybody bool
}

// Results lists what becomes of events, for the metrics.
func Results() []string { return []string{resultApplied, resultRefused, resultFailed} }

const (
	resultApplied = "applied"
	resultRefused = "refused"
	resultFailed  = "failed"
)

// result is what became of an event.
func (a answer) result() string {
	switch a.status {
	case http.StatusOK:
		return resultApplied
	case http.StatusBadRequest:
		return resultRefused
	default:
		return resultFailed
	}
}

// handle gives a request a deadline, sends the answer, and adds both to the log.
func (s *server) handle(do func(http.ResponseWriter, *http.Request, *call) answer) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c := &call{}
		ctx, cancel := context.WithTimeout(r.Context(), s.Budget)
		defer cancel()
		r = r.WithContext(ctx)
		var a answer
		if err := errs.WithoutPanic(func() error { a = do(w, r, c); return nil }); err != nil {
			a = failure(err)
		}
		if !c.bodyRead && r.Body != http.NoBody {
			// To keep the connection, net/http would wait for the rest of the body before it sends the answer.
			w.Header().Set("Connection", "close")
		}
		if c.action != "" {
			s.Handled(c.action, a.result())
		}
		note(httpserver.ExchangeOf(ctx), c, a)
		send(w, r, a)
	}
}

// event answers the Marketplace. It checks the token first, so that a stranger's body is not even read.
func (s *server) event(w http.ResponseWriter, r *http.Request, c *call) answer {
	ctx := r.Context()
	if err := s.authenticate(r); err != nil {
		s.refusals.note(ctx, err)
		return unauthenticated(err)
	}
	body, err := readBody(ctx, w, r)
	if err != nil {
		return failure(err)
	}
	c.bodyRead = len(body) <= maxBody
	n, err := parse(body)
	if err != nil {
		s.Log.ErrorContext(ctx, "webhook body not understood", "error", err.Error())
		return answer{status: http.StatusInternalServerError, code: "body_not_understood",
			detail: "The body is not understood."}
	}
	c.action, c.operation = actionName(n.Action), n.OperationID.String()
	span.Of(ctx).Set(span.Action(c.action))
	switch err := s.receive(ctx, n); {
	case errs.Is(err, errs.RuleBroken):
		refusal, _ := errors.AsType[*errs.Error](err)
		return answer{status: http.StatusBadRequest, code: refusal.Code, detail: refusal.Message}
	case err != nil:
		return failure(err)
	}
	return answer{status: http.StatusOK}
}

// unauthenticated is the answer to a call that is not known to be the Marketplace's. Who calls learns no more.
func unauthenticated(err error) answer {
	a := answer{status: http.StatusUnauthorized, code: codeTokenInvalid, detail: "The access token is not accepted."}
	if !errs.Is(err, errs.Unauthenticated) {
		a = failure(err)
	}
	a.anybody = a.status != http.StatusInternalServerError
	return a
}

// authenticate checks that the Marketplace calls, by the one Authorization header (RFC 6750 section 2.1).
func (s *server) authenticate(r *http.Request) error {
	values := r.Header["Authorization"]
	if len(values) != 1 {
		return errs.Newf(errs.Unauthenticated, codeTokenMissing, "%d Authorization headers", len(values))
	}
	scheme, token, _ := strings.Cut(values[0], " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return errs.New(errs.Unauthenticated, codeTokenMissing, "the scheme is not Bearer, or there is no token")
	}
	return s.Verify(r.Context(), token)
}

// readBody reads at most one byte more than the longest event, until the deadline. A body that doesn't arrive must not
// refuse the customer's change. At the end of a body, net/http removes the deadline by itself.
func readBody(ctx context.Context, w http.ResponseWriter, r *http.Request) ([]byte, error) {
	deadline, _ := ctx.Deadline()
	_ = http.NewResponseController(w).SetReadDeadline(deadline) // fails only where nothing is read from a network
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return nil, errs.Wrap(errors.New("the body did not arrive"), errs.Unavailable, "body_missing",
			"The body did not arrive.") // the error of net/http holds addresses
	}
	return body, nil
}

// parse reads an event. Its errors contain no part of the body.
func parse(body []byte) (marketplace.Notification, error) {
	if len(body) > maxBody {
		return marketplace.Notification{}, errors.New("the body is too long")
	}
	return marketplace.ParseNotification(body)
}

// receive applies an event, but waits only until the answer is due. An event that finishes later is found by
// Microsoft's next attempt.
func (s *server) receive(ctx context.Context, n marketplace.Notification) error {
	done, left := make(chan error), make(chan struct{})
	go func() {
		err := errs.WithoutPanic(func() error { return s.Receive(ctx, n) })
		select {
		case done <- err:
		case <-left:
			late := []any{"operation_id", n.OperationID}
			if err != nil {
				late = append(late, "error", err.Error())
			}
			s.Log.WarnContext(ctx, "webhook event ended after its answer", late...)
		}
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		close(left)
		return errs.Wrap(ctx.Err(), errs.Unavailable, "too_slow", "This takes too long at the moment.")
	}
}

// noEvent answers every request that is not an event at its address. An event that was sent elsewhere is our failure,
// since 404 would refuse what the customer wants.
func (s *server) noEvent(_ http.ResponseWriter, r *http.Request, _ *call) answer {
	switch {
	case r.Method == http.MethodPost:
		s.refusals.note(r.Context(), errs.New(errs.Unavailable, codeNotHere, "a call at another address than "+Path))
		return answer{status: http.StatusServiceUnavailable, code: codeNotHere, detail: "No event is taken at this address.", anybody: true}
	case r.URL.Path == Path:
		return answer{status: http.StatusMethodNotAllowed, code: "method_not_allowed",
			detail: "This address does not know the method."}
	default:
		return answer{status: http.StatusNotFound, code: "not_found", detail: "There is nothing at this address."}
	}
}

// failure is the answer to a failure of our own, or of something that we depend on. Microsoft sends the event again
// after it.
func failure(err error) answer {
	if errs.Is(err, errs.Unavailable) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return answer{status: http.StatusServiceUnavailable, code: "unavailable",
			detail: "This can't be done at the moment.", cause: err}
	}
	return answer{status: http.StatusInternalServerError, code: "internal",
		detail: "Something went wrong on our side.", cause: err}
}

func send(w http.ResponseWriter, r *http.Request, a answer) {
	header := w.Header()
	switch a.status {
	case http.StatusOK:
		w.WriteHeader(a.status)
		return
	case http.StatusUnauthorized:
		header.Set("WWW-Authenticate", `Bearer error="invalid_token"`)
	case http.StatusMethodNotAllowed:
		header.Set("Allow", http.MethodPost)
	}
	httpserver.SendProblem(w, r, api.Problem{Status: a.status, Code: a.code, Detail: &a.detail})
}

// note adds to the log what a request was about, and how it was answered.
func note(e *httpserver.Exchange, c *call, a answer) {
	level := slog.LevelInfo
	switch {
	case a.anybody: // which the refusals tell
	case a.status == http.StatusServiceUnavailable:
		level = slog.LevelWarn
	case a.status >= http.StatusInternalServerError:
		level = slog.LevelError
	}
	var attrs []slog.Attr
	if c.operation != "" {
		attrs = append(attrs, slog.String("action", c.action), slog.String("operation_id", c.operation))
	}
	if a.code != "" {
		attrs = append(attrs, slog.String("code", a.code))
	}
	if a.cause != nil {
		attrs = append(attrs, slog.String("error", a.cause.Error()))
	}
	e.Note(level, attrs...)
}

// Actions lists the names of actions in log and metrics.
func Actions() []string {
	actions := []string{otherAction}
	for _, action := range known {
		actions = append(actions, string(action))
	}
	return actions
}

const otherAction = "other"

// known are the actions that Microsoft documents.
var known = []marketplace.Action{
	marketplace.Subscribe, marketplace.ChangePlan, marketplace.ChangeQuantity, marketplace.Renew, marketplace.Suspend,
	marketplace.Reinstate, marketplace.Unsubscribe,
}

// actionName keeps unknown actions out of the log, since they are free text.
func actionName(action marketplace.Action) string {
	if slices.Contains(known, action) {
		return string(action)
	}
	return otherAction
}
