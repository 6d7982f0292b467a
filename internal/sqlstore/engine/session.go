package engine

import (
	"context"
	"database/sql"
	"sync"

	"timetracker/internal/errs"
)

// maxPrepared is how many statements are kept prepared. Filters make many texts, most of them rare. Those above the
// limit are compiled each time.
const maxPrepared = 512

// prepared runs short statements that are compiled once for each connection and kept, since compiling one costs SQLite
// more than running it.
type prepared struct {
	dialect *Dialect
	db      interface {
		PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
	}
	mu     sync.RWMutex
	byText map[string]*sql.Stmt
}

// statement gives the text's statement. kept is false when the caller has to close it after use.
func (p *prepared) statement(ctx context.Context, text string) (statement *sql.Stmt, kept bool, err error) {
	p.mu.RLock()
	statement, kept = p.byText[text]
	p.mu.RUnlock()
	if kept {
		return statement, true, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if statement, kept = p.byText[text]; kept {
		return statement, true, nil
	}
	// Another caller may use it after this one's context has ended.
	statement, err = p.db.PrepareContext(context.WithoutCancel(ctx), text)
	if err != nil || len(p.byText) >= maxPrepared {
		return statement, false, err
	}
	if p.byText == nil {
		p.byText = map[string]*sql.Stmt{}
	}
	p.byText[text] = statement
	return statement, true, nil
}

// close ends the statements. database/sql does not end those of a single connection. SQLite keeps a connection open,
// with its transaction, as long as it has statements.
func (p *prepared) close() {
	for _, statement := range p.byText {
		_ = statement.Close()
	}
}

func (p *prepared) query(ctx context.Context, scan func(row *sql.Rows) error, text string, args ...any) (err error) {
	traced := p.dialect.startStatement(ctx, text)
	defer func() { traced.End(err) }()
	statement, kept, err := p.statement(ctx, text)
	if err != nil {
		return p.dialect.wrap(err)
	}
	if !kept {
		defer func() { _ = statement.Close() }()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	// A short statement is over before anybody could interrupt it. Watching the context would cost a third of its time,
	// since database/sql and the driver each start a goroutine for it.
	rows, err := statement.QueryContext(context.WithoutCancel(ctx), args...)
	if err != nil {
		return p.dialect.wrap(err)
	}
	return p.dialect.each(rows, scan)
}

func (p *prepared) exec(ctx context.Context, text string, args ...any) (changed int64, err error) {
	traced := p.dialect.startStatement(ctx, text)
	defer func() { traced.End(err) }()
	statement, kept, err := p.statement(ctx, text)
	if err != nil {
		return 0, p.dialect.wrap(err)
	}
	if !kept {
		defer func() { _ = statement.Close() }()
	}
	result, err := statement.ExecContext(ctx, args...)
	if err != nil {
		return 0, p.dialect.wrap(err)
	}
	return result.RowsAffected()
}

func (p *prepared) save(ctx context.Context, statements []Statement, on On) error {
	for _, s := range statements {
		changed, err := p.exec(ctx, s.Text, s.Args...)
		fault := p.dialect.classify(err)
		if err == nil && s.One && changed != 1 {
			fault, err = Changed, errs.ChangedFirst(nil)
		}
		if err == nil {
			continue
		}
		if meaning, ok := on[fault]; ok {
			err = meaning(err)
		}
		return err
	}
	return nil
}

// counted counts the statements that may change something.
type counted struct {
	*prepared
	executed int
}

func (c *counted) exec(ctx context.Context, text string, args ...any) (int64, error) {
	c.executed++
	return c.prepared.exec(ctx, text, args...)
}

func (c *counted) save(ctx context.Context, statements []Statement, on On) error {
	c.executed += len(statements)
	return c.prepared.save(ctx, statements, on)
}

// direct compiles each statement when it runs.
type direct struct {
	dialect *Dialect
	db      interface {
		QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
		ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	}
}

func (d direct) query(ctx context.Context, scan func(row *sql.Rows) error, text string, args ...any) (err error) {
	traced := d.dialect.startStatement(ctx, text)
	defer func() { traced.End(err) }()
	rows, err := d.db.QueryContext(ctx, text, args...)
	if err != nil {
		return d.dialect.wrap(err)
	}
	return d.dialect.each(rows, scan)
}

func (d direct) exec(ctx context.Context, text string, args ...any) (changed int64, err error) {
	traced := d.dialect.startStatement(ctx, text)
	defer func() { traced.End(err) }()
	result, err := d.db.ExecContext(ctx, text, args...)
	if err != nil {
		return 0, d.dialect.wrap(err)
	}
	return result.RowsAffected()
}

func (d direct) save(context.Context, []Statement, On) error { return errNotInTransaction }

// each reads the rows to their end and closes them. An error of scan ends the reading and is returned unchanged.
func (d *Dialect) each(rows *sql.Rows, scan func(row *sql.Rows) error) error {
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return d.wrap(err)
	}
	return nil
}
