package ntlm

import (
	"strings"
	"testing"
	"time"

	"lcshealth/checks/lab/peer"
)

// challenge gets a challenge of Samba's.
func challenge(t *testing.T, samba *peer.NTLMAuth, flags Flags) *Challenge {
	t.Helper()
	message, err := samba.Challenge(uint32(flags | RequestTarget)) // else no target information
	if err != nil {
		t.Fatal(err)
	}
	c, err := Offer{GSSAPIData: message}.Challenge()
	if err != nil {
		t.Fatalf("%s: %v", message, err)
	}
	return c
}

// A program that has one password judges the answers: Samba takes the names out
// of the message, and computes with its own tables and hashes.
func TestSamba(t *testing.T) {
	t.Parallel()
	const plain = "Pa$$word"
	long := strings.Repeat("0123456789", 12)
	any := required | AlwaysSign | RequestTarget | Version
	tests := []struct {
		name   string
		flags  Flags
		user   string
		right  string // the account's password
		sent   string
		ours   bool // the time is the client's, as with a server that gives none
		answer string
	}{
		{"right", any, "alice", plain, plain, false, `AF CONTOSO\alice`},
		{"client's time, LMv2", any, "alice", plain, plain, true, `AF CONTOSO\alice`},
		{"fewest flags", required | RequestTarget, "alice", plain, plain, true, `AF CONTOSO\alice`},
		{"more flags", any | Seal | Key56 | LMKey | OEM, "alice", plain, plain, false, `AF CONTOSO\alice`},
		{"name beyond ASCII", any, "jürgen.жук", plain, plain, false, `AF CONTOSO\jürgen.жук`},
		{"letters that are raised", any, everyLetter(), plain, plain, false, `AF CONTOSO\` + everyLetter()},
		{"user principal name", any, "alice@contoso.com", plain, plain, false, `AF \alice@contoso.com`},
		{"password beyond ASCII", any, "alice", "pä$$wörd Ж€😀", "pä$$wörd Ж€😀", false, `AF CONTOSO\alice`},
		{"long password", any, "alice", long, long, false, `AF CONTOSO\alice`},
		{"wrong password", any, "alice", plain, "pa$$word", false, "NA NT_STATUS_LOGON_FAILURE"},
		{"wrong password, client's time", any, "alice", plain, plain + " ", true, "NA NT_STATUS_LOGON_FAILURE"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			samba := peer.StartNTLMAuth(t, "CONTOSO", "alice", test.right)
			c := challenge(t, samba, test.flags)
			if c.TargetInfo.NetBIOSDomain == "" || c.TargetInfo.Timestamp.IsZero() {
				t.Errorf("it calls itself %+v", c.TargetInfo)
			}
			if test.ours {
				c.TargetInfo.Timestamp = time.Time{}
			}
			domain := "CONTOSO"
			if strings.Contains(test.user, "@") {
				domain = ""
			}
			a, err := Respond(c, Credentials{domain, test.user, Password(test.sent)}, Options{Workstation: "CLIENT"})
			if err != nil {
				t.Fatal(err)
			}
			if answer, rest, err := samba.Ask("KK", a.Message); err != nil || answer+" "+rest != test.answer {
				t.Errorf("%s %s, %v, want %s", answer, rest, err, test.answer)
			}
		})
	}
}

// everyLetter is a name of all letters that [upper] raises.
func everyLetter() string {
	var name []rune
	for _, r := range raised.R16 {
		for letter := rune(r.Lo); letter <= rune(r.Hi); letter++ {
			name = append(name, letter)
		}
	}
	return string(name)
}

// An answer is good for the challenge it was made for, and no other.
func TestSambaReplay(t *testing.T) {
	t.Parallel()
	samba := peer.StartNTLMAuth(t, "CONTOSO", "alice", "Pa$$word")
	a, err := Respond(challenge(t, samba, required), Credentials{"CONTOSO", "alice", Password("Pa$$word")}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"AF", "NA"} {
		if i > 0 {
			challenge(t, samba, required)
		}
		if answer, rest, err := samba.Ask("KK", a.Message); err != nil || answer != want {
			t.Errorf("attempt %d: %s %s, %v, want %s", i, answer, rest, err, want)
		}
	}
}
