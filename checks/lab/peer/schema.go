package peer

import _ "embed" // for the schema files

var (
	//go:embed schema-attributes.ldif
	schemaAttributes string
	//go:embed schema-classes.ldif
	schemaClasses string
	//go:embed schema-containment.ldif
	schemaContainment string
)

// Schema returns LCS 2005's extension of the Active Directory schema, as LDIF for a
// forest with that base DN. A directory must commit each part before it takes the next.
func Schema(baseDN string) []string {
	return []string{
		resolve(schemaAttributes, baseDN),
		resolve(schemaClasses, baseDN),
		resolve(schemaContainment, baseDN),
	}
}
