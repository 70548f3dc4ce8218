package wmi

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"lcshealth/checks/collect"
	"lcshealth/checks/collect/host"
	"lcshealth/checks/facts"
)

// LCS 2005 keeps the settings of a pool in the RTC database, and gives their
// instances a key Backend: (local)\rtc on Standard Edition, host\instance on
// Enterprise Edition, and nothing on a proxy. An enumeration that does not say
// which Backend it means may find nothing. So an empty answer says that there
// is, say, no static route only if it was asked with a Backend of which it is
// known that something is found with it.

// standardBackend is the Backend on Standard Edition.
const standardBackend = `(local)\rtc`

// poolSettingClass tells where the databases of Enterprise Edition are.
const poolSettingClass = "MSFT_SIPPoolSetting"

// backends is what is known of the Backend of a host.
type backends struct {
	paths  []string // of databases, from [poolSettingClass]
	proven []string // an instance was found with each
}

// poolLevel reads a class of pool-level settings.
func (r *run) poolLevel(p *part, q host.Question) error {
	if strings.EqualFold(q.Class, host.BackendProbe) {
		return r.probe(p, q)
	}
	for _, backend := range r.backends.proven {
		q.Where = append(q.Where, backendIs(backend))
	}
	if err := p.ask(q, nil); err != nil {
		return err
	}
	if len(r.backends.proven) == 0 && p.rows == 0 {
		return provesNothing(nil)
	}
	return nil
}

// probe finds the Backend with the class that always has an instance.
func (r *run) probe(p *part, q host.Question) error {
	notice := func(properties map[string]any) {
		backend, ok := value(properties, "Backend").(string)
		if ok && !slices.ContainsFunc(r.backends.proven, func(b string) bool { return strings.EqualFold(b, backend) }) {
			r.backends.proven = append(r.backends.proven, backend)
		}
	}
	var last error
	for _, condition := range r.candidates() {
		q.Where = condition
		err := p.ask(q, notice)
		switch {
		case p.rows > 0 || err != nil && !refused(err):
			return err
		case err != nil:
			last = err
		}
	}
	return provesNothing(last)
}

// candidates are the conditions to find the probe's instance with. The first
// is none at all.
func (r *run) candidates() [][]string {
	out := [][]string{nil}
	for _, backend := range slices.Concat([]string{standardBackend}, r.backends.paths, []string{""}) {
		condition := []string{backendIs(backend)}
		if !slices.ContainsFunc(out, func(c []string) bool { return slices.Equal(c, condition) }) {
			out = append(out, condition)
		}
	}
	return out
}

// refused reports an answer to one condition that says nothing of the others.
// A class that is not there, rights that are not, or no time left are the same
// for all of them.
func refused(err error) bool {
	status, ok := errors.AsType[*Status](err)
	if !ok || errors.Is(err, ErrBroken) {
		return false
	}
	if status.Code == wbemNotFound {
		return true
	}
	return host.ClassOf(status.Code) == facts.Protocol
}

// wbemNotFound is WBEM_E_NOT_FOUND, which a provider may answer with when it
// finds nothing.
const wbemNotFound = 0x80041002

// provesNothing is why an empty answer is not taken for an empty list.
func provesNothing(last error) error {
	const settle = "see that the RTC database runs, and look at the settings in the management console of Live Communications Server"
	err := errors.New("no instance came, and no Backend to ask with could be found, so that this proves nothing")
	if last != nil {
		err = fmt.Errorf("%w (the last answer: %w)", err, last)
	}
	return collect.Fail(facts.Missing, settle, "%w", err)
}

// backendIs is the condition for a Backend in WQL, where backslashes and
// quotation marks are escaped by a backslash.
func backendIs(backend string) string {
	return "Backend = '" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(backend) + "'"
}
