package sqlstore

import (
	"context"
	"database/sql"
	"fmt"

	"timetracker/internal/ids"
	"timetracker/internal/sqlstore/engine"
	"timetracker/internal/tenant"
)

// Logo implements tenant.Store.
func (s *Store) Logo(ctx context.Context, id ids.Tenant) (tenant.Logo, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return tenant.Logo{}, err
	}
	logo, _, err := engine.QueryOne(ctx, on, func(row *sql.Rows) (l tenant.Logo, err error) {
		return l, row.Scan(&l.MediaType, &l.Image, &l.Width, &l.Height)
	}, `SELECT l.media_type, l.image, l.width, l.height FROM tenant_logos l WHERE l.tenant_id = @tenant_id`)
	if err != nil {
		return tenant.Logo{}, fmt.Errorf("read a logo: %w", err)
	}
	return logo, nil
}

// SetLogo implements tenant.Store.
func (s *Store) SetLogo(ctx context.Context, id ids.Tenant, l tenant.Logo) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	statements := []engine.Statement{{Text: `DELETE FROM tenant_logos WHERE tenant_id = @tenant_id`}}
	if len(l.Image) > 0 {
		statements = append(statements, engine.Statement{
			Args: []any{
				sql.Named("media_type", l.MediaType), sql.Named("image", l.Image), sql.Named("width", l.Width), sql.Named("height", l.Height),
			},
			Text: `INSERT INTO tenant_logos (tenant_id, media_type, image, width, height)
				VALUES (@tenant_id, @media_type, @image, @width, @height)`,
		})
	}
	return tx.Save(ctx, statements, nil)
}
