package engine_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"timetracker/internal/sqlstore/engine"
	"timetracker/internal/sqlstore/enginetest"
	"timetracker/migrations"
)

// withNext gives the migrations of this program and a further one.
func withNext(t *testing.T, sqlite, sqlServer string) fs.FS {
	t.Helper()
	all := fstest.MapFS{
		"sqlite/0002_next.up.sql": {Data: []byte(sqlite)}, "sqlserver/0002_next.up.sql": {Data: []byte(sqlServer)},
		"sqlite/0002_next.down.sql": {Data: []byte("SELECT 1;")}, "sqlserver/0002_next.down.sql": {Data: []byte("SELECT 1;")},
	}
	if err := fs.WalkDir(migrations.Files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(migrations.Files, path)
		all[path] = &fstest.MapFile{Data: text}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

// TestTheNextSchema has the next release migrate, while this one runs. It goes on with what only adds, and refuses what
// takes something away from it, in every way to use a database.
func TestTheNextSchema(t *testing.T) {
	const adds = "ALTER TABLE users ADD nickname INTEGER NULL;"
	for name, test := range map[string]struct {
		text, want string
	}{
		"only adds":                       {adds, ""},
		"takes away what is unused by us": {"-- oldest program: 1\n" + adds, ""},
		"takes away what we use":          {"-- oldest program: 2\n" + adds, "run a newer program"},
	} {
		t.Run(name, func(t *testing.T) {
			enginetest.Each(t, func(t *testing.T, url string) {
				next, err := engine.Open(t.Context(), engine.Config{Create: true, URL: url, Migrations: withNext(t, test.text, test.text)})
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = next.Close() }()
				if err := next.Migrate(t.Context()); err != nil {
					t.Fatal(err)
				}
				if err := next.CheckVersion(t.Context()); err != nil {
					t.Error(err)
				}
				ours, err := engine.Open(t.Context(), engine.Config{URL: url, Migrations: migrations.Files})
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = ours.Close() }()
				for what, err := range map[string]error{"check": ours.CheckVersion(t.Context()), "migrate": ours.Migrate(t.Context())} {
					if (err == nil) != (test.want == "") || (err != nil && !strings.Contains(err.Error(), test.want)) {
						t.Errorf("%s: want %q, got %v", what, test.want, err)
					}
				}
				if version, err := ours.SchemaVersion(t.Context()); version != 2 || err != nil {
					t.Errorf("the schema is %d: %v", version, err)
				}
			})
		})
	}
}
