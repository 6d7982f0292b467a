package engine

import (
	"bufio"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Backup is a copy of a SQLite file. Its digest is beside it in a file of its own, which `sha256sum --check` reads.
type Backup struct {
	Path   string
	Bytes  int64
	SHA256 string // in hexadecimal
}

// digestPath is the file that says a backup's digest. It is written last, so that a backup without it isn't whole.
func digestPath(backup string) string { return backup + ".sha256" }

// BackUp copies the database as it is at one instant to a new file that only its owner reads, while others write. The copy is
// compact, and has nothing of what was removed. It is read whole and checked before its digest is written. While it is made, the
// WAL grows. SQL Server makes its own backups.
func (db *DB) BackUp(ctx context.Context, to string) (backup Backup, err error) {
	if db.path == "" {
		return Backup{}, errors.New("SQL Server makes its own backups; see docs/backup.md")
	}
	for _, path := range []string{digestPath(to), to} {
		if err := createNew(path); err != nil {
			return Backup{}, err
		}
		defer func() {
			if err != nil {
				err = errors.Join(err, os.Remove(path))
			}
		}()
	}
	if err := vacuumInto(ctx, db.path, to); err != nil {
		return Backup{}, fmt.Errorf("copy the database: %w", err)
	}
	if err := checkFile(ctx, to); err != nil {
		return Backup{}, err
	}
	backup = Backup{Path: to}
	if backup.SHA256, backup.Bytes, err = digest(to, io.Discard); err != nil {
		return Backup{}, err
	}
	line := fmt.Sprintf("%s  %s\n", backup.SHA256, filepath.Base(to))
	if err := os.WriteFile(digestPath(to), []byte(line), 0o600); err != nil {
		return Backup{}, fmt.Errorf("write the backup's digest: %w", err)
	}
	return backup, errors.Join(syncFile(to), syncFile(digestPath(to)))
}

// createNew makes an empty file that only its owner reads.
func createNew(path string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // whoever runs the program names the file
	if err != nil {
		return fmt.Errorf("make the file: %w", err)
	}
	return file.Close()
}

// vacuumInto copies a database in one transaction that reads: https://www.sqlite.org/lang_vacuum.html#vacuuminto. The online
// backup of SQLite would begin anew whenever another process writes.
func vacuumInto(ctx context.Context, from, to string) error {
	db, err := openSQLitePool(ctx, from, 1)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, "VACUUM INTO ?", to)
	return errors.Join(err, db.Close())
}

// checkFile reads a file whole, and gives an error when SQLite finds a fault in it or a reference to a row that isn't there.
func checkFile(ctx context.Context, path string) (err error) {
	query := url.Values{"mode": {"ro"}, "immutable": {"1"}}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: query.Encode()}).String())
	if err != nil {
		return fmt.Errorf("check %s: %w", path, err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var found string
	if err := db.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&found); err != nil || found != "ok" {
		return errors.Join(fmt.Errorf("%s is no whole database: %s", path, found), err)
	}
	var dangling int
	if err := db.QueryRowContext(ctx, "SELECT COUNT(*) FROM pragma_foreign_key_check").Scan(&dangling); err != nil {
		return fmt.Errorf("check %s: %w", path, err)
	}
	if dangling > 0 {
		return fmt.Errorf("%s has %d references to rows that aren't there", path, dangling)
	}
	return nil
}

// digest reads a file, and writes to a copy what it has read.
func digest(path string, to io.Writer) (sum string, size int64, err error) {
	file, err := os.Open(path) //nolint:gosec // whoever runs the program names the file
	if err != nil {
		return "", 0, fmt.Errorf("read the backup: %w", err)
	}
	defer file.Close()
	hash := sha256.New()
	if size, err = io.Copy(io.MultiWriter(hash, to), file); err != nil {
		return "", 0, fmt.Errorf("copy the backup: %w", err)
	}
	return fmt.Sprintf("%x", hash.Sum(nil)), size, nil
}

// syncFile makes a file and its name survive a power failure.
func syncFile(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR, 0) //nolint:gosec // whoever runs the program names the file
	if err == nil {
		err = errors.Join(file.Sync(), file.Close())
	}
	if err != nil || runtime.GOOS == "windows" { // which has no way to sync a directory, and needs none
		return err
	}
	directory, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(directory.Sync(), directory.Close())
}

// Restore makes the database of the configuration from a backup. It gives an error when there is a database already, or the
// backup isn't what its digest says. Nor does it take one that isn't whole, or that a newer program made. Nothing is left then.
// The schema is that of the backup: see Migrate.
func Restore(ctx context.Context, config Config, from string) (backup Backup, err error) {
	path, ok := strings.CutPrefix(config.URL, "sqlite:")
	if !ok {
		return Backup{}, errors.New("a backup is restored to sqlite:PATH; SQL Server restores its own backups, see docs/backup.md")
	}
	for _, taken := range []string{path, path + "-wal", path + "-shm"} {
		if _, err := os.Lstat(taken); !errors.Is(err, fs.ErrNotExist) {
			return Backup{}, fmt.Errorf("there is %s already; move it away first", taken)
		}
	}
	wanted, err := readDigest(from)
	if err != nil {
		return Backup{}, err
	}
	// The name is given last, so that no program finds a part of a database under it.
	unfinished := path + ".restoring"
	defer func() {
		for _, name := range []string{unfinished, unfinished + "-wal", unfinished + "-shm"} {
			if removed := os.Remove(name); removed != nil && !errors.Is(removed, fs.ErrNotExist) {
				err = errors.Join(err, removed)
			}
		}
	}()
	if backup, err = copyBackup(from, unfinished); err != nil {
		return Backup{}, err
	}
	if backup.SHA256 != wanted {
		return Backup{}, fmt.Errorf("%s isn't what %s says: its SHA-256 is %s", from, digestPath(from), backup.SHA256)
	}
	if err := checkFile(ctx, unfinished); err != nil {
		return Backup{}, err
	}
	if err := checkSchema(ctx, config, unfinished); err != nil {
		return Backup{}, err
	}
	if err := errors.Join(syncFile(unfinished), os.Rename(unfinished, path)); err != nil {
		return Backup{}, fmt.Errorf("name the database: %w", err)
	}
	backup.Path = path
	return backup, syncFile(path)
}

// readDigest reads what the digest of a backup must be.
func readDigest(backup string) (string, error) {
	file, err := os.Open(digestPath(backup))
	if err != nil {
		return "", fmt.Errorf("a backup without its digest isn't whole: %w", err)
	}
	defer file.Close()
	line, err := bufio.NewReader(io.LimitReader(file, 64<<10)).ReadString('\n')
	if err != nil {
		return "", fmt.Errorf("%s is cut off: the backup isn't whole", digestPath(backup))
	}
	sum, _, _ := strings.Cut(line, " ")
	return sum, nil
}

// copyBackup copies a backup to a new file that only its owner reads.
func copyBackup(from, to string) (backup Backup, err error) {
	file, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600) //nolint:gosec // whoever runs the program names the file
	if err != nil {
		return Backup{}, fmt.Errorf("make the database: %w", err)
	}
	backup.SHA256, backup.Bytes, err = digest(from, file)
	return backup, errors.Join(err, file.Close())
}

// checkSchema gives an error when this program can't bring the file to its own version.
func checkSchema(ctx context.Context, config Config, path string) error {
	config.URL, config.Create = "sqlite:"+path, false
	db, err := Open(ctx, config)
	if err != nil {
		return err
	}
	found, known, err := db.versions(ctx)
	if err == nil {
		err = found.usableBy(known)
	}
	return errors.Join(err, db.Close())
}
