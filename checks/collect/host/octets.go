package host

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// toOctets takes the value of a uint8[] property: a list of numbers, or text
// in hexadecimal or base64. Text that can be hexadecimal is; a prefix of
// "hex:" or "base64:" settles it.
func toOctets(v any) ([]byte, error) {
	switch v := v.(type) {
	case []byte:
		return v, nil
	case string:
		return parseOctets(v)
	case []any:
		b := make([]byte, 0, len(v))
		for i, item := range v {
			n, ok := toInt(item)
			if !ok || n < 0 || n > 255 {
				return nil, fmt.Errorf("item %d is not an octet but %s", i+1, describe(item))
			}
			b = append(b, byte(n))
		}
		return b, nil
	}
	return nil, fmt.Errorf("not octets but %s", describe(v))
}

// blanks are what programs put between octets or break lines with.
var blanks = strings.NewReplacer(" ", "", ":", "", "-", "", "\t", "", "\r", "", "\n", "")

func parseOctets(s string) ([]byte, error) {
	if rest, ok := strings.CutPrefix(s, "base64:"); ok {
		return parseBase64(rest)
	}
	rest, isHex := strings.CutPrefix(s, "hex:")
	if !isHex {
		rest, isHex = strings.CutPrefix(s, "0x")
	}
	b, err := hex.DecodeString(blanks.Replace(rest))
	switch {
	case err == nil:
		return b, nil
	case isHex:
		return nil, errors.New("not hexadecimal: " + describe(rest))
	}
	return parseBase64(s)
}

func parseBase64(s string) ([]byte, error) {
	compact := strings.TrimRight(strings.Join(strings.Fields(s), ""), "=")
	b, err := base64.RawStdEncoding.DecodeString(compact)
	if err != nil {
		return nil, errors.New("neither hexadecimal nor base64: " + describe(s))
	}
	return b, nil
}
