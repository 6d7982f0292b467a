package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// side is a revision of the product that runs as `timetracker serve`, in a process of its own.
type side struct {
	name    string
	product *build
}

// againstRevision compares the product with an older revision of itself. Each runs as its own program, and this process
// calls both.
func againstRevision(b *testing.B, s *summary, d *directory) {
	sides := []side{{"product", buildWorkingTree(b)}}
	if !*small {
		sides = append(sides, side{"base", buildRevision(b, *base)})
	}
	b.Run("spread", func(b *testing.B) { spreadTimers(b, s, d, sides) })
	b.Run("team", func(b *testing.B) { teamTimers(b, s, d, sides) })
	b.Run("report", func(b *testing.B) { revisionReport(b, s, d, sides) })
}

// spread is many tenants, whose timers write pages all over the file.
func spread() crowd {
	return crowd{tenants: sized(400, 3), users: 5, entries: sized(250, 5)}
}

func spreadTimers(b *testing.B, s *summary, d *directory, sides []side) {
	crowd := spread()
	var tokens []string
	// Tenants alternate, so that a connection does not stay with one.
	for user := range crowd.users {
		for tenant := range crowd.tenants {
			tokens = append(tokens, d.tokenOf(b, tenant, user))
		}
	}
	files := make([]string, len(sides))
	for i, side := range sides {
		files[i] = side.product.seed(b, crowd)
	}
	before := make([]filled, len(sides))
	for i, file := range files {
		before[i] = fill(b, file)
	}
	b.Run("timers", func(b *testing.B) {
		addresses := append(serveSides(b, d, sides, files), serveBare(b, d, sides[0].product.seed(b, crowd)))
		for _, connections := range []int{sized(16, 1), sized(32, 2)} {
			b.Run(fmt.Sprintf("connections=%d", connections), func(b *testing.B) {
				compareTimers(b, s, fmt.Sprintf("%d tenants", crowd.tenants), sides, addresses, connections, tokens)
			})
		}
	})
	for i, side := range sides {
		after := fill(b, files[i])
		entries := float64(after.entries - before[i].entries)
		s.add(fmt.Sprintf("KiB per entry with two events, %s", side.name),
			float64(after.compact-before[i].compact)/entries/1024, map[string]string{"product": "≤ 0.8"}[side.name],
			fmt.Sprintf("%.0f bytes as they come, %.0f compacted, of %.0f entries",
				float64(after.bytes-before[i].bytes)/entries, float64(after.compact-before[i].compact)/entries, entries))
	}
}

// teamTimers measures one large tenant.
func teamTimers(b *testing.B, s *summary, d *directory, sides []side) {
	tokens := d.teamTokens(b)
	files := make([]string, len(sides))
	for i, side := range sides {
		files[i] = side.product.seed(b, team())
	}
	addresses := append(serveSides(b, d, sides, files), serveBare(b, d, sides[0].product.seed(b, team())))
	compareTimers(b, s, "one tenant", sides, addresses, connections, tokens)
}

// compareTimers gives the sides alternating turns of start, current and stop, and the bare floor, which is at the last address.
// It says what could be had at most without another engine.
func compareTimers(
	b *testing.B, s *summary, who string, sides []side, addresses []string, connections int, tokens []string,
) {
	b.Helper()
	var contenders []contender
	for i, address := range addresses {
		name := "bare"
		if i < len(sides) {
			name = sides[i].name
		}
		contenders = append(contenders, contender{name, func(b *testing.B) sample {
			return drive(b, address, connections, tokens, mix)
		}})
	}
	outcomes := compare(b, contenders...)
	for i, side := range sides {
		for name, share := range map[string]float64{"p50": .5, "p95": .95, "p99": .99} {
			b.ReportMetric(outcomes[i].quantile(share), side.name+"-"+name+"-ms")
		}
	}
	last, bare := outcomes[len(sides)-1], outcomes[len(sides)]
	detail := fmt.Sprintf("%.0f / %.0f calls/s; start p50 %.1f / %.1f ms, p95 %.1f / %.1f ms, p99 %.1f / %.1f ms",
		outcomes[0].rate(), last.rate(), outcomes[0].quantile(.5), last.quantile(.5),
		outcomes[0].quantile(.95), last.quantile(.95), outcomes[0].quantile(.99), last.quantile(.99))
	aim := "≥ 2.5"
	if who == "one tenant" {
		aim = "≥ 1.8"
	}
	s.add(fmt.Sprintf("start + current + stop of %s, %d connections: product / %s", who, connections, *base),
		ratio(outcomes[0], last), aim, detail)
	s.add(fmt.Sprintf("the same: bare floor / %s", *base), ratio(bare, last), "",
		fmt.Sprintf("%.0f / %.0f calls/s", bare.rate(), last.rate()))
}

// revisionReport measures the month's report, and beside it the bare query over the same index.
func revisionReport(b *testing.B, s *summary, d *directory, sides []side) {
	crowd := month(sized(100_000, 200))
	files := make([]string, len(sides))
	for i, side := range sides {
		files[i] = side.product.seed(b, crowd)
	}
	var contenders []contender
	for i, address := range serveSides(b, d, sides, files) {
		contenders = append(contenders, contender{sides[i].name, reportOver(b, d, address)})
	}
	outcomes := compare(b, append(contenders, contender{"bare", bareReport(b, files[0])})...)
	last, bare := outcomes[len(sides)-1], outcomes[len(sides)]
	s.add(fmt.Sprintf("report of %d entries: time / %s", crowd.entries, *base), ratio(last, outcomes[0]), "≤ 0.4",
		fmt.Sprintf("%.1f / %.1f ms", 1000/outcomes[0].rate(), 1000/last.rate()))
	s.add(fmt.Sprintf("report of %d entries: time / bare query, from a process of its own", crowd.entries),
		ratio(bare, outcomes[0]), "≤ 2", fmt.Sprintf("%.1f / %.1f ms", 1000/outcomes[0].rate(), 1000/bare.rate()))
}

// serveSides serves each side's file until the benchmark ends.
func serveSides(b *testing.B, d *directory, sides []side, files []string) (addresses []string) {
	b.Helper()
	for i, side := range sides {
		addresses = append(addresses, side.product.serve(b, d, files[i]))
	}
	return addresses
}

// filled is the size of a database's content, without receipts.
type filled struct {
	entries int64
	bytes   int64 // of used pages, as one row after the other has filled them
	compact int64 // the same without the free room on pages
}

// fill measures a copy of a database that no process has open.
func fill(b *testing.B, path string) filled {
	b.Helper()
	// The process that served the file may have been killed, with the last pages in the WAL.
	served := openFile(b, path)
	if _, err := served.ExecContext(b.Context(), "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		b.Fatal(err)
	}
	if err := served.Close(); err != nil {
		b.Fatal(err)
	}
	copied := filepath.Join(b.TempDir(), "copy.db")
	data, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(copied, data, 0o600); err != nil {
		b.Fatal(err)
	}
	db := openFile(b, copied, "synchronous(0)")
	defer db.Close()
	db.SetMaxOpenConns(1)
	exec := func(text string) {
		if _, err := db.ExecContext(b.Context(), text); err != nil {
			b.Fatal(err)
		}
	}
	number := func(text string) (value int64) {
		if err := db.QueryRowContext(b.Context(), text).Scan(&value); err != nil {
			b.Fatal(err)
		}
		return value
	}
	used := func() int64 {
		return (number("PRAGMA page_count") - number("PRAGMA freelist_count")) * number("PRAGMA page_size")
	}
	exec("DELETE FROM idempotency_keys")
	f := filled{entries: number("SELECT COUNT(*) FROM time_entries"), bytes: used()}
	exec("VACUUM")
	f.compact = used()
	return f
}
