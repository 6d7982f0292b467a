package azuredevops

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	wit "github.com/microsoft/azure-devops-go-api/azuredevops/v7/workitemtracking"

	"timetracker/internal/workitem"
)

const (
	// keepStates is how long the states of a type are taken for current.
	keepStates = time.Hour
	// maxTypes is the greatest number of types whose states are kept.
	maxTypes = 2_000
	// maxQuestions is how many types a search may ask about.
	maxQuestions = 5
)

// itemType is a type of work items in a project.
type itemType struct{ site, project, name string }

// types are the states of types that count as completed or removed. Safe for concurrent use.
type types struct {
	mu    sync.Mutex
	known map[itemType]closed
}

type closed struct {
	states []string
	until  time.Time
}

func (t *types) find(wanted itemType, now time.Time) (states []string, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	found, ok := t.known[wanted]
	return found.states, ok && now.Before(found.until)
}

func (t *types) keep(asked itemType, states []string, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.known == nil {
		t.known = make(map[itemType]closed)
	}
	for key := range t.known {
		if len(t.known) < maxTypes {
			break
		}
		delete(t.known, key) // any one will do, since it can be asked for again
	}
	t.known[asked] = closed{states: states, until: now.Add(keepStates)}
}

// open leaves out work items in states that count as completed or removed. Only states that an organization has made
// itself are asked for. Where they can't be read, the work items stay.
func (c *Client) open(ctx context.Context, as workitem.Credential, site string, found []workitem.Facts) []workitem.Facts {
	questions := 0
	return slices.DeleteFunc(found, func(facts workitem.Facts) bool {
		kind := itemType{site: strings.ToLower(site), project: facts.Project.StableID, name: facts.Type}
		if slices.Contains(openStates, facts.State) || kind.project == "" || strings.Trim(kind.name, ".") == "" {
			return false
		}
		states, ok := c.types.find(kind, c.now())
		if !ok {
			if questions++; questions > maxQuestions {
				return false
			}
			if states, ok = c.closedStates(ctx, as, kind); !ok {
				questions = maxQuestions // Azure DevOps would fail to answer the next one too
				return false
			}
		}
		return slices.Contains(states, facts.State)
	})
}

// closedStates asks for the states of a type that count as completed or removed.
func (c *Client) closedStates(ctx context.Context, as workitem.Credential, kind itemType) (states []string, ok bool) {
	var answer *[]wit.WorkItemStateColor
	err := c.ask(ctx, as, kind.site, false, func(ctx context.Context, s *session) (err error) {
		answer, err = s.GetWorkItemTypeStates(ctx, wit.GetWorkItemTypeStatesArgs{Project: &kind.project, Type: &kind.name})
		return err
	})
	if err != nil || answer == nil {
		return nil, false
	}
	for _, state := range *answer {
		if state.Name != nil && state.Category != nil && (*state.Category == "Completed" || *state.Category == "Removed") {
			states = append(states, *state.Name)
		}
	}
	c.types.keep(kind, states, c.now())
	return states, true
}
