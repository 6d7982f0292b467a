package importer

import (
	"errors"
	"io"
	"testing"
)

// A file that can't be read for once is not an empty one: it would have to be sent again.
func TestAnErrorOfTheStoreIsNoEmptyFile(t *testing.T) {
	broken := errors.New("the database is away")
	calls := 0
	file := &parts{next: func(number int) (string, error) {
		calls++
		switch {
		case calls == 1:
			return "", broken
		case number == 1:
			return "\ufeffuser,date\n", nil
		default:
			return "", io.EOF
		}
	}}
	if _, _, err := newRecords(file); !errors.Is(err, broken) {
		t.Fatalf("the error is %v", err)
	}
	_, head, err := newRecords(file)
	if err != nil || len(head) != 2 || head[0] != "user" {
		t.Errorf("read again, the head is %q (%v)", head, err)
	}
}
