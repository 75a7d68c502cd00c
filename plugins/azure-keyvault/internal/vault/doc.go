// Package vault is where a secret may be: the address of a vault and the name of
// a secret in it. One function makes the canonical host of a vault; the client,
// the plan and the lock file use nothing else.
//
// Next: internal/keyvault, which speaks to the vault.
package vault
