package main

import (
	"path/filepath"
	"strings"
	"testing"

	"timetracker/internal/apptest"
)

// TestBackupAndRestore takes a backup of a database that is in use, and has another program begin with it.
func TestBackupAndRestore(t *testing.T) {
	directory := t.TempDir()
	database := func(name string) []string {
		return []string{"TIMETRACKER_DATABASE_URL=sqlite:" + filepath.Join(directory, name)}
	}
	backup := filepath.Join(directory, "backup.db")
	for _, step := range []struct {
		environment    []string
		args           []string
		code           int
		stdout, stderr string // parts of what is printed
	}{
		{database("one.db"), []string{"backup", "--to", backup}, 1, "", "run timetracker migrate"},
		{database("one.db"), []string{"migrate"}, 0, "was empty", ""},
		{database("one.db"), []string{"backup"}, 2, "", "--to is missing"},
		{database("one.db"), []string{"backup", "--to", backup}, 0, "SHA-256", ""},
		{database("one.db"), []string{"backup", "--to", backup}, 1, "", "file exists"},
		{database("two.db"), []string{"restore"}, 2, "", "--from is missing"},
		{database("two.db"), []string{"restore", "--from", backup}, 0, "erase again", ""},
		{database("two.db"), []string{"migrate"}, 0, " already.", ""},
		{database("two.db"), []string{"restore", "--from", backup}, 1, "", "move it away first"},
	} {
		got := apptest.Start(t, program, step.environment, step.args...)
		if code := got.ExitCode(t); code != step.code {
			t.Errorf("%q: the exit code is %d, want %d", step.args, code, step.code)
		}
		for what, printed := range map[string]string{step.stdout: got.Stdout.String(), step.stderr: got.Stderr.String()} {
			if !strings.Contains(printed, what) {
				t.Errorf("%q printed %q, without %q", step.args, printed, what)
			}
		}
	}
}
