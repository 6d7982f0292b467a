package proof

import (
	"fmt"
	"time"

	"timetracker/internal/ids"
)

// lookback is how much later than others a row may appear. Another replica has written it, whose clock may be wrong, or in a
// transaction that took long. A row that appears later is not sealed, and counts as inserted.
const lookback = 24 * time.Hour

// Reason says why a link does not hold.
type Reason string

// The reasons.
const (
	LinkAltered    Reason = "link_altered"
	LinkRemoved    Reason = "link_removed"
	LinkInserted   Reason = "link_inserted"
	LinkReordered  Reason = "link_reordered"
	RowAltered     Reason = "row_altered"
	RowMissing     Reason = "row_missing"
	RowInserted    Reason = "row_inserted"
	SaltMissing    Reason = "salt_missing"
	EndingAltered  Reason = "ending_altered"
	HeadMismatched Reason = "head_mismatched"
	ChainCut       Reason = "chain_cut"
)

// explanations say each reason in a sentence.
var explanations = map[Reason]string{
	LinkAltered:    "The link was altered: its hash is not that of what it says and of the link before it.",
	LinkRemoved:    "The link was removed.",
	LinkInserted:   "The link was inserted: what follows was made without it.",
	LinkReordered:  "The link was put here from another place.",
	RowAltered:     "The row was altered after it was sealed.",
	RowMissing:     "The row is missing, and no retention has removed it.",
	RowInserted:    "The row was inserted: it is older than others that were sealed before it.",
	SaltMissing:    "The salt is missing, and no erasure has removed it.",
	EndingAltered:  "The links that name this erasure or retention are not those that it has ended.",
	HeadMismatched: "The link is not the one whose hash was kept.",
	ChainCut:       "The chain was cut: it ends before the link whose hash was kept.",
}

// Explain says the reason in a sentence.
func (r Reason) Explain() string { return explanations[r] }

// Fault is the first link that does not hold.
type Fault struct {
	Reason Reason
	Seq    int64 // of the link; 0: the row has none
	Kind   Kind
	RowID  ids.Any // of what it seals; zero: it isn't known
}

// String names the link and the reason.
func (f Fault) String() string {
	where := fmt.Sprintf("link %d", f.Seq)
	if f.Seq == 0 {
		where = "a row without a link"
	}
	if !f.RowID.IsZero() {
		where += fmt.Sprintf(" (%s %s)", f.Kind, f.RowID)
	}
	return where + ": " + f.Reason.Explain()
}

// Report is what a verification has found.
type Report struct {
	Tenant   ids.Tenant
	Links    int64 // that were looked at, up to the fault
	Head     Head  // the last link of these
	SealedAt time.Time
	Erased   int64 // links whose texts can't be looked at any more, since a person was erased
	Expired  int64 // links whose rows may be gone, since their time was over
	Withheld int64 // rows that the export lacks, since their people are restricted
	Unsealed int64 // rows that wait for a link
	Oldest   time.Time
	Fault    *Fault // nil: the chain holds
}

// Sealed is a link with what its row says.
type Sealed struct {
	Link   Link
	Fields *Fields // nil: there is no such row
	// Withheld says that there is a row, which isn't given.
	Withheld bool
}

// Verifier looks at a chain from its first link to its last, and then at the rows without one.
type Verifier struct {
	report   Report
	kept     []Head // that somebody has kept
	before   Hash   // of the last link but one
	endings  map[int64]*named
	youngest map[Kind]time.Time // row of each kind that has a link
	doubt    *doubt
}

// NewVerifier begins to look at a tenant's chain. Each of kept must be one of its links.
func NewVerifier(id ids.Tenant, kept ...Head) *Verifier {
	return &Verifier{report: Report{Tenant: id}, kept: kept, endings: map[int64]*named{}, youngest: map[Kind]time.Time{}}
}

// Link looks at the next link.
func (v *Verifier) Link(s Sealed) error {
	l := s.Link
	switch {
	case v.doubt != nil:
		v.doubt.consider(v.report.Tenant, l)
	case v.report.Fault != nil: // the first one is told
	case !v.follows(l):
		v.doubt = &doubt{link: l, seq: v.report.Head.Seq + 1, previous: v.report.Head.Hash}
		if l.Seq == v.doubt.seq && v.report.Head.Seq > 0 && l.holds(v.report.Tenant, l.Seq-1, v.before) {
			v.doubt.inserted = true
		}
	default:
		reason, err := v.look(s)
		if err != nil {
			return err
		}
		if reason != "" {
			v.report.Fault = &Fault{Reason: reason, Seq: l.Seq, Kind: l.Kind, RowID: l.RowID}
			return nil
		}
		v.advance(l)
	}
	return nil
}

func (v *Verifier) follows(l Link) bool {
	next := v.report.Head.Seq + 1
	return l.Seq == next && l.holds(v.report.Tenant, next, v.report.Head.Hash)
}

// holds says whether the link is what it was as a certain number after a certain link.
func (l Link) holds(id ids.Tenant, seq int64, previous Hash) bool {
	l.Seq = seq
	return hashOf(id, previous, l) == l.Hash
}

// look compares a link that follows with its row.
func (v *Verifier) look(s Sealed) (Reason, error) {
	l := s.Link
	for _, head := range v.kept {
		if head.Seq == l.Seq && head.Hash != l.Hash {
			return HeadMismatched, nil
		}
	}
	if !l.Kind.sealsRows() {
		return v.lookAtEnding(l)
	}
	if youngest, ok := v.youngest[l.Kind]; ok && l.RowAt.Before(youngest.Add(-lookback)) {
		return RowInserted, nil
	}
	if s.Withheld {
		v.report.Withheld++
		return "", nil
	}
	if l.Salt == nil && l.ErasedBy == 0 && l.ExpiredBy == 0 {
		return SaltMissing, nil
	}
	if s.Fields == nil {
		if l.ExpiredBy == 0 {
			return RowMissing, nil
		}
		return "", nil
	}
	return l.compare(*s.Fields)
}

// compare says what a row's fields differ in from what was sealed. Without a salt, only the public ones can be compared.
func (l Link) compare(fields Fields) (Reason, error) {
	if hash, err := publicHash(fields.Public); err != nil || hash != l.Public {
		return RowAltered, err
	}
	if l.Salt == nil {
		return "", nil
	}
	if hash, err := commit(*l.Salt, fields.Personal); err != nil || hash != l.Commitment {
		return RowAltered, err
	}
	return "", nil
}

// lookAtEnding compares an erasure or a retention with the links that have named it.
func (v *Verifier) lookAtEnding(l Link) (Reason, error) {
	names := v.endings[l.Seq]
	if names == nil {
		names = newNamed()
	}
	delete(v.endings, l.Seq)
	reason, err := l.compare(Fields{Public: names.fields()})
	if reason != "" {
		reason = EndingAltered
	}
	return reason, err
}

// advance notes a link that holds.
func (v *Verifier) advance(l Link) {
	v.before = v.report.Head.Hash
	v.report.Links++
	v.report.Head, v.report.SealedAt = l.head(), l.SealedAt
	if l.RowAt.After(v.youngest[l.Kind]) {
		v.youngest[l.Kind] = l.RowAt
	}
	if l.ErasedBy != 0 {
		v.report.Erased++
	}
	if l.ExpiredBy != 0 {
		v.report.Expired++
	}
	for _, ending := range []int64{l.ErasedBy, l.ExpiredBy} {
		if ending == 0 {
			continue
		}
		if v.endings[ending] == nil {
			v.endings[ending] = newNamed()
		}
		v.endings[ending].add(l.Seq)
	}
}

// Unsealed looks at a row that has no link, after the links.
func (v *Verifier) Unsealed(kind Kind, id ids.Any, at time.Time) {
	v.conclude()
	v.report.Unsealed++
	if v.report.Oldest.IsZero() || at.Before(v.report.Oldest) {
		v.report.Oldest = at
	}
	fault := v.report.Fault
	if fault == nil {
		if youngest, ok := v.youngest[kind]; ok && at.Before(youngest.Add(-lookback)) {
			v.report.Fault = &Fault{Reason: RowInserted, Kind: kind, RowID: id}
		}
		return
	}
	if fault.Reason == RowMissing && fault.Kind == kind && fault.RowID == id {
		fault.Reason = RowAltered // its time was
	}
}

// Report is what was found, at the end.
func (v *Verifier) Report() Report {
	v.conclude()
	return v.report
}

// conclude says what became of the chain once all links were looked at.
func (v *Verifier) conclude() {
	if v.doubt != nil {
		fault := v.doubt.decide(v.report)
		v.report.Fault, v.doubt = &fault, nil
	}
	if v.report.Fault != nil {
		return
	}
	var first int64
	for _, names := range v.endings { // of links that aren't there
		if first == 0 || names.first < first {
			first = names.first
		}
	}
	if first > 0 {
		v.report.Fault = &Fault{Reason: SaltMissing, Seq: first}
		return
	}
	for _, head := range v.kept {
		if head.Seq > v.report.Head.Seq {
			v.report.Fault = &Fault{Reason: ChainCut, Seq: v.report.Head.Seq + 1}
			return
		}
	}
}

// doubt is a link that doesn't follow from the one before. The links after it tell why.
type doubt struct {
	link     Link
	seq      int64 // that was expected
	previous Hash  // of the link before

	inserted  bool // the link before is one too many
	next      bool // the link after it was looked at
	moved     bool // that link follows from it, as if there were one more between the last that held and the two
	found     bool // the link that was expected is further on
	foundSeq  int64
	foundHash Hash
	displaced bool // the one in doubt was behind that
	shifted   bool // those after that follow from it
	decided   bool
}

// consider looks at a later link.
func (d *doubt) consider(id ids.Tenant, l Link) {
	if !d.next {
		d.next = true
		d.moved = d.link.Seq == d.seq && l.holds(id, l.Seq+1, d.link.Hash)
	}
	switch {
	case d.decided:
	case d.found:
		d.shifted = l.holds(id, d.seq+1, d.foundHash)
		d.decided = true
	case l.holds(id, d.seq, d.previous):
		d.found, d.foundSeq, d.foundHash = true, l.Seq, l.Hash
		d.displaced = d.link.holds(id, d.seq+1, l.Hash)
	}
}

// decide says what was done, and to which link.
func (d *doubt) decide(r Report) Fault {
	at := func(reason Reason, seq int64) Fault { return Fault{Reason: reason, Seq: seq} }
	this := Fault{Seq: d.seq, Kind: d.link.Kind, RowID: d.link.RowID}
	switch {
	case d.inserted:
		return at(LinkInserted, r.Head.Seq)
	case d.link.Seq < d.seq:
		return Fault{Reason: LinkInserted, Seq: d.link.Seq, Kind: d.link.Kind, RowID: d.link.RowID}
	case d.found && !d.displaced && (d.shifted || (!d.decided && d.foundSeq == d.seq+1)):
		this.Reason = LinkInserted
	case d.found:
		this.Reason = LinkReordered
	case d.link.Seq > d.seq || d.moved:
		return at(LinkRemoved, d.seq)
	default:
		this.Reason = LinkAltered
	}
	return this
}
