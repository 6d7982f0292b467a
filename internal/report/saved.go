package report

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"timetracker/internal/audit"
	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/tenant"
	"timetracker/internal/timer"
)

// Limits of saved reports.
const (
	MaxSaved     = 100  // of a person
	maxSavedName = 100  // characters
	maxWritten   = 4000 // characters of one value of a definition
)

// Saved is a definition of a report that somebody has kept. It holds no time: whoever opens it sees what they may see.
type Saved struct {
	ID         ids.SavedReport
	Owner      timer.UserRef
	Name       string
	Shared     bool // with the tenant; otherwise only its owner knows of it
	Definition Definition
	Revision   int64 // 1 for a new one; counts changes
}

// Definition is what a page's report is of, as texts. An absent one is what the page shows by itself.
type Definition map[string]string

// SavedStore keeps saved reports. Methods called with a context that Tx gave out belong to that transaction.
type SavedStore interface {
	// Tx runs fn in one transaction: everything is kept, or nothing when fn gives an error. fn may run more than once.
	Tx(ctx context.Context, id ids.Tenant, fn func(ctx context.Context) error) error
	// SavedReports are a person's, and the shared ones of the tenant, by (Name, ID).
	SavedReports(ctx context.Context, id ids.Tenant, user ids.User) ([]Saved, error)
	// SavedReport is the one with the id; errs.NotFound when the tenant has none.
	SavedReport(ctx context.Context, id ids.Tenant, saved ids.SavedReport) (Saved, error)
	// CountSavedReports counts a person's, and makes other transactions that count them wait until this one ends. Only
	// within Tx.
	CountSavedReports(ctx context.Context, id ids.Tenant, user ids.User) (int, error)
	// InsertSavedReport adds one. Only within Tx.
	InsertSavedReport(ctx context.Context, id ids.Tenant, s Saved) error
	// UpdateSavedReport writes name, shared, definition and the new revision; errs.Stale when the stored one isn't its
	// predecessor. Only within Tx.
	UpdateSavedReport(ctx context.Context, id ids.Tenant, s Saved) error
	// DeleteSavedReport removes one of a revision; errs.Stale when it has another one. Only within Tx.
	DeleteSavedReport(ctx context.Context, id ids.Tenant, saved ids.SavedReport, revision int64) error
	// InsertAudit adds an administrative change. Only within Tx, with the change itself.
	InsertAudit(ctx context.Context, id ids.Tenant, e audit.Event) error
}

// Shelf keeps people's saved reports.
type Shelf struct {
	store SavedStore
	now   func() time.Time
}

// NewShelf makes a Shelf.
func NewShelf(store SavedStore, now func() time.Time) *Shelf {
	return &Shelf{store: store, now: now}
}

// SavedNotFound is the error for a saved report that doesn't exist or isn't the member's to see.
func SavedNotFound() error {
	return errs.New(errs.NotFound, "saved_report_not_found", "There is no such saved report.")
}

// List gives the member's saved reports and the shared ones, by name.
func (s *Shelf) List(ctx context.Context, m tenant.Member) ([]Saved, error) {
	return s.store.SavedReports(ctx, m.Tenant.ID, m.User.ID)
}

// Get is one that the member may see: their own, or a shared one.
func (s *Shelf) Get(ctx context.Context, m tenant.Member, id ids.SavedReport) (Saved, error) {
	saved, err := s.store.SavedReport(ctx, m.Tenant.ID, id)
	if err == nil && !saved.Shared && saved.Owner.ID != m.User.ID {
		err = SavedNotFound()
	}
	return saved, err
}

// SavedPatch is a wanted change. Nil fields stay.
type SavedPatch struct {
	Name       *string
	Shared     *bool
	Definition Definition
}

// Save keeps a definition. Sharing needs the role admin.
func (s *Shelf) Save(ctx context.Context, m tenant.Member, name string, shared bool, definition Definition) (Saved, error) {
	saved := Saved{
		ID: ids.New[ids.SavedReport](), Owner: timer.UserRef{ID: m.User.ID, Name: m.User.Name}, Name: tenant.OneLine(name),
		Shared: shared, Definition: definition, Revision: 1,
	}
	if err := s.check(m, saved); err != nil {
		return Saved{}, err
	}
	if shared {
		if err := m.Require(tenant.RoleAdmin); err != nil {
			return Saved{}, err
		}
	}
	err := s.store.Tx(ctx, m.Tenant.ID, func(ctx context.Context) error {
		count, err := s.store.CountSavedReports(ctx, m.Tenant.ID, m.User.ID)
		if err != nil {
			return err
		}
		if count >= MaxSaved {
			return errs.Newf(errs.RuleBroken, "too_many_saved_reports", "You have %d saved reports, which is the limit.", MaxSaved)
		}
		if err := s.store.InsertSavedReport(ctx, m.Tenant.ID, saved); err != nil || !shared {
			return err
		}
		return s.audit(ctx, m, audit.ReportShared, saved)
	})
	return saved, err
}

// Change changes a saved report of a revision: one's own, or as an admin a shared one. Whoever is an admin no more can only
// take back what they have shared, since others rely on what a shared report counts.
func (s *Shelf) Change(ctx context.Context, m tenant.Member, id ids.SavedReport, revision int64, patch SavedPatch) (Saved, error) {
	var changed Saved
	err := s.store.Tx(ctx, m.Tenant.ID, func(ctx context.Context) error {
		old, err := s.mayChange(ctx, m, id, revision)
		if err != nil {
			return err
		}
		changed = old
		if patch.Name != nil {
			changed.Name = tenant.OneLine(*patch.Name)
		}
		if patch.Definition != nil {
			changed.Definition = patch.Definition
		}
		if patch.Shared != nil {
			changed.Shared = *patch.Shared
		}
		if changed.Shared {
			if err := m.Require(tenant.RoleAdmin); err != nil {
				return err
			}
		}
		if err := s.check(m, changed); err != nil {
			return err
		}
		if changed.Name == old.Name && changed.Shared == old.Shared && maps.Equal(changed.Definition, old.Definition) {
			return nil
		}
		changed.Revision++
		if err := s.store.UpdateSavedReport(ctx, m.Tenant.ID, changed); err != nil {
			return err
		}
		return s.auditChange(ctx, m, old, changed)
	})
	return changed, err
}

// Delete removes a saved report of a revision: one's own, or as an admin a shared one.
func (s *Shelf) Delete(ctx context.Context, m tenant.Member, id ids.SavedReport, revision int64) error {
	return s.store.Tx(ctx, m.Tenant.ID, func(ctx context.Context) error {
		old, err := s.mayChange(ctx, m, id, revision)
		if err != nil {
			return err
		}
		if err := m.Tenant.MayWrite(s.now()); err != nil {
			return err
		}
		if err := s.store.DeleteSavedReport(ctx, m.Tenant.ID, id, old.Revision); err != nil || !old.Shared {
			return err
		}
		return s.audit(ctx, m, audit.ReportUnshared, old)
	})
}

// mayChange is the saved report, which the member may change and has seen in that revision.
func (s *Shelf) mayChange(ctx context.Context, m tenant.Member, id ids.SavedReport, revision int64) (Saved, error) {
	old, err := s.Get(ctx, m, id)
	if err != nil {
		return Saved{}, err
	}
	if old.Owner.ID != m.User.ID {
		if err := m.Require(tenant.RoleAdmin); err != nil {
			return Saved{}, err
		}
	}
	if old.Revision != revision {
		return Saved{}, errs.ChangedFirst(nil)
	}
	return old, nil
}

func (s *Shelf) check(m tenant.Member, saved Saved) error {
	if err := m.Tenant.MayWrite(s.now()); err != nil {
		return err
	}
	if length := utf8.RuneCountInString(saved.Name); length == 0 || length > maxSavedName {
		return errs.New(errs.RuleBroken, "saved_report_invalid", "A saved report needs a name.").
			WithField("/name", "length", "must have 1 to 100 characters")
	}
	return saved.Definition.Check()
}

// auditChange records what of a change others in the tenant see.
func (s *Shelf) auditChange(ctx context.Context, m tenant.Member, old, changed Saved) error {
	switch {
	case changed.Shared && !old.Shared:
		return s.audit(ctx, m, audit.ReportShared, changed)
	case old.Shared && !changed.Shared:
		return s.audit(ctx, m, audit.ReportUnshared, old)
	case !changed.Shared:
		return nil
	}
	var changes []audit.FieldChange
	if old.Name != changed.Name {
		changes = append(changes, audit.FieldChange{Field: "name", Old: old.Name, New: changed.Name})
	}
	if !maps.Equal(old.Definition, changed.Definition) {
		changes = append(changes, audit.FieldChange{Field: "definition", Old: old.Definition.String(), New: changed.Definition.String()})
	}
	return s.audit(ctx, m, audit.SharedReportChanged, old, changes...)
}

func (s *Shelf) audit(ctx context.Context, m tenant.Member, what audit.EventType, saved Saved, changes ...audit.FieldChange) error {
	target := audit.Target{Kind: audit.TargetSavedReport, ID: ids.Any(saved.ID), Name: saved.Name}
	return s.store.InsertAudit(ctx, m.Tenant.ID, audit.NewEvent(m.User.Actor(), what, target, s.now(), changes...))
}

// String writes a definition for the audit, in the order of the names.
func (d Definition) String() string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(d)) {
		parts = append(parts, name+"="+d[name])
	}
	return strings.Join(parts, " ")
}

// The names of a definition. The lists have their values between commas, of which those within a value are %2C.
var (
	definitionLists = []string{"user", "project", "work_item", "type", "state", "activity", "site", "parent"}
	definitionFlags = []string{"beside", "billable", "approved", "review"}
	presets         = []string{"this_week", "last_week", "this_month", "last_month", "quarter"}
)

// Check says whether a report can be made of a definition: errs.RuleBroken, definition_invalid, at the name that it fails at.
func (d Definition) Check() error {
	for _, name := range slices.Sorted(maps.Keys(d)) {
		if code, detail := checkDefinition(name, d[name]); code != "" {
			return errs.New(errs.RuleBroken, "definition_invalid", "No report can be made of this.").
				WithField("/definition/"+name, code, detail)
		}
	}
	return nil
}

func checkDefinition(name, text string) (code, detail string) {
	switch {
	case !utf8.ValidString(text) || utf8.RuneCountInString(text) > maxWritten:
		return "too_long", "must have at most 4000 characters"
	case slices.Contains(definitionLists, name):
		if strings.Count(text, ",") >= timer.MaxFilterValues {
			return "too_many", "must have at most 100 values"
		}
	case slices.Contains(definitionFlags, name):
		if text != "yes" && text != "no" {
			return "enum", "must be yes or no"
		}
	case name == "note":
	case name == "by":
		if _, err := ParseDimensions(text); err != nil {
			return "unknown", "must have one to three dimensions, one of them of time"
		}
	case name == "period":
		if !slices.Contains(presets, text) && !isRange(text) {
			return "unknown", "must be " + strings.Join(presets, ", ") + ", or two days such as 2026-11-01/2026-12-01"
		}
	case name == "round":
		minutes, direction, _ := strings.Cut(text, "-")
		unit, err := strconv.Atoi(minutes)
		if err != nil || unit < 1 || unit > maxRounding || !Direction(direction).valid() {
			return "unknown", "must be such as 15-nearest"
		}
	default:
		return "unknown", "is not known here"
	}
	return "", ""
}

// isRange says whether a text is two days of a report.
func isRange(text string) bool {
	first, end, _ := strings.Cut(text, "/")
	from, err := calendar.ParseDay(first)
	if err != nil {
		return false
	}
	to, err := calendar.ParseDay(end)
	days := from.DaysUntil(to)
	return err == nil && days > 0 && days <= MaxDays
}
