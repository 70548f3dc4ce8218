package wmid

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// The class StdRegProv of root\default, of which the methods that read are
// there. Those that write are not, so that calling one fails.

const registryClass = "StdRegProv"

// Results of the methods (MS-ERREF 2.2).
const (
	registryOK       = 0
	registryNotFound = 2
	registryDenied   = 5
)

// hives are the values of hDefKey.
var hives = map[uint32]string{
	0x80000000: "HKCR", 0x80000001: "HKCU", 0x80000002: "HKLM", 0x80000003: "HKU", 0x80000005: "HKCC",
}

// Types of values (REG_SZ and so on).
const (
	regString      = 1
	regBinary      = 3
	regDWORD       = 4
	regMultiString = 7
)

// registryType is zero for what is not a value of the registry.
func registryType(v any) int32 {
	switch v.(type) {
	case string:
		return regString
	case []byte:
		return regBinary
	case uint32:
		return regDWORD
	case []string:
		return regMultiString
	}
	return 0
}

// registryRead is a method: what it gives besides ReturnValue, as read finds
// it in a key.
type registryRead struct {
	method string
	named  bool // takes the name of a value
	out    []Property
	read   func(k *registryKey, value string, row Instance) uint32
}

var registryReads = []registryRead{
	{"EnumKey", false, []Property{{Name: "sNames", Type: String | Array}}, enumKey},
	{"EnumValues", false, []Property{{Name: "sNames", Type: String | Array}, {Name: "Types", Type: Sint32 | Array}}, enumValues},
	{"GetDWORDValue", true, []Property{{Name: "uValue", Type: Uint32}}, valueOf("uValue", regDWORD)},
	{"GetStringValue", true, []Property{{Name: "sValue", Type: String}}, valueOf("sValue", regString)},
	{"GetMultiStringValue", true, []Property{{Name: "sValue", Type: String | Array}}, valueOf("sValue", regMultiString)},
	{"GetBinaryValue", true, []Property{{Name: "uValue", Type: Uint8 | Array}}, valueOf("uValue", regBinary)},
}

// registryKey is a key that was opened.
type registryKey struct {
	keys   []string // names of those below
	values Values
}

func enumKey(k *registryKey, _ string, row Instance) uint32 {
	if len(k.keys) > 0 { // else NULL
		row["sNames"] = k.keys
	}
	return registryOK
}

func enumValues(k *registryKey, _ string, row Instance) uint32 {
	var types []int32
	names := slices.Sorted(maps.Keys(k.values))
	for _, name := range names {
		types = append(types, registryType(k.values[name]))
	}
	if len(names) > 0 {
		row["sNames"], row["Types"] = names, types
	}
	return registryOK
}

func valueOf(parameter string, typ int32) func(*registryKey, string, Instance) uint32 {
	return func(k *registryKey, name string, row Instance) uint32 {
		for spelled, v := range k.values {
			if !strings.EqualFold(spelled, name) {
				continue
			}
			if registryType(v) != typ {
				return statusTypeMismatch
			}
			row[parameter] = v
			return registryOK
		}
		return registryNotFound
	}
}

// registrySchema is the class with its methods.
var registrySchema = func() schema {
	s := schema{name: registryClass}
	for _, r := range registryReads {
		in := []Property{{Name: "hDefKey", Type: Uint32}, {Name: "sSubKeyName", Type: String}}
		if r.named {
			in = append(in, Property{Name: "sValueName", Type: String})
		}
		out := append(slices.Clone(r.out), Property{Name: "ReturnValue", Type: Uint32})
		s.methods = append(s.methods, method{
			name: r.method,
			in:   schema{name: "__PARAMETERS", properties: in, direction: "in"},
			out:  schema{name: "__PARAMETERS", properties: out, direction: "out", firstID: int32(len(in))},
		})
	}
	return s
}()

// registryCall calls a method, and returns what it gives as an object block.
func (s *Server) registryCall(name string, objref []byte) ([]byte, uint32) {
	i := slices.IndexFunc(registryReads, func(r registryRead) bool { return strings.EqualFold(r.method, name) })
	if i < 0 {
		return nil, statusInvalidMethod
	}
	in, err := parseParameters(objref)
	if err != nil {
		return nil, statusInvalidParam
	}
	hive, ok := in["hDefKey"].(uint64)
	if !ok {
		hive = 0x80000002 // the default is HKEY_LOCAL_MACHINE
	}
	subKey, ok := in["sSubKeyName"].(string)
	if !ok {
		return nil, statusInvalidParam
	}
	value, _ := in["sValueName"].(string)

	row := Instance{}
	k, result := s.openKey(hives[uint32(hive)], subKey)
	if k != nil {
		result = registryReads[i].read(k, value, row)
	}
	row["ReturnValue"] = result
	return registrySchema.methods[i].out.instanceBlock("", "", row), 0
}

// openKey finds a key, of which the model may hold only those below.
func (s *Server) openKey(hive, subKey string) (*registryKey, uint32) {
	path := strings.ToLower(strings.TrimSuffix(hive+`\`+strings.Trim(subKey, `\`), `\`))
	below := path + `\`
	for _, denied := range s.host.RegistryDenied {
		if strings.HasPrefix(below, strings.ToLower(denied)+`\`) {
			return nil, registryDenied
		}
	}
	k := &registryKey{}
	known := false
	for _, spelled := range slices.Sorted(maps.Keys(s.host.Registry)) {
		switch lower := strings.ToLower(spelled); {
		case lower == path:
			known, k.values = true, s.host.Registry[spelled]
		case strings.HasPrefix(lower, below):
			known = true
			child, _, _ := strings.Cut(spelled[len(below):], `\`)
			same := func(name string) bool { return strings.EqualFold(name, child) }
			if !slices.ContainsFunc(k.keys, same) {
				k.keys = append(k.keys, child)
			}
		}
	}
	if !known {
		return nil, registryNotFound
	}
	return k, registryOK
}

// checkKey refuses the path of a key that no client could ask for.
func checkKey(path string) error {
	hive, key, ok := strings.Cut(path, `\`)
	if !ok || key == "" || strings.HasSuffix(key, `\`) || !slices.Contains(slices.Collect(maps.Values(hives)), hive) {
		return fmt.Errorf(`registry key %q does not begin with HKLM\ or another hive`, path)
	}
	return nil
}
