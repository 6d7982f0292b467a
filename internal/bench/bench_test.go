package bench

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"

	"timetracker/internal/ids"
	"timetracker/internal/timer"
)

// connections is how many calls run at the same time.
const connections = 32

// BenchmarkRatios measures everything and ends with a table of the ratios. An iteration is a round, so -benchtime 5x
// sets the number of rounds.
func BenchmarkRatios(b *testing.B) {
	var s summary
	d := newDirectory(b)
	b.Run("revision", func(b *testing.B) { againstRevision(b, &s, d) })
	b.Run("timers", func(b *testing.B) { timers(b, &s, d) })
	b.Run("telemetry", func(b *testing.B) { tracing(b, &s, d) })
	b.Run("others", func(b *testing.B) { besideOthers(b, &s, d) })
	for _, entries := range []int{sized(10_000, 100), sized(100_000, 200), sized(1_000_000, 300)} {
		b.Run(fmt.Sprintf("report/entries=%d", entries), func(b *testing.B) { monthReport(b, &s, d, entries) })
	}
	b.Run("exports", func(b *testing.B) { exports(b, &s, d) })
	b.Run("import", func(b *testing.B) { imports(b, &s, d) })
	b.Run("token", func(b *testing.B) { tokenVerification(b, &s, d) })
	for _, writers := range []int{1, 32, sized(128, 33)} {
		b.Run(fmt.Sprintf("commit/writers=%d", writers), func(b *testing.B) { commits(b, &s, writers) })
	}
	b.Run("tracker", func(b *testing.B) { besideTracker(b, &s) })
	b.Run("drain", func(b *testing.B) { drainWriteBacks(b, &s) })
	b.Run("webhook", func(b *testing.B) { webhookEvents(b, &s, d) })
	b.Run("month", func(b *testing.B) { monthlySnapshot(b, &s) })
	s.print(os.Stdout)
}

// timers compares the product with both floors, each on a file of its own.
func timers(b *testing.B, s *summary, d *directory) {
	type server struct{ name, address string }
	tokens := d.teamTokens(b)
	var servers []server
	for _, made := range []struct {
		name  string
		serve func(b *testing.B, d *directory, path string) (address string)
	}{{"product", serveProduct}, {"floor", serveFloor}, {"bare", serveBare}} {
		servers = append(servers, server{made.name, made.serve(b, d, seed(b, team()))})
	}
	measure := func(b *testing.B, take script) []outcome {
		var all []contender
		for _, server := range servers {
			all = append(all, contender{server.name, func(b *testing.B) sample {
				return drive(b, server.address, connections, tokens, take)
			}})
		}
		return compare(b, all...)
	}
	report := func(b *testing.B, what string, outcomes []outcome) {
		b.ReportMetric(ratio(outcomes[0], outcomes[1]), "product/floor")
		b.ReportMetric(ratio(outcomes[0], outcomes[2]), "product/bare")
		for i, server := range servers {
			b.ReportMetric(outcomes[i].quantile(.5), server.name+"-p50-ms")
			b.ReportMetric(outcomes[i].quantile(.99), server.name+"-p99-ms")
		}
		detail := fmt.Sprintf("%.0f / %.0f calls/s; p50 %.1f / %.1f ms, p99 %.1f / %.1f ms",
			outcomes[0].rate(), outcomes[1].rate(), outcomes[0].quantile(.5), outcomes[1].quantile(.5),
			outcomes[0].quantile(.99), outcomes[1].quantile(.99))
		s.add(what+": product / floor", ratio(outcomes[0], outcomes[1]), "≥ 0.6", detail)
		s.add(what+": product / bare floor", ratio(outcomes[0], outcomes[2]), "",
			fmt.Sprintf("%.0f / %.0f calls/s", outcomes[0].rate(), outcomes[2].rate()))
	}
	b.Run("mix", func(b *testing.B) { report(b, "start + current + stop", measure(b, mix)) })
	b.Run("current", func(b *testing.B) {
		for _, server := range servers {
			drive(b, server.address, connections, tokens, start)
		}
		report(b, "current timer", measure(b, current))
	})
}

// besideOthers compares the product with itself, beside more and more entries of other tenants.
func besideOthers(b *testing.B, s *summary, d *directory) {
	worlds := []struct {
		name    string
		entries int
		address string
	}{{name: "alone"}, {name: "others-10k", entries: sized(10_000, 100)}, {name: "others-1m", entries: sized(1_000_000, 200)}}
	for i, world := range worlds {
		crowds := []crowd{team()}
		if world.entries > 0 {
			crowds = append(crowds, others(world.entries))
		}
		worlds[i].address = serveProduct(b, d, seed(b, crowds...))
	}
	report := func(b *testing.B, what string, outcomes []outcome) {
		for i, world := range worlds[1:] {
			value := ratio(outcomes[0], outcomes[i+1])
			b.ReportMetric(value, "alone/"+world.name)
			s.add(fmt.Sprintf("%s: alone / beside %d entries of others", what, world.entries), value, "≤ 1.3",
				fmt.Sprintf("%.0f / %.0f per second", outcomes[0].rate(), outcomes[i+1].rate()))
		}
	}
	b.Run("mix", func(b *testing.B) {
		var all []contender
		tokens := d.teamTokens(b)
		for _, world := range worlds {
			all = append(all, contender{world.name, func(b *testing.B) sample {
				return drive(b, world.address, connections, tokens, mix)
			}})
		}
		report(b, "start + current + stop", compare(b, all...))
	})
	b.Run("report", func(b *testing.B) {
		var all []contender
		for _, world := range worlds {
			all = append(all, contender{world.name, reportOver(b, d, world.address)})
		}
		report(b, "report of 10240 entries", compare(b, all...))
	})
}

// monthReport compares the month's report by project and user over HTTP with the least statement that gives the same
// sums.
func monthReport(b *testing.B, s *summary, d *directory, entries int) {
	path := seed(b, month(entries))
	outcomes := compare(b,
		contender{"product", reportOver(b, d, serveProduct(b, d, path))},
		contender{"bare", bareReport(b, path)},
	)
	value := ratio(outcomes[1], outcomes[0])
	b.ReportMetric(value, "times-bare")
	s.add(fmt.Sprintf("report of %d entries: time / bare query", entries), value, "≤ 2",
		fmt.Sprintf("%.1f / %.1f ms", 1000/outcomes[0].rate(), 1000/outcomes[1].rate()))
}

// reportOver asks for the report as the extension does.
func reportOver(b *testing.B, d *directory, address string) func(b *testing.B) sample {
	b.Helper()
	token := d.token(b, 0)
	return func(b *testing.B) sample {
		return repeat(b, func() error {
			request, err := http.NewRequestWithContext(b.Context(), http.MethodGet, "http://"+address+
				"/api/v1/reports/time?from=2026-10-01&to=2026-11-01&time_zone=UTC&group_by=project,user", http.NoBody)
			if err != nil {
				return err
			}
			request.Header.Set("Authorization", "Bearer "+token)
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				return err
			}
			defer response.Body.Close()
			if _, err := io.Copy(io.Discard, response.Body); err != nil {
				return err
			}
			if response.StatusCode != http.StatusOK {
				return fmt.Errorf("the report was answered with %s", response.Status)
			}
			return nil
		})
	}
}

// bareReport runs the least statement for the same sums that we could find, and reads its rows. It adds up the month in
// the order of the covering index, and then what reaches into it from the day before. It cuts the entries at the
// month's borders. It does not separate time under review, counts nothing and reads no names.
func bareReport(b *testing.B, path string) func(b *testing.B) sample {
	b.Helper()
	db := openFile(b, path, "query_only(1)")
	b.Cleanup(func() { _ = db.Close() })
	statement := prepare(b, db, `SELECT project_id, user_id, SUM(elapsed_ms)
		FROM (SELECT project_id, user_id, SUM(MIN(stopped_at, ?3) - started_at) AS elapsed_ms
				FROM time_entries WHERE tenant_id = ?1 AND counted_month = ?4 GROUP BY project_id, user_id
			UNION ALL
			SELECT project_id, user_id, stopped_at - ?2
				FROM time_entries WHERE tenant_id = ?1 AND started_at > ?2 - 86400000 AND started_at < ?2
					AND stopped_at > ?2 AND voided_at IS NULL)
		GROUP BY user_id, project_id`)
	return func(b *testing.B) sample {
		return repeat(b, func() error {
			rows, err := statement.QueryContext(b.Context(), id(ofTenant, ownTenant, 0),
				monthStart.UnixMilli(), monthEnd.UnixMilli(), monthNumber(monthStart.UnixMilli()))
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				var project ids.Project
				var user ids.User
				var elapsed int64
				if err := rows.Scan(&project, &user, &elapsed); err != nil {
					return err
				}
			}
			return rows.Err()
		})
	}
}

// tokenVerification compares a token's first call with the calls after it, when it is remembered.
func tokenVerification(b *testing.B, s *summary, d *directory) {
	verifier := d.verifier(b)
	verify := func(token string) error {
		_, err := verifier.Verify(b.Context(), token)
		return err
	}
	fresh := sized(256, 1)
	known := d.token(b, 0)
	outcomes := compare(b,
		contender{"remembered", func(b *testing.B) sample { return repeat(b, func() error { return verify(known) }) }},
		contender{"fresh", func(b *testing.B) sample {
			tokens := make([]string, fresh)
			for i := range tokens {
				tokens[i] = d.token(b, i)
			}
			began := time.Now()
			for _, token := range tokens {
				if err := verify(token); err != nil {
					b.Fatal(err)
				}
			}
			return sample{rate: float64(fresh) / time.Since(began).Seconds()}
		}},
	)
	value := ratio(outcomes[0], outcomes[1])
	b.ReportMetric(value, "remembered/fresh")
	s.add("token: remembered / fresh", value, "",
		fmt.Sprintf("%.1f / %.0f µs", 1e6/outcomes[0].rate(), 1e6/outcomes[1].rate()))
}

// commits compares transactions of the store, which are committed in groups, with the same update committed one by one.
func commits(b *testing.B, s *summary, writers int) {
	grouped := openStore(b, seed(b, crowd{tenants: 1, users: writers, entries: writers}))
	alone := newWriting(b, seed(b, crowd{tenants: 1, users: writers, entries: writers}))
	own := ids.Tenant(id(ofTenant, ownTenant, 0))
	entries := make([]timer.Entry, writers)
	for i := range entries {
		entry, err := grouped.Entry(b.Context(), own, ids.Entry(id(ofEntry, ownTenant, i)))
		if err != nil {
			b.Fatal(err)
		}
		entries[i] = entry
	}
	var turn sync.Mutex
	outcomes := compare(b,
		contender{"grouped", func(b *testing.B) sample {
			return parallel(b, writers, func(writer int) error {
				return grouped.Tx(b.Context(), own, func(ctx context.Context) error {
					entries[writer].Revision++
					return grouped.Save(ctx, own, timer.Changeset{Update: entries[writer : writer+1]})
				})
			})
		}},
		contender{"one-by-one", func(b *testing.B) sample {
			return parallel(b, writers, func(writer int) error {
				turn.Lock()
				defer turn.Unlock()
				return alone.together(b.Context(), []write{{do: func(ctx context.Context, on *writing) error {
					e := entries[writer]
					_, err := on.update.ExecContext(ctx, own, e.ID, e.StoppedAt.UnixMilli(), e.Revision,
						monthNumber(e.StartedAt.UnixMilli()))
					return err
				}}})
			})
		}},
	)
	value := ratio(outcomes[0], outcomes[1])
	b.ReportMetric(value, "grouped/one-by-one")
	s.add(fmt.Sprintf("commits of %d writers: grouped / one by one", writers), value, "",
		fmt.Sprintf("%.0f / %.0f per second", outcomes[0].rate(), outcomes[1].rate()))
}

// parallel lets each writer repeat its work for about a round.
func parallel(b *testing.B, writers int, do func(writer int) error) sample {
	b.Helper()
	rates := make([]float64, writers)
	var group sync.WaitGroup
	for writer := range writers {
		group.Go(func() { rates[writer] = repeat(b, func() error { return do(writer) }).rate })
	}
	group.Wait()
	var all sample
	for _, rate := range rates {
		all.rate += rate
	}
	return all
}
