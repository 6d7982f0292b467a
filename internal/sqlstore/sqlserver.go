package sqlstore

import (
	"context"
	"errors"
	"log/slog"
)

func openSQLServer(context.Context, string, *slog.Logger) (*Store, error) {
	return nil, errors.New("SQL Server is not served yet")
}
