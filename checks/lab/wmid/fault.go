package wmid

import (
	"strings"
	"sync"
)

// Step is a step of a client's way to its answers.
type Step string

// The steps, in their usual order. The name that [Fault.Name] is compared with
// stands behind each.
const (
	StepBind           Step = "bind"            // "resolver" or "objects": also alter_context
	StepServerAlive    Step = "server alive"    // empty
	StepActivate       Step = "activate"        // empty
	StepQueryInterface Step = "query interface" // empty
	StepLogin          Step = "login"           // the namespace, such as root\cimv2
	StepQuery          Step = "query"           // the class
	StepNext           Step = "next"            // the class
	StepGetObject      Step = "get object"      // the path
	StepMethod         Step = "method"          // the method
)

// Effect is what a fault does.
type Effect int

// The effects of faults.
const (
	Status   Effect = iota // the method returns Code, without results
	RPCFault               // a fault PDU with the status Code; a bind_nak with Code as the reason
	Hang                   // no answer until the server is closed
	Drop                   // the connection is closed instead of an answer
	Garbage                // octets that are no PDU, then the connection is closed
	Cut                    // the first half of the answer, then the connection is closed
)

// Codes of faults that tests and labs ask for. A method of WMI is refused with
// AccessDenied, activation with ActivationDenied.
const (
	AccessDenied       = 0x80041003 // WBEM_E_ACCESS_DENIED
	ActivationDenied   = 0x80070005 // E_ACCESSDENIED
	ProviderFailure    = 0x80041004 // WBEM_E_PROVIDER_FAILURE
	InvalidClass       = 0x80041010 // WBEM_E_INVALID_CLASS
	TimedOut           = 0x00040004 // WBEM_S_TIMEDOUT
	RPCAccessDenied    = 0x00000005 // of a fault PDU
	RPCVersionMismatch = 0x1C000008 // nca_s_rpc_version_mismatch, of a fault PDU
	NakVersion         = 4          // protocol_version_not_supported, of a bind_nak
)

// Fault is something that goes wrong.
type Fault struct {
	At    Step
	Name  string // limits it to one class, method and so on; see the steps
	After int    // how often the step succeeds before
	Times int    // how often it goes wrong then; zero is always
	Do    Effect
	Code  uint32
}

// faultList counts how often each fault has been met.
type faultList struct {
	mu     sync.Mutex
	faults []Fault
	met    []int
}

func newFaultList(faults []Fault) *faultList {
	return &faultList{faults: faults, met: make([]int, len(faults))}
}

// take tells what goes wrong with this step, if anything does.
func (l *faultList) take(at Step, name string) (Fault, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, f := range l.faults {
		if f.At != at || f.Name != "" && !strings.EqualFold(f.Name, name) {
			continue
		}
		l.met[i]++
		if n := l.met[i] - f.After; n > 0 && (f.Times == 0 || n <= f.Times) {
			return f, true
		}
	}
	return Fault{}, false
}
