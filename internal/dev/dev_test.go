package dev_test

import (
	"bytes"
	"context"
	"database/sql"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"timetracker/api"
	"timetracker/internal/apptest"
	"timetracker/internal/dev"
)

// entriesOf lists all of Contoso's entries.
func entriesOf(t *testing.T, d *apptest.Dev, filter string) []api.TimeEntry {
	t.Helper()
	var entries []api.TimeEntry
	cursor := ""
	for {
		var page api.TimeEntryPage
		d.Call(t, ada, http.MethodGet, "/time-entries?scope=tenant&limit=500"+filter+cursor, "", http.StatusOK, &page)
		entries = append(entries, page.Data...)
		if page.Page.NextCursor == nil {
			return entries
		}
		cursor = "&cursor=" + *page.Page.NextCursor
	}
}

const (
	ada      = "ada@contoso.example"
	margaret = "margaret@contoso.example"
)

const startItem101 = `{"work_item":{"project":"Payments","id":"101"}}`

func TestDevKeepsWhatItHasAndSeedsOnce(t *testing.T) {
	o := apptest.DevOptions(t, t.TempDir())
	first := apptest.StartDev(t, o)
	var started api.TimerStarted
	first.Call(t, ada, http.MethodPost, "/timers", startItem101, http.StatusCreated, &started)
	var stopped api.TimeEntry
	first.Call(t, ada, http.MethodPost, "/timers/current/stop", "", http.StatusOK, &stopped)
	before := entriesOf(t, first, "&include_voided=true")
	first.End(t)

	second := apptest.StartDev(t, o)
	after := entriesOf(t, second, "&include_voided=true")
	if len(before) != len(after) {
		t.Errorf("%d entries before the second start, %d after it", len(before), len(after))
	}
	var kept api.TimeEntry
	second.Call(t, ada, http.MethodGet, "/time-entries/"+stopped.Id, "", http.StatusOK, &kept)
	if kept.Etag != stopped.Etag || kept.ElapsedMs != stopped.ElapsedMs || !kept.StartedAt.Equal(started.Timer.StartedAt.Time) {
		t.Errorf("the entry was %+v and is %+v", stopped, kept)
	}
}

// Whoever is told to begin with a new database must learn where the old one is.
func TestDevSaysWhichDatabaseItRefuses(t *testing.T) {
	o := apptest.DevOptions(t, t.TempDir())
	file := filepath.Join(o.Data, "timetracker.db")
	db, err := sql.Open("sqlite", "file:"+file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	_, err = db.ExecContext(t.Context(), "CREATE TABLE schema_migrations (version INTEGER, dirty INTEGER)")
	if err != nil {
		t.Fatal(err)
	}
	err = dev.Run(t.Context(), o, io.Discard, io.Discard)
	if err == nil || !strings.Contains(err.Error(), file) || !strings.Contains(err.Error(), "begin with a new one") {
		t.Errorf("the error is %v", err)
	}
}

// TestDevRunsItsJobsWhenTimeGoesBack includes the jobs that run once a day.
func TestDevRunsItsJobsWhenTimeGoesBack(t *testing.T) {
	o := apptest.DevOptions(t, t.TempDir())
	o.Empty = true
	for _, ahead := range []time.Duration{40 * 24 * time.Hour, 0} {
		if o.At = (time.Time{}); ahead > 0 {
			o.At = time.Now().Add(ahead)
		}
		d := apptest.StartDev(t, o)
		apptest.Await(t, "the daily comparison", func() bool {
			_, metrics := apptest.Get(t, "http://"+d.InternalListen+"/metrics")
			return strings.Contains(metrics, `timetracker_job_runs_total{name="reconcile_subscriptions",result="ok"} 1`)
		})
		d.End(t)
	}
}

func TestDevHasAHistoryToShow(t *testing.T) {
	d := apptest.StartDev(t, apptest.DevOptions(t, t.TempDir()))
	now := time.Now().UTC()
	from := time.Date(now.Year(), now.Month()-1, 1, 0, 0, 0, 0, time.UTC)
	var report api.TimeReport
	d.Call(t, ada, http.MethodGet, "/reports/time?group_by=project&from="+from.Format(time.DateOnly)+
		"&to="+from.AddDate(0, 1, 0).Format(time.DateOnly), "", http.StatusOK, &report)
	if len(report.Rows) < 2 || report.Totals.ElapsedMs < (200*time.Hour).Milliseconds() {
		t.Errorf("last month's report: %+v", report)
	}
	var running api.TimeEntryPage
	d.Call(t, ada, http.MethodGet, "/timers", "", http.StatusOK, &running)
	if len(running.Data) == 0 {
		t.Error("no colleague's timer runs")
	}
	if review := entriesOf(t, d, "&needs_review=true"); len(review) == 0 {
		t.Error("no entry waits for review")
	}
}

func TestDevEmpty(t *testing.T) {
	o := apptest.DevOptions(t, t.TempDir())
	o.Empty = true
	d := apptest.StartDev(t, o)
	if entries := entriesOf(t, d, "&include_voided=true"); len(entries) != 0 {
		t.Errorf("%d entries", len(entries))
	}
	var me api.Me
	d.Call(t, ada, http.MethodGet, "/me", "", http.StatusOK, &me)
	if me.User.Role != api.RoleSuperAdmin {
		t.Errorf("ada is %s", me.User.Role)
	}
}

func TestDevTwoSideBySide(t *testing.T) {
	var devs [2]*apptest.Dev
	for i := range devs {
		o := apptest.DevOptions(t, t.TempDir())
		o.Empty = true
		devs[i] = apptest.StartDev(t, o)
	}
	var started api.TimerStarted
	devs[0].Call(t, ada, http.MethodPost, "/timers", startItem101, http.StatusCreated, &started)
	var current api.CurrentTimer
	devs[1].Call(t, ada, http.MethodGet, "/timers/current", "", http.StatusOK, &current)
	if current.Timer != nil {
		t.Errorf("the timer of one runs in the other: %+v", current.Timer)
	}
	// Each signs with its own keys, so another's token is refused.
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+devs[1].Listen+"/api/v1/me", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+devs[0].Token(t, ada))
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	// The other one may not look again yet for a key that it doesn't know.
	if response.StatusCode != http.StatusUnauthorized && response.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a token of one is answered with %d by the other", response.StatusCode)
	}
}

func TestDevSaysWhichAddressIsTaken(t *testing.T) {
	t.Setenv("TIMETRACKER_DATABASE_URL", "")
	for flag, address := range map[string]func(o *dev.Options) string{
		"--listen":             func(o *dev.Options) string { return o.Listen },
		"--devops-listen":      func(o *dev.Options) string { return o.DevOpsListen },
		"--devops-api-listen":  func(o *dev.Options) string { return o.DevOpsAPIListen },
		"--entra-listen":       func(o *dev.Options) string { return o.EntraListen },
		"--sign-in-listen":     func(o *dev.Options) string { return o.SignInListen },
		"--graph-listen":       func(o *dev.Options) string { return o.GraphListen },
		"--marketplace-listen": func(o *dev.Options) string { return o.MarketplaceListen },
		"--webhook-listen":     func(o *dev.Options) string { return o.WebhookListen },
		"--internal-listen":    func(o *dev.Options) string { return o.InternalListen },
	} {
		t.Run(flag, func(t *testing.T) {
			o := apptest.DevOptions(t, t.TempDir())
			taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", address(&o))
			if err != nil {
				t.Fatal(err)
			}
			defer taken.Close()
			var out bytes.Buffer
			err = dev.Run(t.Context(), o, &out, io.Discard)
			want := address(&o) + " in use by another program: stop it, or choose another address with: " +
				`make dev ARGS="` + flag + " 127.0.0.1:"
			if err == nil || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("the error is %v, want %s", err, want)
			}
			if out.Len() > 0 {
				t.Errorf("it has greeted:\n%s", &out)
			}
			for _, other := range []string{
				o.Listen, o.DevOpsListen, o.DevOpsAPIListen, o.EntraListen, o.SignInListen, o.GraphListen, o.MarketplaceListen,
				o.WebhookListen, o.InternalListen,
			} {
				if other == address(&o) {
					continue
				}
				listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", other)
				if err != nil {
					t.Errorf("half of it is up: %v", err)
					continue
				}
				listener.Close()
			}
			if _, err := dev.SandboxToken(t.Context(), o.Data, ada); err == nil {
				t.Error("it says that it runs")
			}
		})
	}
}

// The command that the message shows must start a second one beside the first.
func TestDevTellsThatItRunsAlready(t *testing.T) {
	o := apptest.DevOptions(t, t.TempDir())
	o.Empty = true
	apptest.StartDev(t, o)
	err := dev.Run(t.Context(), o, io.Discard, io.Discard)
	if err == nil {
		t.Fatal("two run on the same addresses")
	}
	said := err.Error()
	_, devOpsPort, _ := net.SplitHostPort(o.DevOpsListen)
	if !strings.HasPrefix(said, "`timetracker dev` runs already, on ") ||
		!strings.Contains(said, "open http://localhost:"+devOpsPort+", or stop it") {
		t.Errorf("the error is %s", said)
	}
	_, command, _ := strings.Cut(said, `make dev ARGS="`)
	words := strings.Fields(strings.TrimSuffix(command, `"`))
	second := dev.Options{Empty: true}
	settings := map[string]*string{
		"--data": &second.Data, "--listen": &second.Listen, "--devops-listen": &second.DevOpsListen,
		"--devops-api-listen": &second.DevOpsAPIListen,
		"--entra-listen":      &second.EntraListen, "--sign-in-listen": &second.SignInListen,
		"--graph-listen": &second.GraphListen, "--marketplace-listen": &second.MarketplaceListen,
		"--webhook-listen": &second.WebhookListen, "--internal-listen": &second.InternalListen,
	}
	if len(words) != 2*len(settings) {
		t.Fatalf("the command is %s", command)
	}
	for i := 0; i < len(words); i += 2 {
		*settings[words[i]] = words[i+1]
	}
	apptest.StartDev(t, second)
}

func TestDevListensOnLoopbackOnly(t *testing.T) {
	t.Setenv("TIMETRACKER_DATABASE_URL", "")
	for name, change := range map[string]func(o *dev.Options){
		"all interfaces": func(o *dev.Options) { o.Listen = "0.0.0.0:0" },
		"no host":        func(o *dev.Options) { o.DevOpsListen = ":0" },
		"another host":   func(o *dev.Options) { o.EntraListen = "192.0.2.1:0" },
		"a name":         func(o *dev.Options) { o.InternalListen = "timetracker.example:0" },
		"no port":        func(o *dev.Options) { o.Listen = "127.0.0.1" },
	} {
		t.Run(name, func(t *testing.T) {
			o := apptest.DevOptions(t, filepath.Join(t.TempDir(), "data"))
			change(&o)
			err := dev.Run(t.Context(), o, io.Discard, io.Discard)
			if err == nil || !strings.HasPrefix(err.Error(), "refused: ") {
				t.Errorf("the error is %v", err)
			}
			if _, err := os.Stat(o.Data); !os.IsNotExist(err) {
				t.Errorf("it has left something behind: %v", err)
			}
		})
	}
}

func TestDevGreets(t *testing.T) {
	o := apptest.DevOptions(t, t.TempDir())
	o.Empty = true
	d := apptest.StartDev(t, o)
	greeting := d.Out.String()
	_, devOpsPort, _ := net.SplitHostPort(o.DevOpsListen)
	_, entraPort, _ := net.SplitHostPort(o.EntraListen)
	_, signInPort, _ := net.SplitHostPort(o.SignInListen)
	_, marketplacePort, _ := net.SplitHostPort(o.MarketplaceListen)
	for _, want := range []string{
		"Open      http://localhost:" + devOpsPort + "\n",
		"Buy       http://localhost:" + marketplacePort + "\n",
		"API       http://" + o.Listen + "/docs\n",
		"Sign-in   http://localhost:" + signInPort + "\n",
		"also at https://localhost:" + entraPort + " for programs\n",
		"Data      " + o.Data + "\n",
		"Contoso   is signed up\n",
		"ada (admin), grace, linus, margaret, joan, kim (guest)\n",
		"Fabrikam  has not signed up yet: try it\n",
		"frances (admin), barbara, edsger, kim, ada (guest)\n",
		"Stop with Ctrl-C.",
	} {
		if !strings.Contains(greeting, want) {
			t.Errorf("the greeting lacks %q:\n%s", want, greeting)
		}
	}
	for _, address := range []string{"http://" + o.DevOpsListen + "/", "http://" + o.Listen + "/docs"} {
		if status, _ := apptest.Get(t, address); status != http.StatusOK {
			t.Errorf("%s is answered with %d", address, status)
		}
	}
}

// A request in flight when the program is told to stop gets its answer, and its effect is kept.
func TestDevFinishesWhatIsInFlight(t *testing.T) {
	o := apptest.DevOptions(t, t.TempDir())
	o.Empty = true
	d := apptest.StartDev(t, o)
	body, send := io.Pipe()
	asked := make(chan struct{})
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+o.Listen+"/api/v1/timers",
		&announced{Reader: body, read: asked})
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+d.Token(t, ada))
	request.Header.Set("Content-Type", "application/json")
	// With this header the client sends the body when the server's handler asks for it.
	request.Header.Set("Expect", "100-continue")
	client := &http.Client{Transport: &http.Transport{ExpectContinueTimeout: time.Minute}}
	defer client.CloseIdleConnections()
	type outcome struct {
		status int
		err    error
	}
	answered := make(chan outcome, 1)
	go func() {
		response, err := client.Do(request)
		if err != nil {
			answered <- outcome{err: err}
			return
		}
		defer response.Body.Close()
		answered <- outcome{status: response.StatusCode}
	}()
	<-asked
	d.Stop()
	apptest.AwaitRefused(t, o.Listen)
	select {
	case <-d.Done:
		t.Fatal("it has not waited for the request")
	default:
	}
	if _, err := io.WriteString(send, startItem101); err != nil {
		t.Fatal(err)
	}
	send.Close()
	if got := <-answered; got.err != nil || got.status != http.StatusCreated {
		t.Errorf("the request was answered with %d, %v", got.status, got.err)
	}
	d.End(t)

	var current api.CurrentTimer
	apptest.StartDev(t, o).Call(t, ada, http.MethodGet, "/timers/current", "", http.StatusOK, &current)
	if current.Timer == nil || current.Timer.WorkItem.Id != "101" {
		t.Errorf("after a new start this timer runs: %+v", current.Timer)
	}
}

// announced is a body that signals its first read.
type announced struct {
	io.Reader
	read chan struct{}
	told bool
}

func (a *announced) Read(data []byte) (int, error) {
	if !a.told {
		a.told = true
		close(a.read)
	}
	return a.Reader.Read(data)
}

func TestSandboxToken(t *testing.T) {
	o := apptest.DevOptions(t, t.TempDir())
	o.Empty = true
	if _, err := dev.SandboxToken(t.Context(), o.Data, ada); err == nil ||
		err.Error() != "`timetracker dev` has not run with the data directory "+o.Data {
		t.Errorf("before the first start the error is %v", err)
	}
	d := apptest.StartDev(t, o)
	var me api.Me
	d.Call(t, margaret, http.MethodGet, "/me", "", http.StatusOK, &me)
	if me.User.Email != margaret {
		t.Errorf("the token is that of %s", me.User.Email)
	}
	_, err := dev.SandboxToken(t.Context(), o.Data, "nobody@contoso.example")
	if err == nil || !strings.HasPrefix(err.Error(), "no token for nobody@contoso.example: ") ||
		strings.Contains(err.Error(), "{") {
		t.Errorf("for an unknown user the error is %v", err)
	}
	d.End(t)
	if _, err := dev.SandboxToken(t.Context(), o.Data, ada); err == nil ||
		!strings.HasPrefix(err.Error(), "`timetracker dev` doesn't answer; is it running?") {
		t.Errorf("after the end the error is %v", err)
	}
}

// The file in the data directory is the sandbox's, and bills by --at. Another database goes by its own clock, so that
// --at bills nothing there that has not ended.
func TestDevBillsByItsOwnClockOnlyItsOwnFile(t *testing.T) {
	for name, test := range map[string]struct{ address, result, alerts string }{
		"its own file":     {"", "ok", "0"},
		"another database": {"sqlite:" + filepath.Join(t.TempDir(), "other.db"), "failed", "1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("TIMETRACKER_DATABASE_URL", test.address)
			o := apptest.DevOptions(t, t.TempDir())
			o.Empty, o.At = true, time.Now().AddDate(0, 2, 0)
			ctx, stop := context.WithCancel(t.Context())
			out, ended := apptest.NewOutput(), make(chan struct{})
			go func() {
				defer close(ended)
				if err := dev.Run(ctx, o, out, io.Discard); err != nil {
					t.Errorf("dev ended with: %v", err)
				}
			}()
			defer func() { stop(); <-ended }()
			out.AwaitLine(t, "ready", ended)
			apptest.Await(t, "the job bill to have "+test.result, func() bool {
				_, metrics := apptest.Get(t, "http://"+o.InternalListen+"/metrics")
				return strings.Contains(metrics, `timetracker_job_runs_total{name="bill",result="`+test.result+`"} 1`) &&
					strings.Contains(metrics, `timetracker_alerts_total{kind="clock_wrong"} `+test.alerts)
			})
		})
	}
}
