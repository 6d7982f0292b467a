package azuredevops_test

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"timetracker/internal/connector/connectortest"
	"timetracker/internal/entra"
	"timetracker/internal/errs"
	"timetracker/internal/sandbox"
	"timetracker/internal/sandbox/ca"
	sandboxentra "timetracker/internal/sandbox/entra"
	"timetracker/internal/sandbox/sandboxtest"
	"timetracker/internal/sandbox/standin"
	"timetracker/internal/workitem"
)

// The codes of errors, and their kinds.
const (
	unavailable = "tracker_unavailable"
	answerLost  = "tracker_answer_lost"
	changed     = "work_item_changed"
	notFound    = "work_item_not_found"
	readOnly    = "work_item_read_only"
	refused     = "tracker_refused"
	interaction = "interaction_required"
	consent     = "tracker_consent_required"
)

var kinds = map[string]errs.Kind{
	unavailable: errs.Unavailable, answerLost: errs.Unavailable, changed: errs.Stale, notFound: errs.NotFound, readOnly: errs.Forbidden,
	refused: errs.RuleBroken, interaction: errs.Unauthenticated, consent: errs.Forbidden,
}

// check wants an error of the code, or none for an empty one. No error may hold a part of a token or of an answer.
func (w *world) check(t *testing.T, what string, err error, code string) {
	t.Helper()
	switch {
	case code == "" && err != nil:
		t.Errorf("%s: %v", what, err)
	case code != "" && (errs.CodeOf(err) != code || !errs.Is(err, kinds[code])):
		t.Errorf("%s: got %v, want %s", what, err, code)
	}
	if err == nil {
		return
	}
	for _, secret := range []string{canary, sandbox.APIClientSecret, "Bearer", "eyJ", "127.0.0.1", connectortest.Site + "/"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("%s: the error %q holds %q", what, err, secret)
		}
	}
}

// canary is a part of answers that must not be logged.
const canary = "canary-of-the-answer"

// ask calls every method once, as different people, so that no pause of one keeps another from asking.
func (w *world) ask(t *testing.T) (read, readAt, search, write error) {
	t.Helper()
	_, read = w.Remote.Read(t.Context(), w.Credential(t, ada), connectortest.Site, []string{"104"})
	_, readAt = w.Remote.ReadAt(t.Context(), w.Credential(t, linus), connectortest.Site, "104", 1)
	_, search = w.Remote.Search(t.Context(), w.Credential(t, margaret), connectortest.Site, workitem.Query{Words: "payment", Limit: 1})
	return read, readAt, search, w.write(t)
}

// write adds to the Completed Work of 104 as Grace.
func (w *world) write(t *testing.T) error {
	t.Helper()
	as, revision := w.Credential(t, grace), w.revision(t)
	_, err := w.Remote.WriteHours(t.Context(), as, connectortest.Site, "104", revision, workitem.Hours{Completed: pointer(20 + float64(revision))})
	return err
}

// revision is that of 104 as the sandbox has it.
func (w *world) revision(t *testing.T) int64 {
	t.Helper()
	item, err := w.Boards.Get(sandboxtest.Person(t, grace), w.Boards.Organizations()[0].ID, 104)
	if err != nil {
		t.Fatal(err)
	}
	return int64(item.Rev)
}

// Each row is a fault of the sandbox's Azure DevOps, in both versions of HTTP.
func TestFaultsOfAzureDevOps(t *testing.T) {
	worlds := map[string]*world{"1": start(t), "2": startOverHTTP2(t)}
	for name, test := range map[string]struct {
		fault        standin.Fault
		asked, write string
		wait         time.Duration
		made         bool // the change
	}{
		"down":            {standin.Down, unavailable, unavailable, 30 * time.Second, false},
		"throttled":       {standin.Throttled, unavailable, unavailable, 7 * time.Second, false},
		"delayed":         {standin.Delayed, "", "", 0, true},
		"a proxy's page":  {standin.HTML, interaction, answerLost, 30 * time.Second, false},
		"a sign-in page":  {standin.SignInPage, interaction, interaction, 0, false},
		"other JSON":      {standin.WrongJSON, unavailable, answerLost, 30 * time.Second, false},
		"reset":           {standin.Reset, unavailable, answerLost, 30 * time.Second, false},
		"truncated":       {standin.Truncated, unavailable, answerLost, 30 * time.Second, true},
		"lost":            {standin.LostAnswer, unavailable, answerLost, 30 * time.Second, true},
		"a second factor": {standin.ClaimsChallenge, interaction, interaction, 0, false},
	} {
		for version, w := range worlds {
			t.Run(name+" over HTTP/"+version, func(t *testing.T) {
				before := w.revision(t)
				w.Fail(t, connectortest.AzureDevOps, test.fault)
				read, readAt, search, write := w.ask(t)
				w.check(t, "read", read, test.asked)
				w.check(t, "read at", readAt, test.asked)
				w.check(t, "search", search, test.asked)
				w.check(t, "write", write, test.write)
				if e, ok := errors.AsType[*errs.Error](write); ok && e.RetryAfter != test.wait {
					t.Errorf("try again after %s, want %s", e.RetryAfter, test.wait)
				}
				if made := w.revision(t) != before; made != test.made {
					t.Errorf("the change was made: %v, want %v", made, test.made)
				}
				// When the fault is over and the pause too, all goes on.
				w.Fail(t, connectortest.AzureDevOps, standin.Off)
				w.clock.Advance(time.Minute)
				read, readAt, search, write = w.ask(t)
				for what, err := range map[string]error{"read": read, "read at": readAt, "search": search, "write": write} {
					w.check(t, "later: "+what, err, "")
				}
			})
		}
	}
}

// What was lost is found again by the revision, also by somebody else.
func TestALostAnswerIsFoundAgain(t *testing.T) {
	w := start(t)
	w.Fail(t, connectortest.AzureDevOpsWrites, standin.LostAnswer)
	w.check(t, "write", w.write(t), answerLost)
	for _, test := range []struct{ user, changedBy string }{
		{linus, ""}, // the organization's ids of others can't be asked for
		{grace, sandboxtest.Person(t, grace).ObjectID},
		{linus, sandboxtest.Person(t, grace).ObjectID}, // this process has seen her
	} {
		at, err := w.Remote.ReadAt(t.Context(), w.Credential(t, test.user), connectortest.Site, "104", 2)
		if err != nil || *at.Hours.Completed != 21 || at.ChangedBy != test.changedBy {
			t.Errorf("read by %s: %+v, %v", test.user, at, err)
		}
	}
	_, err := w.Remote.ReadAt(t.Context(), w.Credential(t, grace), connectortest.Site, "104", 3)
	w.check(t, "a revision that is not there", err, notFound)
}

// Each row is an answer of Azure DevOps, or of somebody in its place.
func TestAnswersOfAzureDevOps(t *testing.T) {
	problem := func(message string) string {
		return `{"message":"` + message + `","typeKey":"` + canary + `","value":{"x":1}}`
	}
	html := "<html>" + canary
	w := start(t)
	for name, test := range map[string]struct {
		status      int
		headers     string // name: value
		body        string
		read, write string
		wait        time.Duration
		asked       int // calls for both
	}{
		"refused":                     {status: 400, body: problem("TF401320: Rule Error."), read: unavailable, write: refused, asked: 2},
		"an unknown number":           {status: 400, body: problem("TF999999: Because."), read: unavailable, write: refused, asked: 2},
		"no number":                   {status: 422, body: problem("No."), read: unavailable, write: refused, asked: 2},
		"no message":                  {status: 400, body: `{}`, read: unavailable, write: refused, asked: 2},
		"a page of refusal":           {status: 400, body: html, read: unavailable, write: refused, asked: 2},
		"a failed test":               {status: 412, body: `{}`, read: unavailable, write: changed, asked: 2},
		"a failed test by its number": {status: 400, body: problem("VS403351: Test Operation failed."), read: unavailable, write: changed, asked: 2},
		"a conflict":                  {status: 409, body: problem("Conflict."), read: unavailable, write: changed, asked: 2},
		"hidden":                      {status: 404, body: problem("TF401232: Work item 1 does not exist."), read: unavailable, write: notFound, asked: 2},
		"hidden by its number":        {status: 403, body: problem("TF401232: Work item 1 does not exist."), read: unavailable, write: notFound, asked: 2},
		"read only":                   {status: 403, body: problem("TF237111: No."), read: unavailable, write: readOnly, asked: 2},
		"read only by its number":     {status: 404, body: problem("TF237111: No."), read: unavailable, write: readOnly, asked: 2},
		"forbidden otherwise":         {status: 403, body: problem("VS403000: Not from here."), read: unavailable, write: refused, asked: 2},
		"no organization":             {status: 404, body: html, read: unavailable, write: unavailable, wait: 10 * time.Minute, asked: 2},
		"no resource":                 {status: 404, body: problem("There is none."), read: unavailable, write: refused, asked: 2},
		"not a member":                {status: 401, body: problem("TF400813: The user 'x' is not authorized."), write: notFound, asked: 4},
		"a token that has expired":    {status: 401, headers: "WWW-Authenticate: Bearer authorization_uri=" + canary, read: interaction, write: interaction, asked: 4},
		"moved":                       {status: 302, headers: "Location: https://example.com/", read: interaction, write: answerLost, wait: 30 * time.Second, asked: 3},
		"a page to sign in":           {status: 203, body: html, read: interaction, write: interaction, asked: 4},
		"JSON to sign in":             {status: 203, headers: "Content-Type: application/json", body: `{"count":0,"value":[]}`, read: interaction, write: interaction, asked: 4},
		"throttled":                   {status: 429, headers: "Retry-After: 42", read: unavailable, write: unavailable, wait: 42 * time.Second, asked: 2},
		"throttled without a time":    {status: 429, read: unavailable, write: unavailable, wait: 30 * time.Second, asked: 2},
		"down for long":               {status: 503, headers: "Retry-After: 86400", read: unavailable, write: unavailable, wait: 10 * time.Minute, asked: 2},
		"too slow to send":            {status: 408, read: unavailable, write: unavailable, wait: 30 * time.Second, asked: 2},
		"an error":                    {status: 500, body: problem("TF401232: Oops."), read: unavailable, write: answerLost, wait: 30 * time.Second, asked: 2},
		"a gateway's error":           {status: 502, body: html, read: unavailable, write: answerLost, wait: 30 * time.Second, asked: 2},
		"a gateway's patience":        {status: 504, headers: "Retry-After: 5", read: unavailable, write: answerLost, wait: 5 * time.Second, asked: 2},
		"no content":                  {status: 204, read: unavailable, write: answerLost, wait: 30 * time.Second, asked: 2},
		"nothing":                     {status: 200, headers: "Content-Type: application/json", read: unavailable, write: answerLost, wait: 30 * time.Second, asked: 2},
		"null":                        {status: 200, headers: "Content-Type: application/json", body: "null", read: unavailable, write: answerLost, wait: 30 * time.Second, asked: 2},
		"an empty object":             {status: 200, headers: "Content-Type: application/json", body: "{}", read: unavailable, write: answerLost, wait: 30 * time.Second, asked: 2},
		"half an answer":              {status: 200, headers: "Content-Type: application/json", body: `{"count":1,"value":[{"id":104`, read: unavailable, write: answerLost, wait: 30 * time.Second, asked: 2},
		"another item":                {status: 200, headers: "Content-Type: application/json", body: `{"id":105,"rev":9,"fields":{},"value":[{"id":105,"rev":9,"fields":{}}]}`, write: answerLost, wait: 30 * time.Second, asked: 2},
		"an older revision":           {status: 200, headers: "Content-Type: application/json", body: `{"id":104,"rev":8,"fields":{},"value":[]}`, write: answerLost, wait: 30 * time.Second, asked: 2},
		"text instead of JSON":        {status: 200, headers: "Content-Type: text/plain", body: "{}", read: interaction, write: answerLost, wait: 30 * time.Second, asked: 3},
	} {
		t.Run(name, func(t *testing.T) {
			w.Remote = w.Connect(t, w.Client)
			before := w.Calls()
			w.Answer(func(rw http.ResponseWriter, _ *http.Request) {
				if header, value, ok := strings.Cut(test.headers, ": "); ok {
					rw.Header().Set(header, value)
				}
				if strings.HasPrefix(test.body, "{") && rw.Header().Get("Content-Type") == "" {
					rw.Header().Set("Content-Type", "application/json; charset=utf-8; api-version=7.1")
				}
				if test.status == http.StatusNoContent {
					rw.Header()["Content-Type"] = nil
				}
				rw.WriteHeader(test.status)
				_, _ = io.WriteString(rw, test.body)
			})
			found, err := w.Remote.Read(t.Context(), w.Credential(t, ada), connectortest.Site, []string{"104"})
			w.check(t, "read", err, test.read)
			if len(found) > 0 {
				t.Errorf("found %+v", found)
			}
			_, err = w.Remote.WriteHours(t.Context(), w.Credential(t, grace), connectortest.Site, "104", 9, workitem.Hours{Completed: pointer(1.0)})
			w.check(t, "write", err, test.write)
			if e, ok := errors.AsType[*errs.Error](err); ok && e.RetryAfter != test.wait {
				t.Errorf("try again after %s, want %s", e.RetryAfter, test.wait)
			}
			if asked := w.Calls() - before; asked != test.asked {
				t.Errorf("%d calls, want %d", asked, test.asked)
			}
		})
	}
}

// Only the revision that was asked for is an answer, and no organization is no work item.
func TestAnswersToARevision(t *testing.T) {
	w := start(t)
	for name, test := range map[string]struct {
		status            int
		contentType, body string
		code              string
	}{
		"it":                {200, "application/json", `{"id":104,"rev":2,"fields":{}}`, ""},
		"another revision":  {200, "application/json", `{"id":104,"rev":3,"fields":{}}`, unavailable},
		"another item":      {200, "application/json", `{"id":105,"rev":2,"fields":{}}`, unavailable},
		"no revision":       {404, "application/json", `{"message":"There is none."}`, notFound},
		"no organization":   {404, "text/html", "<html>", unavailable},
		"hidden meanwhile":  {403, "application/json", `{"message":"TF401232: No."}`, notFound},
		"forbidden by rule": {403, "application/json", `{"message":"VS403000: No."}`, unavailable},
	} {
		w.Answer(func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Content-Type", test.contentType)
			rw.WriteHeader(test.status)
			_, _ = io.WriteString(rw, test.body)
		})
		_, err := w.Remote.ReadAt(t.Context(), w.Credential(t, ada), connectortest.Site, "104", 2)
		w.check(t, name, err, test.code)
	}
}

// Each row is a fault of Entra.
func TestFaultsOfEntra(t *testing.T) {
	answer := func(status int, body string, headers ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			for i := 0; i < len(headers); i += 2 {
				w.Header().Set(headers[i], headers[i+1])
			}
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	w := start(t)
	for name, test := range map[string]struct {
		fault  standin.Fault
		answer http.HandlerFunc
		code   string
		wait   time.Duration
	}{
		"down":              {fault: standin.Down, code: unavailable, wait: 30 * time.Second},
		"a proxy's page":    {fault: standin.HTML, code: unavailable, wait: 30 * time.Second},
		"a second factor":   {fault: standin.SecondFactor, code: interaction},
		"throttles":         {answer: answer(429, `{"error":"`+canary+`"}`, "Retry-After", "42"), code: unavailable, wait: 42 * time.Second},
		"no consent":        {answer: answer(400, `{"error":"invalid_grant","suberror":"consent_required","error_codes":[65001]}`), code: consent},
		"declined":          {answer: answer(400, `{"error":"access_denied"}`), code: consent},
		"a sign-in is over": {answer: answer(400, `{"error":"invalid_grant","error_codes":[50173]}`), code: interaction},
		"our secret is old": {answer: answer(401, `{"error":"invalid_client"}`), code: unavailable, wait: 30 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			w.Remote = w.Connect(t, w.Client)
			before := w.Calls()
			if test.fault != "" {
				w.Fail(t, connectortest.Entra, test.fault)
			}
			w.AnswerToken(test.answer)
			read, readAt, search, write := w.ask(t)
			for what, err := range map[string]error{"read": read, "read at": readAt, "search": search, "write": write} {
				w.check(t, what, err, test.code)
				if e, ok := errors.AsType[*errs.Error](err); ok && e.RetryAfter != test.wait {
					t.Errorf("%s: try again after %s, want %s", what, e.RetryAfter, test.wait)
				}
			}
			if w.Calls() != before {
				t.Errorf("%d calls without a token", w.Calls()-before)
			}
			w.AnswerToken(nil)
			w.Fail(t, connectortest.Entra, standin.Off)
			w.check(t, "later", w.write(t), "")
		})
	}
}

// While Entra is down, tokens that were exchanged before go on working.
func TestKeptTokensOutliveEntra(t *testing.T) {
	w := start(t)
	as := w.Credential(t, ada)
	read := func() error {
		_, err := w.Remote.Read(t.Context(), as, connectortest.Site, []string{"104"})
		return err
	}
	w.check(t, "before", read(), "")
	w.Fail(t, connectortest.Entra, standin.Down)
	w.clock.Advance(time.Hour)
	w.check(t, "meanwhile", read(), "")
	w.clock.Advance(time.Hour)
	w.check(t, "after the token has expired", read(), unavailable)
}

// A challenge of Azure DevOps is passed on, and a token that answers it is good.
func TestClaimsChallenge(t *testing.T) {
	w := start(t)
	w.Fail(t, connectortest.AzureDevOps, standin.ClaimsChallenge)
	as := w.Credential(t, grace)
	_, err := w.Remote.Read(t.Context(), as, connectortest.Site, []string{"104"})
	w.check(t, "without a second factor", err, interaction)
	e, _ := errors.AsType[*errs.Error](err)
	want, _ := base64.StdEncoding.DecodeString(sandboxentra.ConfirmChallenge())
	if e == nil || e.Subject != entra.ClaimsChallenge(want) {
		t.Errorf("passed on is %v, want %s", e, want)
	}
	if w.Calls() != 1 {
		t.Errorf("%d calls, but the same token can't be better", w.Calls())
	}
	claims := sandboxtest.TokenPart(t, as.AccessToken(), 1)
	claims["acrs"] = []string{"c1"}
	confirmed, err := w.Entra.Sign(claims, sandboxentra.SignOptions{})
	if err != nil {
		t.Fatal(err)
	}
	as = workitem.NewCredential(as.DirectoryID(), as.ObjectID(), confirmed)
	found, err := w.Remote.Read(t.Context(), as, connectortest.Site, []string{"104"})
	if err != nil || len(found) != 1 {
		t.Errorf("with the second factor: %v, %v", found, err)
	}
}

// A token that Azure DevOps no longer takes is exchanged once more, for reading and for writing.
func TestARefusedTokenIsExchangedOnceMore(t *testing.T) {
	w := start(t)
	as := w.Credential(t, grace)
	for name, call := range map[string]func() error{
		"read": func() error {
			_, err := w.Remote.Read(t.Context(), as, connectortest.Site, []string{"104"})
			return err
		},
		"write": func() error {
			_, err := w.Remote.WriteHours(t.Context(), as, connectortest.Site, "104", w.revision(t), workitem.Hours{Completed: pointer(20.0)})
			return err
		},
	} {
		w.check(t, name, call(), "")
		exchanges := w.Exchanges()
		refusals := 0
		w.Answer(func(rw http.ResponseWriter, r *http.Request) {
			if refusals++; refusals == 1 {
				rw.WriteHeader(http.StatusUnauthorized)
				return
			}
			w.REST.ServeHTTP(rw, r)
		})
		w.check(t, name+" with an old token", call(), "")
		w.Answer(nil)
		if got := w.Exchanges() - exchanges; got != 1 {
			t.Errorf("%s: %d exchanges, want 1", name, got)
		}
	}
}

// dialing makes a client that connects to Azure DevOps in another way. Entra stays as it is.
func (w *world) dialing(dial func(ctx context.Context, network, address string) (net.Conn, error)) *http.Client {
	origin, _ := url.Parse(w.RESTURL)
	transport := w.Client.Transport.(*http.Transport).Clone()
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		if address == origin.Host {
			return dial(ctx, network, address)
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	}
	return &http.Client{Transport: transport}
}

// Before anything was sent, nothing can have been changed.
func TestWhatWasNotSentIsNotLost(t *testing.T) {
	w := start(t)
	for name, dial := range map[string]func(ctx context.Context, network, address string) (net.Conn, error){
		"no connection": func(context.Context, string, string) (net.Conn, error) { return nil, &net.DNSError{Name: canary} },
		"no TLS": func(context.Context, string, string) (net.Conn, error) {
			ours, theirs := net.Pipe()
			return ours, theirs.Close()
		},
		"another's certificate": func(ctx context.Context, network, _ string) (net.Conn, error) {
			stranger := strangers(t)
			return new(net.Dialer).DialContext(ctx, network, stranger)
		},
	} {
		t.Run(name, func(t *testing.T) {
			remote := w.Connect(t, w.dialing(dial))
			_, err := remote.WriteHours(t.Context(), w.Credential(t, grace), connectortest.Site, "104", 1, workitem.Hours{Completed: pointer(1.0)})
			w.check(t, "write", err, unavailable)
		})
	}
	if w.Calls() != 0 {
		t.Errorf("%d calls", w.Calls())
	}
}

// Whoever stops waiting for a change doesn't know what has become of it.
func TestGivingUpAChange(t *testing.T) {
	w := start(t)
	ctx, giveUp := context.WithCancel(t.Context())
	w.Answer(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body)
		giveUp()
		<-r.Context().Done()
	})
	_, err := w.Remote.WriteHours(ctx, w.Credential(t, grace), connectortest.Site, "104", 1, workitem.Hours{Completed: pointer(1.0)})
	w.check(t, "after it was sent", err, answerLost)
	_, err = w.Remote.WriteHours(ctx, w.Credential(t, grace), connectortest.Site, "104", 1, workitem.Hours{Completed: pointer(1.0)})
	w.check(t, "before", err, unavailable)
}

// Nobody waits for Azure DevOps or Entra longer than they want to, and what Entra has begun is of use to the next one.
func TestGivingUpAQuestion(t *testing.T) {
	w := start(t)
	for name, slow := range map[string]func(http.HandlerFunc){"Entra": w.AnswerToken, "Azure DevOps": w.Answer} {
		ctx, giveUp := context.WithCancel(t.Context())
		slow(func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.ReadAll(r.Body)
			giveUp()
			<-r.Context().Done()
		})
		_, err := w.Remote.Read(ctx, w.Credential(t, ada), connectortest.Site, []string{"104"})
		w.check(t, name, err, unavailable)
		slow(nil)
		w.check(t, name+" later", w.readAs(t, grace), "")
	}
}

// spy looks at requests on their way.
type spy struct {
	to  http.RoundTripper
	see func(*http.Request)
}

func (s spy) RoundTrip(r *http.Request) (*http.Response, error) {
	s.see(r)
	return s.to.RoundTrip(r)
}

// No call may wait for ever, whatever the client that the process has.
func TestCallsHaveADeadline(t *testing.T) {
	w := start(t)
	seen := 0
	remote := w.Connect(t, &http.Client{Transport: spy{w.Client.Transport, func(r *http.Request) {
		seen++
		if at, ok := r.Context().Deadline(); !ok || time.Until(at) > 10*time.Second {
			t.Errorf("%s %s may last until %v", r.Method, r.URL.Path, at)
		}
	}}})
	if _, err := remote.Search(context.WithoutCancel(t.Context()), w.Credential(t, ada), connectortest.Site, workitem.Query{Limit: 1}); err != nil {
		t.Fatal(err)
	}
	if seen < 4 { // metadata, token, query, work items
		t.Errorf("%d calls", seen)
	}
}

// strangers is the address of a server whose certificate nobody knows.
func strangers(t *testing.T) string {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("a stranger got %s of %s", r.Header.Get("Authorization"), r.URL)
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{strangersCertificate(t)}, MinVersion: tls.VersionTLS12}
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

func strangersCertificate(t *testing.T) tls.Certificate {
	t.Helper()
	authority, err := ca.LoadOrCreate(t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := authority.Leaf("localhost", "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}
