package main

import (
	"context"
	"flag"
	"io"
	"log/slog"

	"timetracker/internal/app"
	"timetracker/internal/config"
)

// privacyConcerned runs `timetracker privacy concerned`.
func privacyConcerned(ctx context.Context, flags *flag.FlagSet, args []string, stdout, stderr io.Writer) error {
	var asked app.Concern
	flags.StringVar(&asked.Slug, "tenant", "", "the tenant's short `name`")
	flags.StringVar(&asked.Operator, "operator", "", "`name` of whoever asks, for the record that people are shown")
	flags.Func("since", "the first `instant`, such as 2026-11-28T00:00:00Z", func(text string) error { return asked.Since.UnmarshalText([]byte(text)) })
	flags.Func("until", "the `instant` after the last one", func(text string) error { return asked.Until.UnmarshalText([]byte(text)) })
	check := func() error {
		if err := required([2]string{"tenant", asked.Slug}); err != nil {
			return err
		}
		if asked.Since.IsZero() || asked.Until.IsZero() {
			return misused("--since and --until are needed")
		}
		return required([2]string{"operator", asked.Operator})
	}
	return onDatabase(flags, args, stderr, check, func(c config.Config, log *slog.Logger) error {
		return app.ListConcerned(ctx, c, asked, stdout, log)
	})
}
