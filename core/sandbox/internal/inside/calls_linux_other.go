//go:build linux && !amd64 && !arm64

package inside

// nativeArch of no processor: there is no list of calls for this one, and
// filterCalls refuses.
const nativeArch = 0

const firstForeignCall = 1<<32 - 1

var allowedCalls, forkCalls []uint32
