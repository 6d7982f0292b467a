package crashtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"timetracker/api"
)

// rule is a property that must always hold.
type rule string

const (
	nothingLost    rule = "an acknowledged effect is there as acknowledged"
	nothingDoubled rule = "a request has one effect at most"
	nothingUnasked rule = "no effect without a request"
	sameAnswer     rule = "a request has one answer"
	oneRunning     rule = "a user has one running timer at most"
	noOverlap      rule = "a user's intervals do not overlap"
	sumsAgree      rule = "the report's sums are those of the entries"
	logAgrees      rule = "the timer log says what happened to the entries"
	onePerson      rule = "a person is one user"
	onlyKnown      rule = "answers are those of the contract"
)

// ledger remembers what was asked and what was acknowledged, and finds contradictions.
type ledger struct {
	mu       sync.Mutex
	numbers  int
	requests map[int]*request         // by number
	entries  map[string]api.TimeEntry // the latest state that was acknowledged, by id
	users    map[int]string           // user ids, by the person's index
	broken   map[rule][]string
	counts   counts
}

// counts are for the reader of the test's output.
type counts struct {
	requests, sent, acknowledged, refused, lost, replayed, kills, entries int
}

func (c counts) String() string {
	return fmt.Sprintf("%d requests, sent %d times: %d acknowledged, %d refused, %d answers lost, %d replayed; %d kills; %d entries",
		c.requests, c.sent, c.acknowledged, c.refused, c.lost, c.replayed, c.kills, c.entries)
}

func newLedger() *ledger {
	return &ledger{
		requests: map[int]*request{}, entries: map[string]api.TimeEntry{}, users: map[int]string{},
		broken: map[rule][]string{},
	}
}

func (l *ledger) number() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.numbers++
	return l.numbers
}

// breaks records that a rule is broken. The ledger must be locked.
func (l *ledger) breaks(r rule, format string, args ...any) {
	l.broken[r] = append(l.broken[r], fmt.Sprintf(format, args...))
}

// asks records that the requests are about to be sent.
func (l *ledger) asks(requests []*request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range requests {
		if _, known := l.requests[r.number]; !known {
			l.counts.requests++
			l.requests[r.number] = r
		}
		r.lost = true // until the answers have arrived
	}
}

// lostAnswer counts a lost answer to a request that changes nothing.
func (l *ledger) lostAnswer() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts.lost++
}

// answered records the answers to a request.
func (l *ledger) answered(r *request, answers []answer, lost int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts.sent += len(answers) + lost
	l.counts.lost += lost
	before := r.acknowledged
	refused := 0
	for _, a := range answers {
		if a.replayed {
			l.counts.replayed++
		}
		switch {
		case a.yes():
			l.acknowledge(r, a)
		case a.status == http.StatusConflict && codeOf(a) == "request_in_progress":
			lost++
		case a.status == http.StatusConflict, a.status == http.StatusPreconditionFailed:
			refused++
		default:
			l.breaks(onlyKnown, "%s %d was answered with %d %s", r.what, r.number, a.status, a.body)
		}
	}
	r.lost = lost > 0
	r.inDoubt = r.acknowledged == nil && (r.lost || (r.inDoubt && r.what == discardTimer))
	if r.acknowledged == nil && !r.lost {
		l.counts.refused++
	}
	// A discard has no key, so the second one finds nothing to discard.
	if refused > 0 && r.what != discardTimer && (before != nil || (r.alone && r.acknowledged != nil)) {
		l.breaks(sameAnswer, "%s %d was acknowledged and refused", r.what, r.number)
	}
}

// acknowledge records an answer of success.
func (l *ledger) acknowledge(r *request, a answer) {
	if r.acknowledged != nil {
		if r.what == discardTimer {
			l.breaks(nothingDoubled, "discard %d was acknowledged twice", r.number)
		} else if !r.acknowledged.same(a) {
			l.breaks(sameAnswer, "%s %d: %s and %s", r.what, r.number, r.acknowledged.body, a.body)
		}
	} else {
		r.acknowledged = &a
		l.counts.acknowledged++
	}
	entry, stopped, err := entryOf(r, a)
	if err != nil {
		l.breaks(onlyKnown, "%s %d: %v in %s", r.what, r.number, err, a.body)
		return
	}
	if a.etag != entry.Etag {
		l.breaks(onlyKnown, "%s %d: the ETag is %s and the entry's %s", r.what, r.number, a.etag, entry.Etag)
	}
	if r.what == discardTimer && entry.Id != r.meant {
		l.breaks(nothingUnasked, "discard %d meant the timer %s and discarded %s", r.number, r.meant, entry.Id)
	}
	l.observe(entry)
	l.belongs(entry, r.person)
	if stopped != nil {
		l.observe(*stopped)
	}
}

// saw records an entry that was read.
func (l *ledger) saw(entry api.TimeEntry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.observe(entry)
}

// belongs checks that a person is always the same user.
func (l *ledger) belongs(entry api.TimeEntry, person int) {
	if user, known := l.users[person]; known && user != entry.User.Id {
		l.breaks(onePerson, "person %d is the user %s and %s", person, user, entry.User.Id)
	}
	l.users[person] = entry.User.Id
}

// read decodes an answer to a GET.
func (l *ledger) read(a answer, into any) bool {
	if a.status == http.StatusOK && json.Unmarshal(a.body, into) == nil {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.breaks(onlyKnown, "a read was answered with %d %s", a.status, a.body)
	return false
}

// state orders the states of an entry, which never goes back here.
func state(entry api.TimeEntry) int {
	switch {
	case entry.VoidedAt != nil:
		return 2
	case entry.StoppedAt != nil:
		return 1
	default:
		return 0
	}
}

// content is all of an entry, in a form to compare. A running timer's elapsed time is not part of its state. Neither is what
// Azure DevOps says of the work item, which is read later and changes no entry.
func content(entry api.TimeEntry) string {
	if entry.StoppedAt == nil {
		entry.ElapsedMs = 0
	}
	item := *entry.WorkItem
	entry.WorkItem = &item
	item.Title, item.Type, item.State, item.AssignedTo, item.ParentId, item.ReadAt = nil, nil, nil, nil, nil, nil
	text, err := json.Marshal(entry)
	if err != nil {
		panic(err) // it was decoded from JSON
	}
	return string(text)
}

// observe remembers an entry's state as acknowledged. Answers may arrive out of order.
func (l *ledger) observe(entry api.TimeEntry) {
	known, ok := l.entries[entry.Id]
	if !ok || state(entry) > state(known) {
		l.entries[entry.Id] = entry
	}
	if ok {
		l.compare(known, entry)
	}
}

// compare finds contradictions between two states of one entry.
func (l *ledger) compare(a, b api.TimeEntry) {
	if state(a) > state(b) {
		a, b = b, a
	}
	switch {
	case state(a) == state(b) && content(a) != content(b):
		l.breaks(nothingLost, "the same state of an entry differs: %s and %s", content(a), content(b))
	case !a.StartedAt.Equal(b.StartedAt.Time), a.User != b.User, numberOf(a) != numberOf(b):
		l.breaks(nothingLost, "what never changes of an entry has changed: %s and %s", content(a), content(b))
	}
}

// numberOf is the number of the start that made the entry.
func numberOf(entry api.TimeEntry) int {
	if entry.ExistingHours == nil {
		return 0
	}
	return int(*entry.ExistingHours)
}

func codeOf(a answer) string {
	var problem api.Problem
	_ = json.Unmarshal(a.body, &problem) // without a problem document there is no code
	return problem.Code
}

// holdings are what the server says that it has.
type holdings struct {
	entries []api.TimeEntry // including voided ones
	running []api.TimeEntry
	events  []api.TimerEvent
	report  api.TimeReport // by user, over everything
}

// audit compares what the server has with what was asked and acknowledged. No request may be in flight.
func (l *ledger) audit(h holdings) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts.entries = len(h.entries)
	held := map[string]bool{}
	made := map[int]string{}
	for _, entry := range h.entries {
		if held[entry.Id] {
			l.breaks(nothingDoubled, "the entry %s is listed twice", entry.Id)
		}
		held[entry.Id] = true
		number := numberOf(entry)
		if other, ok := made[number]; ok {
			l.breaks(nothingDoubled, "start %d has made the entries %s and %s", number, other, entry.Id)
		}
		made[number] = entry.Id
		l.auditEntry(entry)
	}
	for id, entry := range l.entries {
		if !held[id] {
			l.breaks(nothingLost, "the entry is gone: %s", content(entry))
		}
	}
	l.auditRunning(h)
	l.auditIntervals(h)
	l.auditReport(h)
	l.auditLog(h)
}

// auditEntry checks that an entry is as acknowledged, or as a request in doubt would have made it.
func (l *ledger) auditEntry(entry api.TimeEntry) {
	request, asked := l.requests[numberOf(entry)]
	if !asked || request.what != startTimer {
		l.breaks(nothingUnasked, "nobody has asked for the entry %s", content(entry))
		return
	}
	l.belongs(entry, request.person)
	known, acknowledged := l.entries[entry.Id]
	if !acknowledged && !request.inDoubt {
		l.breaks(nothingUnasked, "start %d was not acknowledged to have made %s", request.number, content(entry))
	}
	if acknowledged {
		l.compare(known, entry)
		if state(entry) < state(known) {
			l.breaks(nothingLost, "acknowledged as %s, now %s", content(known), content(entry))
		}
	}
	if state(entry) > state(known) && !l.explained(request.person, entry) {
		l.breaks(nothingUnasked, "nobody has asked for what happened to %s", content(entry))
	}
	l.observe(entry)
}

// explained says whether a request in doubt can have brought a person's entry to its state.
func (l *ledger) explained(person int, entry api.TimeEntry) bool {
	for _, r := range l.requests {
		if r.person != person || !r.inDoubt {
			continue
		}
		if (r.what == discardTimer && r.meant == entry.Id) || (r.what != discardTimer && state(entry) == 1) {
			return true
		}
	}
	return false
}

func (l *ledger) auditRunning(h holdings) {
	count := map[string]int{}
	listed := map[string]bool{}
	for _, timer := range h.running {
		listed[timer.Id] = true
		if count[timer.User.Id]++; count[timer.User.Id] == 2 {
			l.breaks(oneRunning, "%s has two running timers", timer.User.Name)
		}
	}
	for _, entry := range h.entries {
		if runs := state(entry) == 0; runs != listed[entry.Id] {
			l.breaks(logAgrees, "running: %t, among the running timers: %t: %s", runs, listed[entry.Id], content(entry))
		}
	}
}

func (l *ledger) auditIntervals(h holdings) {
	byUser := map[string][]api.TimeEntry{}
	for _, entry := range h.entries {
		if entry.VoidedAt == nil {
			byUser[entry.User.Id] = append(byUser[entry.User.Id], entry)
		}
	}
	endOfTime := time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	end := func(entry api.TimeEntry) time.Time {
		if entry.StoppedAt == nil {
			return endOfTime
		}
		return entry.StoppedAt.Time
	}
	for _, entries := range byUser {
		slices.SortFunc(entries, func(a, b api.TimeEntry) int {
			if order := a.StartedAt.Compare(b.StartedAt.Time); order != 0 {
				return order
			}
			return end(a).Compare(end(b))
		})
		for i := range entries[1:] {
			if end(entries[i]).After(entries[i+1].StartedAt.Time) {
				l.breaks(noOverlap, "%s and %s", content(entries[i]), content(entries[i+1]))
			}
		}
	}
}

func (l *ledger) auditReport(h holdings) {
	want := map[string]int64{}
	var total int64
	for _, entry := range h.entries {
		if entry.StoppedAt == nil {
			continue
		}
		if length := entry.StoppedAt.Sub(entry.StartedAt.Time).Milliseconds(); entry.ElapsedMs != length || length < 0 {
			l.breaks(sumsAgree, "the interval is %d ms long: %s", length, content(entry))
		}
		if entry.VoidedAt == nil {
			want[entry.User.Id] += entry.ElapsedMs
			total += entry.ElapsedMs
		}
	}
	for _, row := range h.report.Rows {
		if row.User == nil || row.ElapsedMs+row.NeedsReviewMs != want[row.User.Id] {
			l.breaks(sumsAgree, "the report's row %+v", row)
		}
		if row.User != nil {
			delete(want, row.User.Id)
		}
	}
	for user, sum := range want {
		if sum != 0 {
			l.breaks(sumsAgree, "the report has no row of %s, who has recorded %d ms", user, sum)
		}
	}
	if reported := h.report.Totals.ElapsedMs + h.report.Totals.NeedsReviewMs; reported != total {
		l.breaks(sumsAgree, "the report's total is %d ms and the entries' %d ms", reported, total)
	}
}

// auditLog checks that every entry has the events that led to its state, each once.
func (l *ledger) auditLog(h holdings) {
	type lines struct{ started, ended, discarded int }
	log := map[string]lines{}
	for _, event := range h.events {
		n := log[event.TimeEntryId]
		switch event.Type {
		case api.TimerEventTypeStarted:
			n.started++
		case api.TimerEventTypeStopped, api.TimerEventTypeSwitched:
			n.ended++
		case api.TimerEventTypeDiscarded:
			n.discarded++
		default:
			l.breaks(nothingUnasked, "the timer log has an event %s", event.Type)
		}
		log[event.TimeEntryId] = n
	}
	for _, entry := range h.entries {
		want := lines{started: 1}
		if state(entry) >= 1 {
			want.ended = 1
		}
		if state(entry) == 2 {
			want.discarded = 1
		}
		if got := log[entry.Id]; got != want {
			l.breaks(logAgrees, "the log has %+v of %s", got, content(entry))
		}
		delete(log, entry.Id)
	}
	for id := range log {
		l.breaks(logAgrees, "the log knows the entry %s, and nothing else does", id)
	}
}
