package dev

import (
	"strings"

	"timetracker/internal/billing"
)

// SellerName and SellerAddress are whoever sells in dev, as the variables of the configuration have them.
const (
	SellerName    = "TimeTracker (sandbox)"
	SellerAddress = "1 Loopback Lane; 127001 Localhost"
)

var seller = billing.Seller{
	Name: SellerName, Address: strings.ReplaceAll(SellerAddress, "; ", "\n"), TaxID: "XX 000 000 000",
}
