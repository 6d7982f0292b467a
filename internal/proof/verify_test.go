package proof_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"timetracker/internal/audit"
	"timetracker/internal/domaintest"
	"timetracker/internal/ids"
	"timetracker/internal/personal"
	"timetracker/internal/proof"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
)

// sealed is a tenant whose chain has a link for each of its rows.
type sealed struct {
	*domaintest.World

	t     *testing.T
	ada   tenant.Member
	proof *proof.Service
}

const events = 8

// newSealed seals events that follow each other by a minute, and the changes of an entry.
func newSealed(t *testing.T) *sealed {
	t.Helper()
	s := &sealed{World: domaintest.New(t), t: t}
	s.ada = s.SignUp(t) // which is audited
	s.proof = proof.NewService(s.Store, s.Clock.Now)
	for i := range events - 1 {
		s.Clock.Add(time.Minute)
		s.note(fmt.Sprintf("Project %d", i))
	}
	s.Clock.Add(time.Minute)
	entry := domaintest.Entry(s.ada, domaintest.Item(1), s.Clock.Now().Add(-2*time.Hour), s.Clock.Now().Add(-time.Hour))
	s.Save(t, s.ada, entry)
	note := "Called Grace"
	if _, err := s.Timers.Change(t.Context(), s.ada, entry.ID, 1, timer.Patch{Details: timer.Details{Note: &note}, Reason: "Forgot it"}); err != nil {
		t.Fatal(err)
	}
	s.seal()
	return s
}

// note audits something.
func (s *sealed) note(what string) audit.Event {
	s.t.Helper()
	event := audit.NewEvent(s.ada.User.Actor(), audit.TenantChanged, audit.Target{
		Kind: audit.TargetTenant, ID: ids.Any(s.ada.Tenant.ID), Name: what,
	}, s.Clock.Now())
	s.tx(func(ctx context.Context) error { return s.Store.InsertAudit(ctx, s.ada.Tenant.ID, event) })
	return event
}

func (s *sealed) tx(fn func(ctx context.Context) error) {
	s.t.Helper()
	if err := s.Store.Tx(s.t.Context(), s.ada.Tenant.ID, fn); err != nil {
		s.t.Fatal(err)
	}
}

func (s *sealed) seal() {
	s.t.Helper()
	if err := s.proof.SealAll(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
}

func (s *sealed) verify(kept ...proof.Head) proof.Report {
	s.t.Helper()
	report, err := s.proof.Verify(s.t.Context(), s.ada.Tenant.ID, kept...)
	if err != nil {
		s.t.Fatal(err)
	}
	return report
}

// holds fails the test when something does not hold.
func (s *sealed) holds(kept ...proof.Head) proof.Report {
	s.t.Helper()
	report := s.verify(kept...)
	if report.Fault != nil {
		s.t.Fatalf("the chain does not hold: %s", report.Fault)
	}
	return report
}

func TestChain(t *testing.T) {
	s := newSealed(t)
	report := s.holds()
	if report.Links != events+1 || report.Unsealed != 0 || report.Head.Seq != events+1 || !report.SealedAt.Equal(s.Clock.Now()) {
		t.Errorf("the chain is %+v", report)
	}
	s.seal()
	if again := s.holds(report.Head); again.Head != report.Head {
		t.Errorf("sealed again: %v, before: %v", again.Head, report.Head)
	}
	// A row that waits is told, and sealed later.
	s.Clock.Add(time.Minute)
	waiting := s.note("Waits")
	if now := s.holds(report.Head); now.Unsealed != 1 || !now.Oldest.Equal(waiting.At) {
		t.Errorf("one row waits: %+v", now)
	}
	// Another replica's clock is behind, and its transaction took long: its row appears after later ones were sealed.
	s.seal()
	s.Clock.Add(-23 * time.Hour)
	s.note("Late")
	s.seal()
	late := s.holds(report.Head)
	if late.Links != events+3 || late.Unsealed != 0 {
		t.Errorf("a row came late: %+v", late)
	}
	// What a clock ahead has written waits until then.
	s.Clock.Add(48 * time.Hour)
	s.note("Ahead")
	s.Clock.Add(-24 * time.Hour)
	s.seal()
	if ahead := s.holds(late.Head); ahead.Unsealed != 1 {
		t.Errorf("a row is ahead: %+v", ahead)
	}
	s.Clock.Add(24 * time.Hour)
	s.seal()
	if ahead := s.holds(late.Head); ahead.Unsealed != 0 || ahead.Links != events+4 {
		t.Errorf("its time has come: %+v", ahead)
	}
}

// TestTampering changes the database file behind the product's back. Link n seals event n, and the last one a change.
func TestTampering(t *testing.T) {
	const renumber = `UPDATE chain_links SET seq = -seq - 1 WHERE seq >= %[1]d; UPDATE chain_links SET seq = -seq WHERE seq < 0;`
	const lower = `UPDATE chain_links SET seq = -seq WHERE seq > %[1]d; UPDATE chain_links SET seq = -seq - 1 WHERE seq < 0;`
	const copied = `INSERT INTO chain_links SELECT tenant_id, %d, kind, randomblob(16), row_at, sealed_at, public_hash, commitment, salt, erased_seq, expired_seq,
		hash FROM chain_links WHERE seq = 3;`
	const swapped = `UPDATE chain_links SET seq = -%[2]d WHERE seq = %[1]d; UPDATE chain_links SET seq = %[1]d WHERE seq = %[2]d;
		UPDATE chain_links SET seq = %[2]d WHERE seq = -%[2]d;`
	const rowOf = ` WHERE id = (SELECT row_id FROM chain_links WHERE seq = 4)`
	for _, test := range []struct {
		name   string
		change string
		reason proof.Reason
		seq    int64
	}{
		{"nothing", ``, "", 0},
		{"a text of a row", `UPDATE audit_events SET target_name = 'Other'` + rowOf, proof.RowAltered, 4},
		{"a fact of a row", `UPDATE audit_events SET action = 'plan_changed'` + rowOf, proof.RowAltered, 4},
		{"who did it", `UPDATE audit_events SET actor_id = NULL` + rowOf, proof.RowAltered, 4},
		{"the time of a row", `UPDATE audit_events SET occurred_at = occurred_at + 1` + rowOf, proof.RowAltered, 4},
		{"a text of a change", `UPDATE time_entry_changes SET new_value = 'Called nobody'`, proof.RowAltered, events + 1},
		{"the reason of a change", `UPDATE time_entry_changes SET reason = ''`, proof.RowAltered, events + 1},
		{"another field", `UPDATE time_entry_changes SET field = 'source'`, proof.RowAltered, events + 1},
		{"two rows exchange their texts", `UPDATE audit_events SET target_name = CASE target_name WHEN 'Project 1' THEN 'Project 2'
			WHEN 'Project 2' THEN 'Project 1' ELSE target_name END`, proof.RowAltered, 3},
		{"a row is removed", `DELETE FROM audit_events` + rowOf, proof.RowMissing, 4},
		{"the last row is removed", `DELETE FROM time_entry_changes`, proof.RowMissing, events + 1},
		{"a row is put into the past", `INSERT INTO audit_events SELECT tenant_id, occurred_at - 90000000, randomblob(16), actor_id, actor_name, action,
			target_kind, target_id, target_name, changes FROM audit_events` + rowOf, proof.RowInserted, 0},
		{"a fact of a link", `UPDATE chain_links SET sealed_at = sealed_at + 1 WHERE seq = 4`, proof.LinkAltered, 4},
		{"the hash of a link", `UPDATE chain_links SET hash = randomblob(32) WHERE seq = 4`, proof.LinkAltered, 4},
		{"the hash of the first link", `UPDATE chain_links SET hash = randomblob(32) WHERE seq = 1`, proof.LinkAltered, 1},
		{"the hash of the last link", `UPDATE chain_links SET hash = randomblob(32) WHERE seq = 9`, proof.LinkAltered, 9},
		{"row and link", `UPDATE audit_events SET action = 'plan_changed'` + rowOf + `; UPDATE chain_links SET public_hash = randomblob(32) WHERE seq = 4`,
			proof.LinkAltered, 4},
		{"the salt of a link", `UPDATE chain_links SET salt = randomblob(32) WHERE seq = 4`, proof.RowAltered, 4},
		{"the salt is removed", `UPDATE chain_links SET salt = NULL WHERE seq = 4`, proof.SaltMissing, 4},
		{"the salt is removed by an erasure that isn't there", `UPDATE chain_links SET salt = NULL, erased_seq = 100 WHERE seq = 4`, proof.SaltMissing, 4},
		{"the salt is removed by a row", `UPDATE chain_links SET salt = NULL, erased_seq = 6 WHERE seq = 4`, proof.SaltMissing, 4},
		{"a link is removed", `DELETE FROM chain_links WHERE seq = 4`, proof.LinkRemoved, 4},
		{"two links are removed", `DELETE FROM chain_links WHERE seq IN (4, 5)`, proof.LinkRemoved, 4},
		{"the first link is removed", `DELETE FROM chain_links WHERE seq = 1`, proof.LinkRemoved, 1},
		{"link and row are removed", `DELETE FROM audit_events` + rowOf + `; DELETE FROM chain_links WHERE seq = 4`, proof.LinkRemoved, 4},
		{"a link is removed, and the numbers moved", `DELETE FROM chain_links WHERE seq = 4; ` + fmt.Sprintf(lower, 4), proof.LinkRemoved, 4},
		{"a link is inserted", fmt.Sprintf(renumber, 4) + fmt.Sprintf(copied, 4), proof.LinkInserted, 4},
		{"a link is inserted before the last", fmt.Sprintf(renumber, 9) + fmt.Sprintf(copied, 9), proof.LinkInserted, 9},
		{"a link is inserted before the first", fmt.Sprintf(renumber, 1) + `INSERT INTO chain_links SELECT tenant_id, 1, kind, randomblob(16), row_at,
			sealed_at, public_hash, commitment, salt, erased_seq, expired_seq, hash FROM chain_links WHERE seq = 3;`, proof.LinkInserted, 1},
		{"neighbours are exchanged", fmt.Sprintf(swapped, 4, 5), proof.LinkReordered, 4},
		{"the last ones are exchanged", fmt.Sprintf(swapped, 8, 9), proof.LinkReordered, 8},
		{"others are exchanged", fmt.Sprintf(swapped, 3, 7), proof.LinkReordered, 3},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newSealed(t)
			if test.change != "" {
				s.tamper(test.change)
			}
			fault := s.verify().Fault
			if test.reason == "" {
				if fault != nil {
					t.Errorf("it holds, and is told not to: %s", fault)
				}
				return
			}
			if fault == nil || fault.Reason != test.reason || fault.Seq != test.seq {
				t.Errorf("got %v, want %s at %d", fault, test.reason, test.seq)
			}
			// No job makes it good.
			s.Clock.Add(time.Hour)
			s.seal()
			if later := s.verify().Fault; later == nil {
				t.Error("it holds after the next sealing")
			}
		})
	}
}

// tamper changes the file with statements that the product has not.
func (s *sealed) tamper(statements string) {
	s.t.Helper()
	s.Exec(s.t, "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; "+statements)
}

// TestHeads keeps the end of a chain that is cut or made anew.
func TestHeads(t *testing.T) {
	s := newSealed(t)
	kept := s.holds().Head
	s.tamper(`DELETE FROM time_entry_changes; DELETE FROM chain_links WHERE seq = 9`)
	s.holds() // nobody can tell without a head
	if fault := s.verify(kept).Fault; fault == nil || fault.Reason != proof.ChainCut || fault.Seq != 9 {
		t.Errorf("the chain was cut: %v", fault)
	}
	s.tamper(`DELETE FROM chain_links`)
	s.seal()
	s.note("New")
	s.seal()
	s.holds()
	if fault := s.verify(kept).Fault; fault == nil || fault.Reason != proof.HeadMismatched || fault.Seq != 9 {
		t.Errorf("the chain was made anew: %v", fault)
	}
	for _, text := range []string{"", ":", "1", "1:", "1:ab", "0:" + kept.Hash.String(), "01:" + kept.Hash.String(), "-1:" + kept.Hash.String(), " " + kept.String()} {
		if _, err := proof.ParseHead(text); err == nil {
			t.Errorf("%q was read as a head", text)
		}
	}
	if head, err := proof.ParseHead(kept.String()); err != nil || head != kept {
		t.Errorf("%s was read as %v, %v", kept, head, err)
	}
	if text := (proof.Head{}).String(); text != "" {
		t.Errorf("an empty chain's head is %q", text)
	}
}

// TestErasure takes somebody out of texts, and leaves the chain whole.
func TestErasure(t *testing.T) {
	s := newSealed(t)
	grace := s.Join(t, s.ada, "Grace Hopper")
	s.note("For Grace Hopper")
	s.seal()
	before := s.holds()
	subject := personal.Subject{Tenant: s.ada.Tenant.ID, User: grace.User.ID, Names: []string{"Grace Hopper", "Grace"}}
	erase := func() {
		s.tx(func(ctx context.Context) error {
			return s.proof.ErasePerson(ctx, s.ada.Tenant.ID, subject)
		})
	}
	erase()
	s.tamper(`UPDATE audit_events SET actor_name = 'Erased person', target_name = 'Erased person' WHERE actor_name LIKE '%Grace%' OR target_name LIKE '%Grace%';
		UPDATE time_entry_changes SET new_value = 'Called Erased person'`)
	after := s.holds(before.Head)
	if after.Links != before.Links+1 || after.Erased < 3 {
		t.Errorf("after the erasure: %+v, before: %+v", after, before)
	}
	erase() // again
	if again := s.holds(); again.Head != after.Head {
		t.Errorf("erased again: %+v", again)
	}
	t.Run("what is no text can't be altered", func(t *testing.T) {
		s.tamper(`UPDATE time_entry_changes SET field = 'source'`)
		if fault := s.verify().Fault; fault == nil || fault.Reason != proof.RowAltered {
			t.Errorf("got %v", fault)
		}
		s.tamper(`UPDATE time_entry_changes SET field = 'note'`)
	})
	t.Run("others can't hide behind the erasure", func(t *testing.T) {
		s.tamper(fmt.Sprintf(`UPDATE chain_links SET salt = NULL, erased_seq = %d WHERE seq = 4`, after.Head.Seq))
		if fault := s.verify().Fault; fault == nil || fault.Reason != proof.EndingAltered || fault.Seq != after.Head.Seq {
			t.Errorf("got %v", fault)
		}
	})
}

// TestRetention removes rows whose time is over.
func TestRetention(t *testing.T) {
	s := newSealed(t)
	before := s.holds()
	limit := s.Clock.Now().Add(-4 * time.Minute)
	s.tx(func(ctx context.Context) error { return s.proof.Expire(ctx, s.ada.Tenant.ID, proof.AuditEvent, limit) })
	s.holds(before.Head) // nothing was removed so far
	s.tamper(fmt.Sprintf(`DELETE FROM audit_events WHERE occurred_at < %d`, limit.UnixMilli()))
	after := s.holds(before.Head)
	if after.Expired != 4 || after.Links != before.Links+1 {
		t.Errorf("after the retention: %+v", after)
	}
	s.tamper(fmt.Sprintf(`DELETE FROM audit_events WHERE occurred_at <= %d`, limit.UnixMilli()))
	if fault := s.verify().Fault; fault == nil || fault.Reason != proof.RowMissing || fault.Seq != 5 {
		t.Errorf("one more was removed: %v", fault)
	}
}
