package app_test

import (
	"bytes"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"timetracker/api"
	"timetracker/internal/app"
	"timetracker/internal/apptest"
	"timetracker/internal/calendar"
	"timetracker/internal/config"
	"timetracker/internal/dev"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/sandbox"
	"timetracker/internal/sqlstore"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

// TestBill bills months of the customer of a `dev` that runs. dev's clock shows the middle of last month, since the
// present month could end during the test.
func TestBill(t *testing.T) {
	running := calendar.MonthOf(time.Now()).Previous()
	last := running.Previous()
	o := apptest.DevOptions(t, t.TempDir())
	o.At = running.From().AddDate(0, 0, 14)
	d := apptest.StartDev(t, o)
	address, err := dev.Database(d.Data)
	if err != nil {
		t.Fatal(err)
	}
	c := config.Config{DatabaseURL: config.Secret(address), SellerName: "Northwind", SellerAddress: "1 Main Street; Oslo"}
	bill := func(month calendar.Month, dryRun bool) string {
		t.Helper()
		var out bytes.Buffer
		if err := app.Bill(t.Context(), c, month.String(), dryRun, &out, discard); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	// Wait until dev has billed by itself.
	apptest.Await(t, "the job bill", func() bool {
		_, metrics := apptest.Get(t, "http://"+d.InternalListen+"/metrics")
		return strings.Contains(metrics, `timetracker_job_runs_total{name="bill",result="ok"} 1`)
	})

	const header = `^CUSTOMER +PLAN +PEOPLE +BILLED +RATE +TOTAL +CURRENCY +STATEMENT +WHAT\n`
	first := bill(last, false)
	checkBill(t, first, header+`"Contoso" +team +4 +20 +9\.00 +180\.00 +USD +TT-\d{4}-\d{6} +billed before\n$`)
	if again := bill(last, false); again != first {
		t.Errorf("billed again:\n%s\nbefore:\n%s", again, first)
	}

	// Time that Joan worked last month becomes known late.
	var joan api.Me
	d.Call(t, "joan@contoso.example", http.MethodGet, "/me", "", http.StatusOK, &joan)
	recordLate(t, address, last.From().AddDate(0, 0, 14))
	const adjusted = header + `"Contoso" +team +1 +0 +9\.00 +0\.00 +USD +`
	for range 2 {
		checkBill(t, bill(last, true), adjusted+`- +would be made: adjustment\n$`)
	}
	checkBill(t, bill(last, false), adjusted+`TT-\d{4}-\d{6} +made: adjustment\n$`)
	if again := bill(last, false); again != first {
		t.Errorf("billed after the adjustment:\n%s\nbefore it:\n%s", again, first)
	}

	notOver := calendar.MonthOf(time.Now()).Next()
	err = app.Bill(t.Context(), c, notOver.String(), false, new(bytes.Buffer), discard)
	if errs.CodeOf(err) != "month_not_over" {
		t.Errorf("a month that is not over: %v", err)
	}
	for range 2 {
		checkBill(t, bill(running, true), header+`"Contoso" +team +\d +20 +9\.00 +[\d.]+ +USD +- +would be made: monthly\n$`)
	}
	if got := bill(last.Previous().Previous(), false); !regexp.MustCompile(header + `$`).MatchString(got) {
		t.Errorf("a month without customers:\n%s", got)
	}
	for _, month := range []string{"", "2026", "2026-13", "October"} {
		if err := app.Bill(t.Context(), c, month, true, new(bytes.Buffer), discard); errs.CodeOf(err) != "month_invalid" {
			t.Errorf("the month %q: %v", month, err)
		}
	}
}

// recordLate records an hour of Joan's at an instant in the past.
func recordLate(t *testing.T, address string, at time.Time) {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), sqlstore.Config{Create: true, URL: address, Log: discard})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	people := sandbox.People()
	joan := people[slices.IndexFunc(people, func(p sandbox.Person) bool { return p.Email == "joan@contoso.example" })]
	member, _, err := store.Member(t.Context(), ids.MustParse[ids.Directory](joan.DirectoryID), ids.MustParse[ids.Object](joan.ObjectID))
	if err != nil {
		t.Fatal(err)
	}
	timers := timer.NewService(store, workitem.NewService(store, nil, func() time.Time { return at }), func() time.Time { return at })
	_, err = timers.Start(t.Context(), member, timer.StartRequest{WorkItem: workitem.Claim{
		Tracker: workitem.AzureDevOps, Project: workitem.Named{Name: "Payments"}, Number: "101",
	}})
	if err != nil {
		t.Fatal(err)
	}
	at = at.Add(time.Hour)
	if _, err := timers.Stop(t.Context(), member, ids.Entry{}); err != nil {
		t.Fatal(err)
	}
}

func checkBill(t *testing.T, got, pattern string) {
	t.Helper()
	if !regexp.MustCompile(pattern).MatchString(got) {
		t.Errorf("it prints:\n%s\nwant %s", got, pattern)
	}
}
