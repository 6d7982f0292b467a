// Command image makes the image of the Dockerfile's last stage without an engine, the same bytes from the same files.
//
// It reads what is copied, and all else that the image says of itself, from the Dockerfile, so that the two can't differ. What
// other stages would have made is in directories.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"time"
)

// pairs are flags such as --stage build=DIRECTORY.
type pairs map[string]string

func (p pairs) String() string { return "" }

func (p pairs) Set(text string) error {
	name, value, ok := strings.Cut(text, "=")
	if !ok {
		return fmt.Errorf("%q isn't NAME=VALUE", text)
	}
	p[name] = value
	return nil
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "image:", err)
		os.Exit(1)
	}
}

func run() error {
	stages, values := pairs{}, pairs{}
	dockerfile := flag.String("dockerfile", "Dockerfile", "the `file`")
	flag.Var(stages, "stage", "`NAME=DIRECTORY` with the files of another stage")
	flag.Var(values, "arg", "`NAME=VALUE` of an argument of the Dockerfile")
	arch := flag.String("arch", "amd64", "`architecture` of the program in the image")
	name := flag.String("name", "timetracker", "`name` of the image in the layout")
	epoch := flag.Int64("epoch", 0, "how old everything is, in `seconds` since 1970 (SOURCE_DATE_EPOCH)")
	out := flag.String("out", "", "the `tar` to write")
	flag.Parse()
	content, err := os.ReadFile(*dockerfile)
	if err != nil {
		return err
	}
	made, err := last(content, values)
	if err != nil {
		return fmt.Errorf("%s: %w", *dockerfile, err)
	}
	entries, err := made.tree(stages)
	if err != nil {
		return err
	}
	packed, digest, err := made.archive(entries, *arch, *name, time.Unix(*epoch, 0).UTC())
	if err != nil {
		return err
	}
	if err := os.WriteFile(*out, packed, 0o644); err != nil { //nolint:gosec // it holds no secret
		return err
	}
	_, err = fmt.Fprintf(os.Stdout, "%s %s\n", digest, *out)
	return err
}
