package tdsd

import (
	"encoding/hex"
	"errors"
	"testing"
)

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The example of MS-NLMP 4.2.4: user User of Domain with password Password,
// server challenge 0123456789abcdef.
func TestNTLMExampleOfTheSpecification(t *testing.T) {
	t.Parallel()
	key := ntowfv2("User", "Domain", "Password")
	if got := hex.EncodeToString(key); got != "0c868a403bfd7a93a3001ef22ef02e3f" {
		t.Errorf("NTOWFv2: got %s", got)
	}
	temp := unhex(t, "01010000000000000000000000000000aaaaaaaaaaaaaaaa00000000"+
		"02000c0044006f006d00610069006e0001000c005300650072007600650072000000000000000000")
	proof := hmacMD5(key, unhex(t, "0123456789abcdef"), temp)
	if got := hex.EncodeToString(proof); got != "68cd0ab851e51c96aabc927bebef6a1c" {
		t.Errorf("NTProofStr: got %s", got)
	}

	message := authenticate("Domain", "User", append(proof, temp...))
	exchange := &ntlm{challenge: [8]byte(unhex(t, "0123456789abcdef"))}
	tests := map[string]struct {
		users map[string]string
		want  string
	}{
		"right":          {map[string]string{`Domain\User`: "Password"}, `Domain\User`},
		"other case":     {map[string]string{`DOMAIN\user`: "Password"}, `DOMAIN\user`},
		"wrong password": {map[string]string{`Domain\User`: "password"}, ""},
		"other domain":   {map[string]string{`Fabrikam\User`: "Password"}, ""},
		"no domain":      {map[string]string{`User`: "Password"}, ""},
		"nobody":         {nil, ""},
	}
	for name, tt := range tests {
		got, err := exchange.verify(message, tt.users)
		if got != tt.want || (tt.want == "") != errors.Is(err, errNTLM) {
			t.Errorf("%s: got %q, %v, want %q", name, got, err, tt.want)
		}
	}
	exchange.challenge[0]++
	if _, err := exchange.verify(message, tests["right"].users); !errors.Is(err, errNTLM) {
		t.Errorf("another challenge: got %v", err)
	}
}

// authenticate builds an AUTHENTICATE_MESSAGE.
func authenticate(domain, user string, response []byte) []byte {
	msg := append([]byte(ntlmSignature), ntlmAuthenticate, 0, 0, 0)
	msg = append(msg, make([]byte, 52)...)
	put := func(at int, value []byte) {
		msg[at], msg[at+1], msg[at+4] = byte(len(value)), byte(len(value)>>8), byte(len(msg))
		msg = append(msg, value...)
	}
	put(28, encodeUTF16(domain))
	put(36, encodeUTF16(user))
	put(20, response)
	return msg
}

func TestNTLMRefusesVersion1(t *testing.T) {
	t.Parallel()
	exchange := &ntlm{}
	_, err := exchange.verify(authenticate("Domain", "User", make([]byte, 24)), map[string]string{`Domain\User`: "Password"})
	if !errors.Is(err, errNTLM) {
		t.Errorf("got %v, want a refusal", err)
	}
}
