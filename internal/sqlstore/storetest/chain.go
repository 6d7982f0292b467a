package storetest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timetracker/internal/audit"
	"timetracker/internal/billing"
	"timetracker/internal/calendar"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/proof"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/timesheet"
)

// keepFinal adds a row of each kind that the chain seals, and gives their ids by kind in the order of their time.
func (c *company) keepFinal() map[proof.Kind][]ids.Any {
	c.t.Helper()
	task := item("Payments", "101")
	stopped := entry(c.ada, task, at(8, 0), at(9, 0))
	c.keep(stopped)
	change := timer.Change{
		ID: ids.New[ids.Change](), EntryID: stopped.ID, Operation: newOperation(timer.Changing), ChangedAt: at(10, 0),
		ChangedBy: timer.UserRef{ID: c.ada.ID, Name: c.ada.Name}, Field: "note", Old: "", New: "Called Ünal", Reason: "Forgot it",
	}
	if err := c.save(timer.Changeset{History: []timer.Change{change}}); err != nil {
		c.t.Fatal(err)
	}
	adjustment := timesheet.Adjustment{
		ID: ids.New[ids.Adjustment](), User: tenant.UserRef{ID: c.ada.ID, Name: c.ada.Name}, ForDay: firstDay, Day: firstDay.AddDays(7), ProjectID: task.Project.ID,
		Activity: c.tenant.Settings.DefaultActivity, Billable: true, Length: -time.Hour, Reason: "A break", By: tenant.UserRef{ID: c.bob.ID, Name: c.bob.Name}, At: at(11, 0),
	}
	event := audit.NewEvent(audit.Actor{Name: "An operator"}, audit.PlanChanged, audit.Target{
		Kind: audit.TargetTenant, ID: ids.Any(c.tenant.ID), Name: "Contoso Ä",
	}, at(12, 0), audit.FieldChange{Field: "plan", Old: "trial", New: "internal"})
	subscription := c.subscribe()
	record, lifecycle := newRecord(subscription, calendar.Month{Year: 2025, Month: time.October}), newLifecycle(subscription)
	lifecycle.At, record.At = at(13, 0), at(14, 0)
	access := accessOf(c.bob, c.ada.ID, audit.AccessReport, at(14, 30))
	c.tx(func(ctx context.Context) (err error) {
		if err := c.store.NoteReads(ctx, c.tenant.ID, []audit.AccessRecord{access}); err != nil {
			return err
		}
		if err := c.store.InsertAdjustment(ctx, c.tenant.ID, adjustment); err != nil {
			return err
		}
		if err := c.store.InsertAudit(ctx, c.tenant.ID, event); err != nil {
			return err
		}
		if err := c.store.InsertLifecycle(ctx, c.tenant.ID, lifecycle); err != nil {
			return err
		}
		if record.Statement, err = c.store.NextStatement(ctx, c.tenant.ID, record.At.Year()); err != nil {
			return err
		}
		return c.store.InsertRecord(ctx, c.tenant.ID, record)
	})
	return map[proof.Kind][]ids.Any{
		proof.EntryChange: {ids.Any(change.ID)}, proof.Adjustment: {ids.Any(adjustment.ID)}, proof.AuditEvent: {ids.Any(event.ID)},
		proof.BillingRecord: {ids.Any(lifecycle.ID), ids.Any(record.ID)},
		proof.AccessRecord:  {ids.Any(access.ID)},
	}
}

// later is after every row of these tests.
func later() time.Time { return at(15, 0) }

func testChain(t *testing.T, store Store) {
	c, others := newCompany(t, store), newCompany(t, store)
	ctx, id := t.Context(), c.tenant.ID
	kept := c.keepFinal()
	others.keepFinal()
	rows := map[proof.Kind][]proof.Row{}
	for _, kind := range proof.Kinds() {
		rows[kind] = must[[]proof.Row](t)(store.UnsealedRows(ctx, id, kind, page.Position{}, later(), 10))
		var found []ids.Any
		for _, row := range rows[kind] {
			found = append(found, row.ID)
		}
		equal(t, "unsealed "+string(kind), kept[kind], found)
	}
	change := rows[proof.EntryChange][0]
	equal(t, "when it was made", at(10, 0), change.At)
	equal(t, "its texts", []any{"note", "", "Called Ünal", "Forgot it"}, change.Values[5:])
	equal(t, "an id and a number", []any{c.ada.ID[:], at(10, 0).UnixMilli()}, []any{change.Values[4], change.Values[1]})
	equal(t, "a truth and a length", []any{int64(1), -time.Hour.Milliseconds()}, rows[proof.Adjustment][0].Values[6:8])
	equal(t, "no one", any(nil), rows[proof.AuditEvent][0].Values[1])
	second := rows[proof.BillingRecord][0]
	past := must[[]proof.Row](t)(store.UnsealedRows(ctx, id, proof.BillingRecord, page.Position{At: second.At, ID: second.ID}, later(), 10))
	equal(t, "past a position", rows[proof.BillingRecord][1:], past)
	equal(t, "until an instant", 0, len(must[[]proof.Row](t)(store.UnsealedRows(ctx, id, proof.AuditEvent, page.Position{}, at(11, 59), 10))))

	found, _, err := store.TenantsWithUnsealed(ctx, proof.BillingRecord, later(), time.Hour, ids.Tenant{}, 1000)
	if err != nil || !slices.Contains(found, proof.Unsealed{TenantID: id, From: at(13, 0)}) {
		t.Errorf("the tenant is not among those with unsealed rows: %v %v", found, err)
	}
	sealer := proof.NewService(store, later)
	for range 2 {
		if err := sealer.SealAll(ctx); err != nil {
			t.Fatal(err)
		}
	}
	links := must[[]proof.LinkedRow](t)(store.Links(ctx, id, 0, 100, 100))
	var order []string
	for i, l := range links {
		order = append(order, fmt.Sprint(l.Link.Seq, " ", l.Link.Kind))
		want := rows[l.Link.Kind][0]
		if i == len(links)-1 {
			want = rows[proof.BillingRecord][1]
		}
		if diff := cmp.Diff(&want, l.Row); diff != "" {
			t.Errorf("the row of link %d (-want +got):\n%s", l.Link.Seq, diff)
		}
	}
	equal(t, "links", []string{"1 time_entry_change", "2 adjustment", "3 audit_event", "4 billing_record", "5 billing_record"}, order)
	last, ok, err := store.LastLink(ctx, id)
	if err != nil || !ok || !cmp.Equal(last, links[4].Link) {
		t.Errorf("the last link is %v %v %v", last, ok, err)
	}
	for i, record := range kept[proof.BillingRecord] {
		of := billing.Record{ID: ids.BillingRecord(record), At: links[3+i].Link.RowAt}
		equal(t, "a record's seal", proof.Head{Seq: links[3+i].Link.Seq, Hash: links[3+i].Link.Hash}.String(), must[string](t)(store.SealOf(ctx, id, of)))
		equal(t, "another tenant's", "", must[string](t)(store.SealOf(ctx, others.tenant.ID, of)))
	}
	equal(t, "some links", links[2:4], must[[]proof.LinkedRow](t)(store.Links(ctx, id, 2, 4, 10)))
	equal(t, "a page of links", links[:2], must[[]proof.LinkedRow](t)(store.Links(ctx, id, 0, 4, 2)))
	found, _, err = store.TenantsWithUnsealed(ctx, proof.BillingRecord, later(), time.Hour, ids.Tenant{}, 1000)
	if err != nil || slices.ContainsFunc(found, func(u proof.Unsealed) bool { return u.TenantID == id }) {
		t.Errorf("the tenant is among those with unsealed rows: %v", err)
	}
	testEndings(t, c, links)
}

func testEndings(t *testing.T, c *company, links []proof.LinkedRow) {
	ctx, id, store := t.Context(), c.tenant.ID, c.store
	equal(t, "endings", false, must[bool](t)(store.EndingsAfter(ctx, id, 0)))
	equal(t, "what is old", []int64{4}, must[[]int64](t)(store.SealedBetween(ctx, id, proof.BillingRecord, time.UnixMilli(0), at(14, 0))))
	erasure := links[4].Link
	erasure.Seq, erasure.Kind, erasure.RowID = 6, proof.Erasure, ids.Any(c.ada.ID)
	retention := erasure
	retention.Seq, retention.Kind = 7, proof.Retention
	c.tx(func(ctx context.Context) error {
		if err := store.InsertLinks(ctx, id, []proof.Link{erasure, retention}); err != nil {
			return err
		}
		if err := store.EndLinks(ctx, id, erasure, []int64{1, 4}); err != nil {
			return err
		}
		return store.EndLinks(ctx, id, retention, []int64{4, 5})
	})
	want := []proof.Link{links[0].Link, links[1].Link, links[2].Link, links[3].Link, links[4].Link, erasure, retention}
	want[0].Salt, want[0].ErasedBy = nil, 6
	want[3].Salt, want[3].ErasedBy, want[3].ExpiredBy = nil, 6, 7
	want[4].Salt, want[4].ExpiredBy = nil, 7
	var got []proof.Link
	for _, l := range must[[]proof.LinkedRow](t)(store.Links(ctx, id, 0, 100, 100)) {
		got = append(got, l.Link)
	}
	equal(t, "ended links", want, got)
	equal(t, "endings", true, must[bool](t)(store.EndingsAfter(ctx, id, 6)))
	equal(t, "endings at the end", false, must[bool](t)(store.EndingsAfter(ctx, id, 7)))
	equal(t, "what is old and not ended", 0, len(must[[]int64](t)(store.SealedBetween(ctx, id, proof.BillingRecord, time.UnixMilli(0), later()))))
	twice := links[0].Link
	twice.Seq = 8
	err := store.Tx(ctx, id, func(ctx context.Context) error { return store.InsertLinks(ctx, id, []proof.Link{twice}) })
	if err == nil {
		t.Error("a row was sealed twice")
	}
}

// testSealingTogether has two replicas seal at the same time, while rows appear.
func testSealingTogether(t *testing.T, stores [2]Store) {
	c := newCompany(t, stores[0])
	const rows = 600 // more than one transaction seals
	var group sync.WaitGroup
	for i, store := range stores {
		group.Go(func() {
			for n := range rows / 2 {
				event := audit.NewEvent(c.ada.Actor(), audit.TenantChanged, audit.Target{Kind: audit.TargetTenant, ID: ids.Any(c.tenant.ID)},
					at(9, 0).Add(time.Duration(n)*time.Second))
				err := store.Tx(t.Context(), c.tenant.ID, func(ctx context.Context) error { return store.InsertAudit(ctx, c.tenant.ID, event) })
				if err != nil {
					t.Error(err)
				}
			}
		})
		group.Go(func() {
			sealer := proof.NewService(stores[i], later)
			for range 20 {
				if err := sealer.SealAll(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	for i := range stores {
		sealer := proof.NewService(stores[i], later)
		if err := sealer.SealAll(t.Context()); err != nil {
			t.Error(err)
		}
		report := must[proof.Report](t)(sealer.Verify(t.Context(), c.tenant.ID))
		if report.Fault != nil || report.Links != rows || report.Unsealed != 0 {
			t.Errorf("the chain of two: %+v", report)
		}
	}
}
