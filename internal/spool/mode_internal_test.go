package spool

import (
	"testing"

	"timetracker/internal/ids"
)

func TestFilesArePrivate(t *testing.T) {
	s, err := New(t.TempDir(), DefaultCapacity)
	if err != nil {
		t.Fatal(err)
	}
	made := &Answer{spooler: s, tenant: ids.Tenant{1}}
	defer made.Close()
	if _, err := (keeper{made}).Write(make([]byte, maxInMemory+1)); err != nil {
		t.Fatal(err)
	}
	info, err := made.file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o600 {
		t.Errorf("mode %o", mode)
	}
}
