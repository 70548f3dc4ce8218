package auth

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"golang.org/x/crypto/argon2"
)

// What the reference implementation's command line prints for the password
// "password" and the salt "somesalt" with -id -t 2 -m 8 -p 1, from its test
// vectors.
const reference = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"

func TestReferenceHash(t *testing.T) {
	h, err := NewHasher(cheap)
	if err != nil {
		t.Fatal(err)
	}
	p, err := ParsePHC(reference)
	if err != nil {
		t.Fatal(err)
	}
	if hex.EncodeToString(p.Key[:4]) != "9dfeb910" {
		t.Errorf("key %x", p.Key)
	}
	for password, want := range map[string]bool{"password": true, "differentpassword": false, "": false} {
		if ok, err := h.Verify(t.Context(), p, password); err != nil || ok != want {
			t.Errorf("%q: %v, %v", password, ok, err)
		}
	}
}

func TestParsePHC(t *testing.T) {
	tests := map[string]bool{
		reference:               true,
		"":                      false,
		"correct horse battery": false,
		strings.Replace(reference, "argon2id", "argon2i", 1):          false,
		strings.Replace(reference, "v=19", "v=16", 1):                 false,
		strings.Replace(reference, "m=256", "m=0256", 1):              false,
		strings.Replace(reference, "m=256", "m=+256", 1):              false,
		strings.Replace(reference, "m=256", "m=4194304", 1):           false, // 4 GiB
		strings.Replace(reference, "m=256", "m=7", 1):                 false,
		strings.Replace(reference, "t=2", "t=0", 1):                   false,
		strings.Replace(reference, "t=2", "t=4294967297", 1):          false,
		strings.Replace(reference, "t=2", "t=17", 1):                  false,
		strings.Replace(reference, "p=1", "p=0", 1):                   false,
		strings.Replace(reference, "p=1", "p=257", 1):                 false, // 1 in 8 bits
		strings.Replace(reference, "t=2,p=1", "p=1,t=2", 1):           false,
		strings.Replace(reference, "$c29tZXNhbHQ$", "$c29tZQ$", 1):    false, // a salt of 4 octets
		strings.Replace(reference, "c29tZXNhbHQ", "c29tZXNhbHR", 1):   false, // bits that mean nothing
		strings.Replace(reference, "c29tZXNhbHQ", "c29t\nZXNhbHQ", 1): false,
		strings.Replace(reference, "$c29tZXNhbHQ$", "$$", 1):          false,
		reference + "=": false,
		reference + "$": false,
		reference[:strings.LastIndex(reference, "$")+1] + "CTFhFdU":                 false,
		reference[:strings.LastIndex(reference, "$")+1] + strings.Repeat("A", 4000): false,
	}
	for text, want := range tests {
		if _, err := ParsePHC(text); (err == nil) != want {
			t.Errorf("%.100q: %v", text, err)
		} else if err != nil && text != "" && strings.Contains(err.Error(), text) {
			t.Errorf("the error quotes the hash: %v", err)
		}
	}
}

func TestDefaultCosts(t *testing.T) {
	p := PHC{Params: DefaultParams(), Salt: make([]byte, newSaltBytes), Key: make([]byte, newKeyBytes)}
	if !strings.HasPrefix(p.String(), "$argon2id$v=19$m=65536,t=3,p=2$") || argon2.Version != 19 {
		t.Error(p)
	}
	if _, err := NewHasher(Params{Memory: 1 << 30, Passes: 1, Threads: 1}); !errors.Is(err, errCosts) {
		t.Error(err)
	}
}

// FuzzParsePHC: what is read is written the same, and costs no more than is
// allowed.
func FuzzParsePHC(f *testing.F) {
	f.Add(reference)
	f.Add("$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA")
	f.Add("$argon2id$v=19$m=8,t=1,p=1$$")
	f.Add("$argon2id$v=19$m=,t=,p=$")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParsePHC(text)
		if err != nil {
			return
		}
		if p.String() != text {
			t.Errorf("%q is written as %q", text, p)
		}
		if p.validate() != nil || len(p.Salt) > maxBytes || len(p.Key) > maxBytes {
			t.Errorf("%q costs too much", text)
		}
	})
}

// FuzzParseToken: a token is what NewToken makes, in form.
func FuzzParseToken(f *testing.F) {
	f.Add("lch_" + strings.Repeat("A", 52))
	f.Add("lch_" + strings.Repeat("a", 52))
	f.Add("lch_")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		if ParseToken(text) != nil {
			return
		}
		if len(text) != 56 || !strings.HasPrefix(text, "lch_") || strings.Trim(text[4:], "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") != "" {
			t.Errorf("%q is taken for a token", text)
		}
	})
}
