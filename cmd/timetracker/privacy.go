package main

import (
	"context"
	"flag"
	"io"
	"log/slog"

	"timetracker/internal/app"
	"timetracker/internal/config"
)

const privacyUsage = `timetracker privacy: what people ask about their data, where no super_admin of theirs may decide

  timetracker privacy list --operator NAME
  timetracker privacy decide --tenant ID --request ID --grant --operator NAME [--reason TEXT] [--outcome TEXT]
  timetracker privacy decide --tenant ID --request ID --refuse --reason TEXT --operator NAME
  timetracker privacy complete --tenant ID --request ID --outcome TEXT --operator NAME
  timetracker privacy retention [--dry-run]
  timetracker privacy erase --tenant SLUG --user ADDRESS|ID --operator NAME
  timetracker privacy nominee --tenant SLUG --user ADDRESS|ID --operator NAME
  timetracker privacy billed --address ADDRESS
  timetracker privacy invited --address ADDRESS --operator NAME
  timetracker privacy concerned --tenant SLUG --since INSTANT --until INSTANT --operator NAME

retention ends what nobody may keep any longer, and prints how many rows of each class: see docs/privacy.md.
nominee shows whom somebody has named to exercise their rights after death or incapacity.
invited shows who has invited somebody of another directory, and what that holds: see docs/your-data.md.
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
	case "complete":
		return privacyComplete(ctx, flags, args[1:], stdout, stderr)
	case "retention":
		return privacyRetention(ctx, flags, args[1:], stdout, stderr)
	case "erase":
		return privacyErase(ctx, flags, args[1:], stdout, stderr)
	case "nominee":
		return privacyNominee(ctx, flags, args[1:], stdout, stderr)
	case "billed":
		return privacyBilled(ctx, flags, args[1:], stdout, stderr)
	case "invited":
		return privacyInvited(ctx, flags, args[1:], stdout, stderr)
	case "concerned":
		return privacyConcerned(ctx, flags, args[1:], stdout, stderr)
	default:
		return misused(privacyUsage)
	}
}

// onDatabase reads a subcommand's flags, has them checked, and runs it on the database that they name.
func onDatabase(
	flags *flag.FlagSet, args []string, stderr io.Writer, check func() error, run func(c config.Config, log *slog.Logger) error,
) error {
	data := flags.String("data", "", "data `directory` of dev (default: the database of the environment)")
	if err := parse(flags, args); err != nil {
		return err
	}
	if err := check(); err != nil {
		return err
	}
	c, err := databaseOf(*data)
	if err != nil {
		return err
	}
	return run(c, newLogger(stderr, c))
}

// required checks that texts are given, each a flag and its text.
func required(all ...[2]string) error {
	for _, each := range all {
		if each[1] == "" {
			return misused("--%s is missing", each[0])
		}
	}
	return nil
}

func privacyList(ctx context.Context, flags *flag.FlagSet, args []string, stdout, stderr io.Writer) error {
	operator := flags.String("operator", "", "`name` of whoever asks, for the record that people are shown")
	check := func() error { return required([2]string{"operator", *operator}) }
	return onDatabase(flags, args, stderr, check, func(c config.Config, log *slog.Logger) error {
		return app.ListPrivacy(ctx, c, *operator, stdout, log)
	})
}

func privacyDecide(ctx context.Context, flags *flag.FlagSet, args []string, stdout, stderr io.Writer) error {
	var d app.PrivacyDecision
	requestFlags(flags, &d)
	refuse := flags.Bool("refuse", false, "refuse it")
	flags.BoolVar(&d.Grant, "grant", false, "grant it")
	flags.StringVar(&d.Reason, "reason", "", "`text` that the person is told")
	check := func() error {
		switch {
		case d.Tenant == "" || d.Request == "":
			return misused("--tenant and --request are needed")
		case d.Grant == *refuse:
			return misused("either --grant or --refuse is needed")
		case *refuse && d.Reason == "":
			return misused("--reason is missing")
		}
		return required([2]string{"operator", d.Operator})
	}
	return onDatabase(flags, args, stderr, check, func(c config.Config, log *slog.Logger) error {
		return app.DecidePrivacy(ctx, c, d, stdout, log)
	})
}

// requestFlags name a request, what was done of it, and who says so.
func requestFlags(flags *flag.FlagSet, d *app.PrivacyDecision) {
	flags.StringVar(&d.Tenant, "tenant", "", "`id` of the tenant, as list has it")
	flags.StringVar(&d.Request, "request", "", "`id` of the request, as list has it")
	flags.StringVar(&d.Outcome, "outcome", "", "`text` that says what was done, where people carry it out; without it that is still to be done")
	flags.StringVar(&d.Operator, "operator", "", "`name` of whoever decides, for the tenant's audit")
}

func privacyComplete(ctx context.Context, flags *flag.FlagSet, args []string, stdout, stderr io.Writer) error {
	d := app.PrivacyDecision{Completes: true}
	requestFlags(flags, &d)
	check := func() error {
		return required([2]string{"tenant", d.Tenant}, [2]string{"request", d.Request}, [2]string{"outcome", d.Outcome},
			[2]string{"operator", d.Operator})
	}
	return onDatabase(flags, args, stderr, check, func(c config.Config, log *slog.Logger) error {
		return app.DecidePrivacy(ctx, c, d, stdout, log)
	})
}
