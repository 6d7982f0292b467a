package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"timetracker/internal/ids"
	"timetracker/internal/privacy"
)

// keptKeys are the keys by which tables are read that stay when their tenant goes; none: there is one row.
var keptKeys = map[string][]string{
	"tenants":                {},
	"subscriptions":          {"id"},
	"marketplace_deliveries": {"operation_id"},
	"tenant_terms":           {"id"},
	"billing_records":        {"id"},
	"usage_events":           {"subscription_id", "dimension", "hour_at"},
}

// words are the columns with the numbers of codes.
var words = map[string]func(number int64) string{
	"time_entries.source":          entrySources.word,
	"timer_events.event_type":      eventTypes.word,
	"time_entry_changes.operation": operationKinds.word,
	"import_rows.outcome":          rowOutcomes.word,
	"access_records.kind":          accessKinds.word,
}

// readable is how a table of tenants is read from its first row to its last.
func readable(table string) (textSource, error) {
	if key, ok := keptKeys[table]; ok {
		return textSource{table: table, key: key}, nil
	}
	for _, r := range removals {
		if r.table == table && r.set == "" {
			return textSource{table: table, key: r.key}, nil
		}
	}
	return textSource{}, fmt.Errorf("the table %q can't be read", table)
}

// TableRows implements privacy.TableStore.
func (s *Store) TableRows(
	ctx context.Context, id ids.Tenant, table string, columns []string, after string, limit int,
) ([]privacy.TableRow, error) {
	source, err := readable(table)
	if err != nil {
		return nil, err
	}
	owner, where := "tenant_id", ""
	if table == "tenants" {
		owner = "id"
	}
	args := []any{sql.Named("limit", limit)}
	if after != "" {
		key, err := source.keyArgs(after, false)
		if err != nil {
			return nil, err
		}
		where, args = ` AND `+source.past(), append(args, key...)
	}
	order := strings.Join(source.key, ", ")
	if order == "" {
		order = owner
	}
	names := strings.Join(append(append([]string{}, source.key...), columns...), ", ")
	return readRows(ctx, s, id, table, func(row *sql.Rows) (privacy.TableRow, error) {
		return scanTableRow(row, source, columns)
	}, `SELECT `+names+` FROM `+table+` WHERE `+owner+` = @tenant_id`+where+` ORDER BY `+order+s.dialect.Page, args...)
}

func scanTableRow(row *sql.Rows, source textSource, columns []string) (r privacy.TableRow, err error) {
	all := make([]any, len(source.key)+len(columns))
	targets := make([]any, len(all))
	for i := range all {
		targets[i] = &all[i]
	}
	if err := row.Scan(targets...); err != nil {
		return r, err
	}
	r.Values = all[len(source.key):]
	for i, column := range columns {
		switch value := r.Values[i].(type) {
		case bool: // SQL Server's
			r.Values[i] = int64(0)
			if value {
				r.Values[i] = int64(1)
			}
		case int64:
			if word, ok := words[source.table+"."+column]; ok {
				r.Values[i] = word(value)
			}
		}
	}
	if len(source.key) > 0 {
		r.Key, err = writeKey(all[:len(source.key)])
	}
	return r, err
}
