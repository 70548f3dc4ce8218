package ntlm

import (
	"fmt"
	"strings"
	"unicode"
)

// The name of the user is raised to capitals before it is hashed, by the table
// that the server's version of Windows has for that. Which capital a letter has,
// and whether it has one, changed with the versions of Unicode: these are the
// letters that had theirs from the beginning. The dotless i is not among them,
// nor the micro sign or the long s, which Windows leaves as they are.
var raised = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0x0061, 0x007A, 1}, // ASCII
		{0x00E0, 0x0130, 1}, // Latin-1, Latin Extended-A
		{0x0132, 0x017E, 1},
		{0x01A0, 0x01A1, 1}, // Vietnamese o and u with horn
		{0x01AF, 0x01B0, 1},
		{0x01CD, 0x01DC, 1}, // Pinyin
		{0x03AC, 0x03CE, 1}, // Greek
		{0x0430, 0x044F, 1}, // Cyrillic
		{0x0451, 0x045C, 1},
		{0x045E, 0x0481, 1},
		{0x0490, 0x04BF, 1},
		{0x0561, 0x0586, 1}, // Armenian
		{0x1E00, 0x1E95, 1}, // Latin Extended Additional
		{0x1EA0, 0x1EF9, 1},
		{0xFF41, 0xFF5A, 1}, // full width
	},
	LatinOffset: 1,
}

// upper raises a name. A letter whose capital depends on the version of Windows
// is an error, since a wrong guess is a failed attempt to sign in.
func upper(name string) (string, error) {
	for _, r := range name {
		if unicode.ToUpper(r) != r && !unicode.Is(raised, r) {
			return "", fmt.Errorf("%w: the capital of %q in the user's name depends on the version of Windows", ErrCredentials, r)
		}
	}
	return strings.ToUpper(name), nil
}
