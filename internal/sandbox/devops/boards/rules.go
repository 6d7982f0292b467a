package boards

import (
	"slices"
	"strings"
)

// Effect is what a rule does to a field.
type Effect int

// The effects.
const (
	_        Effect = iota
	Required        // it must have a value
	ReadOnly        // it keeps the value that it has
	Empty           // it has none; entering the state clears it
)

// Rule is a rule of a project's process for work items of some types in a state.
type Rule struct {
	Types  []string
	State  string
	Field  string // reference name
	Effect Effect
}

// agileRules are the process' own rules, beside those of a project.
var agileRules = []Rule{{Types: typesWithHours, State: stateClosed, Field: FieldRemainingWork, Effect: Empty}}

// maxTitle is the length of the longest title, in characters.
const maxTitle = 255

// AddRule adds a rule to a project's process.
func (b *Boards) AddRule(projectID string, rule Rule) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	p := b.projectByID(projectID)
	if p == nil {
		return ErrNoSuchID
	}
	p.rules = append(p.rules, rule)
	return nil
}

// rulesFor returns the rules that hold for a work item.
func (p *project) rulesFor(kind, state string) []Rule {
	return slices.DeleteFunc(slices.Concat(agileRules, p.rules), func(r Rule) bool {
		return r.State != state || !slices.Contains(r.Types, kind)
	})
}

// applyRules clears what the state wants empty, unless the edit sets it, and reports what is wrong then.
func applyRules(before, after *revision, edited map[string]any) []BrokenRule {
	kind, _ := TypeNamed(after.text(FieldType))
	var broken []BrokenRule
	breaks := func(referenceName string, flags ...string) {
		field, _ := FieldNamed(referenceName)
		broken = append(broken, BrokenRule{Field: field, Flags: flags})
	}
	title := after.text(FieldTitle)
	if strings.TrimSpace(title) == "" {
		breaks(FieldTitle, "Required", "InvalidEmpty")
	}
	if len([]rune(title)) > maxTitle {
		breaks(FieldTitle, "Required", "InvalidTooLong")
	}
	state, ok := kind.state(after.text(FieldState))
	if !ok {
		field, _ := FieldNamed(FieldState)
		return append(broken, BrokenRule{
			Field: field, Flags: []string{"Required", "HasValues", "LimitedToValues", "InvalidListValue"}, Value: after.text(FieldState),
		})
	}
	after.fields[FieldState] = state.Name
	for _, rule := range after.project.rulesFor(kind.Name, state.Name) {
		value := after.fields[rule.Field]
		switch rule.Effect {
		case Required:
			if value == nil || value == "" {
				breaks(rule.Field, "Required", "InvalidEmpty")
			}
		case ReadOnly:
			if before != nil && before.fields[rule.Field] != value {
				breaks(rule.Field, "ReadOnly", "InvalidNotOldValue")
			}
		case Empty:
			if edited[rule.Field] != nil {
				breaks(rule.Field, "InvalidNotEmpty")
			} else {
				delete(after.fields, rule.Field)
			}
		}
	}
	return broken
}
