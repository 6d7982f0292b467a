package workitem

import (
	"strings"

	"timetracker/internal/errs"
	"timetracker/internal/plaintext"
)

// Claim is what a client says of a work item. Nobody has checked it.
type Claim struct {
	Tracker Tracker
	Site    Named // without a name: the tenant's organization
	Project Named
	Number  string // or key: the tracker's own id within the site
	Title   string
	Type    string
}

// Named is what a client says of a site or a project.
type Named struct {
	StableID string // the tracker's own id; may be empty
	Name     string
}

// normalize trims and checks a claim; organization is the tenant's. Trailing blanks must not reach the store, since SQL
// Server ignores them in comparisons and SQLite does not.
func (c Claim) normalize(organization string) (Claim, error) {
	rules, ok := trackers[c.Tracker]
	if !ok {
		return c, claimInvalid("This tracker is not known.", "/work_item/tracker", "unknown", "must be a tracker that is known")
	}
	c.Number = strings.TrimSpace(c.Number)
	// A client has them from the tracker, so that no character in them keeps a timer from starting.
	for _, text := range []*string{&c.Site.Name, &c.Project.Name, &c.Title, &c.Type} {
		*text = plaintext.CleanLine(*text)
	}
	// They are only shown, so no length of them keeps a timer from starting.
	c.Title, c.Type = cut(c.Title, titleLength), cut(c.Type, typeLength)
	if !rules.isNumber(c.Number) {
		return c, claimInvalid("A work item has a number; save a new one first.", "/work_item/id", "not_a_number", rules.number)
	}
	// The tenant's name must not become a further name of another site that has the id.
	if c.Site.Name == "" && c.Site.StableID != "" {
		return c, claimInvalid("An organization's id comes with its name.", "/work_item/organization", "missing",
			"is needed with organization_guid")
	}
	if c.Site.Name == "" {
		c.Site.Name = organization
	}
	c.Site.Name = rules.siteName(c.Site.Name)
	for pointer, id := range map[string]*string{
		"/work_item/organization_guid": &c.Site.StableID, "/work_item/project_guid": &c.Project.StableID,
	} {
		if *id == "" {
			continue
		}
		if *id, ok = rules.stableID(*id); !ok {
			return c, claimInvalid("An id is not one of this tracker.", pointer, "invalid", "must be an id of the tracker")
		}
	}
	return c, nil
}

// The longest title and type that are kept, in characters. They are Azure DevOps' own limits.
const (
	titleLength = 255
	typeLength  = 128
)

// cut is the beginning of a text, of at most so many characters.
func cut(text string, length int) string {
	characters := 0
	for i := range text {
		if characters == length {
			return strings.TrimSpace(text[:i])
		}
		characters++
	}
	return text
}

// inProject refuses a claim without a project.
func (c Claim) inProject() error {
	if strings.TrimSpace(c.Project.Name) == "" {
		return claimInvalid("A work item belongs to a project.", "/work_item/project", "empty", "must not be blank")
	}
	return nil
}

func claimInvalid(message, pointer, code, detail string) error {
	return errs.New(errs.RuleBroken, "work_item_invalid", message).WithField(pointer, code, detail)
}
