package main

import (
	"archive/zip"
	"bytes"
	"os"
	"strings"
	"testing"
	"time"
)

func TestVersions(t *testing.T) {
	for description, want := range map[string]string{
		"v1.2.0-0-g0123abc":            "v1.2.0",
		"v1.2.0-rc.1-0-g0123abc":       "v1.2.0-rc.1",
		"v1.2.0-7-g0123abc":            "v1.2.1-dev.7.g0123abc",
		"v1.2.0-0-g0123abc-dirty":      "v1.2.1-dev.0.g0123abc.dirty",
		"v1.2.0-rc.1-3-g0123abc-dirty": "v1.2.0-rc.1.dev.3.g0123abc.dirty",
		"0123abc":                      "v0.0.0-dev.g0123abc",
		"0123abc-dirty\n":              "v0.0.0-dev.g0123abc.dirty",
		"1.2.0-0-g0123abc":             "",
		"v1.2-0-g0123abc":              "",
		"":                             "",
	} {
		if got, err := versionOf(description); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v; want %q", description, got, err, want)
		}
	}
}

func TestNotes(t *testing.T) {
	const changelog = "# Changelog\n\n## Unreleased\n\n### Added\n- new\n\n## [1.2.0] - 2026-12-01\n\n- two\n\n## 1.1.0\n\n- one\n\n## 1.0.0\n"
	for version, want := range map[string]string{
		"v1.2.0": "- two\n", "v1.1.0": "- one\n", "v1.2.1-dev.7.g0123abc": "### Added\n- new\n", "v1.0.0": "", "v2.0.0": "", "v1.2": "",
	} {
		if got, err := notesOf(changelog, version); got != want || (err == nil) != (want != "") {
			t.Errorf("%s: %q, %v; want %q", version, got, err, want)
		}
	}
	ours, err := os.ReadFile("../../../CHANGELOG.md")
	if err != nil {
		t.Fatal(err)
	}
	if notes, err := notesOf(string(ours), "v0.0.0-dev.g0123abc"); err != nil || !strings.Contains(notes, "### Added\n") {
		t.Errorf("of our changelog: %q, %v", notes, err)
	}
}

func TestAnExtensionIsPackedTheSameWay(t *testing.T) {
	pack := func(at time.Time, names ...string) []byte {
		var out bytes.Buffer
		writer := zip.NewWriter(&out)
		for _, name := range names {
			file, err := writer.CreateHeader(&zip.FileHeader{Name: name, Modified: at})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := file.Write([]byte("of " + name)); err != nil {
				t.Fatal(err)
			}
		}
		if err := writer.Close(); err != nil {
			t.Fatal(err)
		}
		again, err := repack(out.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		return again
	}
	first := pack(time.Unix(1_700_000_000, 0), "b", "a")
	if second := pack(time.Unix(1_800_000_000, 0), "a", "b"); !bytes.Equal(first, second) {
		t.Error("it depends on the order or the age of its files")
	}
}
