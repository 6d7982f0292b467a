package main

import (
	"context"
	"flag"
	"io"

	"timetracker/internal/app"
)

// backUp runs `timetracker backup`.
func backUp(ctx context.Context, flags *flag.FlagSet, args []string, stdout, stderr io.Writer) error {
	to := flags.String("to", "", "the new `file`; beside it, FILE.sha256 gets its digest")
	data := flags.String("data", "", "data `directory` of dev (default: the database of the environment)")
	if err := parse(flags, args); err != nil {
		return err
	}
	if *to == "" {
		return misused("--to is missing")
	}
	c, err := databaseOf(*data)
	if err != nil {
		return err
	}
	return app.BackUp(ctx, c, *to, stdout, newLogger(stderr, c))
}

// restore runs `timetracker restore`.
func restore(ctx context.Context, flags *flag.FlagSet, args []string, stdout, stderr io.Writer) error {
	from := flags.String("from", "", "the `file` that timetracker backup made, with its digest beside it")
	if err := parse(flags, args); err != nil {
		return err
	}
	if *from == "" {
		return misused("--from is missing")
	}
	c, err := databaseOf("")
	if err != nil {
		return err
	}
	return app.Restore(ctx, c, *from, stdout, newLogger(stderr, c))
}
