//go:build !linux || !(amd64 || arm64)

package probe

import "errors"

func attack(string, map[string]string) (string, error) {
	return "", errors.New("there is no sandbox on this system to attack")
}
