package facts

// Lookup is what Active Directory has under a name of an account that somebody
// asked for, such as one that is about to be enabled. Accounts with an attribute
// of LCS are streamed as [SignIn] values; a lookup finds the others too.
type Lookup struct {
	Name  string         `json:"name"` // as it was asked for
	Found []FoundAccount `json:"found,omitempty"`
	// Unknown is the reason why there may be accounts beside those found; nil
	// if every domain that may have one was asked.
	Unknown *Unknown `json:"unknown,omitempty"`
}

// FoundAccount is an account that a lookup found.
type FoundAccount struct {
	DN   string `json:"dn"`
	SID  string `json:"sid,omitempty"` // objectSid
	GUID string `json:"guid,omitempty"`
	// Disabled says whether nobody can sign in with it; nil if its
	// userAccountControl was not to be seen.
	Disabled *bool `json:"disabled,omitempty"`
}

// AccountDisabled reports whether userAccountControl has ADS_UF_ACCOUNTDISABLE
// (MS-ADTS 2.2.16).
func AccountDisabled(userAccountControl int64) bool { return userAccountControl&0x2 != 0 }
