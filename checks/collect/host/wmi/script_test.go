package wmi

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"lcshealth/checks/collect"
	"lcshealth/checks/collect/host"
	"lcshealth/checks/facts"
)

const fqdn = "lcs01.contoso.com"

type row = map[string]any

// answer is what the scripted host says to one statement: some rows, and then
// perhaps an error.
type answer struct {
	rows []row
	err  error
}

// script is a host. What it is not told to say is an empty answer to a query,
// and no such key to the registry.
type script struct {
	answers map[string][]answer       // by statement; the last one is repeated
	keys    map[string]map[string]any // of the registry: values, by HKLM\… in lower case
	denied  map[string]bool           // keys that may not be opened
	hidden  string                    // a key that is there and said not to be
	dial    []error                   // what becomes of each connection; then they all succeed
	query   func(ctx context.Context, wql string) error

	asked  []string
	dials  int
	closed int
}

type scripted struct{ *script }

func (s scripted) Close() error { s.closed++; return nil }

func (s scripted) Query(ctx context.Context, wql string, each func(map[string]any) error) error {
	s.asked = append(s.asked, wql)
	if s.query != nil {
		if err := s.query(ctx, wql); err != nil {
			return err
		}
	}
	left := s.answers[wql]
	if len(left) == 0 {
		return nil
	}
	if len(left) > 1 {
		s.answers[wql] = left[1:]
	}
	for _, r := range left[0].rows {
		if err := each(maps.Clone(r)); err != nil {
			return err
		}
	}
	return left[0].err
}

func (s scripted) Registry(_ context.Context, method string, in map[string]any) (map[string]any, error) {
	root := map[any]string{hkeyLocalMachine: `hklm`, hkeyUsers: `hku`}[in["hDefKey"]]
	path := root
	if sub := in["sSubKeyName"].(string); sub != "" {
		path += `\` + strings.ToLower(sub)
	}
	s.asked = append(s.asked, method+" "+path)
	if s.denied[path] {
		return map[string]any{"ReturnValue": uint32(regAccessDenied)}, nil
	}
	if path == s.hidden {
		return map[string]any{"ReturnValue": uint32(regFileNotFound)}, nil
	}
	there := path == root
	var names []any
	seen := map[string]bool{}
	for k := range s.keys {
		there = there || k == path || strings.HasPrefix(k, path+`\`)
		if below, ok := strings.CutPrefix(k, path+`\`); ok {
			name, _, _ := strings.Cut(below, `\`)
			if !seen[name] {
				seen[name] = true
				names = append(names, name)
			}
		}
	}
	if !there {
		return map[string]any{"ReturnValue": uint32(regFileNotFound)}, nil
	}
	if method == "EnumKey" {
		out := map[string]any{"ReturnValue": uint32(0), "sNames": nil}
		if names != nil {
			out["sNames"] = names
		}
		return out, nil
	}
	v, ok := s.keys[path][in["sValueName"].(string)]
	if !ok {
		return map[string]any{"ReturnValue": uint32(regFileNotFound)}, nil
	}
	field := "sValue"
	if method == "GetBinaryValue" || method == "GetDWORDValue" {
		field = "uValue"
	}
	return map[string]any{"ReturnValue": uint32(0), field: v}, nil
}

func all(class string) string { return "SELECT * FROM " + class }

// collectFrom runs the source against the script.
func collectFrom(t *testing.T, s *script, change ...func(*Config)) (facts.Host, *collect.Session, error) {
	t.Helper()
	cfg := Config{FQDN: fqdn, Dial: func(context.Context) (Conn, error) {
		s.dials++
		if len(s.dial) > 0 {
			err := s.dial[0]
			s.dial = s.dial[1:]
			if err != nil {
				return nil, err
			}
		}
		return scripted{s}, nil
	}}
	for _, c := range change {
		c(&cfg)
	}
	source := New(cfg)
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	session := collect.NewSession(source.Name(), source.Target(), func() time.Time { return now }, nil)
	o, err := source.Collect(t.Context(), session)
	if err != nil {
		return facts.Host{}, session, err
	}
	return o.(*host.Observation).Host, session, nil
}

// broken is what a connection says that broke.
func broken(why string) error { return fmt.Errorf("%w: %s", ErrBroken, why) }

// expectUnknown checks the reason why a fact is not observed.
func expectUnknown[T any](t *testing.T, v facts.Value[T], class facts.Class, message string) {
	t.Helper()
	if v.IsObserved() {
		t.Fatalf("observed: %+v", v)
	}
	_, why := v.Get()
	if why.Class != class || !strings.Contains(why.Message, message) {
		t.Fatalf("%s: %s; want %s: …%s…", why.Class, why.Message, class, message)
	}
}

func expectObserved[T any](t *testing.T, v facts.Value[T]) T {
	t.Helper()
	got, why := v.Get()
	if why != nil {
		t.Fatalf("not observed: %s", why)
	}
	return got
}

var errOther = errors.New("something else")
