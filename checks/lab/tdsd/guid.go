package tdsd

import (
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// swapGUID turns the order of the text form into that of the wire, whose
// first three fields are little-endian (MS-DTYP 2.3.4.2), and back.
func swapGUID(b []byte) []byte {
	g := slices.Clone(b)
	slices.Reverse(g[0:4])
	slices.Reverse(g[4:6])
	slices.Reverse(g[6:8])
	return g
}

// parseGUID returns the wire form of a GUID, with or without braces.
func parseGUID(s string) ([]byte, error) {
	digits := strings.TrimSuffix(strings.TrimPrefix(s, "{"), "}")
	b, err := hex.DecodeString(strings.ReplaceAll(digits, "-", ""))
	if err != nil || len(b) != 16 || !strings.EqualFold(formatGUID(swapGUID(b)), digits) {
		return nil, fmt.Errorf("%q is not a uniqueidentifier", s)
	}
	return swapGUID(b), nil
}

// formatGUID returns the text form of the 16 wire bytes, in capitals as SQL
// Server writes it.
func formatGUID(wire []byte) string {
	g := swapGUID(wire)
	return fmt.Sprintf("%X-%X-%X-%X-%X", g[0:4], g[4:6], g[6:8], g[8:10], g[10:16])
}
