package spool_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"timetracker/internal/errs"
	"timetracker/internal/spool"
)

// pattern is text of a length in which every part is different.
func pattern(length int) []byte {
	text := make([]byte, length)
	for i := range text {
		text[i] = byte(i ^ i>>8 ^ i>>16)
	}
	return text
}

// inParts writes text as a report is written: in many parts.
func inParts(text []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		for rest := text; len(rest) > 0; {
			n := min(len(rest), 1000)
			if _, err := w.Write(rest[:n]); err != nil {
				return err
			}
			rest = rest[n:]
		}
		return nil
	}
}

func TestAnswersAreKeptWhole(t *testing.T) {
	directory := t.TempDir()
	s, err := spool.New(directory, spool.DefaultCapacity)
	if err != nil {
		t.Fatal(err)
	}
	var kept []*spool.Answer
	lengths := []int{0, 1, 32 << 10, 256 << 10, 256<<10 + 1, 3 << 20}
	total := 0
	for _, length := range lengths {
		made, err := s.Make(t.Context(), someone(1, 1), inParts(pattern(length)))
		if err != nil {
			t.Fatal(err)
		}
		kept = append(kept, made)
		total += length
	}
	if s.Bytes() != int64(total) {
		t.Errorf("%d bytes are held, want %d", s.Bytes(), total)
	}
	// Nothing can be opened by its name, nor is left when the process is killed.
	if left, err := os.ReadDir(directory); err != nil || len(left) > 0 {
		t.Errorf("files with a name: %v, %v", left, err)
	}
	for i, length := range lengths {
		var sent bytes.Buffer
		if n, err := kept[i].WriteTo(&sent); err != nil || n != int64(length) || !bytes.Equal(sent.Bytes(), pattern(length)) {
			t.Errorf("%d bytes: %d were sent, %v", length, n, err)
		}
		kept[i].Close()
		kept[i].Close()
	}
	if s.Bytes() != 0 {
		t.Errorf("%d bytes are still held", s.Bytes())
	}
}

func TestFilesAreBounded(t *testing.T) {
	const capacity = 16 << 20
	s := newSpooler(t, capacity)
	if _, err := s.Make(t.Context(), someone(1, 1), inParts(pattern(capacity/4+1))); errs.CodeOf(err) != "answer_too_large" || !errs.Is(err, errs.RuleBroken) {
		t.Errorf("an answer of more than a quarter: %v", err)
	}
	if s.Bytes() != 0 {
		t.Errorf("the refused answer still holds %d bytes", s.Bytes())
	}
	quarter := inParts(pattern(capacity / 4))
	var kept []*spool.Answer
	for _, tenant := range []byte{1, 1, 2} {
		made, err := s.Make(t.Context(), someone(tenant, 1), quarter)
		if err != nil {
			t.Fatal(err)
		}
		kept = append(kept, made)
	}
	if _, err := s.Make(t.Context(), someone(1, 2), quarter); errs.CodeOf(err) != "reports_busy" || !errs.Is(err, errs.Unavailable) {
		t.Errorf("a tenant's third quarter: %v", err)
	}
	if _, err := s.Make(t.Context(), someone(2, 1), quarter); err != nil {
		t.Errorf("the last quarter for another tenant: %v", err)
	}
	if _, err := s.Make(t.Context(), someone(3, 1), quarter); errs.CodeOf(err) != "reports_busy" {
		t.Errorf("a fifth quarter: %v", err)
	}
	if made, err := s.Make(t.Context(), someone(3, 1), inParts(pattern(1000))); err != nil {
		t.Errorf("a short answer beside full files: %v", err)
	} else {
		made.Close()
	}
	kept[0].Close()
	if _, err := s.Make(t.Context(), someone(3, 1), quarter); err != nil {
		t.Errorf("a quarter that is free again: %v", err)
	}
}

func TestADirectoryThatCannotBeWrittenIsRefused(t *testing.T) {
	if _, err := spool.New(filepath.Join(t.TempDir(), "missing"), spool.DefaultCapacity); err == nil {
		t.Error("a missing directory is taken")
	}
}
