package importer

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/ids"
	"timetracker/internal/plaintext"
)

// Row is what a row of a file says, before anything of it is looked up.
type Row struct {
	Number   int          `json:"-"` // the head is row 1
	External ids.External `json:"-"`

	Email    string        `json:"email,omitempty"`
	Person   string        `json:"person,omitempty"` // a name, where there is no address
	Start    Wall          `json:"start"`
	Stop     Wall          `json:"stop"`
	Length   time.Duration `json:"length"` // as the file has it; zero: it doesn't say
	WorkItem string        `json:"work_item,omitempty"`
	Title    string        `json:"title,omitempty"`
	Project  string        `json:"project,omitempty"`
	Activity string        `json:"activity,omitempty"`
	Tags     []string      `json:"tags,omitempty"` // one of which may be an activity
	Billable *bool         `json:"billable,omitempty"`
	Note     string        `json:"note,omitempty"`
}

// Wall is when something was: an instant, or what the clocks of the person's zone showed. The zero value says nothing.
type Wall struct {
	Instant time.Time     `json:"instant,omitzero"`
	Day     calendar.Day  `json:"day,omitzero"`
	Clock   time.Duration `json:"clock,omitempty"` // since midnight by the clocks; without HasClock it isn't known
	HasTime bool          `json:"has_time,omitempty"`
}

func (w Wall) zero() bool { return w.Instant.IsZero() && w.Day == (calendar.Day{}) }

// Problem is why a row is not imported. Code is stable.
type Problem struct {
	Code   string
	Detail string // a sentence
}

// The problems that a row can have by itself.
var (
	problemPerson       = Problem{"person_missing", "The row names nobody."}
	problemDate         = Problem{"date_unreadable", "The day or the time can't be read."}
	problemLength       = Problem{"length_unreadable", "The length or the end can't be read."}
	problemBillable     = Problem{"billable_unreadable", "Whether it is billable can't be read."}
	problemPartBillable = Problem{"billable_in_part", "Only a part of the time is billable, so that it has to be two rows."}
	problemItem         = Problem{"work_item_unreadable", "The work item's number can't be read."}
	problemKind         = Problem{"not_counted_as_entry", "The row is an adjustment or is under review, and no entry that counts."}
)

// parser reads the rows of one file.
type parser struct {
	layout layout
	order  DateOrder
	seen   map[ids.External]int // how often a row of the same text came
}

func newParser(l layout, order DateOrder) *parser {
	return &parser{layout: l, order: order, seen: map[ids.External]int{}}
}

// maxNote and maxName bound texts of a file, as those of the product are bounded.
const (
	maxNote = 1000
	maxName = 255
)

// parse reads a record. A row with a problem has the fields that could be read.
func (p *parser) parse(number int, record []string) (Row, *Problem) {
	cell := func(c column) string { return p.layout.cell(record, c) }
	line := func(c column, length int) string { return cut(plaintext.CleanLine(cell(c)), length) }
	row := Row{
		Number: number, Email: line(columnEmail, maxName), Person: cut(plaintext.CleanLine(p.person(record)), maxName),
		Title: line(columnTitle, maxName), Project: line(columnProject, 64), Activity: line(columnActivity, 64),
		Note: cut(cell(columnNote), maxNote), Tags: tags(cell(columnTags)),
	}
	if account := line(columnAccount, maxName); account != "" {
		row.Email, row.Person = account, account
	}
	// 7pace and others put the sign-in name there, which need not be an address.
	if !strings.Contains(row.Email, "@") {
		row.Email = ""
	} else if p.layout.has(columnAccount) {
		row.Person = ""
	}
	problem := p.parseTimes(&row, record)
	if row.Email == "" && row.Person == "" {
		problem = &problemPerson
	}
	if fault := p.parseBillable(&row, record); problem == nil {
		problem = fault
	}
	var ok bool
	if row.WorkItem, ok = p.workItem(record); !ok && problem == nil {
		problem = &problemItem
	}
	if kind := cell(columnKind); (kind != "" && kind != "entry") || cell(columnReview) == "true" {
		problem = &problemKind
	}
	id := cell(columnID)
	if cell(columnCut) == "true" { // another part of the entry may come with another file
		id += " " + cell(columnStart) + " " + cell(columnStop)
	}
	row.External = p.external(row, id)
	return row, problem
}

func (p *parser) person(record []string) string {
	if name := p.layout.cell(record, columnPerson); name != "" {
		return name
	}
	return strings.TrimSpace(p.layout.cell(record, columnFirstName) + " " + p.layout.cell(record, columnLastName))
}

func (p *parser) workItem(record []string) (string, bool) {
	cell := func(c column) string { return p.layout.cell(record, c) }
	if text := cell(columnWorkItem); text != "" {
		found := itemNumber.FindStringSubmatch(text)
		if found == nil {
			return "", false
		}
		return found[1], true
	}
	return mentionedItem(cell(columnLink), cell(columnTask), cell(columnNote), cell(columnTags)), true
}

func tags(text string) (all []string) {
	for tag := range strings.SplitSeq(text, ",") {
		if tag = plaintext.CleanLine(tag); tag != "" {
			all = append(all, cut(tag, 64))
		}
	}
	return all
}

// parseTimes reads when the row's entry was.
func (p *parser) parseTimes(row *Row, record []string) *Problem {
	cell := func(c column) string { return p.layout.cell(record, c) }
	var ok bool
	if row.Start, ok = p.wall(cell(columnStart), cell(columnStartDate), cell(columnStartTime)); !ok || row.Start.zero() {
		return &problemDate
	}
	stopDay := cell(columnStopDate)
	if stopDay == "" && cell(columnStopTime) != "" {
		stopDay = cell(columnStartDate)
	}
	if row.Stop, ok = p.wall(cell(columnStop), stopDay, cell(columnStopTime)); !ok {
		return &problemLength
	}
	ok = true
	switch {
	case cell(columnMS) != "":
		row.Length, ok = parseUnits(cell(columnMS), time.Millisecond)
	case cell(columnSeconds) != "":
		row.Length, ok = parseUnits(cell(columnSeconds), time.Second)
	case cell(columnLength) != "":
		row.Length, ok = parseLength(cell(columnLength))
	}
	hasStop := !row.Stop.Instant.IsZero() || row.Stop.HasTime
	if !ok || (!hasStop && row.Length == 0) {
		return &problemLength
	}
	return nil
}

// wall reads a moment from a cell with day and time, or from two. A day without a time is one.
func (p *parser) wall(both, day, clock string) (w Wall, ok bool) {
	if both != "" {
		if w.Instant, ok = parseInstant(both); ok {
			return w, true
		}
		w.Instant = time.Time{}
		var separated bool
		if day, clock, separated = strings.Cut(both, " "); !separated {
			day, clock, _ = strings.Cut(both, "T")
		}
	}
	if day == "" {
		return Wall{}, clock == ""
	}
	if w.Day, ok = parseDay(datePart(day), p.order); !ok || clock == "" {
		return w, ok
	}
	w.Clock, w.HasTime = 0, true
	w.Clock, ok = parseClock(clock)
	return w, ok
}

// FirstOfText is the lowest External of rows without an id of their product. Theirs is made of their text, and would show who
// guesses a name that an erasure has taken out of it.
var FirstOfText = ids.External{0x80}

// NewExternal is a random one, in place of one that is of a text. The row isn't known again by it.
func NewExternal() (id ids.External) {
	_, _ = rand.Read(id[:]) // never fails
	id[0] |= FirstOfText[0]
	return id
}

// external gives what tells the row from others: the other product's own id, or else all that the row says. Rows that
// say the same are told apart by how many came before.
func (p *parser) external(row Row, id string) ids.External {
	if id != "" {
		own := hash(string(p.layout.format), id)
		own[0] &^= FirstOfText[0]
		return own
	}
	content, err := json.Marshal(row)
	if err != nil {
		panic(err) // a Row has nothing that JSON can't hold
	}
	same := hash(string(p.layout.format), string(content))
	p.seen[same]++
	if p.seen[same] > 1 {
		same = hash(string(same[:]), strconv.Itoa(p.seen[same]))
	}
	same[0] |= FirstOfText[0]
	return same
}

func hash(parts ...string) (id ids.External) {
	h := sha256.New()
	for _, part := range parts {
		h.Write([]byte(strconv.Itoa(len(part)) + ":" + part))
	}
	copy(id[:], h.Sum(nil))
	return id
}
