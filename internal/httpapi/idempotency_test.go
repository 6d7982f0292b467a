package httpapi_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"timetracker/api"
	"timetracker/internal/errs"
	"timetracker/internal/httpapi"
	"timetracker/internal/idempotency"
	"timetracker/internal/ids"
	"timetracker/internal/privacy"
	"timetracker/internal/proof"
	"timetracker/internal/sandbox"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

func keyed(key string) map[string]string { return map[string]string{"Idempotency-Key": key} }

// replayed checks that an answer is the earlier one again.
func replayed(t *testing.T, first, again reply) {
	t.Helper()
	if again.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("not marked as replayed: %v", again.header)
	}
	for _, name := range []string{"Content-Type", "ETag"} {
		if first.header.Get(name) != again.header.Get(name) {
			t.Errorf("%s %q, first %q", name, again.header.Get(name), first.header.Get(name))
		}
	}
	if first.status != again.status || first.body != again.body {
		t.Errorf("replayed %d %s\nfirst    %d %s", again.status, again.body, first.status, first.body)
	}
}

func TestIdempotencyKey(t *testing.T) {
	r := newRig(t)
	r.signUp()
	r.enter(grace)
	start := call{as: ada, method: "POST", path: "/api/v1/timers", body: item("101"), headers: keyed("start-1")}
	first := r.do(start)
	as[api.TimerStarted](t, first, http.StatusCreated)
	if first.header.Get("Idempotency-Replayed") != "" {
		t.Error("the first answer is marked as replayed")
	}
	r.clock.advance(time.Minute)
	stop := call{as: ada, method: "POST", path: "/api/v1/timers/current/stop", body: `{}`, headers: keyed("stop-1")}
	stopped := r.do(stop)
	as[api.TimeEntry](t, stopped, 200)

	replayed(t, first, r.do(start)) // long stopped, and not started again
	replayed(t, stopped, r.do(stop))
	if now := as[api.CurrentTimer](t, r.do(call{as: ada, path: "/api/v1/timers/current"}), 200); now.Timer != nil {
		t.Errorf("a replay has started %+v", now.Timer)
	}

	other := start
	other.body = item("102")
	problem(t, r.do(other), 422, "idempotency_key_reused")
	other = stop
	other.headers = keyed("start-1")
	problem(t, r.do(other), 422, "idempotency_key_reused")

	// Keys belong to one user.
	other = start
	other.as = grace
	if got := r.do(other); got.header.Get("Idempotency-Replayed") != "" || got.status != http.StatusCreated {
		t.Errorf("grace's key is ada's: %d %s", got.status, got.body)
	}
}

// notReplayed write to Azure DevOps, which no transaction may wait for. They do nothing twice by themselves.
var notReplayed = []string{"attemptWriteBacks", "correctCompletedWork"}

// toldOnce tell what nobody keeps.
var toldOnce = []string{"askPrivacy"}

// Every POST of a member is replayed, also one that is added later, since accesses has a row for each.
func TestEveryPostIsReplayed(t *testing.T) {
	w, posts := newOffices(t), 0
	for i, row := range accesses {
		whose := others
		if row.private {
			whose = own
		}
		c := row.call(w, ada, w.thingFor(row, ada, whose))
		if c.method != http.MethodPost || slices.Contains(slices.Concat(notReplayed, toldOnce), row.operation) {
			continue
		}
		posts++
		t.Run(row.operation, func(t *testing.T) {
			key := keyed(fmt.Sprint("post-", i))
			maps.Copy(key, c.headers)
			c.as, c.headers = ada, key
			first := w.do(c)
			if first.status != row.ok || first.header.Get("Idempotency-Replayed") != "" {
				t.Fatalf("%d %v %s", first.status, first.header, first.body)
			}
			w.clock.advance(time.Minute)
			replayed(t, first, w.do(c))
		})
	}
	if posts < 6 {
		t.Errorf("only %d POSTs were tried", posts)
	}
}

// TestAReferenceIsNotKept finds it nowhere after a request under a key, whose repeat does nothing and says that it was made.
func TestAReferenceIsNotKept(t *testing.T) {
	w := newOffices(t)
	ask := call{
		as: linus, method: "POST", path: "/api/v1/privacy-requests", body: `{"kind":"restriction"}`, headers: keyed("ask"),
	}
	asked := as[api.AskedPrivacyRequest](t, w.do(ask), http.StatusCreated)
	user := ids.MustParse[ids.User](w.ids[linus])
	kept, found, err := w.store.Receipt(t.Context(), w.tenantOf(linus), user, "ask")
	if err != nil || !found || len(kept.Body) > 0 {
		t.Errorf("kept %t %v %s", found, err, kept.Body)
	}
	again := w.do(ask)
	problem(t, again, 409, "already_answered")
	if strings.Contains(again.body, asked.Reference) {
		t.Errorf("a repeat tells the reference: %s", again.body)
	}
	as[api.PrivacyRequest](t, w.do(call{
		as: linus, method: "POST", path: "/api/v1/privacy-requests/" + asked.Request.Id + "/withdrawal",
		headers: map[string]string{"If-Match": asked.Request.Etag},
	}), 200)
	problem(t, w.do(ask), 409, "already_answered")
	other := ask
	other.body = `{"kind":"erasure"}`
	problem(t, w.do(other), 422, "idempotency_key_reused")
}

// TestWhoObjectsToTheActionLogLeavesNoReceipt either, which would tell for a day what they did and when.
func TestWhoObjectsToTheActionLogLeavesNoReceipt(t *testing.T) {
	w := newOffices(t)
	did := call{as: linus, method: "POST", path: "/api/v1/actions", body: `{"type":"page_opened","page":"hub"}`, headers: keyed("before")}
	replayed(t, w.do(did), w.do(did))
	choices := as[api.PrivacyChoices](t, w.do(call{as: linus, path: "/api/v1/me/privacy"}), 200)
	as[api.PrivacyChoices](t, w.change(linus, "/me/privacy", choices.Etag, `{"objections":["action_log"]}`), 200)
	did.headers = keyed("after")
	for range 2 {
		if got := w.do(did); got.status != http.StatusCreated || got.header.Get("Idempotency-Replayed") != "" {
			t.Errorf("answered %d %v %s", got.status, got.header, got.body)
		}
	}
	user := ids.MustParse[ids.User](w.ids[linus])
	if _, found, err := w.store.Receipt(t.Context(), w.tenantOf(linus), user, "after"); found || err != nil {
		t.Errorf("a receipt is kept: %t, %v", found, err)
	}
}

// TestARequestIsNotGuessedFromItsReceipt: the key makes the hash of a request another one than anybody could calculate.
func TestARequestIsNotGuessedFromItsReceipt(t *testing.T) {
	w := newOffices(t)
	const body = `{"name":"Help of Linus","billable":true}`
	as[api.Activity](t, w.do(call{as: ada, method: "POST", path: "/api/v1/activities", body: body, headers: keyed("help")}), http.StatusCreated)
	receipt, found, err := w.store.Receipt(t.Context(), w.tenantOf(ada), ids.MustParse[ids.User](w.ids[ada]), "help")
	if err != nil || !found || receipt.RequestHash == (idempotency.Hash{}) || receipt.RequestHash == sha256.Sum256([]byte("POST /api/v1/activities\n"+body)) {
		t.Errorf("the hash is %x, %t, %v", receipt.RequestHash, found, err)
	}
}

// TestAnAnswerThatNamedSomebodyErased isn't kept, and its request does nothing a second time.
func TestAnAnswerThatNamedSomebodyErased(t *testing.T) {
	w := newOffices(t)
	person := as[api.TenantUser](t, w.do(call{as: ada, path: "/api/v1/users/" + w.ids[linus]}), 200)
	add := call{as: ada, method: "POST", path: "/api/v1/activities", body: `{"name":"Help of ` + person.Name + `","billable":true}`, headers: keyed("add")}
	as[api.Activity](t, w.do(add), http.StatusCreated)
	other := call{as: ada, method: "POST", path: "/api/v1/activities", body: `{"name":"Other","billable":true}`, headers: keyed("other")}
	kept := w.do(other)
	erasures := privacy.NewErasures(w.store, proof.NewService(w.store, w.clock.now), timer.NewService(w.store, workitem.NewService(w.store, nil, w.clock.now), w.clock.now), w.clock.now)
	if err := erasures.Erase(t.Context(), w.tenantOf(ada), ids.MustParse[ids.User](w.ids[linus]), w.clock.now()); err != nil {
		t.Fatal(err)
	}
	w.clock.advance(2 * time.Minute)
	if err := errors.Join(erasures.Work(t.Context()), erasures.Work(t.Context())); err != nil {
		t.Fatal(err)
	}
	problem(t, w.do(add), 409, "already_answered")
	replayed(t, kept, w.do(other))
	names := 0
	for _, a := range as[api.ActivityList](t, w.do(call{as: ada, path: "/api/v1/activities"}), 200).Data {
		if strings.HasPrefix(a.Name, "Help of") {
			names++
		}
	}
	if names != 1 {
		t.Errorf("it was added %d times", names)
	}
}

// TestAnAnswerIsNotReplayedToWhoeverMayNotAsk repeats what an admin has done, after they were demoted, and after the person
// whom it is about was restricted.
func TestAnAnswerIsNotReplayedToWhoeverMayNotAsk(t *testing.T) {
	w := newOffices(t)
	adjust := w.adjusting(linus)
	adjust.as, adjust.headers = grace, keyed("adjust")
	first := w.do(adjust)
	if first.status != http.StatusCreated {
		t.Fatalf("%d %s", first.status, first.body)
	}
	replayed(t, first, w.do(adjust))
	asked := w.askPrivacy(linus, `{"kind":"restriction"}`)
	w.granted(linus, asked)
	if got := w.do(adjust); got.status != http.StatusNotFound {
		t.Errorf("of whoever is restricted: %d %s", got.status, got.body)
	}
	w.setUser(ada, w.ids[grace], `{"role":"user"}`)
	problem(t, w.do(adjust), 403, "role_required")
}

func TestIdempotencyKeyLastsADay(t *testing.T) {
	r := newRig(t)
	r.signUp()
	start := call{as: ada, method: "POST", path: "/api/v1/timers", body: item("101"), headers: keyed("k")}
	first := r.do(start)
	r.stop(ada)
	r.clock.advance(idempotency.Lifetime)
	replayed(t, first, r.do(start))
	r.clock.advance(time.Millisecond)
	again := r.do(start)
	if got := as[api.TimerStarted](t, again, http.StatusCreated); again.header.Get("Idempotency-Replayed") != "" {
		t.Errorf("replayed after a day: %+v", got)
	}
	replayed(t, again, r.do(start))
}

func TestRefusedRequestsAreNotKept(t *testing.T) {
	r := newRig(t)
	r.signUp()
	stop := call{as: ada, method: "POST", path: "/api/v1/timers/current/stop", headers: keyed("k")}
	problem(t, r.do(stop), 409, "timer_not_running")
	r.start(ada, "101")
	got := r.do(stop)
	as[api.TimeEntry](t, got, 200)
	replayed(t, got, r.do(stop))
}

// A refusal without a statement gives the transaction no reason of its own to fail.
func TestRefusalsBeforeTheWorkAreNotKept(t *testing.T) {
	r := newRig(t)
	r.signUp()
	id := r.join(grace, ada, api.RoleUser).Id
	invite := call{
		as: grace, method: "POST", path: "/api/v1/users", headers: keyed("k"),
		body: `{"people":[{"email":"new@contoso.example"}]}`,
	}
	problem(t, r.do(invite), 403, "role_required")
	r.setUser(ada, id, `{"role":"admin"}`)
	got := r.do(invite)
	if got.status != http.StatusCreated {
		t.Fatalf("%d %s", got.status, got.body)
	}
	replayed(t, got, r.do(invite))
}

// A start that is made again finds the timer running, and a stop is refused. Both get the answer to the first.
func TestParallelDuplicates(t *testing.T) {
	for _, test := range []struct {
		name, path, body string
		running          bool
		status           int
	}{
		{"start", "/api/v1/timers", item("101"), false, http.StatusCreated},
		{"switch", "/api/v1/timers", item("102"), true, http.StatusCreated},
		{"stop", "/api/v1/timers/current/stop", `{}`, true, http.StatusOK},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRig(t)
			r.signUp()
			if test.running {
				r.start(ada, "101")
				r.clock.advance(time.Minute)
			}
			const duplicates = 24
			answers := make([]reply, duplicates)
			var group sync.WaitGroup
			for i := range duplicates {
				group.Go(func() {
					answers[i] = r.do(call{as: ada, method: "POST", path: test.path, body: test.body, headers: keyed("k")})
				})
			}
			group.Wait()
			originals := 0
			for _, got := range answers {
				if got.status != test.status || got.body != answers[0].body {
					t.Fatalf("%d %s\nanother: %s", got.status, got.body, answers[0].body)
				}
				if got.header.Get("Idempotency-Replayed") == "" {
					originals++
				}
			}
			if originals != 1 {
				t.Errorf("%d of %d did the work", originals, duplicates)
			}
			want := 1
			if test.name == "switch" {
				want = 2
			}
			if page := as[api.TimeEntryPage](t, r.do(call{as: ada, path: "/api/v1/time-entries"}), 200); len(page.Data) != want {
				t.Errorf("%d entries", len(page.Data))
			}
		})
	}
}

func TestSignUpTwice(t *testing.T) {
	r := newRig(t)
	signUp := call{
		as: ada, method: "POST", path: "/api/v1/tenants", headers: keyed("sign-up"),
		body: `{"name":"Contoso","slug":"contoso","azure_devops_organization":"contoso","admin_email":"ada@contoso.example"}`,
	}
	const duplicates = 8
	answers := make([]reply, duplicates)
	var group sync.WaitGroup
	for i := range duplicates {
		group.Go(func() { answers[i] = r.do(signUp) })
	}
	group.Wait()
	for _, got := range answers {
		if got.status != http.StatusCreated || got.body != answers[0].body {
			t.Fatalf("%d %s\nanother: %s", got.status, got.body, answers[0].body)
		}
	}
	again := r.do(signUp)
	replayed(t, answers[0], again)

	other := signUp
	other.body = `{"name":"Other","slug":"contoso","azure_devops_organization":"contoso","admin_email":"ada@contoso.example"}`
	problem(t, r.do(other), 422, "idempotency_key_reused")
	other.headers = keyed("another")
	problem(t, r.do(other), 409, "directory_taken")
	// A colleague's key belongs to the colleague, and a refused sign-up makes nobody a user.
	other = signUp
	other.as = grace
	problem(t, r.do(other), 409, "directory_taken")
	i := slices.IndexFunc(sandbox.People(), func(p sandbox.Person) bool { return p.UserPrincipalName == grace })
	graceObjectID := sandbox.People()[i].ObjectID
	if _, ok, err := r.store.Member(t.Context(), ids.MustParse[ids.Directory](sandbox.ContosoDirectoryID), ids.MustParse[ids.Object](graceObjectID)); ok || err != nil {
		t.Errorf("grace is a user: %v", err)
	}
}

func TestDeactivatedPersonsSignUpIsNotReplayed(t *testing.T) {
	r := newRig(t)
	signUp := call{
		as: ada, method: "POST", path: "/api/v1/tenants", headers: keyed("sign-up"),
		body: `{"name":"Contoso","slug":"contoso","azure_devops_organization":"contoso","admin_email":"ada@contoso.example"}`,
	}
	first := r.do(signUp)
	id := as[api.Me](t, first, 201).User.Id
	replayed(t, first, r.do(signUp))
	r.join(grace, ada, api.RoleSuperAdmin)
	r.setUser(grace, id, `{"status":"deactivated"}`)
	problem(t, r.do(signUp), 409, "directory_taken")
}

// brokenReceipts fails to keep receipts.
type brokenReceipts struct {
	idempotency.Store
	failures int
}

func (b *brokenReceipts) KeepReceipt(ctx context.Context, id ids.Tenant, user ids.User, key string, receipt idempotency.Receipt) error {
	if b.failures > 0 {
		b.failures--
		return errors.New("the disk is full")
	}
	return b.Store.KeepReceipt(ctx, id, user, key, receipt)
}

func TestNoEffectWithoutItsReceipt(t *testing.T) {
	r := newRig(t, func(c *httpapi.Config) { c.Keys = &brokenReceipts{Store: c.Keys, failures: 2} })
	signUp := call{
		as: ada, method: "POST", path: "/api/v1/tenants", headers: keyed("sign-up"),
		body: `{"name":"Contoso","slug":"contoso","azure_devops_organization":"contoso","admin_email":"ada@contoso.example"}`,
	}
	problem(t, r.do(signUp), 500, "internal")
	problem(t, r.do(call{as: ada, path: "/api/v1/me"}), 403, "tenant_unknown")
	r.signUp()
	start := call{as: ada, method: "POST", path: "/api/v1/timers", body: item("101"), headers: keyed("k")}
	problem(t, r.do(start), 500, "internal")
	if page := as[api.TimeEntryPage](t, r.do(call{as: ada, path: "/api/v1/time-entries"}), 200); len(page.Data) != 0 {
		t.Errorf("%d entries without a receipt", len(page.Data))
	}
	as[api.TimerStarted](t, r.do(start), http.StatusCreated)
}

// unreadReceipts can't be read while a test says so.
type unreadReceipts struct {
	idempotency.Store
	broken *atomic.Bool
}

func (u unreadReceipts) Receipt(ctx context.Context, id ids.Tenant, user ids.User, key string) (idempotency.Receipt, bool, error) {
	if u.broken.Load() {
		return idempotency.Receipt{}, false, errs.New(errs.Unavailable, "database_unavailable", "Please try again.")
	}
	return u.Store.Receipt(ctx, id, user, key)
}

// A repeated stop finds no timer, since the first one has stopped it. Without its receipt nobody knows that.
func TestRepeatWhoseReceiptCannotBeRead(t *testing.T) {
	var broken atomic.Bool
	r := newRig(t, func(c *httpapi.Config) { c.Keys = unreadReceipts{c.Keys, &broken} })
	r.signUp()
	as[api.TimerStarted](t, r.do(call{as: ada, method: "POST", path: "/api/v1/timers", body: item("101")}), http.StatusCreated)
	stop := call{as: ada, method: "POST", path: "/api/v1/timers/current/stop", headers: keyed("k")}
	first := r.do(stop)
	as[api.TimeEntry](t, first, http.StatusOK)
	broken.Store(true)
	problem(t, r.do(stop), 503, "database_unavailable")
	broken.Store(false)
	replayed(t, first, r.do(stop))
}

// busyReceipts answer like a store whose receipts are gone whenever they are looked for.
type busyReceipts struct{ idempotency.Store }

func (busyReceipts) KeepReceipt(context.Context, ids.Tenant, ids.User, string, idempotency.Receipt) error {
	return errs.New(errs.Conflict, "key_used", "There is a receipt.")
}

func TestRequestInProgress(t *testing.T) {
	r := newRig(t, func(c *httpapi.Config) { c.Keys = busyReceipts{c.Keys} })
	r.signUp()
	start := call{as: ada, method: "POST", path: "/api/v1/timers", body: item("101"), headers: keyed("k")}
	got := r.do(start)
	problem(t, got, 409, "request_in_progress")
	if retry := got.header.Get("Retry-After"); retry != "1" {
		t.Errorf("Retry-After %q", retry)
	}
}
