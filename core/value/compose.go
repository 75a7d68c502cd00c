package value

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode"

	"github.com/secretzero/sz/core/secretfile"
	"github.com/secretzero/sz/internal/regex"
	"github.com/secretzero/sz/sdk/secret"
)

// ErrUnencoded is a value that would change what is around it, put there as it is.
var ErrUnencoded = errors.New("an encoder is missing")

// urlShaped is text that ends inside something that looks like a URL.
var urlShaped = regex.Of(`[A-Za-z][A-Za-z0-9+.-]*://[^\s"'<>]*$`)

// reserved are the characters that mean something in a URL (RFC 3986, section 2.2),
// and those that may not stand in one.
const reserved = ":/?#[]@!$&'()*+,;=% \"<>\\^`{|}"

// Compose builds a value out of pieces. lookup gives what another secret holds. An
// error that is [ErrUnencoded] says which encoder is missing; no error holds a
// value.
func Compose(pieces []secretfile.Piece, lookup func(secretfile.Reference) (secret.Payload, error)) (secret.Payload, error) {
	var text strings.Builder
	for _, p := range pieces {
		if p.Ref == nil {
			text.Write(p.Text.Expose())
			continue
		}
		held, err := lookup(*p.Ref)
		if err != nil {
			return secret.Payload{}, err
		}
		piece, err := encode(*p.Ref, held)
		if err != nil {
			return secret.Payload{}, err
		}
		if p.Ref.Encoder == "" && len(pieces) > 1 {
			if err := fits(*p.Ref, piece, urlShaped.MatchString(lastLine(text.String()))); err != nil {
				return secret.Payload{}, err
			}
		}
		text.WriteString(piece)
	}
	return secret.NewText(secret.FromString(text.String())), nil
}

// lastLine is what a text ends with, as far as a URL may reach.
func lastLine(text string) string { return text[strings.LastIndexByte(text, '\n')+1:] }

// encode is the text of what a secret holds.
func encode(ref secretfile.Reference, held secret.Payload) (string, error) {
	if held.Type() == secret.Object || held.Type() == secret.List || ref.Encoder == "json" {
		encoded, err := held.EncodeJSON()
		if err != nil {
			return "", fmt.Errorf("%s: %w", name(ref), err)
		}
		if ref.Encoder == "base64" {
			return base64.StdEncoding.EncodeToString(encoded.Expose()), nil
		}
		return string(encoded.Expose()), nil
	}
	text := string(held.Scalar().Expose())
	switch ref.Encoder {
	case "url":
		// A path segment and a query value both take what a component takes.
		return strings.ReplaceAll(url.QueryEscape(text), "+", "%20"), nil
	case "base64":
		return base64.StdEncoding.EncodeToString([]byte(text)), nil
	}
	return text, nil
}

// fits refuses a value that is put into a text without an encoder and would not
// stay one piece there.
func fits(ref secretfile.Reference, piece string, inURL bool) error {
	if inURL && strings.ContainsAny(piece, reserved) {
		return fmt.Errorf("%w: %s holds characters that mean something in a URL; read it with the encoder url", ErrUnencoded, name(ref))
	}
	if strings.ContainsFunc(piece, unicode.IsControl) {
		return fmt.Errorf("%w: %s holds control characters; read it with the encoder json or base64", ErrUnencoded, name(ref))
	}
	return nil
}

func name(ref secretfile.Reference) string {
	return strings.TrimSuffix("secret."+ref.Secret+"."+ref.Field, ".")
}
