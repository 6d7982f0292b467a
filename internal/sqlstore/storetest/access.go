package storetest

import (
	"context"
	"testing"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/tenant"
)

// accessOf is one read.
func accessOf(by tenant.User, whose ids.User, kind audit.AccessKind, when time.Time) audit.AccessRecord {
	return audit.AccessRecord{
		ID: ids.New[ids.Access](), Hour: when.Truncate(time.Hour), Whose: whose,
		By: audit.Reader{ID: by.ID, Name: by.Name, Role: string(by.Role)}, Kind: kind, FirstAt: when, LastAt: when, Reads: 1,
	}
}

func testAccessRecords(t *testing.T, store Store) {
	c, others := newCompany(t, store), newCompany(t, store)
	ctx, id := t.Context(), c.tenant.ID
	note := func(of *company, records ...audit.AccessRecord) {
		t.Helper()
		of.tx(func(ctx context.Context) error { return store.NoteReads(ctx, of.tenant.ID, records) })
	}
	hers := accessOf(c.bob, c.ada.ID, audit.AccessReport, at(8, 10))
	everybodys := accessOf(c.bob, ids.User{}, audit.AccessLog, at(8, 30))
	operators := accessOf(tenant.User{}, ids.User{}, audit.AccessOperator, at(10, 0))
	operators.By = audit.Reader{Operator: "tenant show, by Olga Ünal"}
	his := accessOf(c.ada, c.bob.ID, audit.AccessTimesheet, at(11, 0))
	nobodys := accessOf(c.bob, ids.New[ids.User](), audit.AccessEntry, at(11, 0))
	note(c, hers, everybodys, operators, his, nobodys)
	note(others, accessOf(others.bob, others.ada.ID, audit.AccessReport, at(8, 0)), accessOf(others.bob, ids.User{}, audit.AccessReport, at(8, 0)))

	again := hers
	again.LastAt, again.FirstAt = at(8, 50), at(8, 50)
	earlier := hers
	earlier.LastAt, earlier.FirstAt = at(8, 5), at(8, 5)
	note(c, again, earlier)
	hers.FirstAt, hers.LastAt, hers.Reads = at(8, 5), at(8, 50), 3

	after := func(r audit.AccessRecord) page.Request {
		return page.Request{Limit: 10, After: page.Position{At: r.Hour, ID: ids.Any(r.ID)}}
	}
	all := page.Request{Limit: 10}
	list := func(user ids.User, request page.Request) []audit.AccessRecord {
		t.Helper()
		return must[[]audit.AccessRecord](t)(store.AccessRecordsOf(ctx, id, user, request))
	}
	equal(t, "what was read of her", []audit.AccessRecord{operators, everybodys, hers}, list(c.ada.ID, all))
	equal(t, "a page of it", []audit.AccessRecord{operators, everybodys}, list(c.ada.ID, page.Request{Limit: 2}))
	equal(t, "the next one", []audit.AccessRecord{hers}, list(c.ada.ID, after(everybodys)))
	equal(t, "what was read of him", []audit.AccessRecord{his, operators, everybodys}, list(c.bob.ID, all))
	equal(t, "what was read of nobody", 0, len(list(nobodys.Whose, all)))
	carl := newUser("carl")
	carl.CreatedAt = at(8, 31)
	c.tx(func(ctx context.Context) error { return store.InsertUser(ctx, id, carl) })
	equal(t, "what was read since he was made", []audit.AccessRecord{operators}, list(carl.ID, all))
	equal(t, "all about him since then", []audit.AccessRecord{operators}, must[[]audit.AccessRecord](t)(store.AccessesAbout(ctx, id, carl.ID, all)))
	everybodys.LastAt, everybodys.Reads = at(8, 40), 2
	note(c, everybodys)
	equal(t, "what was read in the hour in which he was made", []audit.AccessRecord{operators, everybodys}, list(carl.ID, all))
	between := func(from, to time.Time, request page.Request) []audit.AccessRecord {
		t.Helper()
		return must[[]audit.AccessRecord](t)(store.AccessRecords(ctx, id, from, to, request))
	}
	equal(t, "some hours", []audit.AccessRecord{everybodys, hers}, between(at(8, 0), at(10, 0), all))
	equal(t, "all hours", 4, len(between(at(0, 0), at(23, 0), all)))
	equal(t, "a page of them", []audit.AccessRecord{everybodys, hers}, between(at(0, 0), at(23, 0), after(operators)))
	equal(t, "all about him", []audit.AccessRecord{his, operators, everybodys, hers}, must[[]audit.AccessRecord](t)(
		store.AccessesAbout(ctx, id, c.bob.ID, all)))
	equal(t, "of another tenant", 0, len(must[[]audit.AccessRecord](t)(store.AccessesAbout(ctx, others.tenant.ID, c.bob.ID, all))))
	if store.NoteReads(ctx, id, []audit.AccessRecord{hers}) == nil {
		t.Error("a read was noted outside of a transaction")
	}
}
