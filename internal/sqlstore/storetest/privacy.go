package storetest

import (
	"context"
	"crypto/sha256"
	"slices"
	"testing"
	"time"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/privacy"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
)

func testPrivacyRequests(t *testing.T, store Store) {
	c, others := newCompany(t, store), newCompany(t, store)
	ctx, id := t.Context(), c.tenant.ID
	newRequest := func(kind privacy.Kind, asked time.Time) privacy.Request {
		return privacy.Request{
			ID: ids.New[ids.PrivacyRequest](), User: tenant.UserRef{ID: c.ada.ID, Name: c.ada.Name}, Kind: kind, Processing: privacy.TeamReports, Status: privacy.Open,
			Note: "Ä note", AskedAt: asked, DueAt: asked.Add(privacy.TimeToAnswer), Revision: 1,
		}
	}
	reference := func(r privacy.Request) [sha256.Size]byte { return sha256.Sum256(r.ID[:]) }
	insert := func(r privacy.Request) error {
		return store.Tx(ctx, id, func(ctx context.Context) error { return store.InsertPrivacyRequest(ctx, id, r, reference(r)) })
	}
	first, second := newRequest(privacy.RightErasure, at(8, 0)), newRequest(privacy.RightRestriction, at(9, 0))
	for _, r := range []privacy.Request{first, second} {
		if err := insert(r); err != nil {
			t.Fatal(err)
		}
	}
	fails(t, insert(newRequest(privacy.RightErasure, at(10, 0))), errs.Conflict, "request_open")

	read := must[[]privacy.Request](t)
	mine := privacy.Filter{User: c.ada.ID}
	equal(t, "the latest first", []privacy.Request{second, first}, read(store.PrivacyRequests(ctx, id, mine, page.Request{Limit: 5})))
	after := page.Position{At: second.AskedAt, ID: ids.Any(second.ID)}
	equal(t, "the next page", []privacy.Request{first}, read(store.PrivacyRequests(ctx, id, privacy.Filter{}, page.Request{Limit: 5, After: after})))
	equal(t, "somebody else's", 0, len(read(store.PrivacyRequests(ctx, id, privacy.Filter{User: c.bob.ID}, page.Request{Limit: 5}))))
	overdue := must[int](t)
	equal(t, "not due yet", 0, overdue(store.OverduePrivacyRequests(ctx, first.DueAt))-overdue(store.OverduePrivacyRequests(ctx, at(0, 0))))

	note := func(of ids.Tenant, days int) error {
		return store.Tx(ctx, of, func(ctx context.Context) error { return store.NotePrivacyReminder(ctx, of, first.ID, days) })
	}
	if err := note(id, 7); err != nil {
		t.Fatal(err)
	}
	fails(t, note(id, 7), errs.Stale, "stale")
	fails(t, note(others.tenant.ID, 1), errs.Stale, "stale")
	if err := note(id, 3); err != nil {
		t.Fatal(err)
	}
	fails(t, note(id, 7), errs.Stale, "stale")
	first.Reminded = 3
	equal(t, "reminded of", []privacy.Request{second, first}, read(store.PrivacyRequests(ctx, id, mine, page.Request{Limit: 5})))

	first.Status, first.DecidedAt, first.DecidedBy = privacy.Granted, at(11, 0), tenant.UserRef{ID: c.bob.ID, Name: c.bob.Name}
	first.Reason, first.Revision = "Yes", 2
	update := func(r privacy.Request) error {
		return store.Tx(ctx, id, func(ctx context.Context) error { return store.UpdatePrivacyRequest(ctx, id, r) })
	}
	if err := update(first); err != nil {
		t.Fatal(err)
	}
	fails(t, update(first), errs.Stale, "stale")
	equal(t, "what waits", []privacy.Request{second}, read(store.PrivacyRequests(ctx, id, privacy.Filter{Waiting: true}, page.Request{Limit: 5})))

	due := must[time.Time](t)
	equal(t, "the first due", second.DueAt, due(store.FirstPrivacyDue(ctx, id, c.bob.ID)))
	equal(t, "one's own aside", time.Time{}, due(store.FirstPrivacyDue(ctx, id, c.ada.ID)))
	equal(t, "nothing is due", time.Time{}, due(store.FirstPrivacyDue(ctx, others.tenant.ID, c.bob.ID)))
	waiting := func(after page.Position) (of []ids.PrivacyRequest) {
		for _, one := range must[[]privacy.Confirmation](t)(store.WaitingPrivacyRequests(ctx, page.Request{Limit: 1000, After: after})) {
			if one.Tenant == id {
				of = append(of, one.Request.ID)
			}
		}
		return of
	}
	equal(t, "what waits of all tenants", []ids.PrivacyRequest{second.ID}, waiting(page.Position{}))
	equal(t, "past it", 0, len(waiting(page.Position{At: second.DueAt, ID: ids.Any(second.ID)})))
	second.Status, second.Revision = privacy.Accepted, 2
	if err := update(second); err != nil {
		t.Fatal(err)
	}
	equal(t, "what is to be carried out waits", []ids.PrivacyRequest{second.ID}, waiting(page.Position{}))

	digest := sha256.Sum256([]byte("lines"))
	first.Status, first.ClosedAt, first.Digest, first.Revision = privacy.Done, at(12, 0), digest, 3
	first.Outcome, first.Salt, first.EarlierDigest = "Dön", privacy.Salt{1}, sha256.Sum256([]byte("before"))
	first.Kept = []privacy.Kept{{What: "an address", Why: "tax law", Until: at(13, 0)}}
	if err := update(first); err != nil {
		t.Fatal(err)
	}
	equal(t, "done", first, must[privacy.Request](t)(store.PrivacyRequest(ctx, id, first.ID)))
	found := must[privacy.Confirmation](t)(store.PrivacyRequestOf(ctx, reference(first)))
	equal(t, "by its reference", privacy.Confirmation{Tenant: id, Name: c.tenant.Name, Request: first}, found)
	tables := privacy.TextTables()
	requests := tables[slices.IndexFunc(tables, func(table privacy.TextTable) bool { return table.Name == "privacy_requests" })]
	texts := must[[]privacy.TextRow](t)(store.Texts(ctx, id, requests, "", 1))
	c.tx(func(ctx context.Context) error { return store.RewriteTexts(ctx, id, requests, texts, at(15, 0)) })
	first.RedactedAt, first.Salt, first.Revision = at(15, 0), privacy.Salt{}, 4
	equal(t, "without somebody who was erased", first, must[privacy.Request](t)(store.PrivacyRequest(ctx, id, first.ID)))

	_, err := store.PrivacyRequestOf(ctx, sha256.Sum256(nil))
	fails(t, err, errs.NotFound, "privacy_request_not_found")
	if err := insert(newRequest(privacy.RightErasure, at(14, 0))); err != nil {
		t.Errorf("a second one after the first was done: %v", err)
	}
	_, err = store.PrivacyRequest(ctx, others.tenant.ID, first.ID)
	fails(t, err, errs.NotFound, "privacy_request_not_found")
	equal(t, "of another tenant", 0, len(read(store.PrivacyRequests(ctx, others.tenant.ID, privacy.Filter{}, page.Request{Limit: 5}))))
}

func testPrivacyChoices(t *testing.T, store Store) {
	c, others := newCompany(t, store), newCompany(t, store)
	ctx, id := t.Context(), c.tenant.ID
	read := func(of *company, user tenant.User) privacy.Choices {
		t.Helper()
		return must[privacy.Choices](t)(store.PrivacyChoices(ctx, of.tenant.ID, user.ID))
	}
	save := func(choices privacy.Choices) error {
		return store.Tx(ctx, id, func(ctx context.Context) error { return store.SavePrivacyChoices(ctx, id, c.ada.ID, choices) })
	}
	equal(t, "nothing is chosen", privacy.Choices{}, read(c, c.ada))
	chosen := privacy.Choices{Objections: privacy.Processings, Nominee: privacy.Nominee{Name: "Ümit", Email: "u@home.example", NamedAt: at(9, 0)}, Revision: 1}
	if err := save(chosen); err != nil {
		t.Fatal(err)
	}
	equal(t, "chosen", chosen, read(c, c.ada))
	fails(t, save(chosen), errs.Stale, "stale")
	chosen = privacy.Choices{RestrictedAt: at(10, 0), Revision: 2}
	if err := save(chosen); err != nil {
		t.Fatal(err)
	}
	fails(t, save(chosen), errs.Stale, "stale")
	equal(t, "changed", chosen, read(c, c.ada))
	equal(t, "another person's", privacy.Choices{}, read(c, c.bob))
	equal(t, "another tenant's", privacy.Choices{}, read(others, c.ada))
	one, all := must[tenant.Concealed](t), must[[]tenant.Concealed](t)
	restricted := tenant.Concealed{User: c.ada.ID, Restricted: true}
	equal(t, "who is restricted", restricted, one(store.ConcealedOf(ctx, id, c.ada.ID)))
	equal(t, "who has chosen nothing", tenant.Concealed{}, one(store.ConcealedOf(ctx, id, c.bob.ID)))
	saveOf := func(user ids.User, choices privacy.Choices) {
		c.tx(func(ctx context.Context) error { return store.SavePrivacyChoices(ctx, id, user, choices) })
	}
	saveOf(c.bob.ID, privacy.Choices{Objections: []privacy.Processing{privacy.ActionLog}, Revision: 1})
	objects := tenant.Concealed{User: c.bob.ID, ActionLog: true}
	equal(t, "who objects to the log", objects, one(store.ConcealedOf(ctx, id, c.bob.ID)))
	equal(t, "all", []tenant.Concealed{restricted, objects}, all(store.Concealed(ctx, id)))
	saveOf(c.bob.ID, privacy.Choices{Objections: []privacy.Processing{privacy.TeamReports}, Revision: 2})
	saveOf(c.ada.ID, privacy.Choices{Revision: 3})
	objects = tenant.Concealed{User: c.bob.ID, TeamReports: true}
	equal(t, "who objects to reports", []tenant.Concealed{{User: c.ada.ID}, objects}, all(store.Concealed(ctx, id)))
	equal(t, "of another tenant", 0, len(all(store.Concealed(ctx, others.tenant.ID))))
	equal(t, "one of another tenant", tenant.Concealed{}, one(store.ConcealedOf(ctx, others.tenant.ID, c.bob.ID)))
	task := item("Atlas", "4711")
	c.know(task)
	worked := entry(c.ada, task, at(9, 0), at(10, 0))
	if err := c.save(timer.Changeset{Insert: []timer.Entry{worked}}); err != nil {
		t.Fatal(err)
	}
	among, entries := []ids.Any{ids.Any(c.ada.ID), ids.Any(worked.ID)}, must[[]ids.Any](t)
	equal(t, "their entries", among[1:], entries(store.EntriesOf(ctx, id, []ids.User{c.ada.ID, c.bob.ID}, among)))
	equal(t, "entries of others", 0, len(entries(store.EntriesOf(ctx, id, []ids.User{c.bob.ID}, among))))
	equal(t, "entries of another tenant", 0, len(entries(store.EntriesOf(ctx, others.tenant.ID, []ids.User{c.ada.ID}, among))))
}
