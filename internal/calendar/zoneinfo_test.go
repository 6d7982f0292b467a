package calendar_test

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"timetracker/internal/calendar"
)

// TestZonesVersion fails for a new database until its version is named. The version is DATA in Go's lib/time/update.bash.
func TestZonesVersion(t *testing.T) {
	data, err := os.ReadFile("zoneinfo.zip")
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(data)
	known := map[string]string{"2025c": "8f55634d05f8bca1f7bc7c69c5933428c69357e0bdf565e5ba224e3f88ff12e8"}
	if got := hex.EncodeToString(sum[:]); known[calendar.ZonesVersion] != got {
		t.Errorf("version %s is not the database with the sum %s", calendar.ZonesVersion, got)
	}
}

// TestMachinesZonesAreNotAsked runs the vectors of days on a machine whose own database says that Berlin is Tokyo.
func TestMachinesZonesAreNotAsked(t *testing.T) {
	machine := t.TempDir()
	database, err := zip.OpenReader("zoneinfo.zip")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = database.Close() }()
	tokyo, err := fs.ReadFile(database, "Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(machine, "Europe"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(machine, "Europe", "Berlin"), tokyo, 0o600); err != nil {
		t.Fatal(err)
	}
	run := exec.CommandContext(t.Context(), os.Args[0], "-test.run=Vectors")
	run.Env = append(os.Environ(), "ZONEINFO="+machine)
	if out, err := run.CombinedOutput(); err != nil {
		t.Errorf("the machine's zones are used: %v\n%s", err, out)
	}
}
