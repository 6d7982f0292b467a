package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/proof"
	"timetracker/internal/sqlstore/engine"
)

// chainSource is where rows are that links seal.
type chainSource struct {
	kind  proof.Kind
	table string
	at    string // the column of Row.At
	alias string // in linksQuery
}

// chainSources has every kind of rows.
var chainSources = []chainSource{
	{proof.EntryChange, "time_entry_changes", "changed_at", "c"},
	{proof.Adjustment, "adjustments", "made_at", "a"},
	{proof.AuditEvent, "audit_events", "occurred_at", "e"},
	{proof.BillingRecord, "billing_records", "occurred_at", "b"},
	{proof.AccessRecord, "access_records", "hour_at", "r"},
}

func sourceOf(kind proof.Kind) (chainSource, error) {
	for _, source := range chainSources {
		if source.kind == kind {
			return source, nil
		}
	}
	return chainSource{}, fmt.Errorf("no rows are sealed as %q", kind)
}

// columns are the id of a row and its values.
func (c chainSource) columns(alias string) string {
	names := append([]string{"id"}, proof.Columns(c.kind)...)
	return alias + "." + strings.Join(names, ", "+alias+".")
}

// number is the kind in a statement.
func (c chainSource) number() string { return strconv.FormatInt(chainKinds.of(c.kind), 10) }

// rowScanner scans the columns of a source.
type rowScanner struct {
	source chainSource
	id     ids.Any
	values []any
}

func newRowScanner(source chainSource) *rowScanner {
	return &rowScanner{source: source, values: make([]any, len(proof.Columns(source.kind)))}
}

func (r *rowScanner) targets() []any {
	targets := []any{&r.id}
	for i := range r.values {
		targets = append(targets, &r.values[i])
	}
	return targets
}

// row is what was scanned. SQL Server's drivers give truths and small numbers types of their own.
func (r *rowScanner) row() (proof.Row, error) {
	row := proof.Row{Kind: r.source.kind, ID: r.id, Values: r.values}
	for i, name := range proof.Columns(r.source.kind) {
		if truth, ok := row.Values[i].(bool); ok {
			row.Values[i] = int64(0)
			if truth {
				row.Values[i] = int64(1)
			}
		}
		if name == r.source.at {
			if err := (instant{&row.At}).Scan(row.Values[i]); err != nil {
				return proof.Row{}, err
			}
		}
	}
	return row, nil
}

const linkColumns = `l.seq, l.kind, l.row_id, l.row_at, l.sealed_at, l.public_hash, l.commitment, l.salt, l.erased_seq, l.expired_seq, l.hash`

// hashBytes scans a hash.
type hashBytes struct{ into *proof.Hash }

// Scan implements sql.Scanner.
func (h hashBytes) Scan(value any) error {
	bytes, ok := value.([]byte)
	if !ok || len(bytes) != len(h.into) {
		return fmt.Errorf("a hash can't be %v", value)
	}
	*h.into = proof.Hash(bytes)
	return nil
}

// saltBytes scans a salt, which is null once it is removed.
type saltBytes struct{ into **proof.Salt }

// Scan implements sql.Scanner.
func (s saltBytes) Scan(value any) error {
	if value == nil {
		*s.into = nil
		return nil
	}
	bytes, ok := value.([]byte)
	if !ok || len(bytes) != len(proof.Salt{}) {
		return fmt.Errorf("a salt can't be %v", value)
	}
	salt := proof.Salt(bytes)
	*s.into = &salt
	return nil
}

func saltOrNull(salt *proof.Salt) any {
	if salt == nil {
		return nil
	}
	return salt[:]
}

func linkTargets(l *proof.Link) []any {
	return []any{
		&l.Seq, chainKinds.into(&l.Kind), &l.RowID, instant{&l.RowAt}, instant{&l.SealedAt}, hashBytes{&l.Public},
		hashBytes{&l.Commitment}, saltBytes{&l.Salt}, nullable[int64]{&l.ErasedBy}, nullable[int64]{&l.ExpiredBy}, hashBytes{&l.Hash},
	}
}

// LockChain implements proof.Store.
func (s *Store) LockChain(ctx context.Context, id ids.Tenant) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	return tx.LockRow(ctx, "chain_links", id.String())
}

// LastLink implements proof.Store.
func (s *Store) LastLink(ctx context.Context, id ids.Tenant) (proof.Link, bool, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return proof.Link{}, false, err
	}
	l, ok, err := engine.QueryOne(ctx, on, func(row *sql.Rows) (l proof.Link, err error) { return l, row.Scan(linkTargets(&l)...) },
		`SELECT `+linkColumns+` FROM chain_links l WHERE l.tenant_id = @tenant_id ORDER BY l.seq DESC`+s.dialect.Page,
		sql.Named("limit", 1))
	if err != nil {
		return proof.Link{}, false, fmt.Errorf("read the last link: %w", err)
	}
	return l, ok, nil
}

// linksQuery reads links with their rows in one statement, so that both are as they were at one moment.
func linksQuery() string {
	columns, joins := linkColumns, ""
	for _, source := range chainSources {
		columns += `, ` + source.columns(source.alias)
		joins += ` LEFT JOIN ` + source.table + ` ` + source.alias + ` ON ` + source.alias + `.tenant_id = l.tenant_id AND l.kind = ` +
			source.number() + ` AND ` + source.alias + `.` + source.at + ` = l.row_at AND ` + source.alias + `.id = l.row_id`
	}
	return `SELECT ` + columns + ` FROM chain_links l` + joins + `
		WHERE l.tenant_id = @tenant_id AND l.seq > @after_seq AND l.seq <= @until_seq ORDER BY l.seq`
}

// Links implements proof.Store.
func (s *Store) Links(ctx context.Context, id ids.Tenant, after, until int64, limit int) ([]proof.LinkedRow, error) {
	return readRows(ctx, s, id, "links", func(row *sql.Rows) (l proof.LinkedRow, err error) {
		targets := linkTargets(&l.Link)
		scanners := make([]*rowScanner, len(chainSources))
		for i, source := range chainSources {
			scanners[i] = newRowScanner(source)
			targets = append(targets, scanners[i].targets()...)
		}
		if err := row.Scan(targets...); err != nil {
			return l, err
		}
		for _, scanner := range scanners {
			if !scanner.id.IsZero() {
				found, err := scanner.row()
				if err != nil {
					return l, err
				}
				l.Row = &found
			}
		}
		return l, nil
	}, linksQuery()+s.dialect.Page,
		sql.Named("after_seq", after), sql.Named("until_seq", until), sql.Named("limit", limit))
}

// EndingsAfter implements proof.Store. 6 is the first kind that seals no row.
func (s *Store) EndingsAfter(ctx context.Context, id ids.Tenant, seq int64) (bool, error) {
	found, err := readRows(ctx, s, id, "endings", scanSeq, `SELECT l.seq FROM chain_links l
		WHERE l.tenant_id = @tenant_id AND l.kind >= 6 AND l.seq > @after_seq ORDER BY l.kind, l.seq`+s.dialect.Page,
		sql.Named("after_seq", seq), sql.Named("limit", 1))
	return len(found) > 0, err
}

func scanSeq(row *sql.Rows) (seq int64, err error) { return seq, row.Scan(&seq) }

// TenantsWithUnsealed implements proof.Store. It crosses tenants, since the job that seals serves all of them.
func (s *Store) TenantsWithUnsealed(
	ctx context.Context, kind proof.Kind, until time.Time, lookback time.Duration, after ids.Tenant, limit int,
) (found []proof.Unsealed, last ids.Tenant, err error) {
	source, err := sourceOf(kind)
	if err != nil {
		return nil, ids.Tenant{}, err
	}
	tenants, err := engine.QueryAll(ctx, s.crossTenant(ctx), func(row *sql.Rows) (u proof.Unsealed, err error) {
		return u, row.Scan(&u.TenantID, instant{&u.From})
	}, `SELECT t.id, (SELECT MIN(r.`+source.at+`) FROM `+source.table+` r WHERE r.tenant_id = t.id
			AND r.`+source.at+` >= COALESCE((SELECT MAX(y.row_at) FROM chain_links y
				WHERE y.tenant_id = t.id AND y.kind = `+source.number()+`), 0) - @lookback_ms
			AND r.`+source.at+` <= @until AND NOT EXISTS (SELECT 1 FROM chain_links l
				WHERE l.tenant_id = r.tenant_id AND l.kind = `+source.number()+` AND l.row_at = r.`+source.at+` AND l.row_id = r.id))
		FROM tenants t WHERE t.id > @after ORDER BY t.id`+s.dialect.Page,
		sql.Named("until", until.UnixMilli()), sql.Named("lookback_ms", lookback.Milliseconds()), sql.Named("after", after.Key()),
		sql.Named("limit", limit))
	if err != nil {
		return nil, ids.Tenant{}, fmt.Errorf("find tenants with unsealed rows: %w", err)
	}
	for _, t := range tenants {
		if !t.From.IsZero() {
			found = append(found, t)
		}
	}
	if len(tenants) == limit {
		last = tenants[limit-1].TenantID
	}
	return found, last, nil
}

// UnsealedRows implements proof.Store.
func (s *Store) UnsealedRows(
	ctx context.Context, id ids.Tenant, kind proof.Kind, after page.Position, until time.Time, limit int,
) ([]proof.Row, error) {
	source, err := sourceOf(kind)
	if err != nil {
		return nil, err
	}
	from := int64(0)
	if !after.At.IsZero() {
		from = after.At.UnixMilli()
	}
	return readRows(ctx, s, id, "unsealed rows", func(row *sql.Rows) (proof.Row, error) {
		scanner := newRowScanner(source)
		if err := row.Scan(scanner.targets()...); err != nil {
			return proof.Row{}, err
		}
		return scanner.row()
	}, `SELECT `+source.columns("r")+` FROM `+source.table+` r WHERE r.tenant_id = @tenant_id AND r.`+source.at+` >= @from
			AND (r.`+source.at+` > @from OR r.id > @after_id) AND r.`+source.at+` <= @until
			AND NOT EXISTS (SELECT 1 FROM chain_links l
				WHERE l.tenant_id = r.tenant_id AND l.kind = `+source.number()+` AND l.row_at = r.`+source.at+` AND l.row_id = r.id)
		ORDER BY r.`+source.at+`, r.id`+s.dialect.Page,
		sql.Named("from", from), sql.Named("after_id", after.ID.Key()), sql.Named("until", until.UnixMilli()),
		sql.Named("limit", limit))
}

// InsertLinks implements proof.Store.
func (s *Store) InsertLinks(ctx context.Context, id ids.Tenant, links []proof.Link) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	statements := make([]engine.Statement, len(links))
	for i, l := range links {
		statements[i] = engine.Statement{Args: []any{
			sql.Named("seq", l.Seq), sql.Named("kind", chainKinds.of(l.Kind)), sql.Named("row_id", l.RowID),
			sql.Named("row_at", milliseconds(l.RowAt)), sql.Named("sealed_at", milliseconds(l.SealedAt)),
			sql.Named("public_hash", l.Public[:]), sql.Named("commitment", l.Commitment[:]), sql.Named("salt", saltOrNull(l.Salt)),
			sql.Named("hash", l.Hash[:]),
		}, Text: `INSERT INTO chain_links (tenant_id, seq, kind, row_id, row_at, sealed_at, public_hash, commitment, salt, hash)
			VALUES (@tenant_id, @seq, @kind, @row_id, @row_at, @sealed_at, @public_hash, @commitment, @salt, @hash)`}
	}
	return tx.Save(ctx, statements, engine.On{engine.Duplicate: func(cause error) error {
		return engine.RunAgain(errs.ChangedFirst(cause)) // another replica has sealed at this moment
	}})
}

// EndLinks implements proof.Store.
func (s *Store) EndLinks(ctx context.Context, id ids.Tenant, by proof.Link, seqs []int64) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	text, name := `UPDATE chain_links SET salt = NULL, erased_seq = @erased_seq WHERE tenant_id = @tenant_id AND seq = @seq`, "erased_seq"
	if by.Kind == proof.Retention {
		text, name = `UPDATE chain_links SET salt = NULL, expired_seq = @expired_seq WHERE tenant_id = @tenant_id AND seq = @seq`, "expired_seq"
	}
	statements := make([]engine.Statement, len(seqs))
	for i, seq := range seqs {
		statements[i] = engine.Statement{One: true, Args: []any{sql.Named(name, by.Seq), sql.Named("seq", seq)}, Text: text}
	}
	return tx.Save(ctx, statements, nil)
}

// SealedBetween implements proof.Store.
func (s *Store) SealedBetween(ctx context.Context, id ids.Tenant, kind proof.Kind, from, before time.Time) ([]int64, error) {
	return readRows(ctx, s, id, "links of old rows", scanSeq, `SELECT l.seq FROM chain_links l
		WHERE l.tenant_id = @tenant_id AND l.kind = @kind AND l.row_at >= @from AND l.row_at < @before
			AND l.expired_seq IS NULL ORDER BY l.seq`,
		sql.Named("kind", chainKinds.of(kind)), sql.Named("from", from.UnixMilli()), sql.Named("before", before.UnixMilli()))
}

// SaltedLinks implements proof.Store.
func (s *Store) SaltedLinks(ctx context.Context, id ids.Tenant, rows []proof.RowName) ([]int64, error) {
	var seqs []int64
	for _, row := range rows {
		found, err := readRows(ctx, s, id, "the link of a row", scanSeq, `SELECT l.seq FROM chain_links l
			WHERE l.tenant_id = @tenant_id AND l.kind = @kind AND l.row_at = @row_at AND l.row_id = @row_id AND l.salt IS NOT NULL`,
			sql.Named("kind", chainKinds.of(row.Kind)), sql.Named("row_at", row.At.UnixMilli()), sql.Named("row_id", row.ID))
		if err != nil {
			return nil, err
		}
		seqs = append(seqs, found...)
	}
	slices.Sort(seqs)
	return seqs, nil
}
