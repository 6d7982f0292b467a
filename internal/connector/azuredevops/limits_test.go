package azuredevops_test

import (
	"errors"
	"net/http"
	"strconv"
	"testing"
	"time"

	"timetracker/internal/connector/connectortest"
	"timetracker/internal/errs"
	"timetracker/internal/sandbox/devops/rest"
	"timetracker/internal/sandbox/standin"
	"timetracker/internal/workitem"
)

func (w *world) readAs(t *testing.T, user string) error {
	t.Helper()
	_, err := w.Remote.Read(t.Context(), w.Credential(t, user), connectortest.Site, []string{"104"})
	return err
}

// waitOf is how long an error asks to wait.
func waitOf(err error) time.Duration {
	e, _ := errors.AsType[*errs.Error](err)
	if e == nil {
		return 0
	}
	return e.RetryAfter
}

// Who is asked to wait asks no more until then, and nobody else waits.
func TestPauses(t *testing.T) {
	w := start(t)
	w.Fail(t, connectortest.AzureDevOps, standin.Throttled)
	err := w.readAs(t, ada)
	w.check(t, "throttled", err, unavailable)
	if waitOf(err) != 7*time.Second || w.Calls() != 1 {
		t.Errorf("wait %s after %d calls", waitOf(err), w.Calls())
	}
	w.Fail(t, connectortest.AzureDevOps, standin.Off)
	w.clock.Advance(4 * time.Second)
	as := w.Credential(t, ada)
	for what, call := range map[string]func() error{
		"read": func() error { return w.readAs(t, ada) },
		"read at": func() error {
			_, err := w.Remote.ReadAt(t.Context(), as, connectortest.Site, "104", 1)
			return err
		},
		"search": func() error {
			_, err := w.Remote.Search(t.Context(), as, connectortest.Site, workitem.Query{Limit: 1})
			return err
		},
		"write": func() error {
			_, err := w.Remote.WriteHours(t.Context(), as, connectortest.Site, "104", 1, workitem.Hours{Completed: pointer(1.0)})
			return err
		},
	} {
		err := call()
		w.check(t, what, err, unavailable)
		if waitOf(err) != 3*time.Second {
			t.Errorf("%s: wait %s", what, waitOf(err))
		}
	}
	if w.Calls() != 1 {
		t.Errorf("%d calls in a pause", w.Calls())
	}
	w.check(t, "somebody else", w.readAs(t, grace), "")
	// A guest is another person in each directory.
	w.check(t, "a guest of the same name", w.readAs(t, "kim_fabrikam.example#EXT#@contoso.example"), "")
	w.clock.Advance(3 * time.Second)
	w.check(t, "afterwards", w.readAs(t, ada), "")
}

// Each row is a header of an answer, and until when nothing is asked then.
func TestHeadersOfLimits(t *testing.T) {
	w := start(t)
	in := func(d time.Duration) string { return strconv.FormatInt(w.clock.Now().Add(d).Unix(), 10) }
	for name, test := range map[string]struct {
		headers []string
		wait    time.Duration
	}{
		"nothing":                    {nil, 0},
		"still within":               {[]string{"X-RateLimit-Remaining", "1", "X-RateLimit-Reset", in(time.Minute)}, 0},
		"the last one":               {[]string{"X-RateLimit-Remaining", "0", "X-RateLimit-Reset", in(time.Minute)}, time.Minute},
		"less than one left":         {[]string{"X-RateLimit-Remaining", "0.25", "X-RateLimit-Reset", in(time.Minute)}, time.Minute},
		"nobody knows how many":      {[]string{"X-RateLimit-Remaining", "NaN", "X-RateLimit-Reset", in(time.Minute)}, 0},
		"the last one for long":      {[]string{"X-RateLimit-Remaining", "0", "X-RateLimit-Reset", in(24 * time.Hour)}, 10 * time.Minute},
		"the last one until before":  {[]string{"X-RateLimit-Remaining", "0", "X-RateLimit-Reset", in(-time.Minute)}, 0},
		"the last one until nothing": {[]string{"X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "soon"}, 0},
		"held up":                    {[]string{"Retry-After", "20", "X-RateLimit-Delay", "1.5", "X-RateLimit-Remaining", "0", "X-RateLimit-Reset", in(time.Minute)}, 20 * time.Second},
		"held up for ever":           {[]string{"Retry-After", "999999"}, 10 * time.Minute},
		"held up by nonsense":        {[]string{"Retry-After", "-5"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			w.Remote = w.Connect(t, w.Client)
			w.Answer(func(rw http.ResponseWriter, r *http.Request) {
				for i := 0; i < len(test.headers); i += 2 {
					rw.Header().Set(test.headers[i], test.headers[i+1])
				}
				w.REST.ServeHTTP(rw, r)
			})
			w.check(t, "the answer itself", w.readAs(t, ada), "")
			code := ""
			if test.wait > 0 {
				code = unavailable
			}
			err := w.readAs(t, ada)
			w.check(t, "the next one", err, code)
			if waitOf(err) != test.wait {
				t.Errorf("wait %s, want %s", waitOf(err), test.wait)
			}
		})
	}
}

// Many changes of a person never go beyond the limits that Azure DevOps tells.
func TestWithinTheLimits(t *testing.T) {
	w := start(t)
	const limit = 10
	w.REST.SetLimit(rest.Limit{Requests: limit, Window: 5 * time.Minute})
	as := w.Credential(t, grace)
	begun, revision := w.clock.Now(), int64(1)
	for revision <= 5*limit {
		_, err := w.Remote.WriteHours(t.Context(), as, connectortest.Site, "104", revision, workitem.Hours{Completed: pointer(float64(revision))})
		if err == nil {
			revision++
			continue
		}
		w.check(t, "paused", err, unavailable)
		w.clock.Advance(waitOf(err))
	}
	if w.Calls() != 5*limit {
		t.Errorf("%d calls for %d changes: some were refused", w.Calls(), 5*limit)
	}
	if took := w.clock.Now().Sub(begun); took > 30*time.Minute {
		t.Errorf("it took %s", took)
	}
}
