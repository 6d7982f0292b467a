package storetest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/billing"
	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/idempotency"
	"timetracker/internal/ids"
	"timetracker/internal/importer"
	"timetracker/internal/page"
	"timetracker/internal/personal"
	"timetracker/internal/privacy"
	"timetracker/internal/proof"
	"timetracker/internal/report"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

func testErasures(t *testing.T, store Store) {
	c := newCompany(t, store)
	id := c.tenant.ID
	open := func() (mine []privacy.Erasing) {
		for _, e := range must[[]privacy.Erasing](t)(store.OpenErasures(t.Context(), 1000)) {
			if e.Tenant == id {
				mine = append(mine, e)
			}
		}
		return mine
	}
	subject := personal.Subject{Tenant: id, User: c.ada.ID, Object: c.ada.ObjectID, Names: []string{"Ada Ä"}, Addresses: []string{"ada@x.example"}}
	second := privacy.Erasing{Tenant: id, User: c.ada.ID, BegunAt: at(9, 0), Subject: &subject}
	first := privacy.Erasing{Tenant: id, User: c.bob.ID, BegunAt: at(8, 0), Subject: &personal.Subject{Tenant: id, User: c.bob.ID}}
	c.tx(func(ctx context.Context) error { return store.InsertErasure(ctx, id, second) })
	c.tx(func(ctx context.Context) error { return store.InsertErasure(ctx, id, first) })
	equal(t, "open, the oldest first", []privacy.Erasing{first, second}, open())
	second.Table, second.Row = "work_items", `["x00"]`
	first.Subject = nil
	c.tx(func(ctx context.Context) error {
		if err := store.UpdateErasure(ctx, id, first); err != nil {
			return err
		}
		return store.UpdateErasure(ctx, id, second)
	})
	equal(t, "further", []privacy.Erasing{first, second}, open())
	first.FinishedAt = at(10, 0)
	c.tx(func(ctx context.Context) error { return store.UpdateErasure(ctx, id, first) })
	equal(t, "one is finished", []privacy.Erasing{second}, open())
	err := store.Tx(t.Context(), id, func(ctx context.Context) error {
		return store.UpdateErasure(ctx, id, privacy.Erasing{Tenant: id, User: ids.New[ids.User]()})
	})
	if !errs.Is(err, errs.Stale) {
		t.Errorf("an erasure of nobody: %v", err)
	}
	second.FinishedAt = at(10, 0)
	c.tx(func(ctx context.Context) error { return store.UpdateErasure(ctx, id, second) })
	if err := store.Rewrite(t.Context()); err != nil {
		t.Error(err)
	}
}

// testClearing takes one of two people out, of whom the other one must keep everything.
func testClearing(t *testing.T, store Store) {
	c := newCompany(t, store)
	id := c.tenant.ID
	invited, former := newUser("invited"), newUser("former")
	invited.Status, invited.ObjectID, invited.Email = tenant.UserInvited, ids.Object{}, "ADA@other.example"
	invited.AuthProvider, invited.FirstSignInAt, invited.LastSignInAt = tenant.ProviderManual, time.Time{}, time.Time{}
	former.ClaimedEmail, former.Status = "Ada@Contoso.Example", tenant.UserRequested
	task := item("Payments", "101")
	c.keep(entry(c.ada, task, at(8, 0), at(9, 0)), entry(c.bob, task, at(8, 0), at(9, 0)))
	c.tx(func(ctx context.Context) error {
		for _, u := range []tenant.User{invited, former} {
			if err := store.InsertUser(ctx, id, u); err != nil {
				return err
			}
		}
		c.bob.Approver, c.bob.Revision = tenant.UserRef{ID: c.ada.ID, Name: c.ada.Name}, c.bob.Revision+1
		if err := store.UpdateUser(ctx, id, c.bob); err != nil {
			return err
		}
		for _, u := range []tenant.User{c.ada, c.bob} {
			for _, shared := range []bool{false, true} {
				saved := report.Saved{ID: ids.New[ids.SavedReport](), Owner: timer.UserRef{ID: u.ID}, Name: u.Name, Shared: shared, Revision: 1}
				if err := store.InsertSavedReport(ctx, id, saved); err != nil {
					return err
				}
			}
			if err := store.KeepReceipt(ctx, id, u.ID, "key", idempotency.Receipt{Status: 200, Body: []byte("{}"), CreatedAt: at(8, 0)}); err != nil {
				return err
			}
			if err := store.InsertAction(ctx, id, audit.Action{ID: ids.New[ids.Action](), Type: "a", Page: "p", At: at(8, 0), User: u.Actor()}); err != nil {
				return err
			}
			if err := store.Pin(ctx, id, u.ID, task.ID, at(8, 0)); err != nil {
				return err
			}
			seen := workitem.Item{ID: task.ID, Number: task.Number, ProjectID: task.Project.ID, Title: "seen", Reading: workitem.Reading{Revision: 2, At: at(9, 0)}}
			if err := store.Observe(ctx, id, u.ID, []workitem.Observation{{Item: seen, Seen: true, At: at(9, 0)}}); err != nil {
				return err
			}
		}
		return nil
	})
	takeOut := func(ctx context.Context) error {
		for _, step := range []func(context.Context, ids.Tenant, ids.User) error{
			store.DeleteActions, store.DeleteReceipts, store.DeletePrivateReports, store.DeleteTargetsOf, store.DeleteRemindersOf,
			store.DeleteViews, store.DeletePins, store.GiveUpWriteBacks,
		} {
			if err := step(ctx, id, c.ada.ID); err != nil {
				return err
			}
		}
		return store.EraseUser(ctx, id, c.ada.ID, "Erased", []string{"ada@contoso.example", "ada@other.example"})
	}
	c.tx(takeOut)
	c.tx(takeOut) // it may run twice
	erased := must[tenant.User](t)(store.User(t.Context(), id, c.ada.ID))
	equal(t, "the erased person", tenant.User{
		ID: c.ada.ID, Name: "Erased", Role: tenant.RoleUser, Status: tenant.UserErased, AuthProvider: tenant.ProviderManual,
		CreatedAt: time.UnixMilli(0).UTC(), Revision: 3,
	}, erased)
	if gone := must[tenant.User](t)(store.User(t.Context(), id, invited.ID)); gone.Email != "" || gone.Status != tenant.UserErased {
		t.Errorf("the invitation is %+v", gone)
	}
	if other := must[tenant.User](t)(store.User(t.Context(), id, former.ID)); other.ClaimedEmail != "" || other.Name != "former" {
		t.Errorf("whoever had claimed the address is %+v", other)
	}
	bob := must[tenant.User](t)(store.User(t.Context(), id, c.bob.ID))
	if !bob.Approver.ID.IsZero() || bob.Name != "bob" || bob.Status != tenant.UserActive {
		t.Errorf("the other one is %+v", bob)
	}
	left := func(u tenant.User) string {
		reports := 0
		for _, r := range must[[]report.Saved](t)(store.SavedReports(t.Context(), id, u.ID)) {
			if r.Owner.ID == u.ID {
				reports++
			}
		}
		return fmt.Sprint(reports, " ",
			len(must[[]idempotency.OwnReceipt](t)(store.ReceiptsOf(t.Context(), id, u.ID, personal.Key{}, 10))), " ",
			len(must[[]audit.Action](t)(store.Actions(t.Context(), id, audit.Filter{User: u.ID}, page.Request{Limit: 100}))), " ",
			len(must[[]workitem.Recent](t)(store.Pins(t.Context(), id, u.ID))), " ",
			len(must[[]workitem.WorkItem](t)(store.Views(t.Context(), id, u.ID, personal.Key{}, 10))))
	}
	equal(t, "reports, receipts, actions, pins and views of the erased person", "1 0 0 0 0", left(c.ada))
	equal(t, "those of the other one", "2 1 1 1 1", left(c.bob))
	for _, u := range must[[]tenant.User](t)(store.Users(t.Context(), id, tenant.UserFilter{}, page.Request{Limit: 100})) {
		if u.Status == tenant.UserErased {
			t.Errorf("%s is among the people", u.Name)
		}
	}
	equal(t, "erased people", 2, len(must[[]tenant.User](t)(store.Users(t.Context(), id, tenant.UserFilter{Status: tenant.UserErased}, page.Request{Limit: 100}))))
	if _, ok, err := store.Member(t.Context(), c.tenant.DirectoryID, c.ada.ObjectID); ok || err != nil {
		t.Errorf("the erased person is a member: %v", err)
	}
}

// testTexts goes through texts one row at a time and writes them.
func testTexts(t *testing.T, store Store) {
	c := newCompany(t, store)
	id := c.tenant.ID
	e := entry(c.ada, item("Payments", "101"), at(8, 0), at(9, 0))
	twin := entry(c.bob, item("Payments", "102"), at(8, 0), at(9, 0))
	e.Note, twin.Note = "by Ada", "by Ada, too"
	c.keep(e, twin)
	file := importer.Import{ID: ids.New[ids.Import](), CreatedBy: tenant.UserRef{ID: c.ada.ID}, CreatedAt: at(8, 0), State: importer.Uploading, Revision: 1}
	event := audit.NewEvent(c.ada.Actor(), audit.TenantChanged, audit.Target{Kind: audit.TargetTenant, ID: ids.Any(id), Name: "of Ada"}, at(8, 0))
	c.tx(func(ctx context.Context) error {
		for i, name := range []string{"With Ada", "With ADA!"} {
			if err := store.InsertActivity(ctx, id, tenant.Activity{ID: ids.New[ids.Activity](), Name: name, Position: i + 1, Revision: 1}); err != nil {
				return err
			}
		}
		if err := store.InsertAudit(ctx, id, event); err != nil {
			return err
		}
		if err := store.KeepReceipt(ctx, id, c.bob.ID, "key", idempotency.Receipt{Status: 200, Body: []byte(`{"x":"Ada"}`), CreatedAt: at(8, 0)}); err != nil {
			return err
		}
		if err := store.InsertImport(ctx, id, file); err != nil {
			return err
		}
		return store.PutPart(ctx, id, file.ID, 2, "Ada")
	})
	equal(t, "files", []ids.Import{file.ID}, must[[]ids.Import](t)(store.Files(t.Context(), id)))
	for _, table := range privacy.TextTables() {
		var rows []privacy.TextRow
		for after := ""; len(rows) < 100; after = rows[len(rows)-1].Key {
			more := must[[]privacy.TextRow](t)(store.Texts(t.Context(), id, table, after, 1))
			if rows = append(rows, more...); len(more) == 0 {
				break
			}
		}
		all := must[[]privacy.TextRow](t)(store.Texts(t.Context(), id, table, "", 100))
		equal(t, table.Name+" row by row", all, rows)
		for i, row := range all {
			for j, text := range row.Texts {
				if text != nil {
					all[i].Texts[j] = new(strings.NewReplacer("Ada", "N", "ADA!", "N").Replace(*text))
				}
			}
			if table.Name == "idempotency_keys" {
				all[i].Texts = []*string{nil} // which is only cleared
			}
		}
		c.tx(func(ctx context.Context) error { return store.RewriteTexts(ctx, id, table, all, at(12, 0)) })
		if table.Name != "time_entries" {
			continue
		}
		equal(t, "entries", 2, len(all))
		again := must[[]privacy.TextRow](t)(store.Texts(t.Context(), id, table, "", 100))
		if again[0].Revision != 2 || strings.Contains(*again[0].Texts[0]+*again[1].Texts[0], "Ada") {
			t.Errorf("the notes are %q and %q", *again[0].Texts[0], *again[1].Texts[0])
		}
		err := store.Tx(t.Context(), id, func(ctx context.Context) error { return store.RewriteTexts(ctx, id, table, all, at(12, 0)) })
		if !errs.Is(err, errs.Stale) {
			t.Errorf("rows that have changed since: %v", err)
		}
		long := strings.Repeat("ä", 1500)
		again[0].Texts[0] = &long
		c.tx(func(ctx context.Context) error { return store.RewriteTexts(ctx, id, table, again[:1], at(12, 0)) })
		if cut := must[timer.Entry](t)(store.Entry(t.Context(), id, e.ID)).Note + must[timer.Entry](t)(store.Entry(t.Context(), id, twin.ID)).Note; len([]rune(cut)) < 1000 || len([]rune(cut)) > 1020 {
			t.Errorf("a long note has %d letters with the other one", len([]rune(cut)))
		}
	}
	names := map[string]bool{}
	for _, a := range must[[]tenant.Activity](t)(store.Activities(t.Context(), id)) {
		names[a.Name] = true
	}
	if len(names) != 3 || !names["With N"] {
		t.Errorf("the activities are %v", names)
	}
	receipt, found, err := store.Receipt(t.Context(), id, c.bob.ID, "key")
	if err != nil || !found || receipt.Status != 200 || receipt.Body != nil {
		t.Errorf("the receipt is %+v, %t, %v", receipt, found, err)
	}
	salted := func() []int64 {
		name := proof.RowName{Kind: proof.AuditEvent, ID: ids.Any(event.ID), At: event.At}
		return must[[]int64](t)(store.SaltedLinks(t.Context(), id, []proof.RowName{name, {Kind: proof.Adjustment, ID: name.ID, At: name.At}}))
	}
	equal(t, "links before the rows are sealed", nil, salted())
	chain := proof.NewService(store, func() time.Time { return at(12, 0) })
	if err := chain.SealAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	equal(t, "links", 1, len(salted()))
	c.tx(func(ctx context.Context) error {
		return chain.EraseRows(ctx, id, c.ada.ID, []proof.RowName{{Kind: proof.AuditEvent, ID: ids.Any(event.ID), At: event.At}})
	})
	equal(t, "links without their salts", nil, salted())
}

// testNamesAfterTheirTime takes people out of one of two records.
func testNamesAfterTheirTime(t *testing.T, store Store) {
	c := newCompany(t, store)
	other := newCompany(t, store)
	records := map[*company]billing.Record{}
	for _, of := range []*company{c, other} {
		r := newRecord(of.subscribe(), calendar.Month{Year: 2019, Month: time.October})
		of.tx(func(ctx context.Context) error { return insertRecord(ctx, of, r) })
		records[of] = must[billing.Record](t)(store.Record(t.Context(), of.tenant.ID, r.ID))
	}
	c.tx(func(ctx context.Context) error {
		return store.KeepWithoutNames(ctx, c.tenant.ID, []billing.Record{records[c]})
	})
	equal(t, "without names", records[c].WithoutNames(), must[billing.Record](t)(store.Record(t.Context(), c.tenant.ID, records[c].ID)))
	equal(t, "of another tenant", records[other], must[billing.Record](t)(store.Record(t.Context(), other.tenant.ID, records[other].ID)))
	err := store.Tx(t.Context(), c.tenant.ID, func(ctx context.Context) error {
		return store.KeepWithoutNames(ctx, c.tenant.ID, []billing.Record{records[other]})
	})
	if !errs.Is(err, errs.Stale) {
		t.Errorf("a record of another tenant: %v", err)
	}
}
