package proof

import (
	"context"
	"time"

	"timetracker/internal/ids"
	"timetracker/internal/personal"
)

// ErasePerson removes the salts of the links whose rows have a text of the person or name them, and adds a link that says so.
// The texts can be taken out of the rows then, and nobody can find out what they were. It is called before that, in the same
// transaction, and may run twice.
func (s *Service) ErasePerson(ctx context.Context, id ids.Tenant, subject personal.Subject) error {
	names := personal.NewRedactor(subject)
	chain, err := s.lock(ctx, id)
	if err != nil {
		return err
	}
	var seqs []int64
	for after := int64(0); after < chain.head.Seq; {
		links, err := s.store.Links(ctx, id, after, chain.head.Seq, linksPage)
		if err != nil {
			return err
		}
		for _, l := range links {
			after = l.Link.Seq
			if l.Link.Salt != nil && l.Row != nil && !definitionOf(l.Link.Kind).kept && l.Row.concerns(subject.User, names) {
				seqs = append(seqs, l.Link.Seq)
			}
		}
		if len(links) < linksPage {
			break
		}
	}
	now := s.now()
	return s.end(ctx, id, chain, Erasure, ids.Any(subject.User), now, seqs)
}

// EraseRows does for some rows what ErasePerson does for all: they were sealed since. It is called in the transaction that
// changes them, which has locked the chain before it read them, so that none is sealed between.
func (s *Service) EraseRows(ctx context.Context, id ids.Tenant, user ids.User, rows []RowName) error {
	chain, err := s.lock(ctx, id)
	if err != nil {
		return err
	}
	seqs, err := s.store.SaltedLinks(ctx, id, rows)
	if err != nil {
		return err
	}
	return s.end(ctx, id, chain, Erasure, ids.Any(user), s.now(), seqs)
}

// Expire says that the rows of a kind that were made before an instant may be removed, or lose what they say of people. It is
// called before that, in the same transaction, and may run twice.
func (s *Service) Expire(ctx context.Context, id ids.Tenant, kind Kind, before time.Time) error {
	return s.ExpireBetween(ctx, id, kind, time.UnixMilli(0), before)
}

// ExpireBetween is Expire for the rows that were made at an instant or later, and before another one.
func (s *Service) ExpireBetween(ctx context.Context, id ids.Tenant, kind Kind, from, before time.Time) error {
	chain, err := s.lock(ctx, id)
	if err != nil {
		return err
	}
	seqs, err := s.store.SealedBetween(ctx, id, kind, from, before)
	if err != nil {
		return err
	}
	return s.end(ctx, id, chain, Retention, ids.New[ids.Any](), before, seqs)
}

// end adds a link, and has others name it.
func (s *Service) end(ctx context.Context, id ids.Tenant, chain *chain, kind Kind, of ids.Any, at time.Time, seqs []int64) error {
	if len(seqs) == 0 {
		return nil
	}
	names := newNamed()
	for _, seq := range seqs {
		names.add(seq)
	}
	link, err := chain.end(kind, of, at.UTC().Truncate(time.Millisecond), names, s.now())
	if err != nil {
		return err
	}
	if err := s.store.InsertLinks(ctx, id, []Link{link}); err != nil {
		return err
	}
	return s.store.EndLinks(ctx, id, link, seqs)
}
