package calendar

import (
	"archive/zip"
	"bytes"
	"embed"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// zoneinfo has the time zone database of the Go toolchain that builds the program, and its release. `make` copies both
// from lib/time. The machine's own database is never asked, so that two servers, or a server after an update of its
// system, cut days alike. Go's time/tzdata is of no use here: it asks the machine first.
//
//go:embed all:zoneinfo
var zoneinfo embed.FS

// ZonesVersion is the release of the IANA time zone database in the program, such as 2025c.
func ZonesVersion() string {
	release, err := zoneinfo.ReadFile("zoneinfo/version")
	if err != nil {
		return "missing"
	}
	return strings.TrimSpace(string(release))
}

// zoneFiles finds the database's files by the names of their zones.
var zoneFiles = sync.OnceValues(func() (map[string]*zip.File, error) {
	data, err := zoneinfo.ReadFile("zoneinfo/zoneinfo.zip")
	if err != nil {
		return nil, fmt.Errorf("the program was built without time zones, run `make zones` first: %w", err)
	}
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("open the time zones: %w", err)
	}
	files := make(map[string]*zip.File, len(archive.File))
	for _, file := range archive.File {
		files[file.Name] = file
	}
	return files, nil
})

// loadedZones has the zones that were asked for before, by name. There are no more than files.
var loadedZones sync.Map

// CheckZones fails for a program that was built without the time zones.
func CheckZones() error {
	_, err := zoneFiles()
	return err
}

// embeddedZone reads a zone of the embedded database; nil when it has none of this name.
func embeddedZone(name string) (*time.Location, error) {
	if zone, ok := loadedZones.Load(name); ok {
		return zone.(*time.Location), nil //nolint:forcetypeassert // only stored below
	}
	files, err := zoneFiles()
	if err != nil || files[name] == nil {
		return nil, err
	}
	file, err := files[name].Open()
	if err != nil {
		return nil, fmt.Errorf("open a time zone: %w", err)
	}
	defer func() { _ = file.Close() }()
	data, err := io.ReadAll(file)
	if err != nil {
		return nil, fmt.Errorf("read a time zone: %w", err)
	}
	zone, err := time.LoadLocationFromTZData(name, data)
	if err != nil {
		return nil, fmt.Errorf("read a time zone: %w", err)
	}
	loadedZones.Store(name, zone)
	return zone, nil
}
