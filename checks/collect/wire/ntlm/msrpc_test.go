package ntlm

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/oiweiwei/go-msrpc/ssp/credential"
	msrpc "github.com/oiweiwei/go-msrpc/ssp/ntlm"
)

// go-msrpc as the server: it writes the challenge with the flags of connectionless
// NTLM, reads the answer, checks it and finds the same session key.
func TestMSRPC(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		others   Flags // besides the needed ones
		domain   string
		user     string
		password string // sent; the right one is Pa$$word
		ok       bool
	}{
		{"needed flags", 0, "CONTOSO", "alice", "Pa$$word", true},
		{"Windows Server 2003", 0xE29882F3, "CONTOSO", "alice", "Pa$$word", true},
		{"always sign", AlwaysSign, "CONTOSO", "alice", "Pa$$word", true},
		{"version", Version, "CONTOSO", "alice", "Pa$$word", true},
		{"DNS domain", AlwaysSign | Version, "contoso.com", "Alice", "Pa$$word", true},
		{"wrong password", 0xE29882F3, "CONTOSO", "alice", "Pa$$Word", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			ctx := t.Context()
			nonce := []byte("\x01\x02\x03\x04\xfc\xfd\xfe\xff")
			offered := &msrpc.ChallengeMessage{
				Negotiate: msrpc.Flag(required | test.others), ServerChallenge: nonce, TargetName: "CONTOSO",
				TargetInfo: msrpc.AttrValues{
					msrpc.AttrNetBIOSDomainName:   {NetBIOSDomainName: "CONTOSO"},
					msrpc.AttrNetBIOSComputerName: {NetBIOSComputerName: "LCS1"},
					msrpc.AttrDNSDomainName:       {DNSDomainName: "contoso.com"},
					msrpc.AttrDNSComputerName:     {DNSComputerName: "lcs1.contoso.com"},
					msrpc.AttrDNSTreeName:         {DNSTreeName: "corp.contoso.com"},
				},
			}
			octets, err := offered.Marshal(ctx)
			if err != nil {
				t.Fatal(err)
			}
			c, err := ParseChallenge(octets)
			if err != nil {
				t.Fatal(err)
			}
			info := c.TargetInfo
			if c.TargetName != "CONTOSO" || info.NetBIOSDomain != "CONTOSO" || info.NetBIOSComputer != "LCS1" ||
				info.DNSDomain != "contoso.com" || info.DNSComputer != "lcs1.contoso.com" || info.DNSForest != "corp.contoso.com" {
				t.Errorf("read %q, %+v", c.TargetName, info)
			}
			a, err := Respond(c, Credentials{test.domain, test.user, Password(test.password)}, Options{Workstation: "CLIENT"})
			if err != nil {
				t.Fatal(err)
			}

			var got msrpc.AuthenticateMessage
			if err := got.Unmarshal(ctx, bytes.Clone(a.Message)); err != nil {
				t.Fatal(err)
			}
			if got.UserName != test.user || got.DomainName != test.domain || got.Workstation != "CLIENT" ||
				uint32(got.Negotiate) != binary.LittleEndian.Uint32(a.Message[60:]) {
				t.Errorf(`it reads %s\%s at %s with %v`, got.DomainName, got.UserName, got.Workstation, got.Negotiate)
			}
			server := &msrpc.V2{Config: msrpc.NewConfig(), SecurityParameters: &msrpc.SecurityParameters{
				ExtendedSessionSecurity: true, Datagram: true, KeyExchange: true, KeySize: 128, ServerChallenge: nonce,
			}}
			account := credential.NewFromPassword(test.user, "Pa$$word", credential.Domain(test.domain))
			response, err := server.AuthenticateResponse(ctx, account, &got, nonce)
			if (err == nil) != test.ok {
				t.Fatalf("it accepts: %v", err)
			}
			if err != nil {
				return
			}
			key, err := msrpc.RC4K(ctx, response.KeyExchangeKey, got.EncryptedRandomSessionKey)
			if err != nil || !bytes.Equal(key, a.Session.SessionKey()) {
				t.Errorf("its session key is not ours, %v", err)
			}
		})
	}
}
