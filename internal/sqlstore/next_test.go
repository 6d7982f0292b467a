package sqlstore

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"timetracker/internal/sqlstore/engine"
	"timetracker/internal/sqlstore/enginetest"
	"timetracker/internal/sqlstore/storetest"
	"timetracker/migrations"
)

// TestThisReleaseOnTheNextSchema runs the whole suite of the store on the schema of a next release. It has added a table,
// and a column and an index of every other one, while this release still serves.
func TestThisReleaseOnTheNextSchema(t *testing.T) {
	for name, url := range map[string]func(testing.TB) string{"sqlite": enginetest.NewSQLite, "sqlserver": enginetest.NewSQLServer} {
		t.Run(name, func(t *testing.T) {
			address := url(t)
			next, err := engine.Open(t.Context(), engine.Config{
				URL: address, Create: true, Migrations: nextMigrations(t, name), Parameters: parameters,
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(next.Migrate(t.Context()), next.Close()); err != nil {
				t.Fatal(err)
			}
			store, err := Open(t.Context(), Config{URL: address})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = store.Close() }()
			if err := store.CheckVersion(t.Context()); err != nil {
				t.Fatal(err)
			}
			storetest.Run(t, store)
		})
	}
}

// nextMigrations are those of this release and one that adds to each of its tables.
func nextMigrations(t *testing.T, engineName string) fs.FS {
	t.Helper()
	all := fstest.MapFS{}
	var text strings.Builder
	text.WriteString("CREATE TABLE next_things (id INTEGER NOT NULL PRIMARY KEY);\n")
	files, err := fs.Glob(migrations.Files, engineName+"/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		known, err := fs.ReadFile(migrations.Files, path)
		if err != nil {
			t.Fatal(err)
		}
		all[path] = &fstest.MapFile{Data: known}
		if !strings.HasSuffix(path, ".up.sql") {
			continue
		}
		for _, table := range createdTable.FindAllStringSubmatch(string(known), -1) {
			first := regexp.MustCompile(`(?m)^    (\w+) `).FindStringSubmatch(table[2])[1]
			fmt.Fprintf(&text, "ALTER TABLE %s ADD next_column INTEGER NULL;\nCREATE INDEX ix_next_%s ON %s (%s);\n", table[1], table[1], table[1], first)
		}
	}
	if faults := contractions(engineName, text.String()); len(faults) > 0 || strings.Count(text.String(), "ALTER") < 40 {
		t.Errorf("%v in: %s", faults, text.String())
	}
	all[engineName+"/9999_next.up.sql"] = &fstest.MapFile{Data: []byte(text.String())}
	return all
}

// addedColumn is a statement that adds a column which may be empty, or has a value for the rows that are there.
var addedColumn = regexp.MustCompile(`(?is)^ALTER\s+TABLE\s+\w+\s+ADD\s+(?:COLUMN\s+)?\w+\s+(.*)$`)

// contractions are the statements of a migration that could take something away from a program that doesn't know them.
func contractions(engineName, text string) (found []string) {
	plain := regexp.MustCompile(`--[^\n]*`).ReplaceAllString(text, "")
	if engineName == "sqlserver" {
		found = enginetest.TSQLFaults(plain)
	}
	made := map[string]bool{}
	for statement := range strings.SplitSeq(plain, ";") {
		statement = strings.TrimSpace(statement)
		upper := strings.ToUpper(strings.Join(strings.Fields(statement), " "))
		words := strings.Fields(strings.NewReplacer("(", " ( ").Replace(upper))
		switch {
		case statement == "", strings.HasPrefix(upper, "SET "):
		case strings.HasPrefix(upper, "CREATE TABLE "):
			made[words[2]] = true
		case strings.HasPrefix(upper, "CREATE INDEX "):
		case strings.HasPrefix(upper, "CREATE UNIQUE INDEX ") && made[words[slices.Index(words, "ON")+1]]:
		case addedColumn.MatchString(statement) && !strings.Contains(upper, " ADD CONSTRAINT") && !strings.Contains(upper, "CHECK") &&
			!strings.Contains(upper, "UNIQUE") && (!strings.Contains(upper, "NOT NULL") || strings.Contains(upper, "DEFAULT")):
		default:
			found = append(found, statement)
		}
	}
	return found
}

// TestLaterMigrationsOnlyAdd matters because the last release serves while the next one is deployed. A step that takes
// something away says which programs have done without it: see the package migrations.
func TestLaterMigrationsOnlyAdd(t *testing.T) {
	marks := map[string][]string{}
	for _, engineName := range []string{"sqlite", "sqlserver"} {
		files, err := fs.Glob(migrations.Files, engineName+"/*.up.sql")
		if err != nil || len(files) == 0 {
			t.Fatalf("no migrations: %v", err)
		}
		for _, path := range files[1:] {
			text, err := fs.ReadFile(migrations.Files, path)
			if err != nil {
				t.Fatal(err)
			}
			mark := regexp.MustCompile(`(?m)^-- oldest program: \d+$`).FindString(string(text))
			marks[engineName] = append(marks[engineName], mark)
			if mark != "" {
				continue
			}
			for _, statement := range contractions(engineName, string(text)) {
				t.Errorf("%s takes something away and doesn't say from whom: %s", path, statement)
			}
		}
	}
	if !slices.Equal(marks["sqlite"], marks["sqlserver"]) {
		t.Errorf("the engines differ in which programs may go on: %q", marks)
	}
}

// TestContractions makes sure that the test above can fail.
func TestContractions(t *testing.T) {
	for text, want := range map[string]int{
		"-- A comment; DROP.\nCREATE TABLE pets (id INT NOT NULL, name NVARCHAR(9) NOT NULL);\nCREATE UNIQUE INDEX uq_pets ON pets (name);": 0,
		"CREATE INDEX ix_users_x ON users (name) WHERE name IS NOT NULL;":                                                                   0,
		"ALTER TABLE users ADD nickname NVARCHAR(40) NULL;":                                                                                 0,
		"ALTER TABLE users ADD is_x BIT NOT NULL CONSTRAINT df_x DEFAULT 0;":                                                                0,

		"ALTER TABLE users ADD nickname NVARCHAR(40) NOT NULL;":                             1,
		"ALTER TABLE users ADD CONSTRAINT ck_users CHECK (name <> '');":                     1,
		"ALTER TABLE users ADD size INT NULL CHECK (size > 0);":                             1,
		"CREATE UNIQUE INDEX uq_users_name ON users (tenant_id, name);":                     1,
		"DROP INDEX ix_users ON users; DROP TABLE users;":                                   2,
		"ALTER TABLE users DROP COLUMN name;":                                               1,
		"UPDATE users SET name = 'x'; DELETE FROM users;":                                   2,
		"CREATE TABLE a (id INT NOT NULL); INSERT INTO a (id) VALUES (1); DELETE FROM pets": 2,
	} {
		for _, engineName := range []string{"sqlite", "sqlserver"} {
			if got := contractions(engineName, text); len(got) != want {
				t.Errorf("%s: %d statements take something away, want %d: %q in %s", engineName, len(got), want, got, text)
			}
		}
	}
	for _, text := range []string{"ALTER TABLE users RENAME COLUMN name TO label;", "ALTER TABLE users ALTER COLUMN name NVARCHAR(10) NOT NULL;"} {
		if len(contractions("sqlite", text)) != 1 || len(contractions("sqlserver", text)) == 0 {
			t.Errorf("nothing is taken away by %s", text)
		}
	}
}
