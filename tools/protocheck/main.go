// Command protocheck guards the wire contract in proto/: its style, and that what was
// released stays as it is.
//
// The style rules are those of buf's category STANDARD that can apply to a contract
// without options, under buf's names, and its category COMMENTS; the exception is
// SERVICE_SUFFIX, as in proto/buf.yaml. What was released is listed in
// proto/released.txt, a line for each element: a line that the contract no longer has
// is a break, in the sense of buf's WIRE_JSON. It is a program of our own because buf
// takes four minutes to compile; `buf lint` and `buf breaking` may be run beside it.
//
// Usage: protocheck [-release] PROTO_DIR. With -release, what there is now is released.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/secretzero/sz/tools/internal/contract"
)

// released is the list, beside the contract.
const released = "released.txt"

func main() {
	release := flag.Bool("release", false, "release what there is now")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: protocheck [-release] PROTO_DIR")
		os.Exit(2)
	}
	faults, err := run(flag.Arg(0), *release)
	for _, fault := range faults {
		fmt.Fprintln(os.Stderr, fault)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "protocheck:", err)
	}
	if err != nil || len(faults) > 0 {
		os.Exit(1)
	}
}

func run(root string, release bool) ([]string, error) {
	files, _, err := contract.Compile(root)
	if err != nil {
		return nil, err
	}
	faults := lint(files)
	elements := list(files)
	path := filepath.Join(root, released)
	text, err := os.ReadFile(path)
	if err != nil && !(release && os.IsNotExist(err)) {
		return faults, err
	}
	faults = append(faults, breaks(strings.Split(strings.TrimSpace(string(text)), "\n"), elements)...)
	if release && len(faults) == 0 {
		return nil, os.WriteFile(path, []byte(strings.Join(elements, "\n")+"\n"), 0o644)
	}
	return faults, nil
}
