package wire

import (
	"context"

	"google.golang.org/grpc/status"
)

// contextStatus is the end of ctx in the words of gRPC, so that a wait outside
// gRPC fails like one inside.
func contextStatus(ctx context.Context) error {
	return status.FromContextError(ctx.Err()).Err()
}
