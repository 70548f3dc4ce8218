package ldapd

import (
	"maps"
	"slices"
	"strings"
)

// rootDSE makes the entry without a name that tells what the server is
// (RFC 4512 section 5.1), all but currentTime.
func rootDSE(cfg Config, t *tree) *node {
	given := make(map[string]bool)
	values := make(map[string][]string)
	for name, v := range cfg.RootDSE {
		given[strings.ToLower(name)] = true
		values[name] = v
	}
	fallback := func(name string, v ...string) {
		if !given[strings.ToLower(name)] && len(v) > 0 {
			values[name] = v
		}
	}
	var contexts []string
	for _, head := range t.contexts {
		contexts = append(contexts, head.dn)
	}
	fallback("namingContexts", contexts...)
	fallback("supportedLDAPVersion", "3", "2")
	fallback("supportedControl", SupportedControls()...)
	if cfg.TLS != nil {
		fallback("supportedExtension", oidStartTLS)
	}
	n := &node{}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if key := strings.ToLower(name); key != "currenttime" {
			n.attributes = append(n.attributes, attribute{
				typ: &attributeType{name: name, key: key}, name: name, values: values[name],
			})
		}
	}
	return n
}

// dseNow returns the rootDSE as of now.
func (s *Server) dseNow() *node {
	now := s.cfg.Now().UTC().Format(timeLayout)
	current := attribute{
		typ: &attributeType{name: "currentTime", key: "currenttime"}, name: "currentTime", values: []string{now},
	}
	return &node{attributes: append([]attribute{current}, s.dse.attributes...)}
}
