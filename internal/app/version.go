package app

import (
	"runtime"
	"runtime/debug"
	"strings"

	"timetracker/internal/calendar"
	"timetracker/internal/sqlstore"
)

// The linker sets these where the program is built without its repository, as in a container: see deploy/release/binary.sh.
var (
	linkedVersion string // the tag, such as v1.2.0
	linkedCommit  string
)

// Version says which program this is.
type Version struct {
	// Version is the tag; between two tags, what Go makes of the last one and the commit. "+dirty" at its end says that it isn't
	// what was committed.
	Version string `json:"version"`
	Commit  string `json:"commit"`
	Go      string `json:"go"`
	OS      string `json:"os"`
	Arch    string `json:"arch"`
	// TZData is the release of the time zone database, such as 2025c.
	TZData string `json:"tzdata"`
	// Schema is the version of the database's schema that the program needs.
	Schema int `json:"schema"`
}

// ProgramVersion says which program runs. What isn't known of it is empty.
func ProgramVersion() (Version, error) {
	schema, err := sqlstore.NewestSchema()
	if err != nil {
		return Version{}, err
	}
	v := Version{
		Version: linkedVersion, Commit: linkedCommit, Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH,
		TZData: calendar.ZonesVersion(), Schema: schema,
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		v.noted(info)
	}
	return v, nil
}

// noted fills what the linker hasn't set with what the Go toolchain has noted of the build.
func (v *Version) noted(info *debug.BuildInfo) {
	if v.Version == "" && info.Main.Version != "(devel)" {
		v.Version = info.Main.Version
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" && v.Commit == "" {
			v.Commit = setting.Value
		}
	}
}

// String is one line without what isn't known.
func (v Version) String() string {
	text := "timetracker"
	for _, part := range []string{v.Version, v.Go, v.OS + "/" + v.Arch, "tzdata " + v.TZData, v.Commit} {
		if part != "" {
			text += " " + strings.TrimSpace(part)
		}
	}
	return text
}
