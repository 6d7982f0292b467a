package engine

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"timetracker/internal/span"
)

func TestSummaryOfAStatement(t *testing.T) {
	for text, want := range map[string]string{
		"SELECT id FROM users WHERE name = @name":                      "SELECT users",
		"SELECT\n\t(SELECT MIN(hour_at) FROM usage_events WHERE x), 1": "SELECT usage_events",
		"SELECT 1":                                                   "SELECT",
		"INSERT INTO timer_events (id) SELECT 1":                     "INSERT timer_events",
		"UPDATE users SET name = 'Ada FROM x'":                       "UPDATE users",
		"DELETE FROM views WHERE 1 = 1":                              "DELETE views",
		"WITH n (i) AS (SELECT 1) INSERT INTO x (i) SELECT i FROM n": "SELECT n",
		inTransaction + "UPDATE users SET x = @x":                    "UPDATE users",
		"PRAGMA x":                               "statement",
		"SELECT name FROM [ada@contoso.example]": "SELECT",
	} {
		if got := summaryOf(text); got != want {
			t.Errorf("%q is called %q, want %q", text, got, want)
		}
	}
}

// A trace shows a transaction with its statements, and no value of them.
func TestTransactionsAreTraced(t *testing.T) {
	db, err := Open(t.Context(), Config{URL: "sqlite:" + filepath.Join(t.TempDir(), "x.db"), Create: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var waits, commits, repeats int
	db.Observe(Observer{
		Waited:    func(time.Duration) { waits++ },
		Committed: func(transactions int, _ time.Duration) { commits += transactions },
		Repeated:  func() { repeats++ },
	})
	exporter := tracetest.NewInMemoryExporter()
	tracer := span.NewTracer(sdktrace.NewTracerProvider(sdktrace.WithSyncer(exporter)))
	ctx, root := tracer.Begin(t.Context(), span.Server, "request")
	failure := errors.New("canary")
	err = db.Tx(ctx, nil, func(ctx context.Context) error {
		tx, err := db.TxFrom(ctx)
		if err == nil {
			_, err = tx.Exec(ctx, "CREATE TABLE people (name TEXT)")
		}
		if err == nil {
			_, err = tx.Exec(ctx, "INSERT INTO people (name) VALUES ('canary')")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Tx(ctx, nil, func(context.Context) error { return failure }); !errors.Is(err, failure) {
		t.Fatal(err)
	}
	root.End(nil)
	var names []string
	spans := exporter.GetSpans()
	for _, s := range spans {
		names = append(names, s.Name)
	}
	if want := []string{"statement", "INSERT people", "transaction", "transaction", "request"}; !slices.Equal(names, want) {
		t.Errorf("the trace has %q, want %q", names, want)
	}
	if spans[1].Parent.SpanID() != spans[2].SpanContext.SpanID() || len(spans[2].Events) != 1 {
		t.Error("a statement is not within its transaction")
	}
	if waits != 2 || commits != 2 || repeats != 0 {
		t.Errorf("%d have waited, %d were committed, %d repeated", waits, commits, repeats)
	}
	if db.Pool().Max == 0 {
		t.Error("the pool has no limit")
	}
}
