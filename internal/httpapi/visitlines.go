package httpapi

import (
	"slices"

	"timetracker/internal/ids"
)

const (
	visitWorkers  = 8
	tenantWorkers = visitWorkers / 2 // the rest is free for whoever comes
	maxWaiting    = 1_000            // visits that wait for a worker
)

// lines are the visits that wait for a worker: a line for each tenant, first in, first out. The tenants take turns, and
// none holds more than tenantWorkers at the same time. So a tenant whose tracker is slow delays its own people alone.
type lines struct {
	waiting int
	of      map[ids.Tenant][]visit // never an empty one
	turns   []ids.Tenant           // tenants with a line, whose turn it is first
	held    map[ids.Tenant]int     // workers
}

func newLines() lines {
	return lines{of: make(map[ids.Tenant][]visit), held: make(map[ids.Tenant]int)}
}

// add puts a visit at the end of its tenant's line. When too many wait, the longest line loses its newest: that is the
// added one when no line is longer than its own.
func (l *lines) add(added visit) (dropped visit, full bool) {
	t := added.member.Tenant.ID
	if len(l.of[t]) == 0 {
		l.turns = append(l.turns, t)
	}
	l.of[t] = append(l.of[t], added)
	l.waiting++
	if l.waiting <= maxWaiting {
		return visit{}, false
	}
	longest := t
	for _, other := range l.turns {
		if len(l.of[other]) > len(l.of[longest]) {
			longest = other
		}
	}
	return l.remove(longest, len(l.of[longest])-1), true
}

// take gives the next visit to a worker, who says when it is done. There is none when whoever waits is of tenants that
// hold their part of the workers.
func (l *lines) take() (next visit, found bool) {
	at := slices.IndexFunc(l.turns, func(t ids.Tenant) bool { return l.held[t] < tenantWorkers })
	if at < 0 {
		return visit{}, false
	}
	t := l.turns[at]
	l.turns = append(slices.Delete(l.turns, at, at+1), t)
	l.held[t]++
	return l.remove(t, 0), true
}

// done frees the worker of a visit that was taken.
func (l *lines) done(taken visit) {
	t := taken.member.Tenant.ID
	if l.held[t]--; l.held[t] == 0 {
		delete(l.held, t)
	}
}

// remove takes a visit, and with it a token, out of a tenant's line.
func (l *lines) remove(t ids.Tenant, at int) visit {
	removed := l.of[t][at]
	l.of[t] = slices.Delete(l.of[t], at, at+1)
	l.waiting--
	if len(l.of[t]) == 0 {
		delete(l.of, t)
		l.turns = slices.DeleteFunc(l.turns, func(of ids.Tenant) bool { return of == t })
	}
	return removed
}
