// Command timetracker is the whole product: the API with the extension's files, and everything to try it on one machine.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"timetracker/internal/app"
	"timetracker/internal/config"
	"timetracker/internal/telemetry"
)

const usage = `timetracker: time tracking inside Azure DevOps

  timetracker dev             run everything on this machine, with stand-ins for Microsoft's services
  timetracker serve           run the API, the extension's files and the background jobs
  timetracker migrate         bring the database to this program's version
  timetracker sandbox token   print an access token of the running dev
  timetracker version         print the version

Each command explains its flags with --help. serve and migrate are configured by environment variables:
see docs/configuration.md.
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "timetracker:", strings.ReplaceAll(err.Error(), "\n", "; "))
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) == 0 {
		return errors.New("no command; see timetracker help")
	}
	command, args := args[0], args[1:]
	flags := flag.NewFlagSet("timetracker "+command, flag.ContinueOnError)
	flags.SetOutput(stderr)
	switch command {
	case "dev":
		return dev(ctx, flags, args, stdout, stderr)
	case "serve":
		return configured(ctx, flags, args, stderr, config.Load, app.Serve)
	case "migrate":
		return configured(ctx, flags, args, stderr, config.LoadDatabase, app.Migrate)
	case "sandbox":
		return sandboxToken(ctx, flags, args, stdout)
	case "version":
		fmt.Fprintln(stdout, version())
		return nil
	case "help", "-h", "--help":
		fmt.Fprint(stdout, usage)
		return nil
	default:
		return fmt.Errorf("%q is no command; see timetracker help", command)
	}
}

func dev(ctx context.Context, flags *flag.FlagSet, args []string, stdout, stderr io.Writer) error {
	var o app.DevOptions
	flags.StringVar(&o.Data, "data", "", "data `directory` (default: timetracker in the user's data directory)")
	flags.BoolVar(&o.Empty, "empty", false, "start without recorded history (only for a new data directory)")
	flags.StringVar(&o.Listen, "listen", "127.0.0.1:8080", "`address` of the API and the extension")
	flags.StringVar(&o.PublicURL, "public-url", "", "`URL` of the same (default: http on the address)")
	flags.StringVar(&o.DevOpsListen, "devops-listen", "127.0.0.1:8090", "`address` of the Azure DevOps stand-in")
	flags.StringVar(&o.DevOpsURL, "devops-url", "", "`URL` of the same (default: http on localhost)")
	flags.StringVar(&o.EntraListen, "entra-listen", "127.0.0.1:8443", "`address` of the Entra ID stand-in")
	flags.StringVar(&o.EntraURL, "entra-url", "", "`URL` of the same (default: https on localhost)")
	flags.StringVar(&o.InternalListen, "internal-listen", "127.0.0.1:9090", "`address` of health and metrics")
	flags.TextVar(&o.LogLevel, "log-level", slog.LevelWarn, "`level`: debug, info, warn or error")
	if err := parse(flags, args); err != nil {
		return err
	}
	return app.Dev(ctx, o, stdout, stderr)
}

// configured runs a command that takes no flags and reads the environment.
func configured(ctx context.Context, flags *flag.FlagSet, args []string, stderr io.Writer,
	load func(map[string]string) (config.Config, error),
	command func(context.Context, config.Config, *slog.Logger) error,
) error {
	if err := parse(flags, args); err != nil {
		return err
	}
	c, err := load(environment())
	if err != nil {
		return err
	}
	return command(ctx, c, telemetry.NewLogger(stderr, c.LogFormat, c.LogLevel))
}

func sandboxToken(ctx context.Context, flags *flag.FlagSet, args []string, stdout io.Writer) error {
	if len(args) == 0 || args[0] != "token" {
		return errors.New("usage: timetracker sandbox token --user ada@contoso.example [--data DIR]")
	}
	user := flags.String("user", "", "who: an `address` such as ada@contoso.example")
	data := flags.String("data", "", "data `directory` of the running dev (default: as for dev)")
	if err := parse(flags, args[1:]); err != nil {
		return err
	}
	if *user == "" {
		return errors.New("--user is missing")
	}
	token, err := app.SandboxToken(ctx, *data, *user)
	if err != nil {
		return err
	}
	fmt.Fprintln(stdout, token)
	return nil
}

func parse(flags *flag.FlagSet, args []string) error {
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%s: %q is one word too many", flags.Name(), flags.Arg(0))
	}
	return nil
}

func environment() map[string]string {
	environ := map[string]string{}
	for _, pair := range os.Environ() {
		if name, value, ok := strings.Cut(pair, "="); ok {
			environ[name] = value
		}
	}
	return environ
}

// version is what the Go toolchain has noted of the build.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "timetracker (unknown build)"
	}
	text := "timetracker " + info.Main.Version + " " + info.GoVersion
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			text += " " + setting.Value
		}
	}
	return text
}
