package calendar

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"sync"
	"time"
)

// ZonesVersion is the release of the IANA time zone database in zoneinfo.zip. Both change together.
const ZonesVersion = "2025c"

// zoneinfo is the database as Go distributes it, in lib/time/zoneinfo.zip. The machine's own copy is never asked, so
// that two servers, or a server after an update of its system, cut days alike.
//
//go:embed zoneinfo.zip
var zoneinfo []byte

// zoneFiles finds the database's files by the names of their zones.
var zoneFiles = sync.OnceValues(func() (map[string]*zip.File, error) {
	archive, err := zip.NewReader(bytes.NewReader(zoneinfo), int64(len(zoneinfo)))
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
