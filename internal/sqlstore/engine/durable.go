package engine

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
)

// durability makes a committed group durable beside the writer, which runs the next group meanwhile. It commits that one
// when the former is durable. Nobody is answered before: neither a member of a group, nor a reader who may have seen what
// the group wrote.
//
// After a failed sync nobody knows what of the group is on the disk, and a later sync may succeed without it:
// https://lwn.net/Articles/752063/. So from then on nothing is read or written. A restart is the remedy: see openWAL.
type durability struct {
	sync   func() error // makes the WAL durable; nil: each commit does so itself
	log    *slog.Logger
	latest atomic.Pointer[promise]
	groups chan committed
	ended  chan struct{}
}

// promise is that of the group which was committed last.
type promise struct {
	settled chan struct{} // closed when the group is durable, or never will be
	err     error         // why it never will be; to be read when it is settled
}

// committed is a group after its commit, whose error means that nothing of it was kept.
type committed struct {
	members []*member
	err     error
}

func newDurability(syncWAL func() error, log *slog.Logger) *durability {
	d := &durability{sync: syncWAL, log: log, groups: make(chan committed), ended: make(chan struct{})}
	first := &promise{settled: make(chan struct{})}
	close(first.settled)
	d.latest.Store(first)
	go d.work()
	return d
}

// close waits until the latest group is answered. It is called once, after the writer has ended.
func (d *durability) close() {
	close(d.groups)
	<-d.ended
}

// settled says when the next group may be committed.
func (d *durability) settled() <-chan struct{} { return d.latest.Load().settled }

// failed is the error of the sync that has failed, or nil.
func (d *durability) failed() error {
	latest := d.latest.Load()
	select {
	case <-latest.settled:
		return latest.err
	default:
		return nil
	}
}

// begin is called before a group's commit, after which readers see what it wrote.
func (d *durability) begin() { d.latest.Store(&promise{settled: make(chan struct{})}) }

// answer answers a group when it is durable.
func (d *durability) answer(members []*member, err error) { d.groups <- committed{members, err} }

func (d *durability) work() {
	defer close(d.ended)
	for group := range d.groups {
		latest := d.latest.Load()
		if group.err == nil && d.sync != nil {
			if err := d.sync(); err != nil {
				d.log.Error("the WAL can't be made durable: nothing is read or written until the program is started again",
					"error", err)
				latest.err = Unavailable(fmt.Errorf("the WAL could not be made durable, start the program again: %w", err))
			}
		}
		close(latest.settled)
		answer(group.members, cmp.Or(group.err, latest.err))
	}
}

// await waits until all is durable that a read may have seen. On SQL Server, where d is nil, it is.
func (d *durability) await(ctx context.Context) error {
	if d == nil {
		return nil
	}
	latest := d.latest.Load()
	select {
	case <-latest.settled:
		return latest.err
	case <-ctx.Done():
		return ctx.Err()
	}
}
