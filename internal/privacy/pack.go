package privacy

import (
	"archive/zip"
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/personal"
	"timetracker/internal/report/render"
)

// Pack makes the ZIP of what a Collect has kept: a readme, and for each record set a file of JSON and one of CSV. It reads what was
// kept twice and holds one record at a time.
func Pack(w io.Writer, kept io.ReadSeeker) error {
	p := packer{kept: kept}
	first, err := p.from(0)
	if err != nil {
		return err
	}
	begin, err := first.next()
	if err != nil || begin.Cover == nil {
		return errors.Join(errors.New("what was kept has no cover"), err)
	}
	p.at, p.out = begin.Cover.At, zip.NewWriter(w)
	sets, rest, err := p.sets(first)
	if err != nil {
		return err
	}
	say := writeReadme
	if begin.Cover.Whole {
		say = writeTenantReadme
	}
	readme, err := p.file("README.txt")
	if err == nil {
		err = say(readme, *begin.Cover, sets)
	}
	if err != nil {
		return err
	}
	for _, s := range sets {
		if err := p.packSet(s); err != nil {
			return err
		}
	}
	if rest != nil {
		if err := p.packRest(*rest); err != nil {
			return err
		}
	}
	return p.out.Close()
}

// packRest copies what was kept as it is.
func (p packer) packRest(s set) error {
	out, err := p.file(s.name)
	if err != nil {
		return err
	}
	if _, err := p.kept.Seek(s.begins, io.SeekStart); err != nil {
		return fmt.Errorf("read what was kept: %w", err)
	}
	if _, err := io.Copy(out, p.kept); err != nil {
		return fmt.Errorf("pack %s: %w", s.name, err)
	}
	return nil
}

// packer makes the files of a ZIP.
type packer struct {
	kept io.ReadSeeker
	out  *zip.Writer
	at   time.Time
}

// set is a record set that was kept.
type set struct {
	name    string
	columns []personal.Column
	begins  int64 // where its first record is kept
	records int
}

func (p packer) from(at int64) (*lineReader, error) {
	if _, err := p.kept.Seek(at, io.SeekStart); err != nil {
		return nil, fmt.Errorf("read what was kept: %w", err)
	}
	return &lineReader{in: bufio.NewReader(p.kept), at: at}, nil
}

// sets finds the record sets and counts their records, and finds what follows them; nil: nothing does.
func (p packer) sets(in *lineReader) (all []set, rest *set, err error) {
	for {
		l, err := in.next()
		switch {
		case errors.Is(err, io.EOF):
			return all, nil, nil
		case err != nil:
			return nil, nil, err
		case l.Rest != "":
			return all, &set{name: l.Rest, begins: in.at}, nil
		case l.Set != "":
			all = append(all, set{name: l.Set, columns: l.Columns, begins: in.at})
		default:
			all[len(all)-1].records++
		}
	}
}

func (p packer) file(name string) (io.Writer, error) {
	return p.out.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: p.at})
}

// records are those of a set, each with a value for each of its names.
func (p packer) records(s set) iter.Seq2[[]json.RawMessage, error] {
	return func(yield func([]json.RawMessage, error) bool) {
		in, err := p.from(s.begins)
		for range s.records {
			var l line
			if err == nil {
				l, err = in.next()
			}
			var values []json.RawMessage
			if err == nil {
				values, err = cells(s.columns, l.Values)
			}
			if !yield(values, err) || err != nil {
				return
			}
		}
	}
}

func (p packer) packSet(s set) error {
	asJSON, err := p.file(s.name + ".json")
	if err == nil {
		err = p.writeJSON(asJSON, s)
	}
	if err != nil {
		return err
	}
	asCSV, err := p.file(s.name + ".csv")
	if err != nil {
		return err
	}
	return render.WriteTable(asCSV, render.Style{}, names(s.columns), func(yield func([]string, error) bool) {
		for values, err := range p.records(s) {
			record := make([]string, len(values))
			for i, value := range values {
				if err == nil {
					record[i], err = plain(value)
				}
			}
			if !yield(record, err) || err != nil {
				return
			}
		}
	})
}

// writeJSON writes a set as an array of objects, whose fields are in the order of the columns.
func (p packer) writeJSON(w io.Writer, s set) error {
	out := bufio.NewWriter(w)
	_, _ = out.WriteString("[") // the first error stays with the writer
	separator := "\n"
	for values, err := range p.records(s) {
		if err != nil {
			return err
		}
		_, _ = out.WriteString(separator + "  {")
		for i, name := range names(s.columns) {
			if i > 0 {
				_, _ = out.WriteString(", ")
			}
			_, _ = fmt.Fprintf(out, "%q: %s", name, values[i])
		}
		_, _ = out.WriteString("}")
		separator = ",\n"
	}
	_, _ = out.WriteString("\n]\n")
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write json: %w", err)
	}
	return nil
}

// writeReadme says what is in the files, what it is held for and how long, and what isn't there.
func writeReadme(w io.Writer, c cover, sets []set) error {
	out := bufio.NewWriter(w)
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format+"\r\n", args...) }
	say("What TimeTracker holds about %s", c.Name)
	say("in the organization %s, at %s.", c.Organization, c.At.UTC().Format(calendar.InstantLayout))
	say("")
	say("Each record set is there twice, as JSON and as CSV. Instants are in UTC, in the form of RFC 3339 with milliseconds.")
	say("A length is written as milliseconds (NAME_ms) and as hours, minutes and seconds (NAME).")
	say("Of work items there is what the tracker, or your own browser, has shown to you.")
	say("")
	say("RECORD SETS")
	for _, s := range sets {
		say("")
		say("%s.json, %s.csv: %d records", s.name, s.name, s.records)
		for _, u := range usesOf(s.name) {
			say("  %s (%s). For: %s. Kept: %s.", strings.Join(u.fields, ", "), u.class, u.purpose, u.retention)
		}
	}
	say("")
	say("WHAT IS NOT IN HERE, AND WHY")
	say("")
	for _, column := range Schema() {
		if column.WhyNot != "" && column.WhyNot != ownSet {
			say("%s (%s): %s", column.Table, strings.Join(column.Names, ", "), column.WhyNot)
		}
	}
	say("")
	say("WORDS")
	say("")
	say("personal: it says who somebody is, or what one person did")
	say("content:  somebody has typed it or a tracker has said it, so that it may name a person")
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write the readme: %w", err)
	}
	return nil
}

// use is what fields of a record set are, what they are held for, and for how long.
type use struct {
	class     Class
	purpose   Purpose
	retention Retention
	fields    []string
}

// usesOf are those of a record set, by what its fields are called there.
func usesOf(name string) (uses []use) {
	for _, h := range Held() {
		if h.RecordSet != name {
			continue
		}
		i := slices.IndexFunc(uses, func(u use) bool {
			return u.class == h.Class && u.purpose == h.Purpose && u.retention == h.Retention
		})
		if i < 0 {
			i, uses = len(uses), append(uses, use{class: h.Class, purpose: h.Purpose, retention: h.Retention})
		}
		uses[i].fields = append(uses[i].fields, h.Fields...)
	}
	return uses
}
