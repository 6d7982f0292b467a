package tenant

import (
	"sync"

	"timetracker/internal/ids"
)

// memorySize is the greatest number of remembered members.
const memorySize = 10_000

// memory remembers members. Those of a directory belong to one revision of it: see Store.MemberRevision. At any other
// revision all of them are forgotten, since one of them may have been erased. Of revision 0 nothing is remembered.
type memory struct {
	mu          sync.Mutex
	size        int // members of all directories
	directories map[ids.Directory]remembered
}

// remembered is what is remembered of a directory.
type remembered struct {
	revision int64
	members  map[ids.Object]Member
}

func newMemory() *memory { return &memory{directories: map[ids.Directory]remembered{}} }

// recall gives a member as it is at the revision.
func (m *memory) recall(directory ids.Directory, object ids.Object, revision int64) (member Member, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	known := m.directories[directory]
	if known.revision != revision {
		m.forget(directory)
		return Member{}, false
	}
	member, ok = known.members[object]
	return member, ok
}

// remember keeps a member that was read at the revision or after it.
func (m *memory) remember(member Member, revision int64) {
	if revision == 0 {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	directory, object := member.Tenant.DirectoryID, member.User.ObjectID
	if m.directories[directory].revision != revision {
		m.forget(directory)
	}
	if _, ok := m.directories[directory].members[object]; !ok {
		m.makeRoom()
		m.size++
	}
	if _, ok := m.directories[directory]; !ok {
		m.directories[directory] = remembered{revision: revision, members: map[ids.Object]Member{}}
	}
	m.directories[directory].members[object] = member
}

// makeRoom forgets a directory when the memory is full. Any one will do, since its members are only read again.
func (m *memory) makeRoom() {
	for victim := range m.directories {
		if m.size < memorySize {
			return
		}
		m.forget(victim)
	}
}

func (m *memory) forget(directory ids.Directory) {
	m.size -= len(m.directories[directory].members)
	delete(m.directories, directory)
}
