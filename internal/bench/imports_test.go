package bench

import (
	"bytes"
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"timetracker/api"
	"timetracker/internal/importer"
)

// imports measures a file of another product with 100,000 rows: sending it over HTTP, looking at its rows, recording and
// undoing them. It compares that with bare inserts of the same entries, says how far the heap grows, and how long others wait
// for a start meanwhile.
func imports(b *testing.B, s *summary, d *directory) {
	rows := sized(100_000, 300)
	path := seed(b, team())
	store := openStore(b, path)
	process := newProcess(b, store, nil)
	service := importer.NewService(store, process.Tenants(), process.Work(), process.Timers(), time.Now)
	i := importing{d: d, service: service, address: serveProcess(b, d, process), token: d.token(b, 0), file: exported(rows)}
	bare := bareInserts(b, rows)
	for b.Loop() {
		parsed := took(func() { readCells(b, i.file) })
		inserted := took(func() { bare(b) })
		alone := i.drive(b)
		phases := []struct {
			name string
			do   func()
		}{
			{"sending", func() { i.begun = i.send(b) }},
			{"looking", func() { i.work(b, "ready", rows) }},
			{"recording", func() { i.begun = i.ask(b, "run"); i.work(b, "done", rows) }},
			{"undoing", func() { i.begun = i.ask(b, "undo"); i.work(b, "undone", rows) }},
		}
		for _, phase := range phases {
			var beside outcome
			length := time.Duration(0)
			grown := heapGrowth(func() {
				stop := make(chan struct{})
				done := make(chan struct{})
				go func() {
					defer close(done)
					beside = i.driveUntil(b, stop)
				}()
				length = took(phase.do)
				close(stop)
				<-done
			})
			b.ReportMetric(length.Seconds(), phase.name+"-s")
			s.add(fmt.Sprintf("import of %d rows, %s: time / bare inserts of the entries", rows, phase.name),
				length.Seconds()/inserted.Seconds(), "", fmt.Sprintf("%.1f / %.1f s; reading the file's cells alone takes %.2f s, %.1f MB",
					length.Seconds(), inserted.Seconds(), parsed.Seconds(), float64(len(i.file))/1e6))
			s.add(phase.name+": growth of the heap in MiB", float64(grown)/(1<<20), "≤ 64", "")
			s.add(phase.name+": p50 of a start beside it / alone", beside.quantile(.5)/alone.quantile(.5), "",
				fmt.Sprintf("p50 %.1f / %.1f ms, p99 %.1f / %.1f ms", beside.quantile(.5), alone.quantile(.5), beside.quantile(.99), alone.quantile(.99)))
		}
	}
	b.ReportMetric(0, "ns/op") // a round has no meaning of its own
}

func took(do func()) time.Duration {
	began := time.Now()
	do()
	return time.Since(began)
}

// importing is one file on its way.
type importing struct {
	d       *directory
	service *importer.Service
	address string
	token   string
	file    string
	begun   api.Import
}

// drivers are the people who start and stop timers meanwhile. Their sign-in changes their addresses, so the file has no rows
// of theirs.
const drivers = 4

// exported is a file as Toggl Track exports it, of the team's people in the year before the month, the latest rows first.
func exported(rows int) string {
	var file bytes.Buffer
	out := csv.NewWriter(&file)
	write := func(cells ...string) { _ = out.Write(cells) } // a buffer takes everything
	write("User", "Email", "Client", "Project", "Task", "Description", "Billable", "Start date", "Start time", "End date", "End time", "Duration", "Tags")
	people := team().users - drivers
	for n := range rows {
		person, slot := drivers+n%people, n/people
		start := time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC).AddDate(0, 0, -slot/4).Add(time.Duration(slot%4) * 2 * time.Hour)
		item := n % (items * projects)
		write(personName(person), fmt.Sprintf("user-%d@contoso.example", person), "", projectName(item), "", fmt.Sprintf("#%d, as somebody has noted it", firstItem+item),
			"Yes", start.Format("2006-01-02"), start.Format("15:04:05"), start.Format("2006-01-02"), start.Add(90*time.Minute).Format("15:04:05"), "01:30:00", "")
	}
	out.Flush()
	return file.String()
}

// readCells reads the file with the library alone.
func readCells(b *testing.B, file string) {
	in := csv.NewReader(strings.NewReader(file))
	in.ReuseRecord = true
	for {
		if _, err := in.Read(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			b.Fatal(err)
		}
	}
}

// call sends a request of the admin's and reads the answer.
func (i *importing) call(b *testing.B, method, path string, body, into any) {
	b.Helper()
	var content io.Reader = http.NoBody
	if body != nil {
		content = bytes.NewReader(mustJSON(b, body))
	}
	request, err := http.NewRequestWithContext(b.Context(), method, "http://"+i.address+"/api/v1"+path, content)
	if err != nil {
		b.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+i.token)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", uuid.NewString())
	if method == http.MethodPut {
		request.Header.Del("Idempotency-Key")
	}
	if body == nil {
		request.Header.Del("Content-Type")
		request.Header.Set("If-Match", i.begun.Etag)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		b.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode >= 300 {
		b.Fatalf("%s %s: %s %s (%v)", method, path, response.Status, answer, err)
	}
	if into != nil {
		if err := json.Unmarshal(answer, into); err != nil {
			b.Fatal(err)
		}
	}
}

// send uploads the file in parts, as the page does.
func (i *importing) send(b *testing.B) (sent api.Import) {
	b.Helper()
	i.call(b, http.MethodPost, "/imports", map[string]any{"file_name": "toggl.csv", "time_zone": "UTC"}, &sent)
	parts := 0
	for from := 0; from < len(i.file); from += importer.MaxPart {
		parts++
		part := i.file[from:min(from+importer.MaxPart, len(i.file))]
		i.call(b, http.MethodPut, fmt.Sprintf("/imports/%s/parts/%d", sent.Id, parts), map[string]string{"text": part}, nil)
	}
	i.call(b, http.MethodPost, "/imports/"+sent.Id+"/check", map[string]int{"parts": parts}, &sent)
	return sent
}

// ask has something done with the import as it is now.
func (i *importing) ask(b *testing.B, what string) (asked api.Import) {
	b.Helper()
	i.call(b, http.MethodGet, "/imports/"+i.begun.Id, nil, &i.begun)
	i.call(b, http.MethodPost, "/imports/"+i.begun.Id+"/"+what, nil, &asked)
	return asked
}

// work does what the job does, until the import is in a state with all of its rows.
func (i *importing) work(b *testing.B, state string, rows int) {
	b.Helper()
	if err := i.service.Work(b.Context()); err != nil {
		b.Fatal(err)
	}
	i.call(b, http.MethodGet, "/imports/"+i.begun.Id, nil, &i.begun)
	counts := i.begun.Counts
	if done := counts.New + counts.Added + counts.Removed; string(i.begun.State) != state || done != rows {
		b.Fatalf("it is %s with %+v of %d rows, and its problems are %+v", i.begun.State, counts, rows, i.begun.Problems)
	}
}

// drive has a few people start and stop timers for a round.
func (i *importing) drive(b *testing.B) outcome {
	b.Helper()
	tokens := make([]string, drivers)
	for n := range tokens {
		tokens[n] = i.d.token(b, n)
	}
	one := drive(b, i.address, len(tokens), tokens, mix)
	return outcome{rates: []float64{one.rate}, latencies: one.latencies}
}

// driveUntil drives round after round until stop is closed, at least one.
func (i *importing) driveUntil(b *testing.B, stop chan struct{}) (all outcome) {
	for {
		one := i.drive(b)
		all.rates = append(all.rates, one.rates...)
		all.latencies = append(all.latencies, one.latencies...)
		select {
		case <-stop:
			return all
		default:
		}
	}
}

// bareInserts writes the same entries with their events, by a hundred in a transaction, to a file like the product's.
func bareInserts(b *testing.B, rows int) func(b *testing.B) {
	b.Helper()
	db := openFile(b, seed(b, team()), "journal_mode(WAL)", "synchronous(2)")
	b.Cleanup(func() { _ = db.Close() })
	const batch = 100
	people, round := team().users-drivers, 0
	return func(b *testing.B) {
		round++
		for from := 0; from < rows; from += batch {
			tx, err := db.BeginTx(b.Context(), nil)
			if err != nil {
				b.Fatal(err)
			}
			batched := &seeder{b: b, tx: tx, statements: map[string]*sql.Stmt{}}
			for n := from; n < min(from+batch, rows); n++ {
				person, slot := drivers+n%people, n/people
				start := time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC).AddDate(0, 0, -slot/4).Add(time.Duration(slot%4) * 2 * time.Hour).UnixMilli()
				number, item := round*10_000_000+n, n%(items*projects)
				tenant, user, entry := id(ofTenant, ownTenant, 0), id(ofUser, ownTenant, person), id(ofEntry, ownTenant, number)
				batched.exec(insertEntry, tenant, entry, user, id(ofItem, ownTenant, item), id(ofProject, ownTenant, item%projects),
					id(ofActivity, ownTenant, 0), start, start+5_400_000, 0, monthNumber(start))
				batched.exec(insertEvent, tenant, id(ofEvent, ownTenant, number), 11, start, user, entry)
			}
			if err := tx.Commit(); err != nil {
				b.Fatal(err)
			}
		}
	}
}
