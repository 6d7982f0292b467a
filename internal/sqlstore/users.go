package sqlstore

import (
	"context"
	"database/sql"
	"fmt"

	"timetracker/internal/errs"
	"timetracker/internal/tenant"
)

// Member implements tenant.Store. It is where a tenant is found, so it can't name it.
func (s *Store) Member(ctx context.Context, directoryID, objectID string) (tenant.Member, bool, error) {
	type found struct {
		member tenant.Member
		isUser bool
	}
	f, ok, err := find(ctx, s.anywhere(ctx), func(row *sql.Rows) (f found, err error) {
		u := &f.member.User
		var userID, object, email, name, role, status, provider, zone sql.NullString
		var external sql.NullBool
		var revision sql.NullInt64
		err = row.Scan(append(tenantTargets(&f.member.Tenant), &userID, &object, &email, &name, &role, &status,
			&provider, &external, &zone, instant{&u.FirstSignInAt}, instant{&u.CreatedAt}, &revision)...)
		f.isUser = userID.Valid
		u.ID, u.ObjectID, u.Email, u.Name = tenant.UserID(userID.String), object.String, email.String, name.String
		u.Role, u.Status = tenant.Role(role.String), tenant.UserStatus(status.String)
		u.AuthProvider, u.External, u.TimeZone = tenant.AuthProvider(provider.String), external.Bool, zone.String
		u.Revision = revision.Int64
		return f, err
	}, `SELECT `+tenantColumns+`, u.id, u.object_id, u.email, u.name, u.role, u.status, u.auth_provider, u.is_external,
			u.time_zone, u.first_sign_in_at, u.created_at, u.revision
		FROM tenants t LEFT JOIN users u ON u.tenant_id = t.id AND u.object_id = @object_id
		WHERE t.directory_id = @directory_id`,
		sql.Named("directory_id", directoryID), sql.Named("object_id", objectID))
	if err != nil {
		return tenant.Member{}, false, fmt.Errorf("member: %w", err)
	}
	if !ok {
		return tenant.Member{}, false, errs.New(errs.NotFound, "tenant_not_found", "There is no such tenant.")
	}
	return f.member, f.isUser, nil
}

// CountActiveUsers implements tenant.Store.
func (s *Store) CountActiveUsers(ctx context.Context, id tenant.ID) (int, error) {
	on, err := s.either(ctx, id)
	if err != nil {
		return 0, err
	}
	count, _, err := find(ctx, on, func(row *sql.Rows) (count int, err error) {
		return count, row.Scan(&count)
	}, `SELECT COUNT(*) FROM users WHERE tenant_id = @tenant_id AND status = 'active'`,
		sql.Named("tenant_id", string(id)))
	if err != nil {
		return 0, fmt.Errorf("count active users: %w", err)
	}
	return count, nil
}

// InsertUser implements tenant.Store.
func (s *Store) InsertUser(ctx context.Context, id tenant.ID, u tenant.User) error {
	tx, err := s.within(ctx, id)
	if err != nil {
		return err
	}
	_, err = tx.exec(ctx, `INSERT INTO users (tenant_id, id, object_id, email, name, role, status, auth_provider,
			is_external, time_zone, first_sign_in_at, created_at, revision)
		VALUES (@tenant_id, @id, @object_id, @email, @name, @role, @status, @auth_provider,
			@is_external, @time_zone, @first_sign_in_at, @created_at, @revision)`,
		sql.Named("tenant_id", string(id)),
		sql.Named("id", string(u.ID)),
		sql.Named("object_id", orNull(u.ObjectID)),
		sql.Named("email", u.Email),
		sql.Named("name", u.Name),
		sql.Named("role", string(u.Role)),
		sql.Named("status", string(u.Status)),
		sql.Named("auth_provider", string(u.AuthProvider)),
		sql.Named("is_external", u.External),
		sql.Named("time_zone", u.TimeZone),
		sql.Named("first_sign_in_at", milliseconds(u.FirstSignInAt)),
		sql.Named("created_at", milliseconds(u.CreatedAt)),
		sql.Named("revision", u.Revision))
	if s.dialect.is(err, faultDuplicate) {
		return errs.Wrap(err, errs.Conflict, "user_exists", "This person is a user already.")
	}
	if err != nil {
		return fmt.Errorf("insert user: %w", err)
	}
	return nil
}
