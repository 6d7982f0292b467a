package boards

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"timetracker/internal/sandbox"
)

// Edit is a change of a work item.
type Edit struct {
	// Fields are the new values by reference name, as JSON has them; nil clears one.
	Fields map[string]any
	// Parent is the new parent, 0 for none; nil leaves it.
	Parent *int
	// AddChildren and RemoveChildren change the parent of other work items.
	AddChildren, RemoveChildren []int
	// ValidateOnly changes nothing, and answers as if it had.
	ValidateOnly bool
}

// Update changes a work item. What prepare makes of its state is applied in one step. An edit that changes nothing makes no
// revision. The error is prepare's or a *Refusal.
func (b *Boards) Update(
	by sandbox.Person, organizationID string, id int, prepare func(WorkItem) (Edit, error),
) (WorkItem, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	i, err := b.visible(by, organizationID, id)
	if err != nil {
		return WorkItem{}, err
	}
	edit, err := prepare(b.public(i, len(i.revisions)))
	if err != nil {
		return WorkItem{}, err
	}
	return b.save(by, i, i.current(), edit)
}

// Create adds a work item with the next free id to a project, which is known by its id. The error is a *Refusal.
func (b *Boards) Create(by sandbox.Person, projectID, typeName string, edit Edit) (WorkItem, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.projectByID(projectID)
	if p == nil || p.organization.directoryID != by.DirectoryID {
		return WorkItem{}, &Refusal{Reason: UnknownProject, Value: projectID}
	}
	kind, ok := TypeNamed(typeName)
	if !ok {
		return WorkItem{}, &Refusal{Reason: UnknownType, Value: typeName}
	}
	now := b.now().UTC().Truncate(time.Millisecond)
	blank := &revision{
		project: p, createdBy: by.UserPrincipalName, created: now, reason: "New",
		fields: map[string]any{FieldType: kind.Name, FieldState: kind.States[0].Name, FieldPriority: 2},
	}
	return b.save(by, &item{id: b.latest + 1}, blank, edit)
}

// save makes the next revision of a work item from the one before, and stores it. A new work item has none yet.
func (b *Boards) save(by sandbox.Person, i *item, before *revision, edit Edit) (WorkItem, error) {
	after, err := b.apply(by, i.id, before, edit.Fields)
	if err != nil {
		return WorkItem{}, err
	}
	if edit.Parent != nil {
		after.parent = *edit.Parent
	}
	if err := b.checkLinks(by, i.id, before, after, edit); err != nil {
		return WorkItem{}, err
	}
	old := before
	if len(i.revisions) == 0 {
		old = nil
	}
	if broken := applyRules(old, after, edit.Fields); len(broken) > 0 {
		return WorkItem{}, &Refusal{Reason: BrokenRules, ID: i.id, Rules: broken}
	}
	return b.store(by, i, old, after, edit), nil
}

// store appends a revision, and those of the children that the edit adds or takes away.
func (b *Boards) store(by sandbox.Person, i *item, before, after *revision, edit Edit) WorkItem {
	changed := before == nil || after.differs(before) || len(edit.AddChildren)+len(edit.RemoveChildren) > 0
	if !changed {
		return b.public(i, len(i.revisions))
	}
	b.stamp(by, before, after)
	next := &item{id: i.id, revisions: append(i.revisions, after)}
	if edit.ValidateOnly {
		return b.public(next, len(next.revisions))
	}
	b.put(next)
	for _, child := range edit.AddChildren {
		b.setParent(by, child, i.id)
	}
	for _, child := range edit.RemoveChildren {
		b.setParent(by, child, 0)
	}
	return b.public(next, len(next.revisions))
}

// setParent makes a revision that differs in the parent.
func (b *Boards) setParent(by sandbox.Person, id, parent int) {
	i := b.items[id]
	before := i.current()
	after := *before
	after.parent, after.comment = parent, ""
	b.stamp(by, before, &after)
	b.put(&item{id: id, revisions: append(i.revisions, &after), deletion: i.deletion})
}

// stamp sets what the system writes of a revision.
func (b *Boards) stamp(by sandbox.Person, before, after *revision) {
	now := b.now().UTC().Truncate(time.Millisecond)
	after.changed, after.changedBy = now, by.UserPrincipalName
	if after.comment != "" {
		after.comments++
	}
	switch {
	case before == nil:
		after.stateChanged = now
	case before.text(FieldState) != after.text(FieldState):
		after.stateChanged = now
		if after.reason == before.reason {
			after.reason = "Moved to state " + after.text(FieldState)
		}
	}
}

func (r *revision) differs(other *revision) bool {
	return r.project != other.project || r.area != other.area || r.iteration != other.iteration || r.parent != other.parent ||
		r.reason != other.reason || r.comment != "" || !maps.Equal(r.fields, other.fields)
}

// apply returns a copy of a revision with other fields, which are of their kind then. It checks permissions, not rules.
func (b *Boards) apply(by sandbox.Person, id int, before *revision, edited map[string]any) (*revision, error) {
	after := *before
	after.fields, after.comment = maps.Clone(before.fields), ""
	kind, _ := TypeNamed(before.text(FieldType))
	if err := after.move(id, edited); err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(edited)) {
		field, ok := FieldNamed(name)
		switch {
		case !ok || field.ReferenceName != name:
			return nil, &Refusal{Reason: UnknownField, ID: id, Field: name}
		case field.ReadOnly:
			return nil, &Refusal{Reason: ReadOnlyField, ID: id, Field: name}
		case !kind.HasField(name):
			return nil, &Refusal{Reason: ForeignField, ID: id, Field: name}
		}
		value, err := b.value(&after, field, edited[name])
		if err != nil {
			err.ID = id
			return nil, err
		}
		after.set(field, value)
	}
	if before.project.access(before.area, by) != Write || after.project.access(after.area, by) != Write {
		return nil, &Refusal{Reason: NoPermission, ID: id}
	}
	return &after, nil
}

// move takes a work item to another project of its organization. The edit then has to name an area and an iteration there.
// https://learn.microsoft.com/azure/devops/boards/backlogs/move-change-type
func (r *revision) move(id int, edited map[string]any) error {
	name, ok := edited[FieldProject].(string)
	if !ok {
		return nil
	}
	target := r.project.organization.project(name)
	if target == nil {
		return &Refusal{Reason: UnknownProject, ID: id, Field: FieldProject, Value: name}
	}
	if target == r.project {
		return nil
	}
	for _, path := range []string{FieldArea, FieldIteration} {
		if edited[path] == nil {
			return &Refusal{Reason: PathsMissing, ID: id, Field: path, Value: name}
		}
	}
	r.project, r.area, r.iteration = target, "", ""
	return nil
}

// set writes a checked value; nil clears the field.
func (r *revision) set(field Field, value any) {
	switch field.ReferenceName {
	case FieldProject:
	case FieldArea:
		r.area, _ = value.(string)
	case FieldIteration:
		r.iteration, _ = value.(string)
	case FieldReason:
		r.reason, _ = value.(string)
	case FieldHistory:
		r.comment, _ = value.(string)
	default:
		r.fields[field.ReferenceName] = value
		if value == nil || value == "" {
			delete(r.fields, field.ReferenceName)
		}
	}
}

// value checks a value from JSON and returns it as it is stored: nil for none, else string, int or float64. Numbers may be
// text, as Azure DevOps has it.
func (b *Boards) value(r *revision, field Field, given any) (any, *Refusal) {
	written := asText(given)
	bad := func(reason Reason) *Refusal {
		return &Refusal{Reason: reason, Field: field.ReferenceName, Value: written}
	}
	if given == nil || written == "" {
		if field.Kind == TreePath || field.ReferenceName == FieldProject {
			return nil, bad(BadValue)
		}
		return nil, nil
	}
	switch field.Kind {
	case Integer:
		number, err := strconv.Atoi(written)
		if err != nil {
			return nil, bad(BadValue)
		}
		return number, nil
	case Double:
		number, err := strconv.ParseFloat(written, 64)
		if err != nil || number-number != 0 { // infinite, or no number
			return nil, bad(BadValue)
		}
		return number, nil
	case TreePath:
		path, ok := r.project.below(field.ReferenceName, written)
		if !ok {
			return nil, bad(BadPath)
		}
		return path, nil
	case Identity:
		person, ok := b.person(r.project.organization, given)
		if !ok {
			return nil, bad(UnknownPerson)
		}
		return person.UserPrincipalName, nil
	default:
		if _, ok := given.(string); !ok {
			return nil, bad(BadValue)
		}
		return written, nil
	}
}

// asText writes a value from JSON as text.
func asText(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case nil:
		return ""
	default:
		written, err := json.Marshal(value)
		if err != nil {
			return "?"
		}
		return string(written)
	}
}

// person finds who is meant by a name or by an identity with uniqueName.
func (b *Boards) person(o *organization, given any) (sandbox.Person, bool) {
	name, _ := given.(string)
	if identity, ok := given.(map[string]any); ok {
		name, _ = identity["uniqueName"].(string)
	}
	return b.PersonCalled(o.directoryID, name)
}

// PersonCalled finds a person of a directory as fields and queries name people. That is the name to sign in with, the display
// name, or both, such as Ada Lovelace <ada@contoso.example>.
func (b *Boards) PersonCalled(directoryID, name string) (sandbox.Person, bool) {
	if _, address, ok := strings.Cut(name, "<"); ok {
		name = strings.TrimSuffix(address, ">")
	}
	for _, p := range b.people() {
		if p.DirectoryID == directoryID && (strings.EqualFold(p.UserPrincipalName, name) ||
			strings.EqualFold(p.Email, name) || strings.EqualFold(p.Name, name)) {
			return p, true
		}
	}
	return sandbox.Person{}, false
}
