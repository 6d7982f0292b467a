package sqlstore

import "context"

// Exec runs a statement in the transaction of the context.
func (s *Store) Exec(ctx context.Context, text string) error {
	tx, err := s.txFrom(ctx)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, text)
	return err
}
