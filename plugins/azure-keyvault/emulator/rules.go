package emulator

import (
	"encoding/json"
	"unicode/utf8"

	"github.com/secretzero/sz/internal/regex"
)

// secretName is the rule of the service's routes (azure-rest-api-specs,
// keyvault/Secrets, routes.tsp). A digit first, hyphens anywhere are fine.
var secretName = regex.Of(`^[0-9a-zA-Z-]{1,127}$`)

// The limits of a secret (learn.microsoft.com/azure/key-vault/secrets/about-secrets;
// for the names of tags, MicrosoftDocs/azure-docs issue 117407).
const (
	maxValue       = 25600
	maxContentType = 255
	maxTags        = 15
	maxTagName     = 512
	maxTagValue    = 256
)

// setRequest is the body of a set and, without a value, of an update.
type setRequest struct {
	Value       *string            `json:"value"`
	ContentType *string            `json:"contentType"`
	Tags        *map[string]string `json:"tags"`
	Attributes  struct {
		Enabled   *bool  `json:"enabled"`
		NotBefore *int64 `json:"nbf"`
		Expires   *int64 `json:"exp"`
	} `json:"attributes"`
}

func (c *call) body() (*setRequest, *serviceError) {
	var request setRequest
	if json.Unmarshal(c.text, &request) != nil {
		return nil, badParameter("The request body is not valid JSON.", "")
	}
	return &request, request.check()
}

func (r *setRequest) check() *serviceError {
	if r.Value != nil && len(*r.Value) > maxValue {
		return badParameter("Secret is beyond the maximum permitted length of 25600 characters.", "SecretTooLarge")
	}
	bad := r.ContentType != nil && utf8.RuneCountInString(*r.ContentType) > maxContentType
	if r.Tags != nil {
		bad = bad || len(*r.Tags) > maxTags
		for name, value := range *r.Tags {
			bad = bad || utf8.RuneCountInString(name) > maxTagName || utf8.RuneCountInString(value) > maxTagValue
		}
	}
	if bad {
		return badParameter("Property has invalid value", "")
	}
	return nil
}

// apply puts what the request says into a version. What it does not say stays;
// tags are replaced as a whole.
func (r *setRequest) apply(v *versionState) {
	if r.ContentType != nil {
		v.ContentType = *r.ContentType
	}
	if r.Tags != nil {
		v.Tags = *r.Tags
	}
	if r.Attributes.Enabled != nil {
		v.Enabled = *r.Attributes.Enabled
	}
	if r.Attributes.NotBefore != nil {
		v.NotBefore = r.Attributes.NotBefore
	}
	if r.Attributes.Expires != nil {
		v.Expires = r.Attributes.Expires
	}
}
