package keyvault

import (
	"context"

	"github.com/secretzero/sz/sdk"
	"github.com/secretzero/sz/sdk/secret"
)

// read gives out a value: the latest, or that of a receipt.
func read(ctx context.Context, s *session, r sdk.Read[TargetConfig]) (sdk.ReadResult, error) {
	v, name, err := s.place(r.Target)
	if err != nil {
		return sdk.ReadResult{}, err
	}
	in, err := s.store(v)
	if err != nil {
		return sdk.ReadResult{}, s.explain(err, "reading", v, name)
	}
	answer, err := in.get(ctx, name, r.Receipt.Revision)
	if err != nil {
		return sdk.ReadResult{}, s.explain(err, "reading", v, name)
	}
	return sdk.ReadResult{
		Payload: secret.NewText(secret.FromString(value(answer.Value))),
		Mark:    markOf(answer.Tags), Receipt: receipt(answer.ID, answer.Attributes, answer.Tags),
	}, nil
}
