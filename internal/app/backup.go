package app

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	"timetracker/internal/config"
	"timetracker/internal/sqlstore"
)

// BackUp copies a database that may be in use to a new file, and prints what it made.
func BackUp(ctx context.Context, c config.Config, to string, out io.Writer, log *slog.Logger) error {
	store, err := openStore(ctx, c, log)
	if err != nil {
		return err
	}
	defer store.Close()
	made, err := store.BackUp(ctx, to)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	_, err = fmt.Fprintf(out, "%s: %d bytes, SHA-256 %s. It was read whole and holds together.\n", made.Path, made.Bytes, made.SHA256)
	return err
}

// Restore makes the database from a backup, and prints what is to be done before it serves anybody.
func Restore(ctx context.Context, c config.Config, from string, out io.Writer, log *slog.Logger) error {
	made, err := sqlstore.Restore(ctx, sqlstore.Config{URL: c.DatabaseURL.Reveal(), Log: log}, from)
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	_, err = fmt.Fprintf(out, `%s: %d bytes, as the backup's digest says. It was read whole and holds together.
Before it serves anybody, erase again whom you have erased since the backup, and run timetracker migrate if the program is newer:
see docs/backup.md.
`, made.Path, made.Bytes)
	return err
}
