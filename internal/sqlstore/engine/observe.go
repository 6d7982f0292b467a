package engine

import (
	"context"
	"regexp"
	"sync/atomic"
	"time"

	"timetracker/internal/span"
)

// Observer is told how transactions go. Every function is required, and returns at once.
type Observer struct {
	// Waited says how long a transaction has waited until it began.
	Waited func(time.Duration)
	// Committed says how many transactions were committed together, and how long that took from their beginning.
	Committed func(transactions int, took time.Duration)
	// Repeated says that a transaction or a group is run once more.
	Repeated func()
}

// observed holds the Observer of a writer that works already. Without one nothing is told.
type observed struct{ by atomic.Pointer[Observer] }

func (o *observed) observe(by Observer) { o.by.Store(&by) }

func (o *observed) waited(since time.Time) {
	if by := o.by.Load(); by != nil {
		by.Waited(monotonic().Sub(since))
	}
}

func (o *observed) committed(transactions int, since time.Time) {
	if by := o.by.Load(); by != nil {
		by.Committed(transactions, monotonic().Sub(since))
	}
}

func (o *observed) repeated() {
	if by := o.by.Load(); by != nil {
		by.Repeated()
	}
}

// monotonic serves to measure how long something takes.
func monotonic() time.Time {
	return time.Now() //nolint:forbidigo // a length, and no instant
}

// Observe has the observer told of all further transactions.
func (db *DB) Observe(by Observer) { db.writer.observe(by) }

// Pool is the state of the connections that read on SQLite, and of all on SQL Server.
type Pool struct {
	InUse, Idle, Max int
	Waits            int64 // how often somebody has waited for a connection
	Waited           time.Duration
}

// Pool gives the state of the connections.
func (db *DB) Pool() Pool {
	s := db.pool.Stats()
	return Pool{InUse: s.InUse, Idle: s.Idle, Max: s.MaxOpenConnections, Waits: s.WaitCount, Waited: s.WaitDuration}
}

// startStatement begins the span of a statement, which says what it does to which table.
func (d *Dialect) startStatement(ctx context.Context, text string) span.Span {
	_, s := span.Start(ctx, span.Client, "statement")
	if s.Recording() {
		summary := summaryOf(text)
		s.Rename(summary)
		s.Set(span.System(d.Name), span.Statement(summary))
	}
	return s
}

var (
	// statementVerb finds what a statement does, in one that may begin with WITH or with settings.
	statementVerb = regexp.MustCompile(`\b(?:(INSERT) INTO|(UPDATE)|(DELETE) FROM)\s+([a-z_]+)|\b(SELECT)\b`)
	readTable     = regexp.MustCompile(`\bFROM\s+([a-z_]+)`)
)

// summaryOf says of a statement what it does and the first table that it names, such as INSERT time_entries.
func summaryOf(text string) string {
	found := statementVerb.FindStringSubmatch(text)
	if found == nil {
		return "statement"
	}
	if found[5] == "" {
		return found[1] + found[2] + found[3] + " " + found[4]
	}
	if table := readTable.FindStringSubmatch(text); table != nil {
		return "SELECT " + table[1]
	}
	return "SELECT"
}
