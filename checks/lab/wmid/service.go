package wmid

import "github.com/oiweiwei/go-msrpc/ndr"

// service is an interface that can be bound to.
type service struct {
	name    string
	ids     []guid // of objects that have it; none for the object resolver
	methods map[uint16]operation
	names   []string // of methods that are refused, by number
}

// operation is a method of a service.
type operation struct {
	method    string
	anonymous bool // may be called without a login
	run       func(c *call, stub []byte, op Operation) ([]byte, error)
}

// serve calls a method, and records that it was called.
func (s *service) serve(c *call, opnum uint16, stub []byte) ([]byte, error) {
	op := Operation{Interface: s.name, Opnum: opnum, User: c.user}
	m, ok := s.methods[opnum]
	switch {
	case ok:
		op.Method = m.method
	case int(opnum) < len(s.names):
		op.Method = s.names[opnum]
	}
	refuse := func(status rpcFault) ([]byte, error) {
		c.server.record(op)
		return nil, status
	}
	if !m.anonymous && c.user == "" {
		return refuse(RPCAccessDenied)
	}
	if !ok {
		return refuse(faultOpRange)
	}
	if len(s.ids) > 0 {
		if c.target = c.server.objects.find(c.object, s.ids); c.target == nil {
			return refuse(statusDisconnected)
		}
	}
	return m.run(c, stub, op)
}

// newMethod makes an operation of a function that fills in the response R to a
// request Q and returns a status, which is put into the response by give. What
// describe tells is the text for the record, and the name that faults go by.
func newMethod[Q, R any, PQ interface {
	*Q
	ndr.Unmarshaler
}, PR interface {
	*R
	ndr.Marshaler
}](
	name string, step Step,
	describe func(*call, *Q) (text, fault string),
	do func(*call, *Q, *R) uint32,
	give func(*R, uint32),
) operation {
	return operation{method: name, run: func(c *call, stub []byte, op Operation) ([]byte, error) {
		q, r := new(Q), new(R)
		if err := unmarshal(c.ctx, stub, PQ(q)); err != nil {
			c.server.record(op)
			return nil, err
		}
		var fault string
		if describe != nil {
			op.Text, fault = describe(c, q)
		}
		c.server.record(op)
		f, wrong := c.server.faults.take(step, fault)
		switch {
		case !wrong, f.Do == Cut:
			c.cut = wrong
			give(r, do(c, q, r))
		case f.Do == Status:
			give(r, f.Code)
		case f.Do == RPCFault:
			return nil, rpcFault(f.Code)
		default:
			return nil, effect(f.Do)
		}
		return marshal(PR(r))
	}}
}

// The interfaces, by their identifiers (MS-DCOM 1.9, MS-WMI 1.9).
var (
	iidObjectExporter  = mustGUID("99fcfec4-5260-101b-bbcb-00aa0021347a")
	iidActivation      = mustGUID("4d9f4ab8-7d1c-11cf-861e-0020af6e7c57")
	iidSCMActivator    = mustGUID("000001a0-0000-0000-c000-000000000046")
	iidUnknown         = mustGUID("00000000-0000-0000-c000-000000000046")
	iidRemUnknown      = mustGUID("00000131-0000-0000-c000-000000000046")
	iidRemUnknown2     = mustGUID("00000143-0000-0000-c000-000000000046")
	iidLevel1Login     = mustGUID("f309ad18-d86a-11d0-a075-00c04fb68820")
	iidServices        = mustGUID("9556dc99-828c-11cf-a37e-00aa003240c7")
	iidEnum            = mustGUID("027947e1-d731-11ce-a357-000000000001")
	iidClassObject     = mustGUID("dc12a681-737f-11cf-884d-00aa004b2e24")
	clsidLevel1Login   = mustGUID("8bc3f05e-d86b-11d0-a075-00c04fb68820")
	clsidClassObject   = mustGUID("4590f812-1d3a-11d0-891f-00aa004b2e24")
	iidPropertiesOut   = mustGUID("000001a3-0000-0000-c000-000000000046")
	clsidPropertiesOut = mustGUID("00000339-0000-0000-c000-000000000046")
)

// services are what can be bound to on each listener.
var services = map[role]map[guid]*service{
	resolverRole: {
		iidObjectExporter: &exporterService,
		iidActivation:     &activationService,
		iidSCMActivator:   &scmService,
	},
	objectsRole: {
		iidRemUnknown:  &unknownService,
		iidRemUnknown2: &unknown2Service,
		iidLevel1Login: &loginService,
		iidServices:    &servicesService,
		iidEnum:        &enumService,
	},
}
