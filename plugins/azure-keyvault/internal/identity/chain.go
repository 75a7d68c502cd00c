package identity

import (
	"context"
	"errors"
	"strings"
	"sync"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/schema"
)

// chain tries kinds in turn and keeps to the first that gives a token. A kind that this
// place has not leads to the next; one that is refused ends the chain, as everywhere in
// the Azure SDKs: nobody should act as somebody else because a secret has expired.
func (m *maker) chain(links []Link) (azcore.TokenCredential, error) {
	c := &chain{}
	var sources []azcore.TokenCredential
	for i, l := range links {
		at := *m
		at.prefix = append(schema.Keys("chain"), schema.Step{Index: i})
		s := &chained{chain: c, kind: l.Kind}
		s.made, s.unmade = at.link(l)
		sources = append(sources, s)
	}
	made, err := azidentity.NewChainedTokenCredential(sources, nil)
	c.TokenCredential = made
	return c, err
}

type chain struct {
	azcore.TokenCredential
	mu     sync.Mutex
	tried  []string
	causes []*refusal
}

// GetToken gets a token, or says of each kind why it gave none.
func (c *chain) GetToken(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	c.mu.Lock()
	c.tried, c.causes = nil, nil
	c.mu.Unlock()
	token, err := c.TokenCredential.GetToken(ctx, o)
	if err == nil || ctx.Err() != nil {
		return token, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	last := len(c.causes) - 1
	if last < 0 {
		return token, err
	}
	if !c.causes[last].absent {
		return token, c.causes[last]
	}
	r := &refusal{class: sdk.Authentication, code: "authentication-failed", why: "none of the kinds of the chain is to be had here: " + strings.Join(c.tried, ", ")}
	for i, cause := range c.causes {
		r.detail += c.tried[i] + ": " + cause.why + "\n"
		r.hint += c.tried[i] + ": " + cause.hint + "\n"
	}
	return token, r
}

// chained is a kind in a chain.
type chained struct {
	chain  *chain
	kind   string
	made   azcore.TokenCredential
	unmade error
}

// GetToken gets a token. An error that azidentity takes for unavailable sends it to the
// next kind.
func (s *chained) GetToken(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	err := s.unmade
	if err == nil {
		var token azcore.AccessToken
		if token, err = s.made.GetToken(ctx, o); err == nil {
			return token, nil
		}
	}
	r, ok := errors.AsType[*refusal](err)
	if !ok {
		return azcore.AccessToken{}, err
	}
	s.chain.mu.Lock()
	s.chain.tried, s.chain.causes = append(s.chain.tried, s.kind), append(s.chain.causes, r)
	s.chain.mu.Unlock()
	if r.absent {
		return azcore.AccessToken{}, azidentity.NewCredentialUnavailableError(r.why)
	}
	return azcore.AccessToken{}, r
}
