package engine

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"

	mssql "github.com/microsoft/go-mssqldb"
	"github.com/microsoft/go-mssqldb/azuread"
	"github.com/microsoft/go-mssqldb/msdsn"
)

// identities are the ways of fedauth to sign in to Azure SQL that a server has. Those of people at a keyboard are refused.
// So is the one that tries all of them in turn, since nobody would know which one it has taken.
// https://github.com/microsoft/go-mssqldb#azure-active-directory-authentication
var identities = []struct {
	name   string // as the driver compares it, with its case; another case means every way to it
	secret bool   // a password belongs to it
}{
	{azuread.ActiveDirectoryManagedIdentity, false},
	{azuread.ActiveDirectoryMSI, false}, // the older name of the first
	{azuread.ActiveDirectoryWorkloadIdentity, false},
	{azuread.ActiveDirectoryServicePrincipal, true},
}

// newConnector reads the URL and makes what logs in by it.
func newConnector(address string) (*mssql.Connector, error) {
	config, err := sqlServerConfig(address)
	if err != nil {
		return nil, err
	}
	given := config.Parameters["fedauth"]
	if given == "" {
		return mssql.NewConnectorConfig(config), nil
	}
	for _, identity := range identities {
		if !strings.EqualFold(given, identity.name) {
			continue
		}
		if !identity.secret && config.Password != "" {
			return nil, fmt.Errorf("the database URL has a password, which %s needs none of", identity.name)
		}
		connector, err := azuread.NewConnector(withIdentity(address, identity.name))
		if err != nil {
			return nil, fmt.Errorf("the database URL lacks what %s needs: the client's id as its user, and a password or clientcertpath", identity.name)
		}
		return connector, nil
	}
	return nil, errors.New("the database URL's fedauth must be ActiveDirectoryManagedIdentity, ActiveDirectoryWorkloadIdentity or ActiveDirectoryServicePrincipal")
}

// withIdentity writes the name of fedauth as the driver compares it.
func withIdentity(address, name string) string {
	parsed, err := url.Parse(address)
	if err != nil {
		return address
	}
	query := parsed.Query()
	for key := range query {
		if strings.EqualFold(key, "fedauth") {
			query.Set(key, name)
		}
	}
	parsed.RawQuery = query.Encode()
	return parsed.String()
}

// sqlServerConfig reads the URL and refuses an unprotected connection, except to this machine. Without encrypt the
// driver protects only the login, and trusts every certificate. A token is never sent to a server without its certificate.
func sqlServerConfig(address string) (msdsn.Config, error) {
	// The errors of both parsers may quote the password.
	parsed, err := url.Parse(address)
	if err != nil {
		return msdsn.Config{}, errors.New("the database URL can't be read")
	}
	config, err := msdsn.Parse(address)
	if err != nil {
		return msdsn.Config{}, errors.New("the database URL can't be read")
	}
	if isLoopback(parsed.Hostname()) && config.Parameters["fedauth"] == "" {
		return config, nil
	}
	if config.Encryption != msdsn.EncryptionRequired && config.Encryption != msdsn.EncryptionStrict {
		return msdsn.Config{}, errors.New("the database URL must have encrypt=true or encrypt=strict")
	}
	if config.TrustServerCertificate {
		return msdsn.Config{}, errors.New("the database URL must not have TrustServerCertificate=true")
	}
	return config, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

// tokenError is for a login without the token that it needs. To the caller it is a login that was not answered.
type tokenError struct{ reason string }

// Error is for the log.
func (e tokenError) Error() string { return "no token to sign in to the database with: " + e.reason }

// Is makes it a login that was not answered.
func (e tokenError) Is(target error) bool { return target == errLogin }

// withoutToken tells a failed login for want of a token from others. Azure's library writes whole answers into its errors.
// Only the first line is kept, and the one with the answer's status.
func withoutToken(err error) error {
	// Its errors have this method: https://pkg.go.dev/github.com/Azure/azure-sdk-for-go/sdk/azcore/internal/exported#NonRetriableError
	if _, ok := errors.AsType[interface {
		error
		NonRetriable()
	}](err); !ok {
		return err
	}
	reason, rest, _ := strings.Cut(err.Error(), "\n")
	for line := range strings.Lines(rest) {
		if strings.HasPrefix(line, "RESPONSE ") {
			reason += strings.TrimSpace(line)
		}
	}
	return tokenError{reason}
}
