package main

import (
	"context"
	"flag"
	"io"

	"timetracker/internal/app"
)

// privacyNominee shows whom a person has named to exercise their rights.
func privacyNominee(ctx context.Context, flags *flag.FlagSet, args []string, stdout, stderr io.Writer) error {
	var q app.NomineeQuestion
	flags.StringVar(&q.Slug, "tenant", "", "the tenant's short `name`")
	flags.StringVar(&q.User, "user", "", "the person's `address`, or their id where several have had it")
	flags.StringVar(&q.Operator, "operator", "", "`name` of whoever asks, for the record that the person is shown")
	data := flags.String("data", "", "data `directory` of dev (default: the database of the environment)")
	if err := parse(flags, args); err != nil {
		return err
	}
	for _, needed := range []struct{ name, value string }{{"tenant", q.Slug}, {"user", q.User}, {"operator", q.Operator}} {
		if needed.value == "" {
			return misused("--%s is missing", needed.name)
		}
	}
	c, err := databaseOf(*data)
	if err != nil {
		return err
	}
	return app.ShowNominee(ctx, c, q, stdout, newLogger(stderr, c))
}
