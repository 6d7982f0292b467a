package main

import (
	"context"
	"flag"
	"io"

	"timetracker/internal/app"
)

// privacyErase takes a person out of a tenant.
func privacyErase(ctx context.Context, flags *flag.FlagSet, args []string, stdout, stderr io.Writer) error {
	var e app.Erasure
	flags.StringVar(&e.Slug, "tenant", "", "the tenant's short `name`")
	flags.StringVar(&e.User, "user", "", "the person's `address`, or their id where several have had it")
	flags.StringVar(&e.Operator, "operator", "", "`name` of whoever does this, for the tenant's audit")
	data := flags.String("data", "", "data `directory` of dev (default: the database of the environment)")
	if err := parse(flags, args); err != nil {
		return err
	}
	for name, value := range map[string]string{"tenant": e.Slug, "user": e.User, "operator": e.Operator} {
		if value == "" {
			return misused("--%s is missing", name)
		}
	}
	c, err := databaseOf(*data)
	if err != nil {
		return err
	}
	return app.Erase(ctx, c, e, stdout, newLogger(stderr, c))
}

// privacyRetention ends what nobody may keep any longer, as the server does once a day.
func privacyRetention(ctx context.Context, flags *flag.FlagSet, args []string, stdout, stderr io.Writer) error {
	dryRun := flags.Bool("dry-run", false, "change nothing")
	data := flags.String("data", "", "data `directory` of dev (default: the database of the environment)")
	if err := parse(flags, args); err != nil {
		return err
	}
	c, err := databaseOf(*data)
	if err != nil {
		return err
	}
	return app.Retain(ctx, c, *dryRun, stdout, newLogger(stderr, c))
}
