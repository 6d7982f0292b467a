package main

import (
	"context"
	"flag"
	"io"
	"log/slog"

	"timetracker/internal/app"
	"timetracker/internal/config"
)

// privacyBilled shows where the address of somebody is left whose organization was removed.
func privacyBilled(ctx context.Context, flags *flag.FlagSet, args []string, stdout, stderr io.Writer) error {
	address := flags.String("address", "", "the `address` of whoever asks")
	check := func() error { return required([2]string{"address", *address}) }
	return onDatabase(flags, args, stderr, check, func(c config.Config, log *slog.Logger) error {
		return app.ShowBilled(ctx, c, *address, stdout, log)
	})
}

// privacyInvited shows which organizations have invited somebody.
func privacyInvited(ctx context.Context, flags *flag.FlagSet, args []string, stdout, stderr io.Writer) error {
	address := flags.String("address", "", "the `address` of whoever asks, which is theirs beyond doubt")
	operator := flags.String("operator", "", "`name` of whoever asks, for the record that people are shown")
	check := func() error { return required([2]string{"address", *address}, [2]string{"operator", *operator}) }
	return onDatabase(flags, args, stderr, check, func(c config.Config, log *slog.Logger) error {
		return app.ShowInvited(ctx, c, *address, *operator, stdout, log)
	})
}

// privacyNominee shows whom a person has named to exercise their rights.
func privacyNominee(ctx context.Context, flags *flag.FlagSet, args []string, stdout, stderr io.Writer) error {
	var q app.NomineeQuestion
	flags.StringVar(&q.Slug, "tenant", "", "the tenant's short `name`")
	flags.StringVar(&q.User, "user", "", "the person's `address`, or their id where several have had it")
	flags.StringVar(&q.Operator, "operator", "", "`name` of whoever asks, for the record that the person is shown")
	check := func() error {
		return required([2]string{"tenant", q.Slug}, [2]string{"user", q.User}, [2]string{"operator", q.Operator})
	}
	return onDatabase(flags, args, stderr, check, func(c config.Config, log *slog.Logger) error {
		return app.ShowNominee(ctx, c, q, stdout, log)
	})
}
