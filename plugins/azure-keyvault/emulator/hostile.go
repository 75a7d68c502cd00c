package emulator

import "net/http"

// Hostile is what a vault does that is not what it says it is. The zero Hostile is an
// honest one.
type Hostile struct {
	// Resource is what a challenge names as the audience of the token that it wants.
	Resource string
	// LinkHost is where the links from page to page of a listing lead.
	LinkHost string
	// Message is what every write is refused with.
	Message string
}

func (h Hostile) resource(honest string) string {
	if h.Resource != "" {
		return h.Resource
	}
	return honest
}

func (h Hostile) linkHost(honest string) string {
	if h.LinkHost != "" {
		return h.LinkHost
	}
	return honest
}

// refusal is the answer to a write; nil when the vault is honest.
func (h Hostile) refusal(method string) *serviceError {
	if h.Message == "" || method != http.MethodPut {
		return nil
	}
	return &serviceError{http.StatusBadRequest, "BadParameter", h.Message, ""}
}
