// Package emulator is a local Azure Key Vault: many vaults by host name behind
// TLS, the authority and the managed identity endpoint that hand out tokens for
// them, and the proxy through which unmodified programs reach all three under
// their real names. It answers as the service does where that is published: the
// REST reference (learn.microsoft.com/rest/api/keyvault/secrets), the recordings
// that the Azure SDKs are tested with (github.com/Azure/azure-sdk-assets) and what
// people quote in public issues. What is inference is listed in the help of the
// program.
//
// It is for trying sz without Azure and for tests. It keeps no secret secret, but
// it prints and logs none either.
//
// The way of a request: server.go accepts, proxy.go maps names to the emulator,
// identity.go and login.go issue the tokens of tokens.go, api.go lets a request in,
// routes.go finds what it asks for, operations.go does it to the vaults of
// vault.go, bundle.go shows the result. Next: options.go for what can be set, and
// package cli for the program.
package emulator
