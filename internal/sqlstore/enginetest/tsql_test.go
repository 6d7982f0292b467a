package enginetest_test

import (
	"strings"
	"testing"

	"timetracker/internal/sqlstore/enginetest"
)

func TestTSQLFaults(t *testing.T) {
	for text, want := range map[string]string{
		"SELECT id FROM users WHERE tenant_id = @tenant_id ORDER BY id OFFSET 0 ROWS FETCH NEXT @limit ROWS ONLY OPTION (RECOMPILE)":                   "",
		"SET XACT_ABORT ON; SET LOCK_TIMEOUT 5000; SELECT COUNT(*) FROM users WHERE name LIKE @search":                                                 "",
		"UPDATE a SET x = @x WHERE id = @id;\nIF @@ROWCOUNT <> 1 THROW 50001, 'stale', 1;\nDELETE FROM a WHERE x = CASE WHEN @x > 1 THEN 2 ELSE 3 END": "",
		"DECLARE @r INT; EXEC @r = sp_getapplock @Resource = @name, @LockOwner = 'Transaction'; IF @r < 0 THROW 50002, 'locked', 1":                    "",
		"SELECT d.a, SUM(d.b) FROM (SELECT a, 1 AS b FROM t) d GROUP BY d.a":                                                                           "",

		"":                                               "no statement",
		"SELECT FROM users":                              "not T-SQL",
		"SELECT id FROM users WHERE":                     "not T-SQL",
		"SELECT (id FROM users":                          "not T-SQL",
		"SELECT id FROM users LIMIT 5":                   "not T-SQL",
		"SELECT a.b c d FROM a":                          "unknown LabelStatement",
		"SELECT id FROM users; frobnicate":               "statement frobnicate",
		"INSERT INTO a (x) VALUES (1) RETURNING x":       "RETURNING",
		"INSERT INTO a (x) OUTPUT INSERTED.x VALUES (1)": "OUTPUT",
		"MERGE a USING b ON a.x = b.x WHEN MATCHED THEN DELETE;": "MERGE",
		"SELECT a || b FROM t":                                              "||",
		"SELECT NOW() FROM t":                                               "NOW(",
		"SELECT IIF(a = 1, 1, 2), SOUNDEX(a) FROM t":                        "SOUNDEX",
		"SELECT id FROM users WITH (NOLOCK)":                                "NOLOCK",
		"SELECT x.a FROM (SELECT COUNT(*) FROM t) x":                        "without a name (8155)",
		"SELECT a FROM (SELECT a FROM t)":                                   "derived table without a name",
		"SELECT x.a FROM (SELECT a FROM t ORDER BY a) x":                    "(1033)",
		"SELECT a FROM t WHERE a = (SELECT MAX(b) FROM u ORDER BY MAX(b))":  "(1033)",
		"SELECT u.id, u.name, COUNT(*) FROM users u GROUP BY u.id":          "u.name is not grouped by",
		"CREATE TABLE a (id UNIQUEIDENTIFIER NOT NULL)":                     "UNIQUEIDENTIFIER",
		"CREATE TABLE a (id INT REFERENCES b (id) ON DELETE CASCADE)":       "CASCADE",
		"CREATE PROCEDURE p AS SELECT 1":                                    "CreateProcedureStatement",
		"TRUNCATE TABLE users":                                              "unknown TruncateTableStatement",
		"INSERT INTO a (x) VALUES " + strings.Repeat("(1), ", 1000) + "(1)": "(10738)",
	} {
		faults := strings.Join(enginetest.TSQLFaults(text), "\n")
		if (want == "") != (faults == "") || !strings.Contains(faults, want) {
			t.Errorf("want %q of %.80s, got %q", want, text, faults)
		}
	}
}
