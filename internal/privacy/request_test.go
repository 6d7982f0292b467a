package privacy_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"timetracker/internal/alert"
	"timetracker/internal/audit"
	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/page"
	"timetracker/internal/privacy"
	"timetracker/internal/tenant"
)

// ask makes a request that must succeed.
func ask(t *testing.T, w *domaintest.World, m tenant.Member, kind privacy.Kind, note string) (privacy.Request, string) {
	t.Helper()
	r, reference, err := w.Requests.Ask(t.Context(), m, privacy.NewRequest{Kind: kind, Note: note})
	if err != nil {
		t.Fatal(err)
	}
	return r, reference
}

func refused(t *testing.T, err error, kind errs.Kind, code string) {
	t.Helper()
	if !errs.Is(err, kind) || errs.CodeOf(err) != code {
		t.Errorf("got %v, want %s", err, code)
	}
}

// TestARequestIsDecidedBySomebodyElse plays what people may do with requests.
func TestARequestIsDecidedBySomebodyElse(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	ben, stranger := w.Join(t, ada, "Ben"), w.SignUp(t)
	ctx := t.Context()
	asked, _ := ask(t, w, ben, privacy.RightRestriction, "")
	if want := w.Clock.Now().Add(30 * 24 * time.Hour); !asked.DueAt.Equal(want) || asked.ForOperator {
		t.Errorf("due %s, want %s; operator %v", asked.DueAt, want, asked.ForOperator)
	}
	_, _, err := w.Requests.Ask(ctx, ben, privacy.NewRequest{Kind: privacy.RightRestriction, Note: "again"})
	refused(t, err, errs.Conflict, "request_open")
	_, _, err = w.Requests.Ask(ctx, ben, privacy.NewRequest{Kind: privacy.RightObjection, Note: " "})
	refused(t, err, errs.RuleBroken, "privacy_request_invalid")
	_, err = w.Requests.Get(ctx, stranger, asked.ID)
	refused(t, err, errs.NotFound, "privacy_request_not_found")
	_, err = w.Requests.Decide(ctx, ben, asked.ID, 1, privacy.Decision{Grant: true})
	refused(t, err, errs.Forbidden, "role_required")
	_, err = w.Requests.Decide(ctx, stranger, asked.ID, 1, privacy.Decision{Grant: true})
	refused(t, err, errs.NotFound, "privacy_request_not_found")
	_, err = w.Requests.Decide(ctx, ada, asked.ID, 1, privacy.Decision{})
	refused(t, err, errs.RuleBroken, "reason_required")
	_, err = w.Requests.Decide(ctx, ada, asked.ID, 2, privacy.Decision{Grant: true})
	refused(t, err, errs.Stale, "stale")
	_, err = w.Requests.DecideAsOperator(ctx, ada.Tenant.ID, "op", asked.ID, privacy.Decision{Grant: true})
	refused(t, err, errs.RuleBroken, "tenant_decides")
	decided, err := w.Requests.Decide(ctx, ada, asked.ID, 1, privacy.Decision{Reason: "The customer's contract needs it."})
	if err != nil || decided.Status != privacy.Refused || decided.DecidedBy.ID != ada.User.ID || decided.ClosedAt.IsZero() {
		t.Fatalf("%+v, %v", decided, err)
	}
	_, err = w.Requests.Withdraw(ctx, ben, asked.ID, 2)
	refused(t, err, errs.Conflict, "already_decided")
	again, _ := ask(t, w, ben, privacy.RightRestriction, "")
	if back, err := w.Requests.Withdraw(ctx, ben, again.ID, 1); err != nil || back.Status != privacy.Withdrawn {
		t.Errorf("%+v, %v", back, err)
	}
	all, _, err := w.Requests.List(ctx, ada, true, false, page.Request{Limit: 10})
	if err != nil || len(all) != 2 || all[0].ID != again.ID || all[1].User.Name != "Ben" {
		t.Errorf("%+v, %v", all, err)
	}
	if open, _, err := w.Requests.List(ctx, ada, true, true, page.Request{Limit: 10}); err != nil || len(open) != 0 {
		t.Errorf("undecided: %+v, %v", open, err)
	}
	_, _, err = w.Requests.List(ctx, ben, true, false, page.Request{Limit: 10})
	refused(t, err, errs.Forbidden, "role_required")
	events, _, err := w.Tenants.Audit(ctx, ada, audit.Filter{}, page.Request{Limit: 4})
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, e := range events {
		told = append(told, string(e.Type)+" of "+e.Target.Name)
	}
	if got := strings.Join(told, ", "); got != "privacy_withdrawn of Ben, privacy_requested of Ben, privacy_refused of Ben, privacy_requested of Ben" {
		t.Errorf("the audit has %s", got)
	}
}

// TestTheOnlySuperAdminGoesToTheOperator has nobody else who may decide.
func TestTheOnlySuperAdminGoesToTheOperator(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	ctx := t.Context()
	asked, _ := ask(t, w, ada, privacy.RightRestriction, "")
	if !asked.ForOperator {
		t.Error("it doesn't go to the operator")
	}
	_, err := w.Requests.Decide(ctx, ada, asked.ID, 1, privacy.Decision{Grant: true})
	refused(t, err, errs.RuleBroken, "own_request")
	granted, err := w.Requests.DecideAsOperator(ctx, ada.Tenant.ID, "op", asked.ID, privacy.Decision{Grant: true})
	if err != nil || granted.Status != privacy.Granted || !granted.DecidedBy.ID.IsZero() {
		t.Fatalf("%+v, %v", granted, err)
	}
}

// TestTheOnlySuperAdminIsErased once an operator has made somebody else one.
func TestTheOnlySuperAdminIsErased(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	ben, cleo := w.Join(t, ada, "Ben"), w.Join(t, ada, "Cleo")
	ctx := t.Context()
	asked, _ := ask(t, w, ada, privacy.RightErasure, "")
	grant := privacy.Decision{Grant: true}
	_, err := w.Requests.DecideAsOperator(ctx, ada.Tenant.ID, "Olga", asked.ID, grant)
	refused(t, err, errs.Conflict, "last_super_admin")
	_, err = w.Tenants.MakeSuperAdmin(ctx, "\u00a0", ada.Tenant.Slug, ben.User.ID.String())
	refused(t, err, errs.RuleBroken, "operator_missing")
	w.Exec(t, `UPDATE users SET status = 'deactivated' WHERE id = ?`, cleo.User.ID[:])
	_, err = w.Tenants.MakeSuperAdmin(ctx, "Olga", ada.Tenant.Slug, cleo.User.ID.String())
	refused(t, err, errs.Conflict, "not_active")
	for range 2 { // the second one changes nothing
		made, err := w.Tenants.MakeSuperAdmin(ctx, "Olga", ada.Tenant.Slug, ben.User.Email)
		if err != nil || made.ID != ben.User.ID || made.Role != tenant.RoleSuperAdmin {
			t.Fatalf("%+v, %v", made, err)
		}
	}
	events, _, err := w.Tenants.Audit(ctx, w.Again(t, ben), audit.Filter{Type: string(audit.RoleChanged)}, page.Request{Limit: 5})
	if err != nil || len(events) != 1 || events[0].Actor.Name != "Olga" || events[0].Changes[0].New != "super_admin" {
		t.Errorf("the audit has %+v, %v", events, err)
	}
	granted, err := w.Requests.Decide(ctx, w.Again(t, ben), asked.ID, 1, grant)
	if err != nil || granted.Status != privacy.Granted {
		t.Errorf("%+v, %v", granted, err)
	}
}

// TestARestrictionHoldsUntilItEnds ends one by the person, and one by the organization for a reason.
func TestARestrictionHoldsUntilItEnds(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	ben := w.Join(t, ada, "Ben")
	ctx := t.Context()
	since := func() time.Time {
		chosen, err := w.Requests.Choices(ctx, ben)
		if err != nil {
			t.Fatal(err)
		}
		return chosen.RestrictedAt
	}
	for _, end := range []func(r privacy.Request) (privacy.Request, error){
		func(r privacy.Request) (privacy.Request, error) {
			return w.Requests.Withdraw(ctx, ben, r.ID, r.Revision)
		},
		func(r privacy.Request) (privacy.Request, error) {
			_, err := w.Requests.Complete(ctx, ada, r.ID, r.Revision, " ")
			refused(t, err, errs.RuleBroken, "outcome_invalid")
			_, err = w.Requests.CompleteAsOperator(ctx, ada.Tenant.ID, "op", r.ID, "Over.")
			refused(t, err, errs.RuleBroken, "tenant_decides")
			return w.Requests.Complete(ctx, ada, r.ID, r.Revision, "The dispute is settled.")
		},
	} {
		asked, _ := ask(t, w, ben, privacy.RightRestriction, "")
		if !since().IsZero() {
			t.Error("it holds before it is granted")
		}
		granted, err := w.Requests.Decide(ctx, ada, asked.ID, 1, privacy.Decision{Grant: true, Reason: "While we look."})
		if err != nil || !since().Equal(w.Clock.Now()) {
			t.Fatalf("since %s: %v", since(), err)
		}
		ended, err := end(granted)
		if err != nil || ended.Status != privacy.Done || !since().IsZero() {
			t.Errorf("%+v, %v, since %s", ended, err, since())
		}
		if ended.Reason != granted.Reason || ended.EarlierDigest != granted.Digest || ended.Digest == granted.Digest {
			t.Errorf("the end has changed what was decided: %+v, before %+v", ended, granted)
		}
		_, err = w.Requests.Complete(ctx, ada, asked.ID, ended.Revision, "Again.")
		refused(t, err, errs.Conflict, "nothing_to_complete")
	}
}

// TestWhatPeopleCarryOut waits from its grant on until somebody else says what was done, and is overdue meanwhile.
func TestWhatPeopleCarryOut(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	ben := w.Join(t, ada, "Ben")
	ctx := t.Context()
	asked, _ := ask(t, w, ben, privacy.RightCorrection, "I was ill on Tuesday.")
	granted, err := w.Requests.Decide(ctx, ada, asked.ID, 1, privacy.Decision{Grant: true, Reason: "You were."})
	if err != nil || granted.Status != privacy.Accepted || !granted.ClosedAt.IsZero() || granted.Digest.IsZero() {
		t.Fatalf("%+v, %v", granted, err)
	}
	w.Clock.Set(asked.DueAt.Add(time.Millisecond))
	waiting, _, err := w.Requests.List(ctx, ada, true, true, page.Request{Limit: 10})
	due, dueErr := w.Requests.FirstDue(ctx, ada)
	overdue, overdueErr := w.Requests.Overdue(ctx)
	if err := errors.Join(err, dueErr, overdueErr); err != nil || len(waiting) != 1 || !due.Equal(asked.DueAt) || overdue != 1 {
		t.Errorf("%v: %+v wait, the first is due %s, %d are overdue", err, waiting, due, overdue)
	}
	_, err = w.Requests.Complete(ctx, ben, asked.ID, granted.Revision, "Done.")
	refused(t, err, errs.Forbidden, "role_required")
	_, err = w.Requests.CompleteAsOperator(ctx, ada.Tenant.ID, "op", asked.ID, "Done.")
	refused(t, err, errs.RuleBroken, "tenant_decides")
	_, err = w.Requests.Complete(ctx, ada, asked.ID, granted.Revision, strings.Repeat("a", 2001))
	refused(t, err, errs.RuleBroken, "outcome_invalid")
	done, err := w.Requests.Complete(ctx, ada, asked.ID, granted.Revision, "Tuesday is void now.")
	if err != nil || done.Status != privacy.Done || done.Reason != "You were." || done.EarlierDigest != granted.Digest {
		t.Fatalf("%+v, %v", done, err)
	}
	lines := strings.Join(privacy.Confirmation{Tenant: ada.Tenant.ID, Request: done}.Lines(), "\n")
	if !strings.Contains(lines, "done: Tuesday is void now.") || !strings.Contains(lines, "confirmation of the decision: "+granted.Digest.String()) {
		t.Errorf("what is confirmed:\n%s", lines)
	}
	if due, err := w.Requests.FirstDue(ctx, ada); err != nil || !due.IsZero() {
		t.Errorf("due %s: %v", due, err)
	}
	taken, _ := ask(t, w, ben, privacy.RightCorrection, "And on Wednesday.")
	if taken, err = w.Requests.Decide(ctx, ada, taken.ID, 1, privacy.Decision{Grant: true}); err != nil {
		t.Fatal(err)
	}
	if back, err := w.Requests.Withdraw(ctx, ben, taken.ID, taken.Revision); err != nil || back.Status != privacy.Withdrawn {
		t.Errorf("what isn't needed any more: %+v, %v", back, err)
	}
}

// TestAnOutcomeWithTheDecision says what was done already, of what people do.
func TestAnOutcomeWithTheDecision(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	ben := w.Join(t, ada, "Ben")
	for _, c := range []struct {
		wanted   privacy.NewRequest
		decision privacy.Decision
		status   privacy.Status // empty: outcome_invalid
	}{
		{privacy.NewRequest{Kind: privacy.RightCorrection, Note: "A"}, privacy.Decision{Grant: true, Outcome: " Done. "}, privacy.Done},
		{privacy.NewRequest{Kind: privacy.RightWithdrawal, Note: "B"}, privacy.Decision{Grant: true}, privacy.Accepted},
		{privacy.NewRequest{Kind: privacy.RightObjection, Note: "C"}, privacy.Decision{Reason: "No.", Outcome: "Done."}, ""},
		{privacy.NewRequest{Kind: privacy.RightErasure}, privacy.Decision{Grant: true, Outcome: "Done."}, ""},
		{privacy.NewRequest{Kind: privacy.RightRestriction}, privacy.Decision{Grant: true, Outcome: "Done."}, ""},
	} {
		asked, _, err := w.Requests.Ask(t.Context(), ben, c.wanted)
		if err != nil {
			t.Fatal(err)
		}
		decided, err := w.Requests.Decide(t.Context(), ada, asked.ID, 1, c.decision)
		if c.status == "" {
			refused(t, err, errs.RuleBroken, "outcome_invalid")
		} else if err != nil || decided.Status != c.status || decided.Outcome != strings.TrimSpace(c.decision.Outcome) {
			t.Errorf("%s: %+v, %v", c.wanted.Kind, decided, err)
		}
	}
}

// TestAGrantedObjectionHolds leaves the person out of team reports, though the tenant has no switch for it. One that the
// person has objected to already changes nothing.
func TestAGrantedObjectionHolds(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	ben := w.Join(t, ada, "Ben")
	ctx := t.Context()
	_, _, err := w.Requests.Ask(ctx, ben, privacy.NewRequest{Kind: privacy.RightCorrection, Processing: privacy.TeamReports, Note: "A"})
	refused(t, err, errs.RuleBroken, "privacy_request_invalid")
	log := []privacy.Processing{privacy.DesktopActivity}
	if _, err := w.Requests.Choose(ctx, ben, 0, privacy.ChoicePatch{Objections: &log}); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []privacy.Kind{privacy.RightObjection, privacy.RightWithdrawal} {
		asked, _, err := w.Requests.Ask(ctx, ben, privacy.NewRequest{Kind: kind, Processing: privacy.TeamReports})
		if err != nil {
			t.Fatal(err)
		}
		granted, err := w.Requests.Decide(ctx, ada, asked.ID, 1, privacy.Decision{Grant: true})
		if err != nil || granted.Status != privacy.Done || granted.Processing != privacy.TeamReports {
			t.Fatalf("%+v, %v", granted, err)
		}
		chosen, err := w.Requests.Choices(ctx, ben)
		if want := []privacy.Processing{privacy.TeamReports, privacy.DesktopActivity}; err != nil || !slices.Equal(chosen.Objections, want) {
			t.Errorf("%v are objected to, %v", chosen.Objections, err)
		}
	}
	concealed, err := w.Store.Concealed(ctx, ada.Tenant.ID)
	if err != nil || len(concealed) != 1 || concealed[0] != (tenant.Concealed{User: ben.User.ID, TeamReports: true}) {
		t.Errorf("%+v are left out: %v", concealed, err)
	}
}

// TestOwnRequestsAreNotDue reminds a super_admin of others' requests alone, and of none where the operator decides.
func TestOwnRequestsAreNotDue(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	own, _ := ask(t, w, ada, privacy.RightRestriction, "")
	w.Clock.Add(time.Hour)
	others, _ := ask(t, w, w.Join(t, ada, "Ben"), privacy.RightRestriction, "")
	if due, err := w.Requests.FirstDue(t.Context(), ada); err != nil || !due.Equal(others.DueAt) || due.Equal(own.DueAt) {
		t.Errorf("due %s, want %s: %v", due, others.DueAt, err)
	}
	w.Exec(t, `UPDATE tenants SET status = 'cancelled'`)
	if due, err := w.Requests.FirstDue(t.Context(), w.Again(t, ada)); err != nil || !due.IsZero() {
		t.Errorf("the operator's is due %s: %v", due, err)
	}
	waiting, err := w.Requests.Waiting(t.Context())
	if err != nil || len(waiting) != 2 || waiting[0].Request.ID != own.ID || waiting[1].Request.ID != others.ID {
		t.Errorf("%+v wait for the operator: %v", waiting, err)
	}
}

// TestChoices are made in a tenant that has ended, and the audit doesn't tell the nominee.
func TestChoices(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	ben := w.Join(t, ada, "Ben")
	ctx := t.Context()
	w.Exec(t, `UPDATE tenants SET status = 'cancelled'`)
	ben = w.Again(t, ben)
	team := []privacy.Processing{privacy.TeamReports, privacy.ActionLog}
	_, err := w.Requests.Choose(ctx, ben, 0, privacy.ChoicePatch{Objections: &team})
	refused(t, err, errs.RuleBroken, "objection_not_offered")
	_, err = w.Requests.Choose(ctx, ben, 0, privacy.ChoicePatch{Nominee: &privacy.Nominee{Name: "Uma"}})
	refused(t, err, errs.RuleBroken, "nominee_invalid")
	log := []privacy.Processing{privacy.ActionLog}
	chosen, err := w.Requests.Choose(ctx, ben, 0, privacy.ChoicePatch{
		Objections: &log, Nominee: &privacy.Nominee{Name: " Uma  Byron ", Email: "uma@home.example"},
	})
	if err != nil || chosen.Revision != 1 || chosen.Nominee.Name != "Uma Byron" || !chosen.Nominee.NamedAt.Equal(w.Clock.Now()) {
		t.Fatalf("%+v, %v", chosen, err)
	}
	_, err = w.Requests.Choose(ctx, ben, 0, privacy.ChoicePatch{Objections: &log})
	refused(t, err, errs.Stale, "stale")
	w.Exec(t, `UPDATE tenants SET team_objection = 1`)
	ben = w.Again(t, ben)
	if chosen, err = w.Requests.Choose(ctx, ben, 1, privacy.ChoicePatch{Objections: &team, Nominee: &privacy.Nominee{}}); err != nil {
		t.Fatal(err)
	}
	if len(chosen.Objections) != 2 || chosen.Objections[0] != privacy.ActionLog || chosen.Nominee != (privacy.Nominee{}) {
		t.Errorf("%+v", chosen)
	}
	events, _, err := w.Tenants.Audit(ctx, ada, audit.Filter{Type: string(audit.PrivacyChosen)}, page.Request{Limit: 5})
	if err != nil || len(events) != 2 {
		t.Fatalf("%+v, %v", events, err)
	}
	for _, e := range events {
		for _, change := range e.Changes {
			if strings.Contains(change.Old+change.New, "Uma") {
				t.Errorf("the audit tells the nominee: %+v", change)
			}
		}
	}
}

// TestTheConfirmation is found by the reference, and its digest is of its lines.
func TestTheConfirmation(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	ben := w.Join(t, ada, "Ben")
	ctx := t.Context()
	asked, reference := ask(t, w, ben, privacy.RightObjection, "Ask me before you print my hours.")
	_, err := w.Requests.ConfirmationOf(ctx, reference)
	refused(t, err, errs.Conflict, "not_decided")
	_, err = w.Requests.ConfirmationOf(ctx, strings.Repeat("A", 26))
	refused(t, err, errs.NotFound, "privacy_request_not_found")
	if _, err := w.Requests.Decide(ctx, ada, asked.ID, 1, privacy.Decision{Grant: true, Reason: "Of course.\nFrom now on."}); err != nil {
		t.Fatal(err)
	}
	found, err := w.Requests.ConfirmationOf(ctx, strings.ToLower(strings.ReplaceAll(reference, "-", " ")))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Join(found.Lines(), "\n") + "\n"
	if sum := sha256.Sum256([]byte(lines)); sum != found.Request.Digest {
		t.Errorf("the digest is not that of\n%s", lines)
	}
	if strings.Contains(lines, "Ben") || strings.Contains(lines, ben.User.ID.String()) {
		t.Errorf("the confirmation names the person:\n%s", lines)
	}
	for _, want := range []string{"outcome: accepted", "decided: 2026-11-20T09:00:00.000Z by the organization", "reason: Of course. From now on."} {
		if !strings.Contains(lines, want) {
			t.Errorf("%q is missing in\n%s", want, lines)
		}
	}
	for _, language := range []string{"en", "de"} {
		var made bytes.Buffer
		if err := w.Requests.Print(&made, found, language); err != nil || !bytes.HasPrefix(made.Bytes(), []byte("%PDF")) {
			t.Errorf("%s: %v", language, err)
		}
	}
}

// TestOverdue counts what nobody has decided on in 30 days.
func TestOverdue(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	asked, _ := ask(t, w, w.Join(t, ada, "Ben"), privacy.RightRestriction, "")
	ask(t, w, w.Join(t, ada, "Cleo"), privacy.RightRestriction, "")
	w.Clock.Set(asked.DueAt)
	for _, want := range []int{0, 2, 1} {
		if got, err := w.Requests.Overdue(t.Context()); got != want || err != nil {
			t.Errorf("%d are overdue, want %d: %v", got, want, err)
		}
		w.Clock.Add(time.Millisecond)
		if want == 2 {
			if _, err := w.Requests.Decide(t.Context(), ada, asked.ID, 1, privacy.Decision{Grant: true}); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestTheOperatorIsReminded of what only the operator may decide on, before it is due, and once at each time.
func TestTheOperatorIsReminded(t *testing.T) {
	w := domaintest.New(t)
	ada := w.SignUp(t)
	ben := w.Join(t, ada, "Ben")
	ask(t, w, ben, privacy.RightRestriction, "") // is Ada's to decide on
	asked, _ := ask(t, w, ada, privacy.RightRestriction, "")
	const day = 24 * time.Hour
	expect := func(when string, before time.Duration, want int) {
		t.Helper()
		w.Clock.Set(asked.DueAt.Add(-before))
		for _, want := range []int{want, 0} { // a second replica, or the next hour
			told := 0
			err := w.Requests.RemindOperator(t.Context(), func(_ context.Context, a alert.Alert) {
				if told++; a.Kind != alert.PrivacyDue || strings.Contains(fmt.Sprint(a), "Ada") {
					t.Errorf("%s: %+v", when, a)
				}
			})
			if told != want || err != nil {
				t.Errorf("%s, the operator is told of %d, want %d: %v", when, told, want, err)
			}
		}
	}
	expect("a week and a moment before", 7*day+time.Millisecond, 0)
	expect("a week before", 7*day, 1)
	expect("four days before", 4*day, 0)
	expect("three days before", 3*day, 1)
	expect("a day before", day, 1)
	expect("a moment before", time.Millisecond, 0)
	expect("due", 0, 0)
	expect("overdue", -day, 0)
	w.Exec(t, `UPDATE tenants SET status = 'cancelled'`)
	expect("two days before, of an organization that has ended", 2*day, 1) // Ben's, and Ada's no more
}
