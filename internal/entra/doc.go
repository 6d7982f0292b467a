// Package entra owns the check of Microsoft Entra access tokens: whether a token was issued for this API, to one of our
// clients, for a person of a work or school directory, and the signing keys that this needs; and whether a webhook's call
// is the Azure Marketplace's. It also owns what is asked of the directory in a person's name: the exchange of their token,
// and the search for people by Microsoft Graph.
//
// It must not know HTTP requests, users or roles: it says who the directory vouches for, never what that person may
// do, and a good token says nothing about whether its bearer is still a user. No error, and no log line, carries any
// part of a token or of an answer from the directory.
//
// The rules are Microsoft's for multi-tenant APIs:
// https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-tokens
// https://learn.microsoft.com/entra/identity-platform/claims-validation
package entra
