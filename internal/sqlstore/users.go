package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/page"
	"timetracker/internal/sqlstore/engine"
	"timetracker/internal/tenant"
)

const userColumns = `u.id, u.object_id, u.email, u.name, u.role, u.status, u.auth_provider, u.is_external,
	u.claimed_email, u.time_zone, u.zone_chosen, u.week_start, u.csv_format, u.single_keys_off, u.notice_seen,
	u.approver_id, a.name,
	u.invited_by, i.name, u.invited_at, u.first_sign_in_at, u.last_sign_in_at, u.created_at, u.revision`

// joinInviter finds the names of the user's inviter and approver.
const joinInviter = ` LEFT JOIN users i ON i.tenant_id = u.tenant_id AND i.id = u.invited_by
	LEFT JOIN users a ON a.tenant_id = u.tenant_id AND a.id = u.approver_id`

const selectUser = `SELECT ` + userColumns + ` FROM users u` + joinInviter + ` WHERE u.tenant_id = @tenant_id`

func scanUser(row *sql.Rows) (u tenant.User, err error) {
	return u, row.Scan(userTargets(&u)...)
}

// userTargets accepts null for every column, so that it also serves an outer join.
func userTargets(u *tenant.User) []any {
	return []any{
		&u.ID, &u.ObjectID, nullable[string]{&u.Email},
		nullable[string]{&u.Name}, nullable[tenant.Role]{&u.Role}, nullable[tenant.UserStatus]{&u.Status},
		nullable[tenant.AuthProvider]{&u.AuthProvider}, nullable[bool]{&u.External}, nullable[string]{&u.ClaimedEmail}, nullable[string]{&u.TimeZone},
		nullable[bool]{&u.ZoneChosen}, nullable[calendar.WeekStart]{&u.WeekStart},
		nullable[tenant.CSVFormat]{&u.CSVFormat}, nullable[bool]{&u.SingleKeysOff}, nullable[int]{&u.NoticeSeen}, &u.Approver.ID, nullable[string]{&u.Approver.Name},
		&u.InvitedBy.ID, nullable[string]{&u.InvitedBy.Name}, instant{&u.InvitedAt},
		instant{&u.FirstSignInAt}, instant{&u.LastSignInAt}, instant{&u.CreatedAt}, nullable[int64]{&u.Revision},
	}
}

// userArgs are the user's ids and fields that can change.
func userArgs(u tenant.User) []any {
	return []any{
		sql.Named("id", u.ID),
		sql.Named("object_id", u.ObjectID),
		sql.Named("email", u.Email),
		sql.Named("name", u.Name),
		sql.Named("role", string(u.Role)),
		sql.Named("status", string(u.Status)),
		sql.Named("auth_provider", string(u.AuthProvider)),
		sql.Named("is_external", u.External),
		sql.Named("claimed_email", u.ClaimedEmail),
		sql.Named("time_zone", u.TimeZone),
		sql.Named("zone_chosen", u.ZoneChosen),
		sql.Named("week_start", orNull(string(u.WeekStart))),
		sql.Named("csv_format", orNull(string(u.CSVFormat))),
		sql.Named("single_keys_off", u.SingleKeysOff),
		sql.Named("notice_seen", u.NoticeSeen),
		sql.Named("approver_id", u.Approver.ID),
		sql.Named("invited_by", u.InvitedBy.ID),
		sql.Named("invited_at", milliseconds(u.InvitedAt)),
		sql.Named("first_sign_in_at", milliseconds(u.FirstSignInAt)),
		sql.Named("last_sign_in_at", milliseconds(u.LastSignInAt)),
		sql.Named("revision", u.Revision),
	}
}

// Member implements tenant.Store. It crosses tenants, since it finds the tenant and can't name it.
func (s *Store) Member(ctx context.Context, directory ids.Directory, object ids.Object) (tenant.Member, bool, error) {
	m, ok, err := engine.QueryOne(ctx, s.crossTenant(ctx), func(row *sql.Rows) (m tenant.Member, err error) {
		return m, row.Scan(append(tenantTargets(&m.Tenant), userTargets(&m.User)...)...)
	}, `SELECT `+tenantColumns+`, `+userColumns+`
		`+tenantSource+`
		LEFT JOIN users u ON u.tenant_id = t.id AND u.object_id = @object_id`+joinInviter+`
		WHERE t.directory_id = @directory_id`,
		sql.Named("directory_id", directory), sql.Named("object_id", object))
	if err != nil {
		return tenant.Member{}, false, fmt.Errorf("member: %w", err)
	}
	if !ok {
		return tenant.Member{}, false, tenantNotFound()
	}
	return m, !m.User.ID.IsZero(), nil
}

// MemberByID implements tenant.Store.
func (s *Store) MemberByID(ctx context.Context, id ids.Tenant, user ids.User) (tenant.Member, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return tenant.Member{}, err
	}
	m, ok, err := engine.QueryOne(ctx, on, func(row *sql.Rows) (m tenant.Member, err error) {
		return m, row.Scan(append(tenantTargets(&m.Tenant), userTargets(&m.User)...)...)
	}, `SELECT `+tenantColumns+`, `+userColumns+`
		`+tenantSource+`
		JOIN users u ON u.tenant_id = t.id AND u.id = @id`+joinInviter+`
		WHERE t.id = @tenant_id`, sql.Named("id", user))
	if err != nil {
		return tenant.Member{}, fmt.Errorf("member: %w", err)
	}
	if !ok {
		return tenant.Member{}, tenant.UserNotFound()
	}
	return m, nil
}

// MemberRevision implements tenant.Store. It crosses tenants, since it finds the tenant by its directory.
func (s *Store) MemberRevision(ctx context.Context, directory ids.Directory) (int64, error) {
	if !s.dialect.Local {
		return 0, nil // reading the member costs the same round trip
	}
	revision, _, err := engine.QueryOne(ctx, s.crossTenant(ctx), func(row *sql.Rows) (revision int64, err error) {
		return revision, row.Scan(&revision)
	}, `SELECT revision FROM member_revisions WHERE directory_id = @directory_id`, sql.Named("directory_id", directory))
	if err != nil {
		return 0, fmt.Errorf("member revision: %w", err)
	}
	return revision, nil
}

// CountSeats implements tenant.Store.
func (s *Store) CountSeats(ctx context.Context, id ids.Tenant) (int, error) {
	return s.countUsers(ctx, id, `SELECT COUNT(*) FROM users
		WHERE tenant_id = @tenant_id AND status IN ('active', 'invited')`)
}

// CountActive implements tenant.Store.
func (s *Store) CountActive(ctx context.Context, id ids.Tenant, role tenant.Role) (int, error) {
	return s.countUsers(ctx, id, `SELECT COUNT(*) FROM users
		WHERE tenant_id = @tenant_id AND status = 'active' AND role = @role`, sql.Named("role", string(role)))
}

func (s *Store) countUsers(ctx context.Context, id ids.Tenant, text string, args ...any) (int, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return 0, err
	}
	count, _, err := engine.QueryOne(ctx, on, func(row *sql.Rows) (count int, err error) {
		return count, row.Scan(&count)
	}, text, args...)
	if err != nil {
		return 0, fmt.Errorf("count users: %w", err)
	}
	return count, nil
}

// User implements tenant.Store.
func (s *Store) User(ctx context.Context, id ids.Tenant, user ids.User) (tenant.User, error) {
	u, ok, err := s.user(ctx, id, selectUser+` AND u.id = @id`, sql.Named("id", user))
	if err == nil && !ok {
		err = tenant.UserNotFound()
	}
	return u, err
}

// InvitationFor implements tenant.Store.
func (s *Store) InvitationFor(ctx context.Context, id ids.Tenant, email string) (tenant.User, bool, error) {
	u, ok, err := s.user(ctx, id, selectUser+` AND u.status = 'invited' AND u.email = @email`, sql.Named("email", email))
	// The collation of SQL Server also ignores trailing blanks and the width of letters. Who gets an invitation must
	// not depend on that.
	if err != nil || !ok || !strings.EqualFold(u.Email, email) {
		return tenant.User{}, false, err
	}
	return u, true, nil
}

// user reads one user of a tenant.
func (s *Store) user(ctx context.Context, id ids.Tenant, text string, args ...any) (tenant.User, bool, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return tenant.User{}, false, err
	}
	u, ok, err := engine.QueryOne(ctx, on, scanUser, text, args...)
	if err != nil {
		return tenant.User{}, false, fmt.Errorf("read a user: %w", err)
	}
	return u, ok, nil
}

// Users implements tenant.Store. Names are ordered without regard to case. On SQLite that applies to ASCII letters, and
// others follow after them.
func (s *Store) Users(
	ctx context.Context, id ids.Tenant, filter tenant.UserFilter, request page.Request,
) ([]tenant.User, error) {
	on, err := s.tenantSession(ctx, id)
	if err != nil {
		return nil, err
	}
	var where engine.Filter
	if filter.Role != "" {
		where.And(`u.role = @role`, sql.Named("role", string(filter.Role)))
	}
	switch {
	case filter.Status != "":
		where.And(`u.status = @status`, sql.Named("status", string(filter.Status)))
	case len(filter.IDs) == 0:
		where.And(`u.status <> 'erased'`)
	}
	if filter.AuthProvider != "" {
		where.And(`u.auth_provider = @auth_provider`, sql.Named("auth_provider", string(filter.AuthProvider)))
	}
	if filter.External != nil {
		where.And(`u.is_external = @is_external`, sql.Named("is_external", *filter.External))
	}
	switch {
	case !filter.Approver.IsZero() && !filter.OrUser.IsZero():
		where.And(`(u.approver_id = @approver_id OR u.id = @id)`, sql.Named("approver_id", filter.Approver), sql.Named("id", filter.OrUser))
	case !filter.Approver.IsZero():
		where.And(`u.approver_id = @approver_id`, sql.Named("approver_id", filter.Approver))
	}
	if len(filter.IDs) > 0 {
		where.And(`u.id IN `+s.dialect.IDs("@users"), sql.Named("users", idList(filter.IDs)))
	}
	s.leaveOut(&where, "u.id", filter.Except)
	if filter.Search != "" {
		where.And(`(u.name`+s.dialect.Contains+` OR u.email`+s.dialect.Contains+`)`,
			sql.Named("search", s.dialect.Pattern(filter.Search)))
	}
	users, err := engine.QueryAll(ctx, on, scanUser, selectUser+`
			AND u.name >= @after_name AND (u.name > @after_name OR u.id > @after_id)`+where.Text()+`
		ORDER BY u.name, u.id`+s.dialect.Page+s.dialect.Replan,
		where.Args(sql.Named("after_name", request.After.Name), sql.Named("after_id", request.After.ID.Key()),
			sql.Named("limit", request.Limit))...)
	if err != nil {
		return nil, fmt.Errorf("read users: %w", err)
	}
	return users, nil
}

// EmailExists implements tenant.Store.
func (s *Store) EmailExists(ctx context.Context, id ids.Tenant, email string) (bool, error) {
	count, err := s.countUsers(ctx, id, `SELECT COUNT(*) FROM users
		WHERE tenant_id = @tenant_id AND email = @email AND status <> 'deactivated'`, sql.Named("email", email))
	return count > 0, err
}

// InsertUser implements tenant.Store.
func (s *Store) InsertUser(ctx context.Context, id ids.Tenant, u tenant.User) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO users (tenant_id, id, object_id, email, name, role, status, auth_provider,
			is_external, claimed_email, time_zone, zone_chosen, week_start, csv_format, single_keys_off, notice_seen, approver_id, invited_by, invited_at, first_sign_in_at,
			last_sign_in_at, created_at, revision)
		VALUES (@tenant_id, @id, @object_id, @email, @name, @role, @status, @auth_provider,
			@is_external, @claimed_email, @time_zone, @zone_chosen, @week_start, @csv_format, @single_keys_off, @notice_seen, @approver_id, @invited_by, @invited_at, @first_sign_in_at,
			@last_sign_in_at, @created_at, @revision)`,
		append(userArgs(u), sql.Named("created_at", milliseconds(u.CreatedAt)))...)
	switch {
	case s.dialect.Is(err, engine.Duplicate) && u.Status == tenant.UserInvited:
		// Only another invitation can be the duplicate. When the transaction runs again, the caller finds it by
		// EmailExists.
		return engine.RunAgain(errs.Wrap(err, errs.Conflict, "already_there", "This address was invited at this moment."))
	case s.dialect.Is(err, engine.Duplicate):
		return userExists(err)
	case err != nil:
		return fmt.Errorf("insert user: %w", err)
	}
	return nil
}

func userExists(cause error) error {
	return errs.Wrap(cause, errs.Conflict, "user_exists", "This person is a user already.")
}

// UpdateUser implements tenant.Store.
func (s *Store) UpdateUser(ctx context.Context, id ids.Tenant, u tenant.User) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	// A sign-in changes no revision, so one may have been stored since the user was read.
	changed, err := tx.Exec(ctx, `UPDATE users SET object_id = @object_id, email = @email, name = @name, role = @role,
			status = @status, auth_provider = @auth_provider, is_external = @is_external, claimed_email = @claimed_email,
			time_zone = @time_zone, zone_chosen = @zone_chosen, week_start = @week_start, csv_format = @csv_format, single_keys_off = @single_keys_off,
			notice_seen = @notice_seen, approver_id = @approver_id,
			invited_by = @invited_by, invited_at = @invited_at, first_sign_in_at = @first_sign_in_at,
			last_sign_in_at = CASE WHEN last_sign_in_at > @last_sign_in_at THEN last_sign_in_at ELSE @last_sign_in_at END,
			revision = @revision
		WHERE tenant_id = @tenant_id AND id = @id AND revision = @revision - 1`, userArgs(u)...)
	switch {
	case s.dialect.Is(err, engine.Duplicate):
		return userExists(err)
	case err != nil:
		return fmt.Errorf("update user: %w", err)
	case changed != 1:
		return errs.ChangedFirst(nil)
	}
	return nil
}

// DeleteUser implements tenant.Store.
func (s *Store) DeleteUser(ctx context.Context, id ids.Tenant, user ids.User) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	// The person may have signed in since the invitation was read.
	changed, err := tx.Exec(ctx, `DELETE FROM users
		WHERE tenant_id = @tenant_id AND id = @id AND status IN ('invited', 'requested')`,
		sql.Named("id", user))
	if s.dialect.Is(err, engine.Referenced) {
		return errs.Wrap(err, errs.Conflict, "invitation_in_use",
			"Something is kept of this person already, such as imported time or a request about their data, so the invitation stays.")
	}
	if err != nil {
		return fmt.Errorf("delete user: %w", err)
	}
	if changed != 1 {
		return errs.ChangedFirst(nil)
	}
	return nil
}

// NoteSignIn implements tenant.Store.
func (s *Store) NoteSignIn(ctx context.Context, id ids.Tenant, user ids.User, at time.Time) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE users SET last_sign_in_at = @at
		WHERE tenant_id = @tenant_id AND id = @id AND (last_sign_in_at IS NULL OR last_sign_in_at < @at)`,
		sql.Named("id", user), sql.Named("at", milliseconds(at)))
	if err != nil {
		return fmt.Errorf("note a sign-in: %w", err)
	}
	return nil
}

// clearUser takes all out of users but their ids.
const clearUser = `UPDATE users SET object_id = NULL, email = '', name = @name, role = 'user', status = 'erased',
		auth_provider = 'manual', is_external = 0, claimed_email = '', time_zone = '', zone_chosen = 0, week_start = NULL,
		csv_format = NULL, single_keys_off = 0, notice_seen = 0, approver_id = NULL, invited_by = NULL, invited_at = NULL, first_sign_in_at = NULL, last_sign_in_at = NULL, created_at = 0,
		revision = revision + 1
	WHERE tenant_id = @tenant_id`

// EraseUser implements tenant.PersonalStore. An invitation stays as a row, too, since something may refer to it.
func (s *Store) EraseUser(ctx context.Context, id ids.Tenant, user ids.User, name string, addresses []string) error {
	tx, err := s.tenantTx(ctx, id)
	if err != nil {
		return err
	}
	called := sql.Named("name", name)
	statements := []engine.Statement{
		{One: true, Args: []any{sql.Named("id", user), called}, Text: clearUser + ` AND id = @id`},
		{Args: []any{sql.Named("approver_id", user)}, Text: `UPDATE users SET approver_id = NULL, revision = revision + 1
			WHERE tenant_id = @tenant_id AND approver_id = @approver_id`},
	}
	for _, address := range addresses {
		statements = append(statements, engine.Statement{
			Args: []any{sql.Named("email", address), called}, Text: clearUser + ` AND email = @email AND status = 'invited'`,
		}, engine.Statement{
			Args: []any{sql.Named("claimed_email", address)},
			Text: `UPDATE users SET claimed_email = '', revision = revision + 1
				WHERE tenant_id = @tenant_id AND claimed_email = @claimed_email`,
		})
	}
	return tx.Save(ctx, statements, nil)
}
