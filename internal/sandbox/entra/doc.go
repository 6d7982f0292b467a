// Package entra owns the stand-in for Microsoft Entra ID: authorize, token, metadata, signing keys and their rollover,
// with Entra's paths, claims and errors. It also signs the tokens that Microsoft's own services carry.
//
// It must not share code with the product's validation of tokens, so that a fault there can't hide here.
package entra
