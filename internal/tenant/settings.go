package tenant

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"timetracker/internal/audit"
	"timetracker/internal/calendar"
	"timetracker/internal/errs"
	"timetracker/internal/ids"
	"timetracker/internal/plaintext"
	"timetracker/internal/plan"
)

// SettingsPatch is a wanted change of a tenant. Nil fields stay.
type SettingsPatch struct {
	Name                    *string
	AdminEmail              *string
	BillingName             *string // empty: as Name
	BillingAddress          *string // in lines; may be empty
	AzureDevOpsOrganization *string // in any case
	TimeZone                *string
	Currency                *string
	OnStartWhileRunning     *StartPolicy
	AutoStopAfter           *time.Duration
	EditWindowDays          *int
	AllowOverlap            *bool
	TeamObjection           *bool
	WriteBack               *bool
	WriteBackStep           *int // one of WriteBackSteps
	WriteBackRemaining      *bool
	JoinPolicy              *JoinPolicy
	WeekStart               *calendar.WeekStart
	LockAfterDays           *int // 0: nothing is closed
	TimerLogDays            *int // 0: it is kept as long as the tenant
	ActionLogDays           *int // 0: it is kept as long as the tenant
	DefaultActivity         *ids.Activity
	Logo                    *[]byte // a PNG or a JPEG; without bytes: none

	logo *Logo // what was read of Logo
}

// The bounds of Settings.AutoStopAfter. No entry may be longer than a day.
const (
	MinAutoStop = 15 * time.Minute
	MaxAutoStop = 24 * time.Hour
)

// RenameOrganization makes the work of a tenant's organization follow a new name, in the caller's transaction. It refuses
// a name that is another organization's.
type RenameOrganization func(ctx context.Context, id ids.Tenant, from, to string) error

// ChangeTenant changes the tenant's settings. Super_admins only; revision is the one the member has seen. rename is
// called when the organization's name changes.
func (s *Service) ChangeTenant(
	ctx context.Context, m Member, revision int64, patch SettingsPatch, rename RenameOrganization,
) (Tenant, error) {
	if err := m.Require(RoleSuperAdmin); err != nil {
		return Tenant{}, err
	}
	if err := m.Tenant.MayWrite(s.now()); err != nil {
		return Tenant{}, err
	}
	patch, err := s.checkSettings(patch)
	if err != nil {
		return Tenant{}, err
	}
	var changed Tenant
	err = s.store.Tx(ctx, m.Tenant.ID, func(ctx context.Context) error {
		t, err := s.store.LockTenant(ctx, m.Tenant.ID)
		if err != nil {
			return err
		}
		if t.Revision != revision {
			return errs.ChangedFirst(nil)
		}
		if patch.Currency != nil && *patch.Currency != t.Currency && t.planInForce() {
			return errs.New(errs.RuleBroken, "currency_of_plan", "Amounts are in the currency of the plan that was bought.").
				WithField("/currency", "of_plan", "is that of the plan")
		}
		organization := t.AzureDevOpsOrganization
		changes := patch.apply(&t)
		chosen, err := s.chooseDefault(ctx, &t, patch.DefaultActivity)
		if err != nil {
			return err
		}
		changes = append(changes, chosen...)
		drawn, err := s.changeLogo(ctx, t, patch.logo)
		if err != nil {
			return err
		}
		changes = append(changes, drawn...)
		changed = t
		if len(changes) == 0 {
			return nil
		}
		if t.AzureDevOpsOrganization != organization {
			if err := rename(ctx, t.ID, organization, t.AzureDevOpsOrganization); err != nil {
				return err
			}
		}
		t.Revision++
		changed = t
		if err := s.store.UpdateTenant(ctx, t.ID, t); err != nil {
			return err
		}
		return s.store.InsertAudit(ctx, t.ID, audit.NewEvent(m.User.Actor(), audit.TenantChanged, tenantTarget(t), s.now(), changes...))
	})
	return changed, err
}

// checkSettings refuses what a setting can't be, and brings the others into the form in which they are stored.
func (s *Service) checkSettings(patch SettingsPatch) (SettingsPatch, error) {
	if patch.Logo != nil {
		logo, err := readLogo(*patch.Logo)
		if err != nil {
			return SettingsPatch{}, err
		}
		patch.logo = &logo
	}
	if patch.Name != nil {
		name, err := organizationName(*patch.Name)
		if err != nil {
			return SettingsPatch{}, err
		}
		patch.Name = &name
	}
	if err := patch.checkBilling(); err != nil {
		return SettingsPatch{}, err
	}
	if patch.TimeZone != nil {
		if err := s.checkZone(*patch.TimeZone); err != nil {
			return SettingsPatch{}, err
		}
	}
	if patch.Currency != nil {
		if err := checkCurrency(*patch.Currency); err != nil {
			return SettingsPatch{}, err
		}
	}
	if patch.AzureDevOpsOrganization != nil {
		organization := strings.ToLower(*patch.AzureDevOpsOrganization)
		patch.AzureDevOpsOrganization = &organization
	}
	if d := patch.AutoStopAfter; d != nil && (*d < MinAutoStop || *d > MaxAutoStop) {
		return SettingsPatch{}, errs.New(errs.RuleBroken, "auto_stop_invalid", "Timers stop by themselves after 15 minutes to 24 hours.").
			WithField("/auto_stop_after_ms", "out_of_range", "must be from 900000 to 86400000")
	}
	if days := patch.LockAfterDays; days != nil && *days != 0 && (*days < MinLockAfterDays || *days > MaxLockAfterDays) {
		return SettingsPatch{}, errs.New(errs.RuleBroken, "lock_after_days_invalid", "Time is closed after 7 to 366 days, or not at all.").
			WithField("/lock_after_days", "out_of_range", "must be from 7 to 366, or null")
	}
	if err := patch.checkLogDays(); err != nil {
		return SettingsPatch{}, err
	}
	if step := patch.WriteBackStep; step != nil && !slices.Contains(WriteBackSteps, *step) {
		return SettingsPatch{}, errs.New(errs.RuleBroken, "write_back_step_invalid", "Hours are rounded to 0.01, 0.05, 0.1, 0.25, 0.5 or 1.").
			WithField("/write_back_step", "unknown", "must be 1, 5, 10, 25, 50 or 100 hundredths of an hour")
	}
	return patch, nil
}

// checkLogDays refuses logs that end before what they tell was billed.
func (patch *SettingsPatch) checkLogDays() error {
	for _, log := range []struct {
		pointer string
		days    *int
	}{{"/timer_log_days", patch.TimerLogDays}, {"/action_log_days", patch.ActionLogDays}} {
		if log.days != nil && *log.days != 0 && (*log.days < MinLogDays || *log.days > MaxLogDays) {
			return errs.New(errs.RuleBroken, "log_days_invalid", "Logs are kept for 92 to 3660 days, or as long as the organization.").
				WithField(log.pointer, "out_of_range", "must be from 92 to 3660, or null")
		}
	}
	return nil
}

// The most characters of what statements are made out to.
const (
	MaxBillingName    = 200
	MaxBillingAddress = 500
)

// checkBilling brings billing name and address into the form in which statements print them: without blanks around them
// and without empty lines.
func (patch *SettingsPatch) checkBilling() error {
	if patch.BillingName != nil {
		name := OneLine(*patch.BillingName)
		if err := checkLength("/billing_name", name, MaxBillingName); err != nil {
			return err
		}
		patch.BillingName = &name
	}
	if patch.BillingAddress != nil {
		address := addressLines(*patch.BillingAddress)
		if err := checkLength("/billing_address", address, MaxBillingAddress); err != nil {
			return err
		}
		patch.BillingAddress = &address
	}
	return nil
}

// checkLength refuses a text of more characters than are kept. pointer is its field in the request.
func checkLength(pointer, text string, most int) error {
	if utf8.RuneCountInString(text) <= most {
		return nil
	}
	return errs.New(errs.RuleBroken, "text_too_long", "A text is too long.").
		WithField(pointer, "too_long", "must have at most "+strconv.Itoa(most)+" characters")
}

// OneLine is plaintext.CleanLine, but a text that would print as nothing becomes empty.
func OneLine(text string) string {
	if !strings.ContainsFunc(text, visible) {
		return ""
	}
	return plaintext.CleanLine(text)
}

// visible says whether something of a character is seen on paper.
func visible(r rune) bool { return unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S) }

// addressLines removes blanks around the lines of an address, and empty lines.
func addressLines(text string) string {
	var lines []string
	for line := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\n' || r == '\r' }) {
		if line = OneLine(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// apply sets the wanted fields and gives those that have changed.
func (patch SettingsPatch) apply(t *Tenant) []audit.FieldChange {
	var changes []audit.FieldChange
	setField(&changes, "name", &t.Name, patch.Name)
	setField(&changes, "azure_devops_organization", &t.AzureDevOpsOrganization, patch.AzureDevOpsOrganization)
	setField(&changes, "admin_email", &t.AdminEmail, patch.AdminEmail)
	setField(&changes, "billing_name", &t.BillingName, patch.BillingName)
	setField(&changes, "billing_address", &t.BillingAddress, patch.BillingAddress)
	setField(&changes, "currency", &t.Currency, patch.Currency)
	setField(&changes, "time_zone", &t.Settings.TimeZone, patch.TimeZone)
	setField(&changes, "on_start_while_running", &t.Settings.OnStartWhileRunning, patch.OnStartWhileRunning)
	setField(&changes, "auto_stop_after", &t.Settings.AutoStopAfter, patch.AutoStopAfter)
	setField(&changes, "edit_window_days", &t.Settings.EditWindowDays, patch.EditWindowDays)
	setField(&changes, "allow_overlap", &t.Settings.AllowOverlap, patch.AllowOverlap)
	setField(&changes, "team_objection", &t.Settings.TeamObjection, patch.TeamObjection)
	setField(&changes, "write_back", &t.Settings.WriteBack, patch.WriteBack)
	setField(&changes, "write_back_step", &t.Settings.WriteBackStep, patch.WriteBackStep)
	setField(&changes, "write_back_remaining", &t.Settings.WriteBackRemaining, patch.WriteBackRemaining)
	setField(&changes, "join_policy", &t.Settings.JoinPolicy, patch.JoinPolicy)
	setField(&changes, "week_start", &t.Settings.WeekStart, patch.WeekStart)
	setField(&changes, "lock_after_days", &t.Settings.LockAfterDays, patch.LockAfterDays)
	setField(&changes, "timer_log_days", &t.Settings.TimerLogDays, patch.TimerLogDays)
	setField(&changes, "action_log_days", &t.Settings.ActionLogDays, patch.ActionLogDays)
	return changes
}

// setField sets a field to the wanted value and notes it when the value is a new one.
func setField[T comparable](changes *[]audit.FieldChange, field string, value, wanted *T) {
	if wanted == nil || *value == *wanted {
		return
	}
	*changes = append(*changes, audit.FieldChange{Field: field, Old: settingText(*value), New: settingText(*wanted)})
	*value = *wanted
}

// settingText writes a setting as people read it.
func settingText(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case StartPolicy:
		return string(v)
	case JoinPolicy:
		return string(v)
	case calendar.WeekStart:
		return string(v)
	case plan.Kind:
		return string(v)
	case Status:
		return string(v)
	case Role:
		return string(v)
	case UserStatus:
		return string(v)
	case bool:
		return strconv.FormatBool(v)
	case int:
		return strconv.Itoa(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case time.Duration:
		return v.String()
	case time.Time:
		return calendar.FormatInstant(v)
	default:
		return ""
	}
}
