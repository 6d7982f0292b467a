package httpapi

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"timetracker/api"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/report"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
	"timetracker/internal/workitem"
)

// version is one state of one thing. Its zero value is the state of nothing: revisions begin with 1.
type version struct {
	id       ids.Any
	revision int64
}

func versionOf(e timer.Entry) version { return version{ids.Any(e.ID), e.Revision} }

func versionOfUser(u tenant.User) version { return version{ids.Any(u.ID), u.Revision} }

func versionOfTenant(t tenant.Tenant) version { return version{ids.Any(t.ID), t.Revision} }

func versionOfActivity(a tenant.Activity) version { return version{ids.Any(a.ID), a.Revision} }

func versionOfSavedReport(s report.Saved) version { return version{ids.Any(s.ID), s.Revision} }

func versionOfProject(p workitem.Project) version { return version{ids.Any(p.ID), p.Revision} }

// of gives the revision if the version belongs to the thing with the id. Otherwise it gives a revision that never
// exists.
func (v version) of(id ids.Any) int64 {
	if v.id != id {
		return 0
	}
	return v.revision
}

// entityTag is the strong validator of a version. It also names the thing. /timers/current shows one entry after
// another, each from revision 1 on, and who has seen one timer must not discard the next.
func (v version) entityTag() string {
	return `"` + v.id.String() + "." + strconv.FormatInt(v.revision, 10) + `"`
}

// parseVersion reads the text between the quotes of a version's entity tag.
func parseVersion(opaque string) (v version, ok bool) {
	name, text, _ := strings.Cut(opaque, ".")
	revision, err := strconv.ParseInt(text, 10, 64)
	if err != nil || revision < 1 {
		return version{}, false
	}
	id, err := ids.Parse[ids.Any](name)
	if err != nil {
		return version{}, false
	}
	v = version{id, revision}
	return v, v.entityTag() == `"`+opaque+`"`
}

// expectedVersion gives the version that If-Match asks for (RFC 9110 section 13.1.1), or the zero version when it names
// none that can be current. current is called only when the header names several.
func expectedVersion(ctx context.Context, ifMatch *string, current func(context.Context) (version, error)) (version, error) {
	if ifMatch == nil {
		return version{}, errs.New(errs.PreconditionRequired, "precondition_required",
			"Send the etag that you have seen as If-Match, so that nobody's change is lost.")
	}
	versions, err := parseIfMatch(*ifMatch)
	if err != nil {
		return version{}, err
	}
	switch len(versions) {
	case 0:
		return version{}, nil
	case 1:
		return versions[0], nil
	}
	now, err := current(ctx)
	if err != nil || !slices.Contains(versions, now) {
		return version{}, err
	}
	return now, nil
}

// seenVersion is the version that a request's body says of an entry; one that never exists where that isn't an entity tag
// of the entry.
func seenVersion(v api.TimeEntryVersion) timer.EntryVersion {
	id := idOf[ids.Entry](v.Id)
	seen := timer.EntryVersion{ID: id}
	if versions, err := parseIfMatch(v.Etag); err == nil && len(versions) == 1 {
		seen.Revision = versions[0].of(ids.Any(id))
	}
	return seen
}

func seenVersions(versions []api.TimeEntryVersion) []timer.EntryVersion {
	seen := make([]timer.EntryVersion, len(versions))
	for i, v := range versions {
		seen[i] = seenVersion(v)
	}
	return seen
}

// parseIfMatch reads a list of entity tags. If-Match compares strongly, so weak tags match nothing and are ignored, as
// are tags that are not ours. `*` is refused, since it would change a state that the client has not seen.
func parseIfMatch(header string) ([]version, error) {
	if strings.TrimSpace(header) == "*" {
		return nil, errs.New(errs.Malformed, "if_match_any", "If-Match must name the etag that you have seen, not any.").
			WithField("If-Match", "any", "must be an etag")
	}
	var versions []version
	rest := header
	for {
		rest = strings.TrimLeft(rest, " \t")
		tag, weak := strings.CutPrefix(rest, "W/")
		if !strings.HasPrefix(tag, `"`) {
			return nil, ifMatchInvalid()
		}
		opaque, after, closed := strings.Cut(tag[1:], `"`)
		if !closed || strings.ContainsFunc(opaque, func(c rune) bool { return c <= ' ' || c == 0x7f }) {
			return nil, ifMatchInvalid()
		}
		if v, ok := parseVersion(opaque); ok && !weak {
			versions = append(versions, v)
		}
		rest = strings.TrimLeft(after, " \t")
		if rest == "" {
			return versions, nil
		}
		if rest[0] != ',' {
			return nil, ifMatchInvalid()
		}
		rest = rest[1:]
	}
}

func ifMatchInvalid() error {
	return errs.New(errs.Malformed, "if_match_invalid", `If-Match is not an etag, in its quotes.`).
		WithField("If-Match", "invalid", "must be an etag")
}
