package billing

// Seller is who sells the product, as it stands on statements.
type Seller struct {
	Name    string
	Address string // in lines
	TaxID   string // empty: there is none
}
