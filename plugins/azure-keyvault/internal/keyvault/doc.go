// Package keyvault is the provider azure and its target key_vault: where a secret
// is (check.go), what is there (inspect.go), reading (read.go), storing
// (write.go), changing what is around a value (update.go), and what the service's
// errors mean (errors.go).
//
// The service has no compare-and-swap: two writers race. What keeps one write from
// becoming two versions is the tag that carries our operation id, which is looked
// for before anything is written again.
//
// Next: internal/vault for addresses, internal/identity for tokens.
package keyvault
