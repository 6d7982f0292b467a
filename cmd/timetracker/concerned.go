package main

import (
	"context"
	"flag"
	"io"

	"timetracker/internal/app"
)

// privacyConcerned runs `timetracker privacy concerned`.
func privacyConcerned(ctx context.Context, flags *flag.FlagSet, args []string, stdout, stderr io.Writer) error {
	var asked app.Concern
	data := flags.String("data", "", "data `directory` of dev (default: the database of the environment)")
	flags.StringVar(&asked.Slug, "tenant", "", "the tenant's short `name`")
	flags.StringVar(&asked.Operator, "operator", "", "`name` of whoever asks, for the record that people are shown")
	flags.Func("since", "the first `instant`, such as 2026-11-28T00:00:00Z", func(text string) error { return asked.Since.UnmarshalText([]byte(text)) })
	flags.Func("until", "the `instant` after the last one", func(text string) error { return asked.Until.UnmarshalText([]byte(text)) })
	if err := parse(flags, args); err != nil {
		return err
	}
	switch {
	case asked.Slug == "":
		return misused("--tenant is missing")
	case asked.Since.IsZero() || asked.Until.IsZero():
		return misused("--since and --until are needed")
	case asked.Operator == "":
		return misused("--operator is missing")
	}
	c, err := databaseOf(*data)
	if err != nil {
		return err
	}
	return app.ListConcerned(ctx, c, asked, stdout, newLogger(stderr, c))
}
