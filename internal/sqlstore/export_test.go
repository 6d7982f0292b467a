package sqlstore

import (
	"context"

	"timetracker/internal/sqlstore/engine"
)

// Exec runs a statement in the transaction of the context.
func (s *Store) Exec(ctx context.Context, text string) error {
	tx, err := s.txFrom(ctx)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, text)
	return err
}

// NewStore makes a store of an engine that a test has made.
func NewStore(db *engine.DB) *Store { return newStore(db) }
