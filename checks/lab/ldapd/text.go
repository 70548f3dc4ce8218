package ldapd

import "fmt"

// Explanations in the form of Active Directory's on Windows Server 2003 (build
// ece). The DSID is a place in its source and differs between builds and
// requests; nobody should depend on it, and those here are mere examples.
const (
	textNoBind      = "000004DC: LdapErr: DSID-0C0906DC, comment: In order to perform this operation a successful bind must be completed on the connection., data 0, vece"
	textBadPassword = "80090308: LdapErr: DSID-0C09030B, comment: AcceptSecurityContext error, data 52e, vece"
	textNoSuchUser  = "80090308: LdapErr: DSID-0C09030B, comment: AcceptSecurityContext error, data 525, vece"
	textStrongAuth  = "00002028: LdapErr: DSID-0C0901FC, comment: The server requires binds to turn on integrity checking if SSL\\TLS are not already active on the connection, data 0, vece"
	textAuthMethod  = "00002027: LdapErr: DSID-0C0904F7, comment: Invalid Authentication method, data 0, vece"
	textVersion     = "00002025: LdapErr: DSID-0C0904F7, comment: Unsupported protocol version, data 0, vece"
	textControl     = "00000057: LdapErr: DSID-0C09068F, comment: Error processing control, data 0, vece"
	textFilter      = "00000057: LdapErr: DSID-0C0906DC, comment: Error decoding ldap message, data 0, vece"
	textExtension   = "0000203D: LdapErr: DSID-0C09073E, comment: Unknown extended request OID, data 0, vece"
	textNoTLS       = "00000000: LdapErr: DSID-0C090D8A, comment: Error initializing SSL/TLS, data 0, vece"
	textTLSActive   = "00000000: LdapErr: DSID-0C090D8B, comment: TLS or SSL already in effect, data 0, vece"
	textConstructed = "00002110: SvcErr: DSID-03140347, problem 5012 (DIR_ERROR), data 0"
	textReadOnly    = "this simulated directory is read-only"
)

func textNoObject(best string) string {
	return fmt.Sprintf("0000208D: NameErr: DSID-031001CD, problem 2001 (NO_OBJECT), data 0, best match of:\n\t'%s'\n", best)
}

func textBadName(dn string) string {
	return fmt.Sprintf("0000208F: NameErr: DSID-031001B7, problem 2006 (BAD_NAME), data 8350, best match of:\n\t'%s'\n", dn)
}

func textReferral(host string) string {
	return fmt.Sprintf("0000202B: RefErr: DSID-031006D9, data 0, 1 access points\n\tref 1: '%s'\n", host)
}
