// Package identity gets the tokens that open a vault. It turns the auth settings of a
// provider (config.go) into the one credential of a provider instance (credential.go),
// says what each kind of credential needs to be allowed (kinds.go, permissions.go),
// and what to do when there is no token (explain.go).
//
// A vault says itself which token it wants. What it says is believed only as far as
// guard.go allows: a token is for the resource of the vault's own cloud, and of the
// credential's own tenant or one that the Secretfile lists.
//
// The credentials are those of azidentity, unmodified. Next: internal/keyvault, which
// uses them.
package identity
