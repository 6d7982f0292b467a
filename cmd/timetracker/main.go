// Command timetracker is the whole product: the API with the extension's files, and everything to try it on one machine.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"timetracker/internal/app"
	"timetracker/internal/config"
	"timetracker/internal/dev"
	"timetracker/internal/telemetry"
)

const usage = `timetracker: time tracking inside Azure DevOps

  timetracker dev             run everything on this machine, with stand-ins for Microsoft's services
  timetracker serve           run the API, the extension's files and the background jobs
  timetracker webhook         run the Azure Marketplace's webhook, apart from the API
  timetracker bill            make the records of a month, or show what it would come to
  timetracker migrate         bring the database to this program's version
  timetracker doctor          check what serve needs, and say what to do
  timetracker backup          copy the database to a file, while the program runs
  timetracker restore         make the database from such a file
  timetracker tenant          list and show tenants, change their plan, trial or rate, name a super_admin, remove them
  timetracker privacy         decide on what people ask about their data, where nobody of theirs may, and erase them
  timetracker verify          show that nobody has altered, removed or inserted rows that are sealed
  timetracker statement       make a statement of an exported chain alone
  timetracker sandbox token   print an access token of the running dev
  timetracker healthcheck     ask the program that runs on this machine whether it is alive, or ready
  timetracker version         print the version; with --json for programs

Each command explains its flags with --help. serve, webhook, doctor, healthcheck, bill, migrate, backup, restore, tenant, privacy and
verify are configured by environment variables: see docs/configuration.md.
`

// logPatience is how long the end of the program waits for whoever reads its log.
const logPatience = time.Second

func main() {
	// By default the first write to a closed pipe would end the program, and the product would stop with its log.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	stderr := telemetry.NewQueue(os.Stderr)
	err := run(ctx, os.Args[1:], os.Stdout, stderr)
	stop()
	code := 0
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(stderr, "timetracker:", strings.ReplaceAll(err.Error(), "\n", "; "))
		code = 1
		if _, misused := errors.AsType[usageError](err); misused {
			code = 2
		}
	}
	stderr.Close(logPatience)
	os.Exit(code)
}

// usageError is a mistake on the command line. Nothing was done then.
type usageError struct{ error }

func misused(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) == 0 {
		return misused("no command; see timetracker help")
	}
	command, args := args[0], args[1:]
	flags := flag.NewFlagSet("timetracker "+command, flag.ContinueOnError)
	flags.SetOutput(stderr)
	switch command {
	case "dev":
		return runDev(ctx, flags, args, stdout, stderr)
	case "serve":
		return configured(ctx, flags, args, stderr, microsofts(config.Load), app.Serve)
	case "webhook":
		return configured(ctx, flags, args, stderr, microsofts(config.LoadWebhook), app.Webhook)
	case "bill":
		return bill(ctx, flags, args, stdout, stderr)
	case "migrate":
		return configured(ctx, flags, args, stderr, config.LoadDatabase,
			func(ctx context.Context, c config.Config, log *slog.Logger) error {
				return app.Migrate(ctx, c, stdout, log)
			})
	case "doctor":
		return configured(ctx, flags, args, stderr, microsofts(config.Load),
			func(ctx context.Context, c config.Config, log *slog.Logger) error {
				return app.Doctor(ctx, c, stdout, log)
			})
	case "backup":
		return backUp(ctx, flags, args, stdout, stderr)
	case "restore":
		return restore(ctx, flags, args, stdout, stderr)
	case "tenant":
		return operate(ctx, args, stdout, stderr)
	case "privacy":
		return privacyCommand(ctx, args, stdout, stderr)
	case "verify":
		return verify(ctx, flags, args, stdout, stderr)
	case "statement":
		return statement(flags, args, stdout)
	case "sandbox":
		return sandboxToken(ctx, flags, args, stdout)
	case "healthcheck":
		return healthcheck(ctx, flags, args, stdout)
	case "version":
		return printVersion(flags, args, stdout)
	case "help", "-h", "--help":
		fmt.Fprint(stdout, usage)
		return nil
	default:
		return misused("%q is no command; see timetracker help", command)
	}
}

func runDev(ctx context.Context, flags *flag.FlagSet, args []string, stdout, stderr io.Writer) error {
	var o dev.Options
	flags.StringVar(&o.Data, "data", "", "data `directory` (default: timetracker in the user's data directory)")
	flags.BoolVar(&o.Empty, "empty", false, "start without recorded history (only for a new data directory)")
	flags.StringVar(&o.Listen, "listen", "127.0.0.1:8080", "`address` of the API and the extension")
	flags.StringVar(&o.PublicURL, "public-url", "", "`URL` of the same (default: http on the address)")
	flags.StringVar(&o.DevOpsListen, "devops-listen", "127.0.0.1:8090", "`address` of the Azure DevOps stand-in")
	flags.StringVar(&o.DevOpsURL, "devops-url", "", "`URL` of the same (default: http on localhost)")
	flags.StringVar(&o.DevOpsAPIListen, "devops-api-listen", "127.0.0.1:8445", "`address` of the same for programs, over https")
	flags.StringVar(&o.EntraListen, "entra-listen", "127.0.0.1:8443", "`address` of the Entra ID stand-in")
	flags.StringVar(&o.EntraURL, "entra-url", "", "`URL` of the same (default: https on localhost)")
	flags.StringVar(&o.SignInListen, "sign-in-listen", "127.0.0.1:8092", "`address` of the same for ordinary browsers, over http")
	flags.StringVar(&o.GraphListen, "graph-listen", "127.0.0.1:8444", "`address` of the Microsoft Graph stand-in")
	flags.StringVar(&o.GraphURL, "graph-url", "", "`URL` of the same (default: https on localhost)")
	flags.StringVar(&o.MarketplaceListen, "marketplace-listen", "127.0.0.1:8091", "`address` of the Azure Marketplace stand-in")
	flags.StringVar(&o.MarketplaceURL, "marketplace-url", "", "`URL` of the same (default: http on localhost)")
	flags.StringVar(&o.WebhookListen, "webhook-listen", "127.0.0.1:8081", "`address` of the Marketplace's webhook")
	flags.StringVar(&o.InternalListen, "internal-listen", "127.0.0.1:9090", "`address` of health and metrics")
	flags.Func("at", "start as if it were this `instant`, such as 2026-12-01T00:05:00Z", func(text string) error {
		return o.At.UnmarshalText([]byte(text))
	})
	flags.TextVar(&o.LogLevel, "log-level", slog.LevelWarn, "`level`: debug, info, warn or error")
	if err := parse(flags, args); err != nil {
		return err
	}
	telemetry.AdoptStandardLog(telemetry.NewLogger(stderr, "text", o.LogLevel))
	return dev.Run(ctx, o, stdout, stderr)
}

// newLogger makes the log of a command, also for the libraries that it calls.
func newLogger(stderr io.Writer, c config.Config) *slog.Logger {
	log := telemetry.NewLogger(stderr, c.LogFormat, c.LogLevel)
	telemetry.AdoptStandardLog(log)
	return log
}

// services says whose services a server asks. The linker changes it for measurements and TestMain for tests, which have
// stand-ins. Nothing that runs can change it, so that no server that is shipped lets the sandbox sign people in.
var services = "microsoft"

// microsofts refuses a configuration that names services of others.
func microsofts(load func(map[string]string) (config.Config, error)) func(map[string]string) (config.Config, error) {
	return func(environ map[string]string) (config.Config, error) {
		c, err := load(environ)
		if err == nil && services == "microsoft" {
			err = c.CheckMicrosoft()
		}
		return c, err
	}
}

// configured runs a command that takes no flags and reads the environment.
func configured(ctx context.Context, flags *flag.FlagSet, args []string, stderr io.Writer,
	load func(map[string]string) (config.Config, error),
	command func(context.Context, config.Config, *slog.Logger) error,
) error {
	if err := parse(flags, args); err != nil {
		return err
	}
	environ := environment()
	c, err := load(environ)
	if err != nil {
		return err
	}
	log := newLogger(stderr, c)
	for _, name := range config.Unknown(environ) {
		log.WarnContext(ctx, "a variable that the program doesn't know; is it mistyped?", "name", name)
	}
	return command(ctx, c, log)
}

const tenantUsage = "usage: timetracker tenant list | show --slug S | plan --slug S --plan internal|trial --operator NAME | " +
	"extend-trial --slug S --until 2027-01-31 --operator NAME | rate --slug S --minor 900 --operator NAME | " +
	"super-admin --slug S --user ADDRESS|ID --operator NAME | remove --slug S [--restored] --operator NAME; " +
	"with --data DIR on the database of dev"

// operate runs `timetracker tenant`, by which operators of the product change a tenant.
func operate(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) == 0 {
		return misused(tenantUsage)
	}
	op := app.Operation{Verb: args[0]}
	flags := flag.NewFlagSet("timetracker tenant "+op.Verb, flag.ContinueOnError)
	flags.SetOutput(stderr)
	data := flags.String("data", "", "data `directory` of dev (default: the database of the environment)")
	required := []string{}
	if op.Verb != "list" {
		flags.StringVar(&op.Slug, "slug", "", "the tenant's short `name`")
		required = append(required, "slug")
	}
	switch op.Verb {
	case "list", "show":
	case "plan":
		flags.StringVar(&op.Plan, "plan", "", "internal or trial")
		required = append(required, "plan")
	case "extend-trial":
		flags.StringVar(&op.Until, "until", "", "last `day` of the trial in the tenant's time zone, such as 2027-01-31")
		required = append(required, "until")
	case "rate":
		flags.Int64Var(&op.RateMinor, "minor", 0, "price of a user and month in minor `units` of the tenant's currency, at most 10000000000")
		required = append(required, "minor")
	case "super-admin":
		flags.StringVar(&op.User, "user", "", "`address` or id of who becomes a super_admin")
		required = append(required, "user")
	case "remove":
		flags.BoolVar(&op.Restored, "restored", false, "it was removed before a backup was restored: it doesn't wait for 7 days")
	default:
		return misused(tenantUsage)
	}
	if op.Verb != "list" && op.Verb != "show" {
		flags.StringVar(&op.Operator, "operator", "", "`name` of whoever does this, for the tenant's audit")
		required = append(required, "operator")
	}
	if err := parse(flags, args[1:]); err != nil {
		return err
	}
	given := map[string]bool{}
	flags.Visit(func(f *flag.Flag) { given[f.Name] = f.Value.String() != "" })
	for _, name := range required {
		if !given[name] {
			return misused("--%s is missing", name)
		}
	}
	c, err := databaseOf(*data)
	if err != nil {
		return err
	}
	return app.Operate(ctx, c, op, stdout, newLogger(stderr, c))
}

// bill runs `timetracker bill`.
func bill(ctx context.Context, flags *flag.FlagSet, args []string, stdout, stderr io.Writer) error {
	month := flags.String("month", "", "the `month` (UTC), such as 2026-10")
	dryRun := flags.Bool("dry-run", false, "write nothing; also for a month that has not ended")
	data := flags.String("data", "", "data `directory` of dev (default: the database of the environment)")
	if err := parse(flags, args); err != nil {
		return err
	}
	if *month == "" {
		return misused("--month is missing")
	}
	c, err := databaseOf(*data)
	if err != nil {
		return err
	}
	return app.Bill(ctx, c, *month, *dryRun, stdout, newLogger(stderr, c))
}

// verify runs `timetracker verify`.
func verify(ctx context.Context, flags *flag.FlagSet, args []string, stdout, stderr io.Writer) error {
	var v app.Verification
	flags.StringVar(&v.Slug, "tenant", "", "the tenant's short `name` (default: all tenants)")
	flags.StringVar(&v.Export, "export", "", "an exported `file`, which is verified without a database")
	flags.StringVar(&v.Head, "head", "", "a `head` of the tenant's chain that was kept, such as 42:9f86…")
	data := flags.String("data", "", "data `directory` of dev (default: the database of the environment)")
	if err := parse(flags, args); err != nil {
		return err
	}
	switch {
	case v.Export != "" && (v.Slug != "" || *data != ""):
		return misused("--export needs neither --tenant nor --data")
	case v.Export != "":
		return app.VerifyExport(v, stdout)
	case v.Head != "" && v.Slug == "":
		return misused("--head needs --tenant or --export")
	}
	c, err := databaseOf(*data)
	if err != nil {
		return err
	}
	return app.Verify(ctx, c, v, stdout, telemetry.NewLogger(stderr, c.LogFormat, c.LogLevel))
}

// statement runs `timetracker statement`.
func statement(flags *flag.FlagSet, args []string, stdout io.Writer) error {
	var r app.Rebuilding
	flags.StringVar(&r.Export, "export", "", "the exported `file`")
	flags.StringVar(&r.Number, "number", "", "the statement's `number`, such as TT-2026-000042 (default: they are listed)")
	flags.StringVar(&r.Out, "out", "", "the `file` to write (default: the number's name)")
	flags.StringVar(&r.Fonts, "fonts", "", "`directories` with fonts for names, as PATH has them (default: the system's)")
	if err := parse(flags, args); err != nil {
		return err
	}
	if r.Export == "" {
		return misused("--export is missing")
	}
	return app.Rebuild(r, stdout)
}

// databaseOf is the configuration of a command that needs only the database. It is that of a data directory of dev or,
// without one, of the environment.
func databaseOf(data string) (config.Config, error) {
	environ := environment()
	if data != "" {
		address, err := dev.Database(data)
		if err != nil {
			return config.Config{}, err
		}
		environ["TIMETRACKER_DATABASE_URL"] = address
		environ["TIMETRACKER_SELLER_NAME"], environ["TIMETRACKER_SELLER_ADDRESS"] = dev.SellerName, dev.SellerAddress
	}
	c, err := config.LoadDatabase(environ)
	if data != "" {
		c.MarketplaceURL = "" // dev's data is not Microsoft's business
	}
	return c, err
}

func sandboxToken(ctx context.Context, flags *flag.FlagSet, args []string, stdout io.Writer) error {
	if len(args) == 0 || args[0] != "token" {
		return misused("usage: timetracker sandbox token --user ada@contoso.example [--data DIR]")
	}
	user := flags.String("user", "", "who: an `address` such as ada@contoso.example")
	data := flags.String("data", "", "data `directory` of the running dev (default: as for dev)")
	if err := parse(flags, args[1:]); err != nil {
		return err
	}
	if *user == "" {
		return misused("--user is missing")
	}
	token, err := dev.SandboxToken(ctx, *data, *user)
	if err != nil {
		return err
	}
	fmt.Fprintln(stdout, token)
	return nil
}

func parse(flags *flag.FlagSet, args []string) error {
	out := flags.Output()
	flags.SetOutput(io.Discard) // it would print its errors beside ours
	err := flags.Parse(args)
	flags.SetOutput(out)
	if errors.Is(err, flag.ErrHelp) {
		flags.Usage()
		return err
	}
	if err != nil {
		return misused("%w; see %s --help", err, flags.Name())
	}
	if flags.NArg() > 0 {
		return misused("%q is one word too many; see %s --help", flags.Arg(0), flags.Name())
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

// healthcheck runs `timetracker healthcheck`. It is called often, so that it warns of no variable.
func healthcheck(ctx context.Context, flags *flag.FlagSet, args []string, stdout io.Writer) error {
	ready := flags.Bool("ready", false, "ask whether it may get requests, and not only whether it is alive")
	if err := parse(flags, args); err != nil {
		return err
	}
	c, err := config.LoadInternal(environment())
	if err != nil {
		return err
	}
	return app.Healthcheck(ctx, c, *ready, stdout)
}

// printVersion runs `timetracker version`.
func printVersion(flags *flag.FlagSet, args []string, stdout io.Writer) error {
	asJSON := flags.Bool("json", false, "print it for programs")
	if err := parse(flags, args); err != nil {
		return err
	}
	version, err := app.ProgramVersion()
	if err != nil {
		return err
	}
	if *asJSON {
		return json.NewEncoder(stdout).Encode(version)
	}
	_, err = fmt.Fprintln(stdout, version)
	return err
}
