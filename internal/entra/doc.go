// Package entra owns the check of Microsoft Entra access tokens. It decides whether a token was issued for this API, to
// one of our clients, for a person of a work or school directory. It fetches the signing keys that this needs. It also
// decides whether the Azure Marketplace calls the webhook.
//
// It also owns what is asked of the directory in a person's name. That is the exchange of their token, and the search
// for people by Microsoft Graph.
//
// It must not know HTTP requests, users or roles. It says whom the directory vouches for, never what that person may
// do. A valid token does not say that its bearer is still a user. No error, and no log line, carries any part of a
// token or of an answer from the directory.
//
// The rules are Microsoft's for multi-tenant APIs:
// https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-tokens
// https://learn.microsoft.com/entra/identity-platform/claims-validation
package entra
