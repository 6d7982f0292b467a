package spool

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"timetracker/internal/errs"
	"timetracker/internal/ids"
)

const (
	// maxInMemory is the size in bytes up to which an answer is kept in memory. Longer ones go to a file.
	maxInMemory = 256 << 10
	// memoryCapacity is how many bytes all answers together have in memory. What exceeds it goes to files at once.
	memoryCapacity = 64 << 20
	// writeSize is how many bytes are collected before they are kept, since answers are written cell by cell.
	writeSize = 32 << 10
)

// DefaultCapacity is how many bytes all files have together, unless configured otherwise.
const DefaultCapacity = 2 << 30

// Spooler makes answers. It is safe for concurrent use.
type Spooler struct {
	directory string
	capacity  int64
	slots     *slots

	mu       sync.Mutex
	inMemory int64
	inFiles  int64
	filesOf  map[ids.Tenant]int64 // bytes in files, by tenant
}

// New makes a Spooler whose files are in a directory, or where the system keeps temporary files when it is empty.
// capacity is how many bytes all files have together. A tenant has at most half of it, and an answer a quarter. New gives
// an error when no file can be made.
func New(directory string, capacity int64) (*Spooler, error) {
	s := &Spooler{directory: directory, capacity: capacity, slots: newSlots(), filesOf: make(map[ids.Tenant]int64)}
	probe, err := s.createFile()
	if err != nil {
		return nil, err
	}
	return s, probe.Close()
}

// createFile makes a file that only this process can open. Its name is removed at once, so that nothing is left when
// the process is killed.
func (s *Spooler) createFile() (*os.File, error) {
	file, err := os.CreateTemp(s.directory, "timetracker-*") // with mode 0600
	if err != nil {
		return nil, fmt.Errorf("make a temporary file: %w", err)
	}
	if err := os.Remove(file.Name()); err != nil {
		return nil, errors.Join(fmt.Errorf("remove the name of a temporary file: %w", err), file.Close())
	}
	return file, nil
}

// Bytes is how much answers hold at the moment, in memory and in files.
func (s *Spooler) Bytes() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.inMemory + s.inFiles
}

// Make has an answer written in the owner's turn, and keeps it. The slot is free again when Make returns. The caller
// closes the answer.
//
// An error of kind Unavailable has the code reports_busy when the turn does not come in time or the files are full. Its
// code is reports_unavailable when a file can't be written. One of kind RuleBroken has the code answer_too_large.
func (s *Spooler) Make(ctx context.Context, owner Owner, write func(io.Writer) error) (*Answer, error) {
	if err := s.slots.take(ctx, owner); err != nil {
		return nil, err
	}
	defer s.slots.release(owner)
	made := &Answer{spooler: s, tenant: owner.Tenant}
	whole := false
	defer func() { // also after a panic
		if !whole {
			made.Close()
		}
	}()
	out := bufio.NewWriterSize(keeper{made}, writeSize)
	if err := write(out); err != nil {
		return nil, err
	}
	if err := out.Flush(); err != nil {
		return nil, err
	}
	whole = true
	return made, nil
}

// Answer is an answer that was made whole. It is in memory or in a file.
type Answer struct {
	spooler *Spooler
	tenant  ids.Tenant
	memory  []byte
	file    *os.File
	size    int64 // of the file
}

// WriteTo writes the answer to a client. It implements io.WriterTo.
func (a *Answer) WriteTo(w io.Writer) (int64, error) {
	return io.Copy(w, a.Reader())
}

// Reader reads the answer from its beginning.
func (a *Answer) Reader() io.ReadSeeker {
	if a.file == nil {
		return bytes.NewReader(a.memory)
	}
	return io.NewSectionReader(a.file, 0, a.size)
}

// Close forgets the answer.
func (a *Answer) Close() {
	if a.file != nil {
		_ = a.file.Close() // which frees its space, since the file has no name
	}
	a.spooler.reserveFile(a.tenant, -a.size)
	a.spooler.reserveMemory(-len(a.memory))
	*a = Answer{spooler: a.spooler}
}

// keeper writes to an answer that is being made.
type keeper struct{ answer *Answer }

// Write implements io.Writer.
func (k keeper) Write(data []byte) (int, error) {
	a := k.answer
	if a.file == nil && len(a.memory)+len(data) <= maxInMemory && a.spooler.reserveMemory(len(data)) {
		a.memory = append(a.memory, data...)
		return len(data), nil
	}
	if a.file == nil {
		if err := a.toFile(); err != nil {
			return 0, err
		}
	}
	if err := a.append(data); err != nil {
		return 0, err
	}
	return len(data), nil
}

// toFile moves what is in memory to a file.
func (a *Answer) toFile() (err error) {
	if a.file, err = a.spooler.createFile(); err != nil {
		return unwritten(err)
	}
	begin := a.memory
	a.memory = nil
	a.spooler.reserveMemory(-len(begin))
	return a.append(begin)
}

func (a *Answer) append(data []byte) error {
	length := int64(len(data))
	if a.size+length > a.spooler.capacity/4 {
		return errs.New(errs.RuleBroken, "answer_too_large", "This report or file is too large. Ask for a shorter range.")
	}
	if !a.spooler.reserveFile(a.tenant, length) {
		return busy(errors.New("the spool is full"))
	}
	a.size += length
	if _, err := a.file.Write(data); err != nil {
		return unwritten(err)
	}
	return nil
}

// unwritten is the error for a file that can't be made or written, as when the disk is full.
func unwritten(cause error) error {
	return errs.Wrap(cause, errs.Unavailable, "reports_unavailable",
		"Reports and files can't be made at the moment. Try again later.")
}

// reserveMemory takes size bytes of memory, or gives it back when size is negative. It says whether there is enough.
func (s *Spooler) reserveMemory(size int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if size > 0 && s.inMemory+int64(size) > memoryCapacity {
		return false
	}
	s.inMemory += int64(size)
	return true
}

// reserveFile takes size bytes in files for a tenant, or gives them back when size is negative. It says whether there is
// enough.
func (s *Spooler) reserveFile(tenant ids.Tenant, size int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if size > 0 && (s.inFiles+size > s.capacity || s.filesOf[tenant]+size > s.capacity/2) {
		return false
	}
	s.inFiles += size
	if s.filesOf[tenant] += size; s.filesOf[tenant] == 0 {
		delete(s.filesOf, tenant)
	}
	return true
}
