package bench

import (
	"context"
	"database/sql"
	"fmt"
	"testing"
	"time"

	"timetracker/internal/billing"
	"timetracker/internal/calendar"
	"timetracker/internal/ids"
)

// monthlySnapshot compares billing a month with the least statement that counts the people of each tenant, on the same
// file. The first run writes a record for every tenant, and two further ones find everything done.
func monthlySnapshot(b *testing.B, s *summary) {
	path := seed(b, customers()...)
	bills := billing.NewService(openStore(b, path), time.Now, billing.Seller{})
	db := openFile(b, path, "synchronous(2)")
	b.Cleanup(func() { _ = db.Close() })
	wanted := countActive(b, db)
	records := len(wanted)

	bill := func(unbilledOnly bool, expect int) func(b *testing.B) sample {
		return func(b *testing.B) sample {
			b.Helper()
			made := 0
			began := time.Now()
			err := bills.Bill(b.Context(), calendar.MonthOf(monthStart), billing.Options{
				UnbilledOnly: unbilledOnly,
				Each: func(l billing.Line) error {
					if l.New {
						made++
					}
					if people := wanted[l.TenantID]; l.Record.People != people {
						return fmt.Errorf("%d people are billed of %d", l.Record.People, people)
					}
					return nil
				},
			})
			took := time.Since(began)
			if err != nil || made != expect {
				b.Fatalf("%d records were made of %d: %v", made, expect, err)
			}
			return sample{rate: 1 / took.Seconds()}
		}
	}
	first := func(b *testing.B) sample {
		b.Helper()
		for _, text := range []string{"DELETE FROM billing_records", "DELETE FROM statement_counters"} {
			if _, err := db.ExecContext(b.Context(), text); err != nil {
				b.Fatal(err)
			}
		}
		return bill(false, records)(b)
	}
	floor := func(b *testing.B) sample {
		return repeat(b, func() error {
			if counted := len(countActive(b, db)); counted != records {
				return fmt.Errorf("%d tenants were counted of %d", counted, records)
			}
			return nil
		})
	}
	outcomes := compare(b,
		contender{"floor", floor},
		contender{"first", first}, // leaves the month billed for the others
		contender{"unbilled", bill(true, 0)},
		contender{"corrections", bill(false, 0)},
	)
	for i, what := range []string{"first run", "again, only what is not billed", "again, looking for corrections"} {
		value := ratio(outcomes[0], outcomes[i+1])
		b.ReportMetric(value, []string{"first", "unbilled", "corrections"}[i]+"-times-bare")
		s.add("month of 10,000 tenants, "+what+": time / bare query", value, "",
			fmt.Sprintf("%.0f / %.0f ms", 1000/outcomes[i+1].rate(), 1000/outcomes[0].rate()))
	}
}

// countActive runs the least statement that we could find for how many people of each tenant were active in the month.
// It reads the index of people's entries once for each person, where counting distinct people of all entries reads
// every entry. Running timers have no end yet and an index of their own. It reads no names, addresses or terms.
func countActive(b *testing.B, db *sql.DB) map[ids.Tenant]int {
	b.Helper()
	rows, err := db.QueryContext(context.WithoutCancel(b.Context()), `SELECT u.tenant_id, COUNT(*) FROM users u
		WHERE EXISTS (SELECT 1 FROM time_entries e WHERE e.tenant_id = u.tenant_id AND e.user_id = u.id
				AND e.started_at > ?1 - 86400000 AND e.started_at < ?2
				AND e.stopped_at > ?1 AND e.stopped_at > e.started_at AND e.voided_at IS NULL)
			OR EXISTS (SELECT 1 FROM time_entries r WHERE r.tenant_id = u.tenant_id AND r.user_id = u.id
				AND r.stopped_at IS NULL AND r.started_at < ?2)
		GROUP BY u.tenant_id`, monthStart.UnixMilli(), monthEnd.UnixMilli())
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close()
	counted := map[ids.Tenant]int{}
	for rows.Next() {
		var tenant ids.Tenant
		var people int
		if err := rows.Scan(&tenant, &people); err != nil {
			b.Fatal(err)
		}
		counted[tenant] = people
	}
	if err := rows.Err(); err != nil {
		b.Fatal(err)
	}
	return counted
}
