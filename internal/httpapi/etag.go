package httpapi

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"timetracker/internal/errs"
)

// entityTag is the strong validator of a thing whose revision counts its changes.
func entityTag(revision int64) string { return `"` + strconv.FormatInt(revision, 10) + `"` }

// noRevision is the revision of nothing: revisions begin with 1.
const noRevision = 0

// expectedRevision gives the revision that If-Match asks for (RFC 9110 section 13.1.1), or noRevision when it names none
// that can be current. current is asked only when the header names several.
func expectedRevision(ctx context.Context, ifMatch *string, current func(context.Context) (int64, error)) (int64, error) {
	if ifMatch == nil {
		return 0, errs.New(errs.PreconditionRequired, "precondition_required",
			"Send the entry's etag as If-Match, so that nobody's change is lost.")
	}
	revisions, err := parseIfMatch(*ifMatch)
	if err != nil {
		return 0, err
	}
	switch len(revisions) {
	case 0:
		return noRevision, nil
	case 1:
		return revisions[0], nil
	}
	revision, err := current(ctx)
	if err != nil {
		return 0, err
	}
	if !slices.Contains(revisions, revision) {
		return noRevision, nil
	}
	return revision, nil
}

// parseIfMatch reads a list of entity tags. If-Match compares strongly, so weak tags match nothing and are left out, as
// are tags that are not ours. `*` would change whatever is there, unseen, which is what requiring If-Match prevents.
func parseIfMatch(header string) ([]int64, error) {
	if strings.TrimSpace(header) == "*" {
		return nil, errs.New(errs.Malformed, "if_match_any", "If-Match must name the etag that you have seen, not any.").
			WithField("If-Match", "any", "must be an etag")
	}
	var revisions []int64
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
		revision, err := strconv.ParseInt(opaque, 10, 64)
		if err == nil && !weak && revision > noRevision && entityTag(revision) == `"`+opaque+`"` {
			revisions = append(revisions, revision)
		}
		rest = strings.TrimLeft(after, " \t")
		if rest == "" {
			return revisions, nil
		}
		if rest[0] != ',' {
			return nil, ifMatchInvalid()
		}
		rest = rest[1:]
	}
}

func ifMatchInvalid() error {
	return errs.New(errs.Malformed, "if_match_invalid", `If-Match is not an etag such as "3".`).
		WithField("If-Match", "invalid", "must be an etag")
}
