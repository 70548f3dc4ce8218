package host

import (
	"fmt"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"
)

// Decoder turns rows into the facts of one host. It is not for use by several
// goroutines.
//
// Rows come in parts. Hand over each row with [Decoder.Row], and after the last
// row of a part [Decoder.End] with their number, or [Decoder.Missing] if the
// part could not be read. [Decoder.Host] then gives the facts: those whose
// parts came complete are observed, the others are not and say why.
type Decoder struct {
	fqdn  string
	from  facts.Origin
	where string
	lost  error
	parts map[Part]*part
	got   gathered
	db    gatheredDB
	clock facts.Value[facts.Clock]
	warns []string
}

// gathered is what the rows told so far.
type gathered struct {
	systems      []facts.System
	services     []facts.Service
	processes    []facts.Process
	ports        []facts.PortOwner
	listeners    []facts.Listener
	routing      []facts.RoutingSetting
	routes       []facts.StaticRoute
	authorized   []facts.AuthorizedHost
	settings     []facts.ServerSetting // of this host
	certificates []facts.Certificate
	userRoots    []facts.Certificate
	events       []facts.Event
	hotfixes     []facts.Hotfix

	domains      []facts.ServedDomain
	moves        []facts.Move
	trusted      []facts.TrustedServer
	applications []facts.Application
	running      map[string]bool // applications, by id in lower case
	modules      []facts.Module
	replicators  []facts.ReplicatorSetting
	security     []facts.SecuritySetting
}

// part is what is known of a [Part].
type part struct {
	name    Part // as first met
	rows    int  // that came, refused ones among them
	refused int
	why     error // why the first row was refused
	ended   bool
	count   int // rows, as its end says
	missing error
}

// NewDecoder returns a decoder for the host of the given FQDN. The facts are
// observed by the given origin.
func NewDecoder(fqdn string, from facts.Origin) *Decoder {
	return &Decoder{
		fqdn: fqdn, from: from, parts: map[Part]*part{}, got: gathered{running: map[string]bool{}},
		clock: facts.NotObserved[facts.Clock](facts.Unknown{
			Class: facts.NotAsked, Source: from.Source, Target: from.Target,
			Message: "a file does not tell how the host's clock and ours differ",
		}),
	}
}

// At says where the following rows come from, such as file:line. Messages
// about them begin with it.
func (d *Decoder) At(where string) { d.where = where }

// SetClock gives the host's clock, read at the same moment as ours.
func (d *Decoder) SetClock(c facts.Clock) { d.clock = facts.Observed(c, d.from) }

// Row takes one row: the properties of an instance of a WMI class, or the
// fields of another kind of line. Property values are those that encoding/json
// gives, or Go's own integers, strings, booleans and octets. A row that cannot
// be understood is refused, which leaves the facts of its part unobserved; the
// error, which says why, is kept for them. Classes that no fact needs are
// only counted.
func (d *Decoder) Row(class string, properties map[string]any) error {
	r := newRow(properties)
	p := d.part(newPart(class, r))
	p.rows++
	if p.ended {
		r.fail("a row after its end")
	}
	err := d.take(p, r)
	if err == nil {
		return nil
	}
	err = d.place(fmt.Errorf("%s: %w", p.name, err))
	p.refused++
	if p.why == nil {
		p.why = err
	}
	return err
}

// take decodes a row and keeps what it tells, unless it is refused.
func (d *Decoder) take(p *part, r *row) error {
	decode, known := classes[p.name.key().Class]
	if !known || r.err != nil {
		return r.err
	}
	keep := decode(d, p, r)
	if r.err == nil {
		keep()
	}
	return r.err
}

// classes has how the rows of each class are decoded. A decoder returns how to
// keep what it found, to be called if the row could be read whole.
var classes = map[string]func(*Decoder, *part, *row) (keep func()){
	"win32_operatingsystem":                (*Decoder).system,
	"win32_service":                        (*Decoder).service,
	"win32_process":                        (*Decoder).process,
	"msft_siplisteningaddressdata":         (*Decoder).listener,
	"msft_siproutingsetting":               (*Decoder).routing,
	"msft_siproutingtabledata":             (*Decoder).route,
	"msft_sipremoteaddressdata":            (*Decoder).authorizedHost,
	"msft_sipesserversetting":              (*Decoder).serverSetting,
	"msft_sipdomaindata":                   (*Decoder).servedDomain,
	"msft_sipesusersetting":                (*Decoder).move,
	"msft_sipestrustedserversetting":       (*Decoder).trustedServer,
	"msft_sipapplicationsetting":           (*Decoder).application,
	"msft_sipapplicationelement":           (*Decoder).applicationState,
	"msft_siploadedextensionmoduleelement": (*Decoder).module,
	"msft_sipuserreplicatorsetting":        (*Decoder).replicator,
	"msft_sipproxysecuritysetting":         (*Decoder).proxySecurity,
	kindPort:                               (*Decoder).port,
	kindEvent:                              (*Decoder).event,
	kindHotfix:                             (*Decoder).hotfix,
	kindCertificate:                        (*Decoder).certificate,
	kindDatabase:                           (*Decoder).database,
	kindDBColumn:                           (*Decoder).dbColumn,
	kindDBRow:                              (*Decoder).dbRow,
}

// End says that a part came to its end, and how many rows it had.
func (d *Decoder) End(name Part, count int) {
	p := d.part(name)
	if p.ended && p.why == nil {
		p.why = d.place(fmt.Errorf("%s ends twice", p.name))
	}
	p.ended, p.count = true, count
}

// Missing says that a part was asked for and could not be read, or not to its
// end. Its class and what would settle it may come with the error (see
// [collect.Fail]).
func (d *Decoder) Missing(name Part, why error) {
	if p := d.part(name); p.missing == nil {
		p.missing = fmt.Errorf("read %s: %w", p.name, why)
	}
}

// Lost says that something was lost that may have belonged to any part. It
// explains parts that are then found incomplete.
func (d *Decoder) Lost(why error) {
	if d.lost == nil {
		d.lost = why
	}
}

func (d *Decoder) part(name Part) *part {
	p, met := d.parts[name.key()]
	if !met {
		p = &part{name: name}
		d.parts[name.key()] = p
	}
	return p
}

func (d *Decoder) place(err error) error {
	if d.where == "" {
		return err
	}
	return fmt.Errorf("%s: %w", d.where, err)
}

// incomplete returns why a part is not complete, or nil if it is.
func (d *Decoder) incomplete(name Part) error {
	p, met := d.parts[name.key()]
	switch {
	case !met && d.lost != nil:
		return collect.Fail(facts.Protocol, again, "nothing is said of %s: %w", name, d.lost)
	case !met:
		return collect.Fail(facts.Missing, "use a tool that asks for "+name.String(), "nothing is said of %s", name)
	case p.missing != nil:
		return p.missing
	case p.refused > 1:
		return collect.Fail(facts.Protocol, again, "%w (and %d more)", p.why, p.refused-1)
	case p.why != nil:
		return collect.Fail(facts.Protocol, again, "%w", p.why)
	case p.ended && p.rows == p.count:
		return nil
	}
	err := fmt.Errorf("%s has no end after %d rows", p.name, p.rows)
	if p.ended {
		err = fmt.Errorf("%s should have %d rows, but %d came", p.name, p.count, p.rows)
	}
	if d.lost != nil {
		err = fmt.Errorf("%w: %w", err, d.lost)
	}
	return collect.Fail(facts.Protocol, again, "%w", err)
}

// again is what settles most of what is wrong with a file.
const again = "make the file again on the host"
