package ntlm

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"
)

// What Communicator 2007 R2 and OCS 2007 R2 on Windows Server 2003 said to each
// other on 2010-03-01: user User of domain COSMO with the password Pa$$word.
const (
	captureInfo = `02000A0043004F0053004D004F00
		0100180043004F0053004D004F002D004F00430053002D0052003200
		0400160063006F0073006D006F002E006C006F00630061006C00
		0300300063006F0073006D006F002D006F00630073002D00720032002E0063006F0073006D006F002E006C006F00630061006C00
		0500160063006F0073006D006F002E006C006F00630061006C0000000000`
	captureChallenge = `4E544C4D53535000020000000000000038000000F38298E2DD1BAAF4E7E218D1
		000000000000000096009600380000000502CE0E0000000F` + captureInfo
	captureAuthenticate = `4E544C4D5353500003000000 1800180072000000 C600C6008A000000 0A000A0048000000
		0800080052000000 180018005A000000 1000100050010000 55829862 0502CE0E0000000F
		43004F0053004D004F00 5500730065007200 43004F0053004D004F002D004F00430053002D0052003200
		A1E92EFE4E078BF7C5C0049ACC6166C2D6AE875CB0FDAA41
		8DC0C800AE76ECA606D2B9FBEBD04731010100000000000059519A1727B9CA01D6AE875CB0FDAA4100000000` +
		captureInfo + `00000000 31CB739E1CA80A498591E8AE797115E4`
)

// captureSession answers the captured challenge again. The client's challenge is
// in its answer, and the session key is there encrypted.
func captureSession(t testing.TB) *Authenticate {
	t.Helper()
	cred := Credentials{Domain: "COSMO", User: "User", Password: Password("Pa$$word")}
	session := unhex(t, "31CB739E1CA80A498591E8AE797115E4")
	response := cred.responseKey()
	if err := xorRC4(hmacMD5(response[:], unhex(t, "8DC0C800AE76ECA606D2B9FBEBD04731")), session); err != nil {
		t.Fatal(err)
	}
	stamp, _ := fromFileTime(0x01CAB927179A5159)
	a, err := Respond(parse(t, captureChallenge), cred, Options{
		Now:         func() time.Time { return stamp },
		Rand:        strings.NewReader(string(unhex(t, "D6AE875CB0FDAA41")) + string(session)),
		Workstation: "COSMO-OCS-R2",
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestCapturedChallenge(t *testing.T) {
	t.Parallel()
	c := parse(t, captureChallenge)
	want := TargetInfo{
		NetBIOSDomain: "COSMO", NetBIOSComputer: "COSMO-OCS-R2",
		DNSDomain: "cosmo.local", DNSComputer: "cosmo-ocs-r2.cosmo.local", DNSForest: "cosmo.local",
	}
	got := *c.TargetInfo
	got.raw = nil
	if c.TargetName != "" || got.Timestamp != want.Timestamp || got.NetBIOSDomain != want.NetBIOSDomain ||
		got.NetBIOSComputer != want.NetBIOSComputer || got.DNSDomain != want.DNSDomain ||
		got.DNSComputer != want.DNSComputer || got.DNSForest != want.DNSForest {
		t.Errorf("the target is %q with %+v, want %+v", c.TargetName, got, want)
	}
	const flags = "UNICODE, OEM, SIGN, SEAL, DATAGRAM, LM_KEY, NTLM, ALWAYS_SIGN, EXTENDED_SESSIONSECURITY, IDENTIFY, TARGET_INFO, VERSION, 128, KEY_EXCH, 56"
	if c.Flags.String() != flags {
		t.Errorf("the flags are %v, want %s", c.Flags, flags)
	}
	equal(t, "server challenge", c.ServerChallenge[:], "DD1BAAF4E7E218D1")
}

var captureFields = Fields{
	Rand: "13317733", Num: "1", Realm: "SIP Communications Service", TargetName: "cosmo-ocs-r2.cosmo.local",
	CallID: "4037df9284354df39065195bd57a4b14", CSeq: "3", Method: "REGISTER",
	FromURI: "sip:user@cosmo.local", FromTag: "3e49177a52", ToURI: "sip:user@cosmo.local",
}

func TestCapturedRequest(t *testing.T) {
	t.Parallel()
	a := captureSession(t)
	equal(t, "type 3", a.Message, captureAuthenticate)
	response, err := a.Session.Sign(SignatureBuffer(4, captureFields))
	if err != nil {
		t.Fatal(err)
	}
	got, err := Third(Offer{
		Realm: "SIP Communications Service", TargetName: "cosmo-ocs-r2.cosmo.local", Version: 4, Opaque: "2BDBAC9D",
	}, a, Signature{Rand: "13317733", Num: "1", Response: response})
	want := `NTLM qop="auth", realm="SIP Communications Service", opaque="2BDBAC9D", targetname="cosmo-ocs-r2.cosmo.local", version=4, gssapi-data="` +
		base64.StdEncoding.EncodeToString(unhex(t, captureAuthenticate)) +
		`", crand="13317733", cnum="1", response="0100000029618e9651b65a7764000000"`
	if err != nil || got != want {
		t.Errorf("the header is %s, %v; want %s", got, err, want)
	}
}

func TestCapturedAnswer(t *testing.T) {
	t.Parallel()
	s := captureSession(t).Session
	f := captureFields
	f.Rand, f.ToTag, f.Expires, f.Status = "9616454F", "5E61CCD925D17E043D9A74835A88F664", "7200", 200
	const rspauth = "01000000E615438A917661BE64000000"
	good := SignatureBuffer(4, f)
	for _, right := range []string{rspauth, strings.ToLower(rspauth)} {
		if err := s.Verify(good, right); err != nil {
			t.Errorf("%s: %v", right, err)
		}
	}

	// Nothing else passes: no other octet, text, version or sender.
	octets := unhex(t, rspauth)
	for i := range octets {
		octets[i] ^= 1
		if err := s.Verify(good, hex.EncodeToString(octets)); !errors.Is(err, ErrSignature) {
			t.Errorf("octet %d changed: %v", i, err)
		}
		octets[i] ^= 1
	}
	ours, err := s.Sign(good)
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range []string{"", "01", rspauth + "00", "zz" + rspauth[2:], ours} {
		if err := s.Verify(good, wrong); !errors.Is(err, ErrSignature) {
			t.Errorf("rspauth %q: %v", wrong, err)
		}
	}
	other := f
	other.Status = 403
	for _, text := range []string{SignatureBuffer(2, f), SignatureBuffer(4, other), good + " ", ""} {
		if err := s.Verify(text, rspauth); !errors.Is(err, ErrSignature) {
			t.Errorf("text %s: %v", text, err)
		}
	}

	s.Wipe()
	if err := s.Verify(good, rspauth); !errors.Is(err, ErrWiped) {
		t.Errorf("a wiped session verifies: %v", err)
	}
	if _, err := s.Sign(good); !errors.Is(err, ErrWiped) {
		t.Errorf("a wiped session signs: %v", err)
	}
	equal(t, "wiped session key", s.SessionKey(), strings.Repeat("00", 16))
}
