package clientlog

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// Client makes up what a client and its server say. The fields may be changed
// between messages; [NewClient] sets them.
type Client struct {
	Log []Exchange // what was said so far

	Now         time.Time     // by the client's clock
	Zone        time.Duration // of that clock, east of Greenwich
	Skew        time.Duration // that clock is ahead of the server's by so much
	Step        time.Duration // between two messages
	User        string        // sip:kim@contoso.com
	Server      string        // FQDN
	Product     string        // header Server
	Agent       string        // header User-Agent
	Transport   string
	Peer, Local string
	CallID      string
	Secret      string // stands wherever a message carries something secret
	Expires     int    // seconds that are asked for

	sequence int
	method   string
	to       string // "": the user himself
}

// NewClient returns Windows Messenger, about to sign in.
func NewClient() *Client {
	return &Client{
		Now: time.Date(2005, 4, 21, 10, 38, 58, 520_000_000, time.UTC), Zone: 8 * time.Hour, Step: 40 * time.Millisecond,
		User: "sip:kim@contoso.com", Server: "lcs01.contoso.com", Product: "RTC/2.0", Agent: "RTC/1.2.4949", Transport: "TCP",
		Peer: "192.0.2.1:5060", Local: "192.0.2.39:7519", CallID: "48bbcb49bf9e4e5cbff05e1711dd829f", Secret: "TlRMTVNTUAADAAAAGAAYAHIAAAA", Expires: 1200,
	}
}

// Register sends a REGISTER, with credentials unless they are "".
func (c *Client) Register(credentials string) {
	c.sequence++
	c.method, c.to = "REGISTER", ""
	lines := []string{
		fmt.Sprintf("Contact: <sip:%s>;methods=\"INVITE, MESSAGE, INFO, OPTIONS, BYE, CANCEL, NOTIFY, ACK, REFER\"", c.Local),
		"User-Agent: " + c.Agent,
		"Event: registration",
		"Allow-Events: presence",
		fmt.Sprintf("Expires: %d", c.Expires),
	}
	if credentials != "" {
		lines = append(lines, "Authorization: "+credentials)
	}
	_, domain, _ := strings.Cut(c.User, "@")
	c.add(true, "REGISTER sip:"+domain+" SIP/2.0", lines, "")
}

// Answer is what the server says to the last request.
func (c *Client) Answer(code int, reason string, headers ...string) {
	date := c.Now.Add(-c.Zone - c.Skew).Format("Mon, 02 Jan 2006 15:04:05 GMT")
	lines := append([]string{"Date: " + date, "Server: " + c.Product}, headers...)
	c.add(false, strings.TrimRight(fmt.Sprintf("SIP/2.0 %d %s", code, reason), " "), lines, "")
}

// Invite sends an INVITE with a body.
func (c *Client) Invite(to string) {
	c.sequence++
	c.method, c.to = "INVITE", to
	c.add(true, "INVITE "+to+" SIP/2.0", []string{"User-Agent: " + c.Agent, "Content-Type: application/sdp"}, "v=0\r\no=- 0 0 IN IP4 192.0.2.39\r\ns="+c.Secret+"\r\n")
}

// Challenge is the 401 that every sign-in begins with.
func (c *Client) Challenge() {
	c.Answer(401, "Unauthorized", c.offer("NTLM", c.Server), c.offer("Kerberos", "sip/"+c.Server))
}

func (c *Client) offer(scheme, target string) string {
	return fmt.Sprintf(`WWW-Authenticate: %s realm="SIP Communications Service", targetname="%s"`, scheme, target)
}

// credentials of NTLM, of which the data is a secret.
func (c *Client) credentials(data string) string {
	return fmt.Sprintf(`NTLM qop="auth", realm="SIP Communications Service", targetname="%s", gssapi-data="%s"`, c.Server, data)
}

// Prove sends an NTLM sign-in up to the request that proves the password, which
// is yet to be answered.
func (c *Client) Prove() {
	c.Register(c.credentials(""))
	c.Answer(401, "Unauthorized", c.offer("NTLM", c.Server)+fmt.Sprintf(`, opaque="%s", gssapi-data="%s"`, c.Secret, c.Secret))
	c.Register(c.credentials(c.Secret) + fmt.Sprintf(`, opaque="%s", crand="1", cnum="1", response="%s"`, c.Secret, c.Secret))
}

// SignIn signs in, and is told the code at the end.
func (c *Client) SignIn(code int, reason string, headers ...string) {
	c.Register("")
	c.Challenge()
	c.Prove()
	switch {
	case code == 401:
		c.Challenge()
	case code/100 == 2:
		c.Answer(code, reason, append(headers, fmt.Sprintf("Contact: <sip:%s>;expires=%d", c.Local, c.Expires),
			fmt.Sprintf(`Authentication-Info: NTLM rspauth="%s", srand="1", snum="1", opaque="%s"`, c.Secret, c.Secret))...)
	default:
		c.Answer(code, reason, headers...)
	}
}

// Begin begins another dialogue.
func (c *Client) Begin(callID string) { c.CallID, c.sequence, c.to = callID, 0, "" }

// Wait lets time pass.
func (c *Client) Wait(d time.Duration) { c.Now = c.Now.Add(d) }

// Say adds a message of any kind, with the headers that all have.
func (c *Client) Say(sent bool, start, sequence string, headers []string, body string) {
	old, method := c.sequence, c.method
	if _, err := fmt.Sscan(sequence, &c.sequence, &c.method); err == nil {
		c.add(sent, start, headers, body)
	}
	c.sequence, c.method = old, method
}

func (c *Client) add(sent bool, start string, headers []string, body string) {
	lines := append([]string{
		start,
		fmt.Sprintf("Via: SIP/2.0/%s %s", c.Transport, c.Local),
		"Max-Forwards: 70",
		"From: <" + c.User + ">;tag=8688ecc2f3dc4391;epid=8aecaf3d1e",
		"To: <" + cmp.Or(c.to, c.User) + ">",
		"Call-ID: " + c.CallID,
		fmt.Sprintf("CSeq: %d %s", c.sequence, c.method),
	}, headers...)
	lines = append(lines, fmt.Sprintf("Content-Length: %d", len(body)), "", body)
	c.Log = append(c.Log, Exchange{At: c.Now, Sent: sent, Peer: c.Peer, Local: c.Local, Text: strings.Join(lines, "\r\n")})
	c.Wait(c.Step)
}
