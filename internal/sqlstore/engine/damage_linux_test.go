package engine_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// small mounts a disk of a few MiB; ok is false where that is not allowed.
func small(t *testing.T) (directory string, ok bool) {
	t.Helper()
	directory = t.TempDir()
	if err := syscall.Mount("none", directory, "tmpfs", 0, "size=3m"); err != nil {
		t.Logf("ONLY A PART IS TRIED: nobody may mount a disk here: %v", err)
		return "", false
	}
	t.Cleanup(func() { _ = syscall.Unmount(directory, syscall.MNT_DETACH) })
	return directory, true
}

// TestTheDiskIsFull fills a disk, whose database goes on when there is room again.
func TestTheDiskIsFull(t *testing.T) {
	directory, ok := small(t)
	if !ok {
		return
	}
	ballast := filepath.Join(directory, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	url := "sqlite:" + filepath.Join(directory, "timetracker.db")
	if err := migrateOnce(url); err != nil {
		t.Fatal(err)
	}
	db := opened(t, url)
	defer func() { _ = db.Close() }()
	if err := put(t.Context(), db, "CREATE TABLE fillings (filling BLOB)"); err != nil {
		t.Fatal(err)
	}
	checkRoom(t, db, func() { _ = os.Remove(ballast) })
}

// TestTheDiskIsReadOnly has a disk that takes nothing any more, as a kernel makes of one with faults.
func TestTheDiskIsReadOnly(t *testing.T) {
	directory, ok := small(t)
	if !ok {
		return
	}
	url := "sqlite:" + filepath.Join(directory, "timetracker.db")
	if err := migrateOnce(url); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("none", directory, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	if err := migrateOnce(url); err == nil || !strings.Contains(err.Error(), "can't be written") {
		t.Errorf("a disk that can't be written is used: %v", err)
	}
	if err := syscall.Mount("none", directory, "tmpfs", syscall.MS_REMOUNT, ""); err != nil {
		t.Fatal(err)
	}
	if err := migrateOnce(url); err != nil {
		t.Errorf("when it can be written again: %v", err)
	}
}
