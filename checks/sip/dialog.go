package sip

import (
	"encoding/hex"
	"fmt"
	"io"
)

// Dialog names the exchange to which a client's requests belong. A client that
// registers keeps it from the first REGISTER to the last, also where it is
// redirected (RFC 3261, section 10.2).
type Dialog struct {
	CallID string
	Tag    string // of From
	Epid   string // identifies the client among those of the user; LCS wants it with credentials; "" sends none
}

// NewDialog draws a dialog: CallID of 32, Tag and Epid of 10 hexadecimal digits,
// as Microsoft's clients have them. In a program the source is crypto/rand.
func NewDialog(random io.Reader) (Dialog, error) {
	var octets [26]byte
	if _, err := io.ReadFull(random, octets[:]); err != nil {
		return Dialog{}, fmt.Errorf("draw the names of a SIP dialog: %w", err)
	}
	text := hex.EncodeToString(octets[:])
	return Dialog{CallID: text[:32], Tag: text[32:42], Epid: text[42:52]}, nil
}

// branchMagic begins every branch that is unique (RFC 3261, section 8.1.1.7).
const branchMagic = "z9hG4bK"

func newBranch(random io.Reader) (string, error) {
	var octets [16]byte
	if _, err := io.ReadFull(random, octets[:]); err != nil {
		return "", fmt.Errorf("draw the branch of a SIP request: %w", err)
	}
	return branchMagic + hex.EncodeToString(octets[:]), nil
}
