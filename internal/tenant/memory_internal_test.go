package tenant

import (
	"testing"

	"timetracker/internal/ids"
)

func memberOf(directory ids.Directory) Member {
	return Member{Tenant: Tenant{DirectoryID: directory}, User: User{ID: ids.New[ids.User](), ObjectID: ids.New[ids.Object]()}}
}

func TestMemoryKeepsToItsRevision(t *testing.T) {
	memory, directory := newMemory(), ids.New[ids.Directory]()
	ada, bob, other := memberOf(directory), memberOf(directory), memberOf(ids.New[ids.Directory]())
	memory.remember(ada, 1)
	memory.remember(bob, 1)
	memory.remember(other, 1)
	knows := func(m Member, revision int64) bool {
		found, ok := memory.recall(m.Tenant.DirectoryID, m.User.ObjectID, revision)
		return ok && found == m
	}
	if !knows(ada, 1) || !knows(bob, 1) || !knows(other, 1) {
		t.Error("what was remembered is not known")
	}
	if _, ok := memory.recall(other.Tenant.DirectoryID, ada.User.ObjectID, 1); ok {
		t.Error("a person of another directory is known")
	}
	if knows(ada, 2) || knows(bob, 1) {
		t.Error("members are known after another revision was seen")
	}
	memory.remember(ada, 2)
	memory.remember(bob, 3)
	if knows(ada, 3) || !knows(bob, 3) || !knows(other, 1) {
		t.Error("the members of two revisions are mixed")
	}
	memory.remember(ada, 0)
	if knows(ada, 0) {
		t.Error("a member of no revision is known")
	}
}

func TestMemoryIsBounded(t *testing.T) {
	memory, directory := newMemory(), ids.New[ids.Directory]()
	for range 2*memorySize + 1 {
		member := memberOf(directory)
		memory.remember(member, 1)
		memory.remember(member, 1)
	}
	for range memorySize {
		memory.remember(memberOf(ids.New[ids.Directory]()), 1)
	}
	total := 0
	for _, known := range memory.directories {
		total += len(known.members)
	}
	if total > memorySize || total != memory.size {
		t.Errorf("%d members are remembered, counted as %d, want at most %d", total, memory.size, memorySize)
	}
}
