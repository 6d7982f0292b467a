package enginetest

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"sync"
)

// Recorder is a database server without data that records what it is sent. It is a driver.Connector.
type Recorder struct {
	// Answer gives the rows for a text, and an error that comes after them. nil: no rows.
	Answer func(text string) ([][]driver.Value, error)
	// Changed is the number of rows that every statement reports as changed.
	Changed int64

	mu         sync.Mutex
	sent       []Sent
	roundTrips int
}

// Sent is a text that was sent, with its parameters. A call of sp_executesql is shown as the text inside it, with the
// declarations.
type Sent struct {
	Text         string
	Declarations string
	Args         []driver.NamedValue
}

func newSent(text string, args []driver.NamedValue) Sent {
	if text != "sp_executesql" {
		return Sent{Text: text, Args: args}
	}
	sent := Sent{Text: args[0].Value.(string)}
	if len(args) > 1 {
		sent.Declarations, sent.Args = args[1].Value.(string), args[2:]
	}
	return sent
}

// Sent gives what was sent since the last call.
func (r *Recorder) Sent() []Sent {
	r.mu.Lock()
	defer r.mu.Unlock()
	sent := r.sent
	r.sent = nil
	return sent
}

// RoundTrips gives the number of round trips since the last call, including those that begin and end transactions.
func (r *Recorder) RoundTrips() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	count := r.roundTrips
	r.roundTrips = 0
	return count
}

func (r *Recorder) note(sent ...Sent) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.roundTrips++
	r.sent = append(r.sent, sent...)
}

// Connect implements driver.Connector.
func (r *Recorder) Connect(context.Context) (driver.Conn, error) { return &connection{r}, nil }

// Driver implements driver.Connector.
func (r *Recorder) Driver() driver.Driver { return nil }

// connection is a connection to the recorder.
type connection struct{ recorder *Recorder }

var (
	_ driver.ConnBeginTx       = (*connection)(nil)
	_ driver.QueryerContext    = (*connection)(nil)
	_ driver.ExecerContext     = (*connection)(nil)
	_ driver.NamedValueChecker = (*connection)(nil)
)

func (c *connection) Prepare(string) (driver.Stmt, error) { return nil, errors.New("not used") }
func (c *connection) Begin() (driver.Tx, error)           { return nil, errors.New("not used") }
func (c *connection) Close() error                        { return nil }

// CheckNamedValue accepts every value unchanged, so that tests see its type.
func (c *connection) CheckNamedValue(*driver.NamedValue) error { return nil }

func (c *connection) BeginTx(context.Context, driver.TxOptions) (driver.Tx, error) {
	c.recorder.note()
	return c, nil
}

func (c *connection) Commit() error {
	c.recorder.note()
	return nil
}

func (c *connection) Rollback() error {
	c.recorder.note()
	return nil
}

func (c *connection) QueryContext(_ context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	sent := newSent(text, args)
	c.recorder.note(sent)
	answer := &answer{err: io.EOF}
	if c.recorder.Answer != nil {
		rows, err := c.recorder.Answer(sent.Text)
		if err != nil && len(rows) == 0 {
			return nil, err
		}
		if answer.rows = rows; len(rows) > 0 {
			answer.columns = make([]string, len(rows[0]))
		}
		if err != nil {
			answer.err = err
		}
	}
	return answer, nil
}

func (c *connection) ExecContext(_ context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	sent := newSent(text, args)
	c.recorder.note(sent)
	if c.recorder.Answer != nil {
		if rows, err := c.recorder.Answer(sent.Text); err != nil && len(rows) == 0 {
			return nil, err
		}
	}
	return driver.RowsAffected(c.recorder.Changed), nil
}

// answer is the rows of a Recorder.
type answer struct {
	columns []string
	rows    [][]driver.Value
	err     error // after the rows
}

func (a *answer) Columns() []string { return a.columns }
func (a *answer) Close() error      { return nil }

func (a *answer) Next(row []driver.Value) error {
	if len(a.rows) == 0 {
		return a.err
	}
	copy(row, a.rows[0])
	a.rows = a.rows[1:]
	return nil
}
