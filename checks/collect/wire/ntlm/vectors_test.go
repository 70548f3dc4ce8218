package ntlm

import (
	"bytes"
	"crypto/rc4"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"strings"
	"testing"
	"time"
)

// unhex decodes hexadecimal digits with spaces among them.
func unhex(t testing.TB, digits string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(digits), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func equal(t *testing.T, what string, got []byte, want string) {
	t.Helper()
	if !bytes.Equal(got, unhex(t, want)) {
		t.Errorf("%s is %x, want %s", what, got, want)
	}
}

// The example of MS-NLMP 4.2.4: User, Password, Domain, COMPUTER, at time 0,
// with a client challenge of AA and a session key of 55.
const (
	exampleChallenge = `4e544c4d53535000020000000c000c003800000033828ae20123456789abcdef
		00000000000000002400240044000000060070170000000f530065007200760065007200
		02000c0044006f006d00610069006e0001000c0053006500720076006500720000000000`
	examplePayload = `44006f006d00610069006e00 5500730065007200 43004f004d0050005500540045005200
		86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa
		68cd0ab851e51c96aabc927bebef6a1c
		01010000000000000000000000000000aaaaaaaaaaaaaaaa00000000
		02000c0044006f006d00610069006e0001000c005300650072007600650072000000000000000000
		c5dad2544fc9799094ce1ce90bc9d03e`
)

func exampleCredentials() Credentials {
	return Credentials{Domain: "Domain", User: "User", Password: Password("Password")}
}

func exampleOptions() Options {
	return Options{
		Now:         func() time.Time { return time.Date(1601, 1, 1, 0, 0, 0, 0, time.UTC) },
		Rand:        strings.NewReader(strings.Repeat("\xaa", 8) + strings.Repeat("\x55", 16)),
		Workstation: "COMPUTER",
	}
}

func parse(t testing.TB, digits string) *Challenge {
	t.Helper()
	c, err := ParseChallenge(unhex(t, digits))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestSpecificationExample(t *testing.T) {
	t.Parallel()
	c := parse(t, exampleChallenge)
	if c.TargetName != "Server" || c.TargetInfo.NetBIOSDomain != "Domain" || c.TargetInfo.NetBIOSComputer != "Server" {
		t.Errorf("the challenge is %+v with %+v", c, c.TargetInfo)
	}
	response := exampleCredentials().responseKey()
	equal(t, "NTOWFv2", response[:], "0c868a403bfd7a93a3001ef22ef02e3f")
	base := hmacMD5(response[:], unhex(t, "68cd0ab851e51c96aabc927bebef6a1c"))
	equal(t, "session base key", base[:], "8de40ccadbc14a82f15cb0ad0de95ca3")

	c.Flags |= Datagram | Identify // the example has a connection
	a, err := Respond(c, exampleCredentials(), exampleOptions())
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "payload of type 3", a.Message[72:], examplePayload)
	equal(t, "session key", a.Session.SessionKey(), strings.Repeat("55", 16))
	equal(t, "client signing key", a.Session.client.sign[:], "4788dc861b4782f35d43fd98fe1a2d39")
	equal(t, "client sealing key", a.Session.client.seal[:], "59f600973cc4960a25480a7c196e4c58")

	// With a connection the key stream goes on: the text comes before its code.
	text := unhex(t, "50006c00610069006e007400650078007400")
	sum := a.Session.client.checksum(0, text)
	equal(t, "checksum", sum[:], "70352851f2564309")
	stream, err := rc4.NewCipher(a.Session.client.seal[:])
	if err != nil {
		t.Fatal(err)
	}
	stream.XORKeyStream(text, text)
	equal(t, "sealed text", text, "54e50165bf1936dc996020c1811b0f06fb5f")
	stream.XORKeyStream(sum[:], sum[:])
	equal(t, "sealed checksum", sum[:], "7fb38ec5c55d4976")
}

// An OCS 2007 signed this answer in version 2 of the protocol, to a client that
// had not asked for extended session security. The package never does without,
// so that only the text is its own here, not the older code over it.
func TestVersion2Buffer(t *testing.T) {
	t.Parallel()
	buffer := SignatureBuffer(0, Fields{
		Rand: "0878F41B", Num: "1", Realm: "SIP Communications Service", TargetName: "ocs1.ocs.provo.novell.com",
		CallID: "8592g5DCBa1694i5887m0D0Bt2247b3F38xAE9Fx", CSeq: "3", Method: "REGISTER",
		FromURI: "sip:gabriel@ocs.provo.novell.com", FromTag: "2947328781",
		ToURI: "sip:gabriel@ocs.provo.novell.com", ToTag: "B816D65C2300A32CFA6D371F2AF537FD",
		Expires: "900", Status: 200,
	})
	stream, err := rc4.NewCipher(unhex(t, "5f029153bc025058969548615e7099ba"))
	if err != nil {
		t.Fatal(err)
	}
	code := binary.LittleEndian.AppendUint32(make([]byte, 4), crc32.ChecksumIEEE([]byte(buffer)))
	code = binary.LittleEndian.AppendUint32(code, sequence)
	stream.XORKeyStream(code, code)
	equal(t, "checksum and sequence of rspauth", code[4:], "bf2e52667ddf6ded")
}

func TestSignatureBuffer(t *testing.T) {
	t.Parallel()
	f := Fields{
		Rand: "0badcafe", Num: "7", Realm: "R", TargetName: "lcs1.contoso.com", CallID: "c", CSeq: "2", Method: "REGISTER",
		FromURI: "sip:alice@contoso.com", FromTag: "ft", ToURI: "sip:bob@contoso.com", ToTag: "tt",
		SIP: "sip:a@contoso.com", Tel: "tel:+1", Expires: "0",
	}
	const head = "<NTLM><0badcafe><7><R><lcs1.contoso.com><c><2><REGISTER><sip:alice@contoso.com><ft>"
	const two, three = head + "<tt><0>", head + "<sip:bob@contoso.com><tt><sip:a@contoso.com><tel:+1><0>"
	for version, want := range []string{two, two, two, three, three} {
		if got := SignatureBuffer(version, f); got != want {
			t.Errorf("version %d: %s, want %s", version, got, want)
		}
	}
	f.Status, f.Expires, f.ToTag = 403, "", ""
	if got, want := SignatureBuffer(2, f), head+"<><><403>"; got != want {
		t.Errorf("with a status: %s, want %s", got, want)
	}
}
