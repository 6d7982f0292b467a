package dev

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"

	"timetracker/internal/outbound"
	"timetracker/internal/sandbox"
)

// running is what other commands need to know of the `dev` that runs on a data directory.
type running struct {
	PublicURL   string `json:"public_url"`
	DevOpsURL   string `json:"devops_url"`
	EntraURL    string `json:"entra_url"`
	EntraListen string `json:"entra_listen"`
}

func (o *Options) writeRunning() error {
	content, err := json.MarshalIndent(running{
		PublicURL: o.PublicURL, DevOpsURL: o.DevOpsURL, EntraURL: o.EntraURL, EntraListen: o.EntraListen,
	}, "", "  ")
	if err != nil {
		return fmt.Errorf("note the addresses: %w", err)
	}
	if err := os.WriteFile(filepath.Join(o.sandboxDir(), "running.json"), content, 0o600); err != nil {
		return fmt.Errorf("note the addresses: %w", err)
	}
	return nil
}

// SandboxToken asks the `dev` that runs on a data directory for an access token of one of the sandbox's people.
func SandboxToken(ctx context.Context, data, user string) (string, error) {
	o := Options{Data: data}
	if o.Data == "" {
		dir, err := DefaultDataDir()
		if err != nil {
			return "", err
		}
		o.Data = dir
	}
	var address running
	content, err := os.ReadFile(filepath.Join(o.sandboxDir(), "running.json"))
	if errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("`timetracker dev` has not run with the data directory %s", o.Data)
	}
	if err != nil {
		return "", fmt.Errorf("read the addresses of dev: %w", err)
	}
	if err := json.Unmarshal(content, &address); err != nil {
		return "", fmt.Errorf("read the addresses of dev: %w", err)
	}
	root, err := os.ReadFile(filepath.Join(o.sandboxDir(), "root.pem"))
	if err != nil {
		return "", fmt.Errorf("read the sandbox's root: %w", err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(root)
	client := outbound.NewClient(roots)
	transport := client.Transport.(*http.Transport)
	transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, address.EntraListen)
	}
	return requestToken(ctx, client, address.EntraURL, user)
}

// requestToken asks the Entra stand-in at the URL for a token of the person.
func requestToken(ctx context.Context, client *http.Client, entraURL, user string) (string, error) {
	body, err := json.Marshal(map[string]string{
		"user": user, "client_id": sandbox.SPAClientID, "scope": sandbox.APIScope,
	})
	if err != nil {
		return "", fmt.Errorf("ask for a token: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, entraURL+"/_sandbox/token", bytes.NewReader(body))
	if err != nil {
		return "", fmt.Errorf("ask for a token: %w", err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return "", fmt.Errorf("`timetracker dev` doesn't answer; is it running? %w", err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	if err != nil {
		return "", fmt.Errorf("read the answer: %w", err)
	}
	var token struct {
		AccessToken string `json:"access_token"`
		Error       string `json:"error"`
	}
	if err := json.Unmarshal(answer, &token); err != nil {
		return "", fmt.Errorf("read the answer: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("no token for %s: %s", user, token.Error)
	}
	return token.AccessToken, nil
}
