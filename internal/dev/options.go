package dev

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"timetracker/internal/sandbox"
)

// Options are the flags of `timetracker dev`. Empty URLs are derived from the addresses.
type Options struct {
	Data         string // directory; empty: DefaultDataDir
	Empty        bool   // no recorded history
	Listen       string
	PublicURL    string
	DevOpsListen string
	DevOpsURL    string
	// DevOpsAPIListen is the Azure DevOps stand-in's address for programs, over https. It is not used where DevOpsURL is
	// https already.
	DevOpsAPIListen string
	EntraListen     string
	EntraURL        string
	// SignInListen is the Entra stand-in's address for pages that have no host. A browser doesn't trust the certificate
	// of the other one. It is not used where EntraURL is set, since that is for browsers that trust the certificate.
	SignInListen string
	GraphListen  string
	GraphURL     string
	// MarketplaceListen and MarketplaceURL are the Marketplace stand-in's. It sends its webhook calls to WebhookListen.
	MarketplaceListen string
	MarketplaceURL    string
	WebhookListen     string
	InternalListen    string
	// At is the instant at which the product and the sandbox start; zero: now. It serves to try what happens at another
	// time, such as at a month's end.
	At       time.Time
	LogLevel slog.Level

	signInURL, devOpsAPIURL string
}

// DefaultDataDir is where `dev` keeps its data: a directory of its own in the user's data directory.
func DefaultDataDir() (string, error) {
	if dir := os.Getenv("XDG_DATA_HOME"); dir != "" {
		return filepath.Join(dir, "timetracker"), nil
	}
	switch runtime.GOOS {
	case "windows", "darwin":
		dir, err := os.UserConfigDir()
		if err != nil {
			return "", fmt.Errorf("no data directory, use --data: %w", err)
		}
		return filepath.Join(dir, "timetracker"), nil
	default:
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("no data directory, use --data: %w", err)
		}
		return filepath.Join(home, ".local", "share", "timetracker"), nil
	}
}

// clock is the clock of the product and the sandbox.
func (o *Options) clock() func() time.Time {
	if o.At.IsZero() {
		return time.Now
	}
	ahead := time.Until(o.At)
	return func() time.Time { return time.Now().Add(ahead) }
}

// complete fills in what the flags leave open and refuses what the sandbox must not do.
func (o *Options) complete() error {
	if o.Data == "" {
		dir, err := DefaultDataDir()
		if err != nil {
			return err
		}
		o.Data = dir
	}
	for _, address := range []string{
		o.Listen, o.DevOpsListen, o.DevOpsAPIListen, o.EntraListen, o.SignInListen, o.GraphListen, o.MarketplaceListen, o.WebhookListen,
		o.InternalListen,
	} {
		if err := sandbox.RequireLoopback(address); err != nil {
			return fmt.Errorf("refused: %w", err)
		}
	}
	// The page and the frames are on two sites, as dev.azure.com and the extension are.
	o.PublicURL = orAddress(o.PublicURL, "http://127.0.0.1", o.Listen)
	o.DevOpsURL = orAddress(o.DevOpsURL, "http://localhost", o.DevOpsListen)
	if o.devOpsAPIURL = o.DevOpsURL; !strings.HasPrefix(o.DevOpsURL, "https://") {
		o.devOpsAPIURL = orAddress("", "https://localhost", o.DevOpsAPIListen)
	}
	if o.EntraURL == "" {
		o.signInURL = orAddress("", "http://localhost", o.SignInListen)
	}
	o.EntraURL = orAddress(o.EntraURL, "https://localhost", o.EntraListen)
	o.GraphURL = orAddress(o.GraphURL, "https://localhost", o.GraphListen)
	o.MarketplaceURL = orAddress(o.MarketplaceURL, "http://localhost", o.MarketplaceListen)
	if err := os.MkdirAll(o.sandboxDir(), 0o700); err != nil {
		return fmt.Errorf("data directory: %w", err)
	}
	return nil
}

func orAddress(address, origin, listen string) string {
	if address != "" {
		return strings.TrimSuffix(address, "/")
	}
	_, port, _ := net.SplitHostPort(listen) // RequireLoopback has checked it
	return origin + ":" + port
}

func (o *Options) sandboxDir() string { return filepath.Join(o.Data, "sandbox") }

// Database is the address of the database that `dev` keeps in a data directory. It must exist already.
func Database(data string) (string, error) {
	path := databasePath(data)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("`timetracker dev` has not run with the data directory %s", data)
	}
	return "sqlite:" + path, nil
}

func databasePath(data string) string { return filepath.Join(data, "timetracker.db") }
