package importer

import (
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/plaintext"
)

// Whatever a file says, reading it ends with rows that can be kept and recorded, or with a reason.
func FuzzFile(f *testing.F) {
	for _, seed := range []string{
		"Work Item ID,Email,Date,Hours\n104,a@b.example,2026-11-20,1.5\n", "user,started_at,stopped_at\nA,9999-12-31T23:59:59-01:00,x\n",
		"Date;Notes;Hours;First Name\n29.2.2100;\u202e\"a\nb\";1,5;A\n", "\ufeffUser\tStart date\tStart time\tDuration\nA\t3/4/26\t12:00 PM\t99:59:59\n",
		"Project,User,Start Date,Start Time,End Time,Duration (h)\nP,A,2026-03-29,02:30,01:30,0:00\n", "a\"b\n", "\n\n\x00", "user_email,date,elapsed_ms\na@b,0001-01-01,-5\n",
		"Project,User,Start Date,Start Time,End Time,Duration\nP,A,0001.01.01,00:00,00:00,0\n",
	} {
		for number := range 6 {
			f.Add(seed, number)
		}
	}
	zones := []*time.Location{time.UTC}
	for _, name := range []string{"Europe/Berlin", "Pacific/Apia"} {
		zone, err := calendar.LoadZone(name)
		if err != nil {
			f.Fatal(err)
		}
		zones = append(zones, zone)
	}
	formats := []Format{"", TimeTracker, SevenPace, Toggl, Clockify, Harvest}
	f.Fuzz(func(t *testing.T, file string, number int) {
		format := formats[(number%6+6)%6]
		refused := func(err error) {
			if known, ok := errors.AsType[*errs.Error](err); !ok || known.Kind != errs.RuleBroken || known.Code == "" {
				t.Fatalf("the file ends with %v", err)
			}
		}
		in, head, err := newRecords(strings.NewReader(file))
		if err != nil {
			refused(err)
			return
		}
		l, err := readHead(head, format)
		if err != nil {
			refused(err)
			return
		}
		p := newParser(l, []DateOrder{"", DayFirst, MonthFirst}[(number%3+3)%3])
		for last := 1; ; {
			record, err := in.next()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				refused(err)
				return
			}
			row, problem := p.parse(in.row, record)
			if row.Number <= last {
				t.Fatalf("row %d follows row %d", row.Number, last)
			}
			last = row.Number
			checkRow(t, row, problem, zones)
		}
	})
}

// checkRow holds a row against what its table can keep.
func checkRow(t *testing.T, row Row, problem *Problem, zones []*time.Location) {
	t.Helper()
	for text, length := range map[string]int{
		row.Email: maxName, row.Person: maxName, row.Title: maxName, row.Project: 64, row.Activity: 64, row.Note: maxNote, row.WorkItem: 10,
	} {
		if utf8.RuneCountInString(text) > length || !plaintext.IsLines(text) || (text != row.Note && !plaintext.IsLine(text)) {
			t.Errorf("%q of at most %d characters", text, length)
		}
	}
	content, err := json.Marshal(row)
	if err != nil {
		t.Fatal(err)
	}
	back := Row{Number: row.Number, External: row.External}
	if err := json.Unmarshal(content, &back); err != nil || !reflect.DeepEqual(back, row) {
		t.Errorf("%+v is kept as %+v (%v)", row, back, err)
	}
	if problem != nil {
		return
	}
	for _, zone := range zones {
		start, stop, placed := row.interval(zone)
		if start.IsZero() || stop.IsZero() || start.Location() != time.UTC || (!placed && stop.Sub(start) != row.Length) {
			t.Errorf("%+v is from %s to %s (%t)", row, start, stop, placed)
		}
	}
}
