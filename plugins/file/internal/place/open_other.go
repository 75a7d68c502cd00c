//go:build !unix

package place

const noWait = 0
