package facts

// Database is one RTC database: the MSDE instance of an LCS 2003 or Standard
// Edition server, or the back end of an Enterprise Edition pool.
type Database struct {
	Name   string   `json:"name"`   // how reports call it: the server's or the back end's FQDN
	Serves []string `json:"serves"` // FQDNs of the home servers, or of the pool, whose users it holds
	// Structure is what the tables are like. No document gives the schema of
	// LCS 2003 or 2005, so it is read from the database itself.
	Structure Value[Structure] `json:"structure"`
	// Entries is observed only if every row was read to the end.
	Entries Value[int] `json:"entries"`
	// SIDs, GUIDs and DirectoryRows name the column or table that was found
	// to hold them. One that was not found leaves undetermined just what
	// needs it.
	SIDs          Value[string] `json:"sids"`
	GUIDs         Value[string] `json:"guids"`
	DirectoryRows Value[string] `json:"directoryRows"`
}

// Structure is the discovered structure of an RTC database.
type Structure struct {
	Product    string   `json:"product,omitempty"`    // of the database server, e.g. 8.00.2039
	Generation string   `json:"generation,omitempty"` // LCS, OCS or Lync, as the tables suggest
	Columns    []string `json:"columns"`              // table.column type, of the tables that matter
}
