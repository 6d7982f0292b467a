package httpapi

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// stand puts visits in lines: "a1" is of the person 1 of the tenant a.
func stand(l *lines, names string) (dropped []string) {
	for name := range strings.FieldsSeq(names) {
		if v, full := l.add(visitorOf(name[0], int(name[1]), name)); full {
			dropped = append(dropped, v.as.AccessToken())
		}
	}
	return dropped
}

// served takes visits until there is none for a worker.
func served(l *lines, done bool) string {
	var names []string
	for v, found := l.take(); found; v, found = l.take() {
		names = append(names, v.as.AccessToken())
		if done {
			l.done(v)
		}
	}
	return strings.Join(names, " ")
}

func TestTenantsTakeTurns(t *testing.T) {
	l := newLines()
	stand(&l, "a1 a2 a3 b1 c1 b2 a4")
	if diff := cmp.Diff("a1 b1 c1 a2 b2 a3 a4", served(&l, true)); diff != "" {
		t.Error(diff)
	}
	if l.waiting+len(l.of)+len(l.turns)+len(l.held) != 0 {
		t.Errorf("something is left: %+v", l)
	}
}

func TestATenantHoldsHalfOfTheWorkers(t *testing.T) {
	l := newLines()
	stand(&l, "a1 a2 a3 a4 a5 a6 a7")
	got := []string{served(&l, false)}
	stand(&l, "b1 b2")
	got = append(got, served(&l, false))
	l.done(visitorOf('a', 1, ""))
	got = append(got, served(&l, false))
	if diff := cmp.Diff([]string{"a1 a2 a3 a4", "b1 b2", "a5"}, got); diff != "" {
		t.Error(diff)
	}
}

// TestTheLongestLineLosesItsNewest when too many wait.
func TestTheLongestLineLosesItsNewest(t *testing.T) {
	l := newLines()
	for range maxWaiting - 5 {
		l.add(visitorOf('a', 0, "a0"))
	}
	got := stand(&l, "a1 a2 b1 b2 b3 b4 c1 a3 c2")
	if diff := cmp.Diff([]string{"a2", "a1", "a3", "a0"}, got); diff != "" {
		t.Error(diff)
	}
	if l.waiting != maxWaiting {
		t.Errorf("%d wait", l.waiting)
	}
}

// TestAnAddedVisitIsDroppedBeforeOthers when no line is longer than its own.
func TestAnAddedVisitIsDroppedBeforeOthers(t *testing.T) {
	l := newLines()
	stand(&l, strings.Repeat("a0 b0 ", maxWaiting/2-1)+"b1 c1")
	if diff := cmp.Diff([]string{"a1"}, stand(&l, "a1")); diff != "" {
		t.Error(diff)
	}
}
