package main

import (
	"regexp"
	"strings"
	"testing"

	"timetracker/internal/apptest"
)

// TestTenant lets an operator change the tenant of a `dev` that runs at the same time.
func TestTenant(t *testing.T) {
	data := t.TempDir()
	args, _ := devArguments(t, data)
	dev := apptest.Start(t, program, nil, args...)
	dev.AwaitLine(t, "ready")

	for _, step := range []struct {
		name           string
		args           string
		code           int
		stdout, stderr string // patterns; an empty one stands for nothing
	}{
		{name: "list", args: "list",
			stdout: `^SLUG +PLAN +STATUS +TRIAL ENDS +NAME\ncontoso +paid +active +- +"Contoso"\n$`},
		{name: "show", args: "show --slug contoso",
			stdout: `(?s)^slug +contoso\nname +"Contoso"\n.*plan +paid\nstatus +active\ntrial ends +-\n` +
				`seats +4 taken, of 20\nrate +900 minor units of USD\ntime zone +Europe/Berlin\n$`},
		{name: "extend what is not a trial", args: "extend-trial --slug contoso --until 2999-01-31 --operator Olga", code: 1,
			stderr: `^timetracker: not_on_trial: `},
		{name: "back to the trial", args: "plan --slug contoso --plan trial --operator Olga",
			stdout: `(?s)plan +trial\nstatus +trial_expired\ntrial ends +20.*seats +4 taken, of 5\n`},
		{name: "extend it, through the day in Berlin", args: "extend-trial --slug contoso --until 2999-01-31 --operator Olga",
			stdout: `(?s)status +active\ntrial ends +2999-01-31T23:00:00Z\n`},
		{name: "extend it to the past", args: "extend-trial --slug contoso --until 2026-01-31 --operator Olga", code: 1,
			stderr: `^timetracker: trial_end_passed: `},
		{name: "extend it to no day", args: "extend-trial --slug contoso --until tomorrow --operator Olga", code: 1,
			stderr: `^timetracker: --until must be a day such as 2027-01-31\n$`},
		{name: "rate", args: "rate --slug contoso --minor 950 --operator Olga",
			stdout: `rate +950 minor units of USD\n`},
		{name: "rate below zero", args: "rate --slug contoso --minor -1 --operator Olga", code: 1,
			stderr: `^timetracker: rate_invalid: `},
		{name: "paid", args: "plan --slug contoso --plan paid --operator Olga", code: 1,
			stderr: `^timetracker: plan_invalid: `},
		{name: "by a blank", args: "plan --slug contoso --plan internal --operator \u00a0", code: 1,
			stderr: `^timetracker: operator_missing: `},
		{name: "another super_admin", args: "super-admin --slug contoso --user linus@contoso.example --operator Olga",
			stdout: `^[0-9a-f-]{36} is a super_admin of contoso\.\n$`},
		{name: "nobody as a super_admin", args: "super-admin --slug contoso --user nobody@contoso.example --operator Olga", code: 1,
			stderr: `^timetracker: user_not_found: `},
		{name: "remove what is charged", args: "remove --slug contoso --operator Olga", code: 1,
			stderr: `^timetracker: subscription_in_force: `},
		{name: "of nobody", args: "show --slug initech", code: 1,
			stderr: `^timetracker: tenant_not_found: There is no such tenant.\n$`},
		{name: "what has come of it", args: "list",
			stdout: `\ncontoso +trial +active +2999-01-31T23:00:00Z +"Contoso"\n$`},
	} {
		t.Run(step.name, func(t *testing.T) {
			p := apptest.Start(t, program, nil, append([]string{"tenant"}, append(strings.Split(step.args, " "), "--data", data)...)...)
			if code := p.ExitCode(t); code != step.code {
				t.Errorf("the exit code is %d, want %d", code, step.code)
			}
			checkPattern(t, "standard output", p.Stdout.String(), step.stdout)
			checkPattern(t, "standard error", p.Stderr.String(), step.stderr)
		})
	}
}

func checkPattern(t *testing.T, what, got, pattern string) {
	t.Helper()
	if pattern == "" {
		pattern = "^$"
	}
	if !regexp.MustCompile(pattern).MatchString(got) {
		t.Errorf("%s:\n%s\nwant %s", what, got, pattern)
	}
}
