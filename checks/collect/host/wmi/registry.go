package wmi

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"lcshealth/checks/collect"
	"lcshealth/checks/collect/host"
	"lcshealth/checks/facts"
)

// The roots of the registry, as StdRegProv takes them.
const (
	hkeyLocalMachine uint32 = 0x80000002
	hkeyUsers        uint32 = 0x80000003
)

// What StdRegProv returns (winerror.h).
const (
	regSuccess      = 0
	regFileNotFound = 2 // there is no such key or value
	regAccessDenied = 5
)

// key is a key of the registry.
type key struct {
	root uint32
	path string
}

func (k key) String() string {
	name := "HKLM"
	if k.root == hkeyUsers {
		name = "HKU"
	}
	if k.path == "" {
		return name
	}
	return name + `\` + k.path
}

func (k key) sub(name string) key {
	if k.path == "" {
		return key{k.root, name}
	}
	return key{k.root, k.path + `\` + name}
}

// parent returns the key above and the name of this one in it.
func (k key) parent() (above key, name string) {
	if i := strings.LastIndexByte(k.path, '\\'); i >= 0 {
		return key{k.root, k.path[:i]}, k.path[i+1:]
	}
	return key{k.root, ""}, k.path
}

// regError is a ReturnValue of StdRegProv that is not 0.
type regError struct {
	method string
	key    key
	code   uint32
}

func (e *regError) Error() string {
	what := fmt.Sprintf("error %d", e.code)
	switch e.code {
	case regFileNotFound:
		what = "there is no such key or value"
	case regAccessDenied:
		what = "access denied"
	}
	return fmt.Sprintf("%s of %s: %s (%d)", e.method, e.key, what, e.code)
}

// notThere reports that a key or a value does not exist.
func notThere(err error) bool {
	e, ok := errors.AsType[*regError](err)
	return ok && e.code == regFileNotFound
}

// failed gives a failure of the registry its class.
func (p *part) failed(err error) error {
	e, ok := errors.AsType[*regError](err)
	if !ok {
		return err
	}
	switch e.code {
	case regAccessDenied:
		return collect.Fail(facts.Rights, "let the account read "+e.key.String()+" on "+p.cfg.FQDN, "%w", err)
	case regFileNotFound:
		return collect.Fail(facts.Missing, "", "%w", err)
	}
	return collect.Fail(host.ClassOf(0x80070000|e.code&0xffff), "", "%w", err)
}

// reg calls a method of StdRegProv about a key, or about one of its values.
func (p *part) reg(method string, k key, in map[string]any) (out map[string]any, err error) {
	args := map[string]any{"hDefKey": k.root, "sSubKeyName": k.path}
	for name, v := range in {
		args[name] = v
	}
	err = p.try(func(conn Conn) (bool, error) {
		var err error
		out, err = conn.Registry(p.ctx, method, args)
		return false, err
	})
	if err != nil {
		return nil, fmt.Errorf("%s of %s: %w", method, k, err)
	}
	code, ok := number(value(out, "ReturnValue"))
	if !ok {
		return nil, collect.Fail(facts.Protocol, "", "%s of %s: the answer has no ReturnValue", method, k)
	}
	if code != regSuccess {
		return nil, &regError{method, k, code}
	}
	return out, nil
}

// subkeys are the names of the keys below one.
func (p *part) subkeys(k key) ([]string, error) {
	out, err := p.reg("EnumKey", k, nil)
	if err != nil {
		return nil, err
	}
	switch names := value(out, "sNames").(type) {
	case nil:
		return nil, nil
	case []any:
		all := make([]string, 0, len(names))
		for _, n := range names {
			name, ok := n.(string)
			if !ok {
				return nil, collect.Fail(facts.Protocol, "", "EnumKey of %s: a name is no text but %T", k, n)
			}
			all = append(all, name)
		}
		return all, nil
	default:
		return nil, collect.Fail(facts.Protocol, "", "EnumKey of %s: the names are no list but %T", k, names)
	}
}

// text returns a value that is a text (REG_SZ).
func (p *part) text(k key, name string) (string, error) {
	out, err := p.reg("GetStringValue", k, map[string]any{"sValueName": name})
	if err != nil {
		return "", err
	}
	return text(out, "sValue"), nil
}

// expanded returns a value that is a text, whatever kind of text it is.
func (p *part) expanded(k key, name string) (string, error) {
	out, err := p.reg("GetExpandedStringValue", k, map[string]any{"sValueName": name})
	if err != nil {
		return p.text(k, name)
	}
	return text(out, "sValue"), nil
}

// octets returns a value that is a string of octets (REG_BINARY).
func (p *part) octets(k key, name string) ([]byte, error) {
	out, err := p.reg("GetBinaryValue", k, map[string]any{"sValueName": name})
	if err != nil {
		return nil, err
	}
	b, ok := value(out, "uValue").([]byte)
	if !ok || len(b) == 0 {
		return nil, collect.Fail(facts.Protocol, "", "GetBinaryValue of %s: %s is empty", k, name)
	}
	return b, nil
}

// children are the names of the keys below one, and none if it is certain that
// there is no such key. Not every provider says the same of a key that is not
// there and of one that it may not open; so the answer counts if a key above
// can be listed and does not have it.
func (p *part) children(k key) ([]string, error) {
	names, err := p.subkeys(k)
	if err == nil || !notThere(err) {
		return names, err
	}
	for at := k; at.path != ""; {
		above, name := at.parent()
		siblings, aboveErr := p.subkeys(above)
		switch {
		case aboveErr == nil && hasFold(siblings, name):
			return nil, err // it is there after all
		case aboveErr == nil:
			return nil, nil
		case !notThere(aboveErr):
			return nil, fmt.Errorf("%w (so that nobody can tell whether there is %s)", aboveErr, k)
		}
		at = above
	}
	return nil, err
}

func hasFold(all []string, s string) bool {
	for _, a := range all {
		if strings.EqualFold(a, s) {
			return true
		}
	}
	return false
}

// number takes a uint32 as transports give it: COM has signed numbers only.
func number(v any) (uint32, bool) {
	switch n := v.(type) {
	case uint32:
		return n, true
	case int32:
		return uint32(n), true
	case int:
		return uint32(n), true
	case int64:
		return uint32(n), true
	case uint64:
		return uint32(n), true
	case uint16:
		return uint32(n), true
	case int16:
		return uint32(n), true
	case uint8:
		return uint32(n), true
	}
	return 0, false
}

// registry reads what is only in the registry.
func (r *run) registry(ctx context.Context) {
	r.certificates(ctx)
	r.part(ctx, host.Part{Class: "registry"}, (*part).forPeople)
}

// forPeople reads values that no fact needs, but that a person may want to
// see. One that is not there is none.
func (p *part) forPeople() error {
	services := key{hkeyLocalMachine, `SYSTEM\CurrentControlSet\Services`}
	for _, v := range []struct {
		key  key
		name string
		read func(key, string) (string, error)
	}{
		{services.sub(`Tcpip\Parameters`), "SynAttackProtect", p.dword}, // delays connections if it is 2
		{services.sub("rtcsrv"), "ImagePath", p.expanded},               // where the server is installed
	} {
		got, err := v.read(v.key, v.name)
		switch {
		case notThere(err):
			continue
		case err != nil:
			return p.failed(err)
		}
		p.row("registry", map[string]any{"key": v.key.String(), "name": v.name, "value": got})
		p.session.Detail(`%s\%s = %s`, v.key, v.name, got)
	}
	return nil
}

// dword returns a value that is a number (REG_DWORD), as text.
func (p *part) dword(k key, name string) (string, error) {
	out, err := p.reg("GetDWORDValue", k, map[string]any{"sValueName": name})
	if err != nil {
		return "", err
	}
	n, ok := number(value(out, "uValue"))
	if !ok {
		return "", collect.Fail(facts.Protocol, "", "GetDWORDValue of %s: %s is no number", k, name)
	}
	return fmt.Sprint(n), nil
}
