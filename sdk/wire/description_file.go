package wire

import (
	"google.golang.org/protobuf/proto"

	pb "github.com/secretzero/sz/sdk/internal/wirepb"
)

// MarshalDescription is a description as bytes for a cache or a manifest.
func MarshalDescription(d Description) ([]byte, error) {
	return proto.MarshalOptions{Deterministic: true}.Marshal(descriptionToPB(d))
}

// UnmarshalDescription reads what [MarshalDescription] wrote.
func UnmarshalDescription(data []byte) (Description, error) {
	var message pb.DescribeResponse
	if err := proto.Unmarshal(data, &message); err != nil {
		return Description{}, err
	}
	return descriptionFromPB(&message), nil
}
