package privacy_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/billing"
	"timetracker/internal/calendar"
	"timetracker/internal/domaintest"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/marketplace"
	"timetracker/internal/privacy"
	"timetracker/internal/proof"
	"timetracker/internal/tenant"
)

// rows counts what every table has of a tenant.
func (l *life) rows(id ids.Tenant) map[string]int {
	l.t.Helper()
	all := map[string]int{}
	for _, c := range privacy.Schema() {
		column := "tenant_id"
		if c.Table == "tenants" {
			column = "id"
		} else if len(l.Texts(l.t, `SELECT name FROM pragma_table_info(?) WHERE name = 'tenant_id'`, c.Table)) == 0 {
			continue
		}
		if n := l.Count(l.t, `SELECT COUNT(*) FROM `+c.Table+` WHERE `+column+` = ?`, id[:]); n > 0 {
			all[c.Table] = n
		}
	}
	return all
}

// cancel lets the tenant's subscription end, and bills until the month after.
func (l *life) cancel() {
	l.t.Helper()
	subscription, ok, err := l.Store.TenantSubscription(l.t.Context(), l.ada.Tenant.ID)
	if l.must(err); !ok {
		l.t.Fatal("there is no subscription")
	}
	l.must(l.Marketplace.Receive(l.t.Context(), l.Microsoft.Unsubscribe(subscription.ID)))
}

// remove has the job come twice: it begins, and ends when no call is in flight any more.
func (l *life) remove() (gone []ids.Tenant) {
	l.t.Helper()
	for range 2 {
		more, err := l.Removals.Work(l.t.Context())
		l.must(err)
		gone = append(gone, more...)
		l.Clock.Add(2 * time.Minute)
	}
	return gone
}

// A tenant that is cancelled is gone after 30 days, but for what tax law demands.
func TestACancelledTenantIsRemoved(t *testing.T) {
	l := newLife(t)
	l.name()
	l.holds()
	neighbour := l.SignUp(t)
	untouched := l.rows(neighbour.Tenant.ID)
	id := l.ada.Tenant.ID
	for table, n := range l.rows(id) {
		if n == 0 {
			t.Errorf("nothing is in %s before", table)
		}
	}
	l.cancel()
	cancelled := l.Clock.Now()
	l.Clock.Set(cancelled.Add(30 * 24 * time.Hour))
	if gone := l.remove(); len(gone) > 0 {
		t.Fatal("it was removed before its last month was billed")
	}
	l.must(l.Billing.CatchUp(t.Context()), l.Proof.SealAll(t.Context()))
	l.Clock.Set(cancelled.Add(30*24*time.Hour - time.Second))
	if _, err := l.Removals.Work(t.Context()); err != nil || l.Again(t, l.ada).Tenant.Name != l.ada.Tenant.Name {
		t.Fatalf("it was removed too early, %v", err)
	}
	l.Clock.Set(cancelled.Add(30 * 24 * time.Hour))
	billed := l.Texts(t, `SELECT kind || COALESCE(month, '') || people || COALESCE(total_minor, '') || COALESCE(active, '') FROM billing_records ORDER BY id`)
	if gone := l.remove(); !slices.Equal(gone, []ids.Tenant{id}) {
		t.Fatalf("removed are %v", gone)
	}
	left := l.rows(id)
	for _, table := range []string{"tenants", "subscriptions", "marketplace_deliveries", "tenant_terms", "billing_records", "usage_events", "chain_links"} {
		delete(left, table)
	}
	if len(left) > 0 {
		t.Errorf("left are %v", left)
	}
	l.shell()
	l.holds()
	found := l.found(l.Bytes(t))
	maps.DeleteFunc(found, func(what string, _ int) bool { return what == graceAddress || what == "grace.hopper" }) // billing records
	if len(found) > 0 {
		t.Errorf("the file has %v", found)
	}
	others := l.rows(neighbour.Tenant.ID)
	delete(others, "chain_links") // that were sealed meanwhile
	if diff := cmp.Diff(untouched, others); diff != "" {
		t.Errorf("of another tenant (-want +got):\n%s", diff)
	}
	l.must(l.Billing.CatchUp(t.Context()))
	after := l.Texts(t, `SELECT kind || COALESCE(month, '') || people || COALESCE(total_minor, '') || COALESCE(active, '') FROM billing_records ORDER BY id`)
	if diff := cmp.Diff(billed, after); diff != "" {
		t.Errorf("what was billed has changed:\n%s", diff)
	}
	behind, err := l.Removals.LeftOf(t.Context(), strings.ToUpper(graceAddress))
	if err != nil || len(behind) != 1 || behind[0].Tenant != id || behind[0].Records == 0 || !behind[0].Until.After(l.Clock.Now().AddDate(6, 0, 0)) {
		t.Errorf("of her address is left %+v: %v", behind, err)
	}
	if nobodys, err := l.Removals.LeftOf(t.Context(), "x"+graceAddress); err != nil || len(nobodys) > 0 {
		t.Errorf("of another address is left %+v: %v", nobodys, err)
	}
	if gone := l.remove(); len(gone) > 0 {
		t.Errorf("%v were removed again", gone)
	}
	l.afterwards()
}

// shell looks at what is left of the tenant itself.
func (l *life) shell() {
	l.t.Helper()
	id := l.ada.Tenant.ID
	names := l.Texts(l.t, `SELECT name || azure_devops_organization || admin_email || billing_name || billing_address FROM tenants WHERE id = ?`, id[:])
	if diff := cmp.Diff([]string{"(removed)"}, names); diff != "" {
		l.t.Error(diff)
	}
	if strings.Contains(strings.ToLower(string(l.Bytes(l.t))), l.ada.Tenant.Slug) {
		l.t.Error("the file has the short name")
	}
	if n := l.Count(l.t, `SELECT COUNT(*) FROM tenants WHERE id = ? AND removal_at IS NOT NULL AND removed_at IS NOT NULL AND directory_id <> ?`,
		id[:], l.ada.Tenant.DirectoryID[:]); n != 1 {
		l.t.Error("the tenant isn't marked as removed, or has its directory")
	}
}

// afterwards its people are strangers, who can begin anew, and the law's time ends too.
func (l *life) afterwards() {
	l.t.Helper()
	ctx := l.t.Context()
	person := domaintest.AsPerson(l.ada)
	if _, err := l.Tenants.SignIn(ctx, person); errs.CodeOf(err) != "tenant_unknown" {
		l.t.Errorf("signing in: %v", err)
	}
	anew, err := l.Tenants.SignUp(ctx, person, tenant.SignUpRequest{Name: "Contoso", Slug: l.ada.Tenant.Slug, AdminEmail: "ada@contoso.example"})
	l.must(err)
	if again := l.Again(l.t, anew); again.User.ID == l.ada.User.ID || again.Tenant.ID == l.ada.Tenant.ID {
		l.t.Error("somebody who begins anew has a past")
	}
	l.Clock.Set(l.Clock.Now().AddDate(7, 0, 1))
	ended, err := privacy.NewRetentions(l.Store, l.Proof, l.Clock.Now).End(ctx, false)
	l.must(err)
	people := l.Count(l.t, `SELECT COUNT(*) FROM billing_records WHERE active LIKE '%@%' OR inactive LIKE '%@%'`)
	if fmt.Sprint(ended) == fmt.Sprint(privacy.Ended{}) || people > 0 {
		l.t.Errorf("after 7 years %v, and %d records name people", ended, people)
	}
	l.holds()
}

// stopping is a store that fails at one of the writes of a removal, as a process does that is killed there.
type stopping struct {
	failing
}

func (s *stopping) RemoveRows(ctx context.Context, id ids.Tenant, step privacy.RemovalStep, rows []privacy.RemovableRow) error {
	if s.left--; s.left < 0 {
		return errKilled
	}
	return s.Store.RemoveRows(ctx, id, step, rows)
}

// A removal that stops anywhere goes on, and the chain holds all the time.
func TestARemovalGoesOn(t *testing.T) {
	l := newLife(t)
	l.cancel()
	l.holds()
	l.Clock.Add(62 * 24 * time.Hour)
	l.must(l.Billing.CatchUp(t.Context()))
	stops := 0
	for ; stops < 200; stops++ {
		store := &stopping{failing{l.Store, 2}}
		removals := privacy.NewRemovals(store, proof.NewService(store, l.Clock.Now), l.Clock.Now)
		gone, err := removals.Work(t.Context())
		if len(gone) > 0 {
			break
		}
		if err != nil && !errors.Is(err, errKilled) {
			t.Fatal(err)
		}
		l.holds()
		l.Clock.Add(time.Minute)
	}
	if stops < 10 || stops == 200 {
		t.Errorf("it was stopped %d times", stops)
	}
	l.shell()
	l.holds()
}

// Whoever buys again in time keeps everything.
func TestATenantThatIsUpgradedAgainStays(t *testing.T) {
	l := newLife(t)
	l.cancel()
	l.Clock.Add(20 * 24 * time.Hour)
	l.must(l.Billing.Bill(t.Context(), calendar.MonthOf(l.Clock.Now()).Add(-1), billing.Options{}))
	l.Buy(t, l.Again(t, l.ada), "timetracker-active", "active", 0)
	l.Clock.Add(60 * 24 * time.Hour)
	l.must(l.Billing.CatchUp(t.Context()))
	if gone := l.remove(); len(gone) > 0 {
		t.Errorf("removed are %v", gone)
	}
	due, err := l.Removals.Due(t.Context(), l.Clock.Now().AddDate(1, 0, 0))
	if l.must(err); len(due) > 0 {
		t.Errorf("due are %v", due)
	}
}

// admins are a trial's two super_admins.
func admins(t *testing.T) (w *domaintest.World, ada, linus tenant.Member) {
	t.Helper()
	w = domaintest.New(t)
	ada = w.SignUp(t)
	linus = w.Join(t, ada, "Linus")
	w.Exec(t, `UPDATE users SET role = 'super_admin'`)
	w.Exec(t, `UPDATE tenants SET name = 'Contoso & Sons'`)
	return w, w.Again(t, ada), w.Again(t, linus)
}

// What one super_admin asks for begins after 7 days, and can be stopped until then.
func TestADeletionWaits(t *testing.T) {
	w, ada, linus := admins(t)
	ctx := t.Context()
	_, err := w.Removals.AskForDeletion(ctx, ada, "contoso")
	refused(t, err, errs.RuleBroken, "slug_wrong")
	_, err = w.Removals.StopDeletion(ctx, ada)
	refused(t, err, errs.Conflict, "deletion_not_asked")
	_, err = w.Removals.ConfirmDeletion(ctx, linus)
	refused(t, err, errs.Conflict, "deletion_not_asked")
	asked, err := w.Removals.AskForDeletion(ctx, ada, ada.Tenant.Slug)
	if err != nil || !asked.At.Equal(w.Clock.Now().Add(7*24*time.Hour)) || asked.AskedBy.Name != ada.User.Name {
		t.Fatalf("asked for: %+v, %v", asked, err)
	}
	_, err = w.Removals.AskForDeletion(ctx, linus, ada.Tenant.Slug)
	refused(t, err, errs.Conflict, "deletion_asked")
	_, err = w.Removals.ConfirmDeletion(ctx, ada)
	refused(t, err, errs.RuleBroken, "own_request")
	shown, err := w.Removals.Deletion(ctx, w.Again(t, linus))
	if diff := cmp.Diff(asked, shown); err != nil || diff != "" {
		t.Errorf("shown (-asked +shown):\n%s%v", diff, err)
	}
	w.Clock.Set(asked.At.Add(-time.Second))
	if gone, err := w.Removals.Work(ctx); err != nil || len(gone) > 0 {
		t.Fatalf("%v went too early, %v", gone, err)
	}
	if left, err := w.Removals.StopDeletion(ctx, linus); err != nil || !left.At.IsZero() {
		t.Fatalf("after it was stopped: %+v, %v", left, err)
	}
	w.Clock.Add(30 * 24 * time.Hour)
	if gone, err := w.Removals.Work(ctx); err != nil || len(gone) > 0 || w.Again(t, ada).Tenant.Name != "Contoso & Sons" {
		t.Fatalf("%v went after it was stopped, %v", gone, err)
	}
	want := []string{"Ada deletion_asked", "Linus deletion_stopped"}
	if diff := cmp.Diff(want, w.Texts(t, `SELECT actor_name || ' ' || action FROM audit_events WHERE action LIKE 'deletion%' ORDER BY occurred_at`)); diff != "" {
		t.Error(diff)
	}
}

// TestTheOperatorAsksForADeletion waits as a super_admin's does, and can be stopped. What was removed before a backup was restored
// doesn't wait.
func TestTheOperatorAsksForADeletion(t *testing.T) {
	w, ada, linus := admins(t)
	ctx := t.Context()
	_, err := w.Removals.AskAsOperator(ctx, " ", ada.Tenant.ID, false)
	refused(t, err, errs.RuleBroken, "operator_missing")
	asked, err := w.Removals.AskAsOperator(ctx, "Olga", ada.Tenant.ID, false)
	if err != nil || !asked.At.Equal(w.Clock.Now().Add(7*24*time.Hour)) || !asked.AskedBy.ID.IsZero() {
		t.Fatalf("asked for: %+v, %v", asked, err)
	}
	_, err = w.Removals.AskAsOperator(ctx, "Olga", ada.Tenant.ID, false)
	refused(t, err, errs.Conflict, "deletion_asked")
	if shown, err := w.Removals.Deletion(ctx, w.Again(t, ada)); err != nil || shown != asked {
		t.Errorf("shown is %+v, want %+v: %v", shown, asked, err)
	}
	if _, err := w.Removals.StopDeletion(ctx, linus); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Removals.AskForDeletion(ctx, ada, ada.Tenant.Slug); err != nil {
		t.Fatal(err)
	}
	restored, err := w.Removals.AskAsOperator(ctx, "Olga", ada.Tenant.ID, true)
	if err != nil || !restored.At.Equal(w.Clock.Now()) {
		t.Fatalf("of a restored one: %+v, %v", restored, err)
	}
	want := []string{"Ada deletion_asked", "Linus deletion_stopped", "Olga deletion_asked", "Olga deletion_asked"}
	if diff := cmp.Diff(want, w.Texts(t, `SELECT actor_name || ' ' || action FROM audit_events WHERE action LIKE 'deletion%' ORDER BY 1`)); diff != "" {
		t.Error(diff)
	}
	var gone []ids.Tenant
	for range 2 { // begun, and gone once no call can write any more
		if gone, err = w.Removals.Work(ctx); err != nil {
			t.Fatal(err)
		}
		w.Clock.Add(time.Hour)
	}
	if len(gone) != 1 {
		t.Errorf("gone are %v", gone)
	}
}

// Two super_admins need not wait, and of a tenant without a subscription nothing is left.
func TestTwoSuperAdminsNeedNotWait(t *testing.T) {
	w, ada, linus := admins(t)
	ctx := t.Context()
	w.Clock.Add(40 * 24 * time.Hour) // the trial has expired
	_, err := w.Removals.AskForDeletion(ctx, linus, linus.Tenant.Slug)
	if err == nil {
		_, err = w.Removals.ConfirmDeletion(ctx, ada)
	}
	if err != nil {
		t.Fatal(err)
	}
	l := &life{World: w, t: t, ada: ada}
	l.holds()
	if gone := l.remove(); !slices.Equal(gone, []ids.Tenant{ada.Tenant.ID}) {
		t.Fatalf("gone are %v", gone)
	}
	if left := l.rows(ada.Tenant.ID); len(left) > 0 {
		t.Errorf("left are %v", left)
	}
	for _, what := range []string{"Contoso & Sons", "Linus", ada.Tenant.Slug} {
		if strings.Contains(string(l.Bytes(t)), what) {
			t.Errorf("the file has %q", what)
		}
	}
	_, err = w.Removals.StopDeletion(ctx, ada)
	refused(t, err, errs.NotFound, "tenant_not_found")
}

// Microsoft would go on charging for what nobody can use any more, and the last month is billed before.
func TestADeletionWaitsForTheBill(t *testing.T) {
	l := newLife(t)
	l.Exec(t, `UPDATE users SET role = 'super_admin' WHERE id = ?`, l.linus.User.ID[:])
	linus := l.Again(t, l.linus)
	_, err := l.Removals.AskForDeletion(t.Context(), l.ada, l.ada.Tenant.Slug)
	refused(t, err, errs.RuleBroken, "subscription_in_force")
	subscription, _, err := l.Store.TenantSubscription(t.Context(), l.ada.Tenant.ID)
	l.must(err, l.Marketplace.Receive(t.Context(), l.Microsoft.Renew(subscription.ID)))
	l.Clock.Add(time.Hour)
	l.cancel()
	month := calendar.MonthOf(l.Clock.Now())
	_, err = l.Removals.AskForDeletion(t.Context(), l.ada, l.ada.Tenant.Slug)
	l.must(err)
	confirmed, err := l.Removals.ConfirmDeletion(t.Context(), linus)
	if l.must(err); !confirmed.At.Equal(month.To()) {
		t.Errorf("it begins at %s, and the month ends at %s", confirmed.At, month.To())
	}
	id := l.Microsoft.Buy(domaintest.Buyer(l.ada), "timetracker-active", "active", 0)
	_, err = l.Marketplace.Take(t.Context(), domaintest.AsPerson(l.ada), marketplace.TakeRequest{Token: domaintest.Token(id)})
	refused(t, err, errs.Conflict, "tenant_removal")
	l.Clock.Set(month.To().Add(time.Hour))
	if gone := l.remove(); len(gone) > 0 {
		t.Fatal("it went before it was billed")
	}
	l.must(l.Billing.CatchUp(t.Context()))
	if gone := l.remove(); len(gone) != 1 {
		t.Errorf("gone are %v", gone)
	}
	l.holds()
}
