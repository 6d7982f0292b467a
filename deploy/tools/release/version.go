package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// described is what `git describe --tags --long --always --dirty --match 'v*'` prints: tag, commits since, commit, changed or not.
var described = regexp.MustCompile(`^(?:v(\d+)\.(\d+)\.(\d+)(-[0-9A-Za-z.]+)?-(\d+)-g)?([0-9a-f]{7,40})(-dirty)?$`)

// versionOf gives the version of what git describes. It is the tag on a tag's own commit with nothing changed. Everything else
// comes after the tag, before the next release, and says which commit it is of and whether something was changed.
func versionOf(description string) (string, error) {
	parts := described.FindStringSubmatch(strings.TrimSpace(description))
	if parts == nil {
		return "", fmt.Errorf("%q describes no commit after a tag such as v1.2.0", description)
	}
	major, minor, patch, label, since, commit, dirty := parts[1], parts[2], parts[3], parts[4], parts[5], parts[6], parts[7] != ""
	if since == "0" && !dirty {
		return "v" + major + "." + minor + "." + patch + label, nil
	}
	version := "v0.0.0-dev"
	if since != "" {
		next, err := strconv.Atoi(patch)
		if err != nil {
			return "", fmt.Errorf("%q: %w", description, err)
		}
		if label == "" {
			next, label = next+1, "-dev"
		} else {
			label += ".dev"
		}
		version = fmt.Sprintf("v%s.%s.%d%s.%s", major, minor, next, label, since)
	}
	version += ".g" + commit
	if dirty {
		version += ".dirty"
	}
	return version, nil
}

// notesOf cuts what the changelog says of a version. A version between two tags has what isn't released yet.
func notesOf(changelog, version string) (string, error) {
	heading := strings.TrimPrefix(version, "v")
	if strings.Contains(version, "dev.") {
		heading = "Unreleased"
	}
	var notes strings.Builder
	inside, found := false, false
	for line := range strings.Lines(changelog) {
		if title, ok := strings.CutPrefix(line, "## "); ok {
			name, _, _ := strings.Cut(strings.Trim(strings.TrimSpace(title), "[]"), " ")
			inside = strings.Trim(name, "[]") == heading
			found = found || inside
			continue
		}
		if inside {
			notes.WriteString(line)
		}
	}
	text := strings.TrimSpace(notes.String())
	if !found || text == "" {
		return "", fmt.Errorf("the changelog says nothing under \"## %s\"", heading)
	}
	return text + "\n", nil
}
