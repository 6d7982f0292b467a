package app

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"timetracker/internal/alert"
	"timetracker/internal/connector/azuredevops"
	"timetracker/internal/entra"
	"timetracker/internal/httpapi"
	"timetracker/internal/workitem"
)

// OnBehalfConfig says where Microsoft's services are that the API asks in people's names.
type OnBehalfConfig struct {
	Authority   string // https origin
	ClientID    string // of the API
	Secret      string // or Certificate: the API's credential
	Certificate []byte // PEM
	HTTPClient  *http.Client
	Graph       string // https origin
	AzureDevOps string // https origin
	Now         func() time.Time
	Alert       func(ctx context.Context, a alert.Alert)
}

// OnBehalf has the services that are asked in people's names, as AsPeople makes them.
type OnBehalf struct {
	Directory httpapi.Directory
	Remote    workitem.Remote
}

// AsPeople makes the services that are asked in people's names. Without a credential of the API there are none, and the
// fields are nil.
func AsPeople(c OnBehalfConfig) (OnBehalf, error) {
	if c.Secret == "" && len(c.Certificate) == 0 {
		return OnBehalf{}, nil
	}
	var told hourly
	tokens, err := entra.NewOnBehalfOf(entra.OnBehalfOfConfig{
		Authority: c.Authority, ClientID: c.ClientID, Secret: c.Secret, Certificate: c.Certificate,
		HTTPClient: c.HTTPClient, Now: c.Now, Refused: func(ctx context.Context, err error) {
			if told.due(c.Now()) {
				c.Alert(ctx, alert.Alert{Kind: alert.APICredentialRefused, Err: err})
			}
		},
	})
	if err != nil {
		return OnBehalf{}, fmt.Errorf("tokens in people's names: %w", err)
	}
	directory, err := entra.NewGraph(c.Graph, tokens, c.HTTPClient)
	if err != nil {
		return OnBehalf{}, fmt.Errorf("directory search: %w", err)
	}
	remote, err := azuredevops.New(azuredevops.Config{Origin: c.AzureDevOps, OnBehalfOf: tokens, HTTPClient: c.HTTPClient, Now: c.Now})
	if err != nil {
		return OnBehalf{}, fmt.Errorf("work items: %w", err)
	}
	return OnBehalf{Directory: directory, Remote: remote}, nil
}
