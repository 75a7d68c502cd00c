package wire

import (
	"encoding/json"
	"errors"
	"fmt"

	pb "github.com/secretzero/sz/sdk/internal/wirepb"
)

// Bounds of a value that a plugin gives out.
const (
	maxValue = 1 << 20 // bytes of one scalar
	maxLevel = 16      // of objects and lists
)

// given refuses an answer that has both a value and an error, or neither: the one
// would be kept beside what says that there is none, the other stored as an empty text.
func given(p *pb.SecretPayload, failed bool) error {
	switch {
	case failed && p != nil:
		return errors.New("answered with a value and an error")
	case failed:
		return nil
	case p == nil:
		return errors.New("answered with neither a value nor an error")
	}
	return soundPayload(p, 1)
}

// soundPayload refuses a value that is none of its type. No error has a part of it.
func soundPayload(p *pb.SecretPayload, level int) error {
	if level > maxLevel {
		return fmt.Errorf("answered with a value of more than %d levels", maxLevel)
	}
	switch form := p.GetForm().(type) {
	case *pb.SecretPayload_Scalar:
		return soundScalar(form.Scalar)
	case *pb.SecretPayload_Object:
		names := map[string]bool{}
		for _, f := range form.Object.GetFields() {
			if f.GetName() == "" || len(f.GetName()) > maxText || names[f.GetName()] {
				return errors.New("answered with a value whose fields have no names of their own")
			}
			names[f.GetName()] = true
			if err := soundPayload(f.GetPayload(), level+1); err != nil {
				return err
			}
		}
		return nil
	case *pb.SecretPayload_List:
		for _, item := range form.List.GetItems() {
			if err := soundPayload(item, level+1); err != nil {
				return err
			}
		}
		return nil
	}
	return errors.New("answered with a value without a form")
}

// soundScalar takes any bytes for a text: a store that keeps bytes does not know what
// they are, and who writes a text somewhere looks at it.
func soundScalar(s *pb.SecretScalar) error {
	data, fits := s.GetData(), true
	switch s.GetType() {
	case pb.ScalarType_SCALAR_TYPE_NUMBER:
		fits = json.Valid(data) && data[0] != '"' && (data[0] == '-' || data[0] >= '0' && data[0] <= '9')
	case pb.ScalarType_SCALAR_TYPE_BOOL:
		fits = string(data) == "true" || string(data) == "false"
	case pb.ScalarType_SCALAR_TYPE_NULL:
		fits = len(data) == 0
	}
	switch {
	case len(data) > maxValue:
		return fmt.Errorf("answered with a value of more than %d bytes", maxValue)
	case !fits:
		return fmt.Errorf("answered with a value that is no %s", s.GetType())
	}
	return nil
}
