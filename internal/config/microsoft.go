package config

import (
	"errors"
	"net/url"
	"slices"
	"strings"
)

// clouds are the hosts of Microsoft's clouds for each service that says who somebody is, what they may see or what they
// have bought:
// https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud and
// https://learn.microsoft.com/graph/deployments. Azure DevOps and the Marketplace are in one of them alone.
var clouds = map[string][]string{
	"TIMETRACKER_ENTRA_AUTHORITY":  {"login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn"},
	"TIMETRACKER_GRAPH_URL":        {"graph.microsoft.com", "graph.microsoft.us", "dod-graph.microsoft.us", "microsoftgraph.chinacloudapi.cn"},
	"TIMETRACKER_AZURE_DEVOPS_URL": {"dev.azure.com"},
	"TIMETRACKER_MARKETPLACE_URL":  {"marketplaceapi.microsoft.com"},
}

// CheckMicrosoft wants every service to be Microsoft's. Whoever answers as the authority can sign in as anybody, as the
// sandbox does, so that no configuration may name another. A service that a command has not read is left out.
func (c Config) CheckMicrosoft() error {
	var all []error
	for name, value := range map[string]string{
		"TIMETRACKER_ENTRA_AUTHORITY": c.EntraAuthority, "TIMETRACKER_GRAPH_URL": c.GraphURL,
		"TIMETRACKER_AZURE_DEVOPS_URL": c.AzureDevOpsURL, "TIMETRACKER_MARKETPLACE_URL": c.MarketplaceURL,
	} {
		u, err := url.Parse(value)
		if err != nil || !slices.Contains(clouds[name], u.Host) {
			all = append(all, wrong(name, "must be Microsoft's: "+strings.Join(clouds[name], ", ")))
		}
	}
	slices.SortFunc(all, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(all...)
}
