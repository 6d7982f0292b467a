package azuredevops

import "sync"

// maxIdentities is the greatest number of people whose ids are kept.
const maxIdentities = 10_000

// identities are the people of organizations. An organization has an id of its own for each, which is not that of the
// directory. A person's is known from answers to that very person. Safe for concurrent use.
type identities struct {
	mu    sync.Mutex
	known map[identity]string // object ids
}

type identity struct{ site, id string }

// find gives a person's object id; empty: not known.
func (i *identities) find(site, id string) string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.known[identity{site, id}]
}

func (i *identities) keep(site, id, objectID string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.known == nil {
		i.known = make(map[identity]string)
	}
	for key := range i.known {
		if len(i.known) < maxIdentities {
			break
		}
		delete(i.known, key) // any one will do, since it can be asked for again
	}
	i.known[identity{site, id}] = objectID
}
