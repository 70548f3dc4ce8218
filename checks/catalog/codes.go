package catalog

// Code is a SIP response code with what the articles call it.
type Code struct {
	Code   int
	Labels []string // the article's headings
	Note   string   // what to know before looking for a cause
}

// Codes returns the codes that the articles speak of, ascending.
func Codes() []Code {
	return []Code{
		{400, []string{"Invalid contact information", "Missing correct VIA header"},
			"The reason phrase tells the two apart: the first is a client behind NAT, a proxy or a firewall, the second is mutual TLS between servers."},
		{401, []string{"Unauthorized"},
			"A 401 is part of every sign-in: the server answers the first REGISTER with it to ask for credentials. Only one that follows a REGISTER with credentials, or that ends the log, is a failure. The list of causes that KB 871023 gives for it could not be recovered; those below are from other documents, and there may be more."},
		{403, []string{"Forbidden"},
			"The user was authenticated, but the server does not let the account use the sign-in name."},
		{404, []string{"Not Found"},
			"The server does not know the sign-in name."},
		{405, []string{"Method not supported"},
			"Something else than a server answered."},
		{480, []string{"Temporarily Unavailable"},
			"The user is on the way to another home server."},
		{486, []string{"Busy Here"},
			"The callee has another invitation pending. That the caller does not see this code is the fault: the invitation just stays pending (KB 834477)."},
		{503, []string{"Service Unavailable"},
			"The server runs, but what it needs does not."},
		{504, []string{"Gateway Timeout"},
			"The server could not reach the next server on the way."},
	}
}
