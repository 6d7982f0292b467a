package report_test

import (
	"fmt"
	"strings"
	"testing"

	"timetracker/internal/audit"
	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/page"
	"timetracker/internal/report"
	"timetracker/internal/tenant"
)

// TestWhoSeesAndChangesSavedReports keeps a private one of Ben's and a shared one of Ada's, who is an admin.
func TestWhoSeesAndChangesSavedReports(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	ben, cleo, stranger := w.Join(t, ada, "Ben"), w.Join(t, ada, "Cleo"), w.SignUp(t)
	shelf, ctx := w.Shelf, t.Context()
	names := func(m tenant.Member) string {
		all, err := shelf.List(ctx, m)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, saved := range all {
			names = append(names, saved.Name)
		}
		return strings.Join(names, ", ")
	}
	private, err := shelf.Save(ctx, ben, "  Zebra ", false, report.Definition{"by": "day"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = shelf.Save(ctx, ben, "Ours", true, report.Definition{})
	refused(t, err, errs.Forbidden, "role_required")
	shared, err := shelf.Save(ctx, ada, "Invoice", true, report.Definition{"by": "project,user", "period": "last_month"})
	if err != nil {
		t.Fatal(err)
	}
	for m, want := range map[*tenant.Member]string{&ada: "Invoice", &ben: "Invoice, Zebra", &cleo: "Invoice", &stranger: ""} {
		if got := names(*m); got != want {
			t.Errorf("%s sees %q, want %q", m.User.Name, got, want)
		}
	}
	other, yes, no := "Other", true, false
	for _, m := range []tenant.Member{ada, cleo, stranger} {
		_, err = shelf.Change(ctx, m, private.ID, 1, report.SavedPatch{Name: &other})
		refused(t, err, errs.NotFound, "saved_report_not_found")
		refused(t, shelf.Delete(ctx, m, private.ID, 1), errs.NotFound, "saved_report_not_found")
	}
	_, err = shelf.Change(ctx, ben, private.ID, 1, report.SavedPatch{Shared: &yes})
	refused(t, err, errs.Forbidden, "role_required")
	_, err = shelf.Change(ctx, cleo, shared.ID, 1, report.SavedPatch{Name: &other})
	refused(t, err, errs.Forbidden, "role_required")
	_, err = shelf.Change(ctx, ben, private.ID, 2, report.SavedPatch{Name: &other})
	refused(t, err, errs.Stale, "stale")
	if same, err := shelf.Change(ctx, ben, private.ID, 1, report.SavedPatch{Name: &private.Name}); err != nil || same.Revision != 1 {
		t.Errorf("a change of nothing gives %+v, %v", same, err)
	}
	changed, err := shelf.Change(ctx, ada, shared.ID, 1, report.SavedPatch{Name: &other, Definition: report.Definition{"by": "week"}})
	if err != nil || changed.Revision != 2 {
		t.Fatalf("%+v, %v", changed, err)
	}
	demoted := ada
	demoted.User.Role = tenant.RoleUser
	_, err = shelf.Change(ctx, demoted, shared.ID, 2, report.SavedPatch{Name: &private.Name})
	refused(t, err, errs.Forbidden, "role_required")
	if _, err = shelf.Change(ctx, demoted, shared.ID, 2, report.SavedPatch{Shared: &no}); err != nil {
		t.Fatal(err)
	}
	if got := names(cleo); got != "" {
		t.Errorf("what is shared no more is seen as %q", got)
	}
	if err := shelf.Delete(ctx, ben, private.ID, 1); err != nil || names(ben) != "" {
		t.Errorf("it can't be deleted: %v", err)
	}
	events, _, err := w.Tenants.Audit(ctx, ada, audit.Filter{}, page.Request{Limit: 3})
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, e := range events {
		told = append(told, fmt.Sprint(e.Type, " ", e.Target.Name, " ", e.Changes))
	}
	want := "report_unshared Other [] / shared_report_changed Invoice [{name Invoice Other} {definition by=project,user period=last_month by=week}] / " +
		"report_shared Invoice []"
	if got := strings.Join(told, " / "); got != want {
		t.Errorf("the audit has %s, want %s", got, want)
	}
}

// A name stands in one line of a list, whatever it was made of.
func TestNamesOfSavedReportsAreOneLine(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	saved, err := w.Shelf.Save(t.Context(), ada, " By\n\x00day\x1b ", false, report.Definition{"by": "day"})
	if err != nil || saved.Name != "By day" {
		t.Errorf("the name is %q (%v), want one line", saved.Name, err)
	}
}

func TestSavedReportsAreLimited(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	for range report.MaxSaved {
		if _, err := w.Shelf.Save(t.Context(), ada, "Mine", false, report.Definition{}); err != nil {
			t.Fatal(err)
		}
	}
	_, err := w.Shelf.Save(t.Context(), ada, "Mine", false, report.Definition{})
	refused(t, err, errs.RuleBroken, "too_many_saved_reports")
	ada.Tenant.Status = tenant.Cancelled
	_, err = w.Shelf.Save(t.Context(), ada, "Mine", false, report.Definition{})
	if !errs.Is(err, errs.PaymentRequired) {
		t.Errorf("a cancelled tenant's is refused with %v", err)
	}
}

func TestDefinitions(t *testing.T) {
	for _, test := range []struct {
		name, text string
		code       string // empty: fine
	}{
		{"by", "project,user", ""}, {"by", "day,week", "unknown"}, {"by", "", "unknown"}, {"by", "colour", "unknown"},
		{"period", "this_week", ""}, {"period", "2026-11-01/2026-12-01", ""}, {"period", "2026-11-01/2026-11-01", "unknown"},
		{"period", "2020-11-01/2026-11-01", "unknown"}, {"period", "someday", "unknown"}, {"period", "2026-11-01", "unknown"},
		{"round", "15-nearest", ""}, {"round", "0-up", "unknown"}, {"round", "61-up", "unknown"}, {"round", "15", "unknown"}, {"round", "15-left", "unknown"},
		{"beside", "yes", ""}, {"beside", "true", "enum"}, {"billable", "no", ""}, {"review", "", "enum"},
		{"user", strings.Repeat("u,", 99), ""}, {"user", strings.Repeat("u,", 100), "too_many"}, {"type", "Bug%2C too", ""},
		{"note", "call", ""}, {"note", strings.Repeat("x", 4001), "too_long"}, {"note", "\xff", "too_long"}, {"colour", "red", "unknown"},
	} {
		err := report.Definition{test.name: test.text}.Check()
		if test.code == "" {
			if err != nil {
				t.Errorf("%s=%s is refused: %v", test.name, test.text, err)
			}
			continue
		}
		refused(t, err, errs.RuleBroken, "definition_invalid")
	}
}

func FuzzDefinition(f *testing.F) {
	f.Add("period", "2026-11-01/2026-12-01")
	f.Add("round", "15-nearest")
	f.Add("by", "day,user")
	f.Fuzz(func(t *testing.T, name, text string) {
		if err := (report.Definition{name: text}).Check(); err != nil && errs.CodeOf(err) != "definition_invalid" {
			t.Errorf("%q=%q: %v", name, text, err)
		}
	})
}

func FuzzParseRequest(f *testing.F) {
	f.Add("group_by", "day,user")
	f.Add("user_id", "0193a5b0-1234-4abc-8def-00000000000a")
	f.Add("round_to_minutes", "15")
	f.Add("billable", "true")
	f.Fuzz(func(t *testing.T, name, text string) {
		values := report.Values{"from": {"2026-11-01"}, "to": {"2026-12-01"}, name: {text}}
		r, err := report.ParseRequest(values)
		if err != nil {
			if errs.KindOf(err) != errs.Malformed && errs.KindOf(err) != errs.RuleBroken {
				t.Errorf("%q=%q: %v", name, text, err)
			}
			return
		}
		if len(r.GroupBy) == 0 || r.Rounding.Minutes < 0 || r.Rounding.Minutes > 60 {
			t.Errorf("%q=%q gives %+v", name, text, r)
		}
	})
}
