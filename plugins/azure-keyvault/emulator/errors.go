package emulator

import (
	"encoding/json"
	"net/http"
)

// serviceError is an error in the words of the service.
type serviceError struct {
	status  int
	code    string
	message string
	inner   string
}

// MarshalJSON puts an error as the service does; there is an innererror only
// where it has more to say.
func (e *serviceError) MarshalJSON() ([]byte, error) {
	type code struct {
		Code string `json:"code"`
	}
	var body struct {
		Error struct {
			Code    string `json:"code"`
			Message string `json:"message"`
			Inner   *code  `json:"innererror,omitempty"`
		} `json:"error"`
	}
	body.Error.Code, body.Error.Message = e.code, e.message
	if e.inner != "" {
		body.Error.Inner = &code{e.inner}
	}
	return json.Marshal(body)
}

func unauthorized(message string) *serviceError {
	return &serviceError{http.StatusUnauthorized, "Unauthorized", message, ""}
}

func badParameter(message, inner string) *serviceError {
	return &serviceError{http.StatusBadRequest, "BadParameter", message, inner}
}

func conflict(message, inner string) *serviceError {
	return &serviceError{http.StatusConflict, "Conflict", message, inner}
}

// notFound and deletedNotFound are those of the azsecrets recordings TestCRUD and
// TestRecover.
func notFound(name string) *serviceError {
	return &serviceError{http.StatusNotFound, "SecretNotFound", "A secret with (name/id) " + name +
		" was not found in this key vault. If you recently deleted this secret you may be able to recover it using the correct recovery command." +
		" For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182", ""}
}

func deletedNotFound(name string) *serviceError {
	return &serviceError{http.StatusNotFound, "SecretNotFound", "Deleted Secret not found: " + name, ""}
}

// purgeProtected is the text of Azure/sap-automation, pull request 200.
func purgeProtected(vault string) *serviceError {
	return &serviceError{http.StatusForbidden, "Forbidden", "Operation \"purge\" is not allowed because purge protection is enabled for this vault." +
		" Key Vault service will automatically purge it after the retention period has passed.\r\nVault: " + vault + ";location=emulator", ""}
}

// managedByCertificate refuses what the operations on certificates are for.
func managedByCertificate(operation string) *serviceError {
	return &serviceError{http.StatusForbidden, "Forbidden", "Operation " + operation + " is not allowed on a secret that a certificate manages.", ""}
}

var (
	disabled   = &serviceError{http.StatusForbidden, "Forbidden", "Operation get is not allowed on a disabled secret.", "SecretDisabled"}
	firewalled = &serviceError{http.StatusForbidden, "Forbidden", "Client address is not authorized and caller is not a trusted service.\r\nClient address: 127.0.0.1", "ForbiddenByFirewall"}
	throttled  = &serviceError{http.StatusTooManyRequests, "Throttled", "Request was not processed because too many requests were received. Reason: VaultRequestTypeLimitReached", ""}
	internal   = &serviceError{http.StatusInternalServerError, "InternalServerError", "An internal error occurred.", ""}
)
