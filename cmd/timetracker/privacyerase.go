package main

import (
	"context"
	"flag"
	"io"
	"log/slog"

	"timetracker/internal/app"
	"timetracker/internal/config"
)

// privacyErase takes a person out of a tenant.
func privacyErase(ctx context.Context, flags *flag.FlagSet, args []string, stdout, stderr io.Writer) error {
	var e app.Erasure
	flags.StringVar(&e.Slug, "tenant", "", "the tenant's short `name`")
	flags.StringVar(&e.User, "user", "", "the person's `address`, or their id where several have had it")
	flags.StringVar(&e.Operator, "operator", "", "`name` of whoever does this, for the tenant's audit")
	check := func() error {
		return required([2]string{"tenant", e.Slug}, [2]string{"user", e.User}, [2]string{"operator", e.Operator})
	}
	return onDatabase(flags, args, stderr, check, func(c config.Config, log *slog.Logger) error {
		return app.Erase(ctx, c, e, stdout, log)
	})
}

// privacyRetention ends what nobody may keep any longer, as the server does once a day.
func privacyRetention(ctx context.Context, flags *flag.FlagSet, args []string, stdout, stderr io.Writer) error {
	dryRun := flags.Bool("dry-run", false, "change nothing, and print what is due")
	return onDatabase(flags, args, stderr, func() error { return nil }, func(c config.Config, log *slog.Logger) error {
		return app.Retain(ctx, c, *dryRun, stdout, log)
	})
}
