package audit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"time"

	"timetracker/internal/ids"
	"timetracker/internal/page"
)

// AccessKind says how somebody read data of others.
type AccessKind string

// The kinds of reading.
const (
	AccessList      AccessKind = "list"      // of entries, timers, adjustments or rows of an import
	AccessEntry     AccessKind = "entry"     // one entry, or what a change of somebody's entries has answered
	AccessHistory   AccessKind = "history"   // of an entry
	AccessLog       AccessKind = "log"       // of timers, of actions or of administrative changes
	AccessReport    AccessKind = "report"    // with people in it
	AccessExport    AccessKind = "export"    // a file, whatever is in it
	AccessTimesheet AccessKind = "timesheet" // weeks, their entries and their targets
	AccessPerson    AccessKind = "person"    // who somebody is, or asks about their data
	AccessBilling   AccessKind = "billing"   // who was counted in a month
	AccessOperator  AccessKind = "operator"  // a command of whoever runs the product
)

// AccessKinds are all of them. Their order is that of the numbers in the database.
var AccessKinds = []AccessKind{
	AccessList, AccessEntry, AccessHistory, AccessLog, AccessReport, AccessExport, AccessTimesheet, AccessPerson, AccessBilling,
	AccessOperator,
}

// Reader is who read data of others.
type Reader struct {
	ID       ids.User // zero: an operator
	Name     string   // of the user as they are called now
	Role     string   // of the user at that time; empty for an operator
	Operator string   // the operator's command, and who gave it; empty for a user
}

// AccessRecord says that somebody read data of others in an hour, how often, and when for the first and the last time.
type AccessRecord struct {
	ID      ids.Access
	Hour    time.Time // its beginning in UTC
	Whose   ids.User  // zero: everybody's in the tenant
	By      Reader
	Kind    AccessKind
	FirstAt time.Time
	LastAt  time.Time
	Reads   int
}

// AccessStore keeps access records. Methods called with a context that Tx gave out belong to that transaction.
type AccessStore interface {
	// Tx runs fn in one transaction of a tenant. fn may run more than once.
	Tx(ctx context.Context, id ids.Tenant, fn func(ctx context.Context) error) error
	// NoteReads adds each record or, where there is one with its hour and id, counts one read more. A record of a person who
	// isn't in the tenant is left out. Only within Tx.
	NoteReads(ctx context.Context, id ids.Tenant, records []AccessRecord) error
	// AccessRecordsOf lists records of a user, and of everybody since the user was made, by (Hour, ID), the latest first,
	// strictly past the position.
	AccessRecordsOf(ctx context.Context, id ids.Tenant, user ids.User, request page.Request) ([]AccessRecord, error)
	// AccessRecords lists the tenant's records of hours in [from, to), as AccessRecordsOf does.
	AccessRecords(ctx context.Context, id ids.Tenant, from, to time.Time, request page.Request) ([]AccessRecord, error)
}

// Accesses records who read data of whom.
type Accesses struct {
	store AccessStore
	now   func() time.Time
}

// NewAccesses makes an Accesses.
func NewAccesses(store AccessStore, now func() time.Time) *Accesses {
	return &Accesses{store: store, now: now}
}

// Note records that somebody reads data of the people named or, when none is named, of everybody in the tenant. It is called
// before they get to see it, and they must not when it fails. Reads of one's own data aren't recorded.
func (a *Accesses) Note(ctx context.Context, id ids.Tenant, by Reader, kind AccessKind, whose ...ids.User) error {
	people := slices.DeleteFunc(slices.Clone(whose), func(user ids.User) bool { return user == by.ID })
	if len(people) == 0 && len(whose) > 0 {
		return nil
	}
	if len(people) == 0 {
		people = []ids.User{{}}
	}
	return a.store.Tx(ctx, id, func(ctx context.Context) error {
		return a.store.NoteReads(ctx, id, readsOf(by, kind, people, a.now()))
	})
}

// readsOf are the records of one read, each person's once. Their order is the same for all who read at the same time, so
// that none waits for another in a circle.
func readsOf(by Reader, kind AccessKind, people []ids.User, now time.Time) []AccessRecord {
	now = now.UTC().Truncate(time.Millisecond)
	records := make([]AccessRecord, len(people))
	for i, user := range people {
		records[i] = AccessRecord{
			Hour: now.Truncate(time.Hour), Whose: user, By: by, Kind: kind, FirstAt: now, LastAt: now, Reads: 1,
		}
		records[i].ID = records[i].id()
	}
	slices.SortFunc(records, func(a, b AccessRecord) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	return slices.CompactFunc(records, func(a, b AccessRecord) bool { return a.ID == b.ID })
}

// id is the same for what is counted together. An operator's commands are few, and each has a record of its own.
// A hash of a name would still tell it after an erasure.
func (r AccessRecord) id() ids.Access {
	if r.By.ID.IsZero() {
		return ids.New[ids.Access]()
	}
	hash := sha256.New()
	var hour [8]byte
	binary.BigEndian.PutUint64(hour[:], uint64(r.Hour.UnixMilli()))
	for _, part := range [][]byte{hour[:], r.Whose[:], r.By.ID[:], []byte(r.By.Role), {0}, []byte(r.Kind)} {
		hash.Write(part)
	}
	return ids.Access(hash.Sum(nil))
}

// Of lists who read data of a user, the latest hour first, strictly past the request's position.
func (a *Accesses) Of(ctx context.Context, id ids.Tenant, user ids.User, request page.Request) ([]AccessRecord, page.Position, error) {
	records, err := a.store.AccessRecordsOf(ctx, id, user, request.WithOneMore())
	records, next := page.Cut(records, request.Limit, positionOfAccess)
	return records, next, err
}

// Between calls visit for each record of hours in [from, to), the latest first.
func (a *Accesses) Between(ctx context.Context, id ids.Tenant, from, to time.Time, visit func(AccessRecord) error) error {
	return page.Each(func(request page.Request) ([]AccessRecord, error) {
		return a.store.AccessRecords(ctx, id, from, to, request)
	}, positionOfAccess, visit)
}

func positionOfAccess(r AccessRecord) page.Position {
	return page.Position{At: r.Hour, ID: ids.Any(r.ID)}
}
