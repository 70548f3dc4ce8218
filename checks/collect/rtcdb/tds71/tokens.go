package tds71

import "fmt"

// The tokens of a reply (MS-TDS 2.2.7).
const (
	tokenOffset       = 0x78
	tokenReturnStatus = 0x79
	tokenColMetadata  = 0x81
	tokenTabName      = 0xA4
	tokenColInfo      = 0xA5
	tokenOrder        = 0xA9
	tokenError        = 0xAA
	tokenInfo         = 0xAB
	tokenReturnValue  = 0xAC
	tokenLoginAck     = 0xAD
	tokenRow          = 0xD1
	tokenEnvChange    = 0xE3
	tokenSSPI         = 0xED
	tokenDone         = 0xFD
	tokenDoneProc     = 0xFE
	tokenDoneInProc   = 0xFF
)

// tokenName names a token that cannot be translated. Those of COMPUTE exist in
// TDS 7.1, but not for go-mssqldb.
func tokenName(token byte) string {
	names := map[byte]string{
		0x88: "ALTMETADATA of a COMPUTE clause", 0xD3: "ALTROW of a COMPUTE clause",
		0xA3: "DATACLASSIFICATION", 0xAE: "FEATUREEXTACK", 0xD2: "NBCROW", 0xE4: "SESSIONSTATE", 0xEE: "FEDAUTHINFO",
	}
	if name, ok := names[token]; ok {
		return fmt.Sprintf("token %s (0x%02X)", name, token)
	}
	return fmt.Sprintf("unknown token 0x%02X", token)
}

// envPacketSize is the ENVCHANGE that sets the size of packets (MS-TDS
// 2.2.7.9).
const envPacketSize = 4

// The versions in LOGIN7 and LOGINACK (MS-TDS 2.2.7.14).
const (
	version71RTM = 0x07010000 // SQL Server 2000 without a service pack
	version71Old = 0x71000000
	version71    = 0x71000001
	version72    = 0x72090002
)

// knownFlags are the flags of a column that TDS 7.1 defines. It reserves the
// others, some of which later got a meaning, such as an encrypted column.
const knownFlags = 0x00DF
