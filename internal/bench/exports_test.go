package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"runtime/metrics"
	"testing"
	"time"

	"timetracker/internal/ids"
)

// exports measures the files of one month of a tenant with many. It compares their time with a bare query of the same rows,
// and says how far the heap grows meanwhile. Then it compares first and deep pages of lists.
func exports(b *testing.B, s *summary, d *directory) {
	const months = 20
	c := month(sized(1_000_000, 20*200))
	c.months = months
	path := seed(b, c)
	address := serveProduct(b, d, path)
	const span = "from=2026-10-01&to=2026-11-01&time_zone=UTC"
	for _, file := range []struct{ name, path string }{
		{"report by person, item and day as JSON", "reports/time?group_by=user,work_item,day&" + span},
		{"the same as CSV", "reports/time?format=csv&group_by=user,work_item,day&" + span},
		{"the same as XLSX", "reports/time?format=xlsx&group_by=user,work_item,day&" + span},
		{"entries as CSV", "reports/entries?format=csv&" + span},
		{"entries as XLSX", "reports/entries?format=xlsx&" + span},
	} {
		b.Run(file.name, func(b *testing.B) { exportFile(b, s, d, address, path, file.name, file.path) })
	}
	for _, list := range []struct{ name, path string }{
		{"entries of a report", "reports/entries?" + span}, {"time entries of the tenant", "time-entries?scope=tenant"},
	} {
		b.Run("pages of "+list.name, func(b *testing.B) { deepPages(b, s, d, address, list.name, list.path) })
	}
}

// exportFile compares a file over HTTP with a bare query of its entries.
func exportFile(b *testing.B, s *summary, d *directory, address, path, name, query string) {
	token, bytes, peak := d.token(b, 0), int64(0), uint64(0)
	outcomes := compare(b,
		contender{"product", func(b *testing.B) sample {
			return repeat(b, func() error {
				grown := heapGrowth(func() { bytes = download(b, address, token, query, io.Discard) })
				peak = max(peak, grown)
				return nil
			})
		}},
		contender{"bare", bareEntries(b, path)},
	)
	value := ratio(outcomes[1], outcomes[0])
	b.ReportMetric(value, "times-bare")
	b.ReportMetric(float64(peak)/(1<<20), "peak-heap-MiB")
	s.add(name+": time / bare query of the entries", value, "", fmt.Sprintf("%.0f / %.0f ms, %.1f MB",
		1000/outcomes[0].rate(), 1000/outcomes[1].rate(), float64(bytes)/1e6))
	s.add(name+": growth of the heap in MiB", float64(peak)/(1<<20), "≤ 32", "")
}

// download reads an answer to its end, and gives its length.
func download(b *testing.B, address, token, query string, to io.Writer) int64 {
	b.Helper()
	request, err := http.NewRequestWithContext(b.Context(), http.MethodGet, "http://"+address+"/api/v1/"+query, http.NoBody)
	if err != nil {
		b.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		b.Fatal(err)
	}
	defer response.Body.Close()
	length, err := io.Copy(to, response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		b.Fatalf("%s: %s, %v", query, response.Status, err)
	}
	return length
}

// heapGrowth is by how many bytes the objects of the heap, garbage included, exceed those before.
func heapGrowth(do func()) uint64 {
	const name = "/memory/classes/heap/objects:bytes"
	read := func() uint64 {
		values := []metrics.Sample{{Name: name}}
		metrics.Read(values)
		return values[0].Value.Uint64()
	}
	runtime.GC()
	before, peak := read(), uint64(0)
	done, watched := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(watched)
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for {
			peak = max(peak, read())
			select {
			case <-done:
				return
			case <-tick.C:
			}
		}
	}()
	do()
	close(done)
	<-watched
	return peak - min(peak, before)
}

// bareEntries reads the month's entries with the names that a file shows, and writes nothing.
func bareEntries(b *testing.B, path string) func(b *testing.B) sample {
	b.Helper()
	db := openFile(b, path, "query_only(1)")
	b.Cleanup(func() { _ = db.Close() })
	statement := prepare(b, db, `SELECT e.id, e.user_id, u.name, s.name, p.name, w.number, w.type, w.title, e.started_at, e.stopped_at, e.needs_review
		FROM time_entries e
		JOIN users u ON u.tenant_id = e.tenant_id AND u.id = e.user_id
		JOIN work_items w ON w.tenant_id = e.tenant_id AND w.id = e.work_item_id
		JOIN projects p ON p.tenant_id = e.tenant_id AND p.id = e.project_id
		JOIN sites s ON s.tenant_id = e.tenant_id AND s.id = w.site_id
		WHERE e.tenant_id = ?1 AND e.started_at > ?2 - 86400000 AND e.started_at < ?3 AND e.stopped_at > ?2 AND e.voided_at IS NULL
		ORDER BY e.started_at, e.id`)
	return func(b *testing.B) sample {
		return repeat(b, func() error {
			rows, err := statement.QueryContext(b.Context(), id(ofTenant, ownTenant, 0), monthStart.UnixMilli(), monthEnd.UnixMilli())
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				var entry ids.Entry
				var user ids.User
				var person, site, project, number, kind, title string
				var started, stopped int64
				var review bool
				if err := rows.Scan(&entry, &user, &person, &site, &project, &number, &kind, &title, &started, &stopped, &review); err != nil {
					return err
				}
			}
			return rows.Err()
		})
	}
}

// deepPages compares the first page of a list with one that is far behind it.
func deepPages(b *testing.B, s *summary, d *directory, address, name, query string) {
	token, far := d.token(b, 0), sized(90, 2)
	deep := query
	for range far {
		var page struct {
			Page struct {
				NextCursor string `json:"next_cursor"`
			} `json:"page"`
		}
		reader, writer := io.Pipe()
		go func() {
			download(b, address, token, deep+"&limit="+fmt.Sprint(sized(500, 20)), writer)
			_ = writer.Close()
		}()
		if err := json.NewDecoder(reader).Decode(&page); err != nil {
			b.Fatal(err)
		}
		if page.Page.NextCursor == "" {
			b.Fatal("the list is shorter than its deep page is far")
		}
		deep = query + "&cursor=" + page.Page.NextCursor
	}
	pageOf := func(of string) func(b *testing.B) sample {
		return func(b *testing.B) sample {
			return repeat(b, func() error {
				download(b, address, token, of+"&limit=50", io.Discard)
				return nil
			})
		}
	}
	outcomes := compare(b, contender{"deep", pageOf(deep)}, contender{"first", pageOf(query)})
	value := ratio(outcomes[1], outcomes[0])
	b.ReportMetric(value, "deep/first")
	s.add(name+": time of a deep page / of the first one", value, "≤ 1.3", fmt.Sprintf("%.1f / %.1f ms, behind %d entries",
		1000/outcomes[0].rate(), 1000/outcomes[1].rate(), far*sized(500, 20)))
}
