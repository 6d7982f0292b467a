// Package connectortest owns the Azure DevOps that tests ask: the sandbox's, with its Entra, over TLS, and the connector
// that the product asks it with. It must not serve anything but tests.
package connectortest
