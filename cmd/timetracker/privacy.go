package main

import (
	"context"
	"flag"
	"io"

	"timetracker/internal/app"
)

const privacyUsage = `timetracker privacy: what people ask about their data, where no super_admin of theirs may decide

  timetracker privacy list
  timetracker privacy decide --tenant ID --request ID --grant --operator NAME [--reason TEXT]
  timetracker privacy decide --tenant ID --request ID --refuse --reason TEXT --operator NAME
  timetracker privacy retention [--dry-run]
  timetracker privacy erase --tenant SLUG --user ADDRESS|ID --operator NAME
  timetracker privacy nominee --tenant SLUG --user ADDRESS|ID --operator NAME
  timetracker privacy concerned --tenant SLUG --since INSTANT --until INSTANT --operator NAME

nominee shows whom somebody has named to exercise their rights after death or incapacity.
concerned shows whose data was read in a time, by whom, and how to reach them: see docs/breach.md.
The database is the one of the environment, or with --data DIRECTORY that of dev.`

// privacyCommand runs `timetracker privacy`.
func privacyCommand(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) == 0 {
		return misused(privacyUsage)
	}
	flags := flag.NewFlagSet("timetracker privacy "+args[0], flag.ContinueOnError)
	flags.SetOutput(stderr)
	switch args[0] {
	case "list":
		return privacyList(ctx, flags, args[1:], stdout, stderr)
	case "decide":
		return privacyDecide(ctx, flags, args[1:], stdout, stderr)
	case "retention":
		return privacyRetention(ctx, flags, args[1:], stdout, stderr)
	case "erase":
		return privacyErase(ctx, flags, args[1:], stdout, stderr)
	case "nominee":
		return privacyNominee(ctx, flags, args[1:], stdout, stderr)
	case "concerned":
		return privacyConcerned(ctx, flags, args[1:], stdout, stderr)
	default:
		return misused(privacyUsage)
	}
}

func privacyList(ctx context.Context, flags *flag.FlagSet, args []string, stdout, stderr io.Writer) error {
	data := flags.String("data", "", "data `directory` of dev (default: the database of the environment)")
	if err := parse(flags, args); err != nil {
		return err
	}
	c, err := databaseOf(*data)
	if err != nil {
		return err
	}
	return app.ListPrivacy(ctx, c, stdout, newLogger(stderr, c))
}

func privacyDecide(ctx context.Context, flags *flag.FlagSet, args []string, stdout, stderr io.Writer) error {
	var d app.PrivacyDecision
	data := flags.String("data", "", "data `directory` of dev (default: the database of the environment)")
	flags.StringVar(&d.Tenant, "tenant", "", "`id` of the tenant, as list has it")
	flags.StringVar(&d.Request, "request", "", "`id` of the request, as list has it")
	refuse := flags.Bool("refuse", false, "refuse it")
	flags.BoolVar(&d.Grant, "grant", false, "grant it")
	flags.StringVar(&d.Reason, "reason", "", "`text` that the person is told")
	flags.StringVar(&d.Operator, "operator", "", "`name` of whoever decides, for the tenant's audit")
	if err := parse(flags, args); err != nil {
		return err
	}
	switch {
	case d.Tenant == "" || d.Request == "":
		return misused("--tenant and --request are needed")
	case d.Grant == *refuse:
		return misused("either --grant or --refuse is needed")
	case *refuse && d.Reason == "":
		return misused("--reason is missing")
	case d.Operator == "":
		return misused("--operator is missing")
	}
	c, err := databaseOf(*data)
	if err != nil {
		return err
	}
	return app.DecidePrivacy(ctx, c, d, stdout, newLogger(stderr, c))
}
