package wmid

import (
	"crypto/rand"
	"net"
	"slices"
	"strconv"
	"sync"
	"unicode/utf16"

	"github.com/oiweiwei/go-msrpc/msrpc/dcom"
	"github.com/oiweiwei/go-msrpc/msrpc/dtyp"
)

// object is an interface of an object that a client was given.
type object struct {
	ipid, iid guid
	oid       uint64
	namespace string
	rows      *rows // of an enumerator
}

// objectTable holds the objects of the one object exporter.
type objectTable struct {
	oxid       uint64
	remUnknown guid

	mu      sync.Mutex
	objects map[guid]*object
	lastOID uint64
}

// maxObjects bounds the objects that clients hold. The oldest are not thrown
// away for new ones, because no client of the lab should come near.
const maxObjects = 1 << 16

func newObjectTable() *objectTable {
	t := &objectTable{remUnknown: newGUID(), objects: map[guid]*object{}}
	id := newGUID()
	t.oxid = le.Uint64(id[:])
	t.lastOID = le.Uint64(id[8:])
	return t
}

func newGUID() guid {
	var g guid
	_, _ = rand.Read(g[:]) // never fails
	return g
}

// add takes an object in and returns the reference to it that a client gets.
func (t *objectTable) add(o object) *object {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.lastOID++
	o.ipid, o.oid = newGUID(), t.lastOID
	if len(t.objects) < maxObjects {
		t.objects[o.ipid] = &o
	}
	return &o
}

// find returns the object with the IPID when it has one of the interfaces.
func (t *objectTable) find(ipid guid, iids []guid) *object {
	if ipid == t.remUnknown && slices.Contains(iids, iidRemUnknown) {
		return &object{ipid: ipid, iid: iidRemUnknown}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if o := t.objects[ipid]; o != nil && (len(iids) == 0 || slices.Contains(iids, o.iid)) {
		return o
	}
	return nil
}

func (t *objectTable) release(ipid guid) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.objects, ipid)
}

// interfacePointer refers to an object (MS-DCOM 2.2.18.4).
func (c *call) interfacePointer(o *object) *dcom.InterfacePointer {
	b := append([]byte("MEOW"), 1, 0, 0, 0)
	b = append(b, o.iid[:]...)
	b = le.AppendUint32(b, 0) // to be pinged
	b = le.AppendUint32(b, 5) // references
	b = le.AppendUint64(b, c.server.objects.oxid)
	b = le.AppendUint64(b, o.oid)
	b = append(b, o.ipid[:]...)
	bindings := c.bindings("")
	b = le.AppendUint16(b, bindings.EntriesLength)
	b = le.AppendUint16(b, bindings.SecurityOffset)
	for _, u := range bindings.StringArray {
		b = le.AppendUint16(b, u)
	}
	return &dcom.InterfacePointer{Data: b}
}

// customPointer holds a copy of an object (MS-DCOM 2.2.18.6).
func customPointer(iid, clsid guid, data []byte) *dcom.InterfacePointer {
	b := append([]byte("MEOW"), 4, 0, 0, 0)
	b = append(append(b, iid[:]...), clsid[:]...)
	b = le.AppendUint32(b, 0)
	b = le.AppendUint32(b, uint32(len(data)+8))
	return &dcom.InterfacePointer{Data: append(b, data...)}
}

// bindings are the addresses of the host (MS-DCOM 2.2.19): by its name and as
// the client reached it, each with the port behind.
func (c *call) bindings(port string) *dcom.DualStringArray {
	const tcp, ntlm, noService = 7, authNTLM, 0xFFFF
	ip, _, err := net.SplitHostPort(c.conn.net.LocalAddr().String())
	if err != nil {
		ip = c.conn.net.LocalAddr().String()
	}
	var b []uint16
	for _, address := range []string{c.server.host.Computer, ip} {
		b = append(b, tcp)
		b = append(b, utf16.Encode([]rune(address+port))...)
		b = append(b, 0)
	}
	b = append(b, 0)
	security := len(b)
	b = append(b, ntlm, noService, 0, 0)
	return &dcom.DualStringArray{EntriesLength: uint16(len(b)), SecurityOffset: uint16(security), StringArray: b}
}

// exporterBindings are the addresses of the object server.
func (c *call) exporterBindings() *dcom.DualStringArray {
	return c.bindings("[" + portText(c.conn.port) + "]")
}

func portText(port uint16) string { return strconv.Itoa(int(port)) }

// comVersion is that of Windows Server 2003 (MS-DCOM 2.2.11).
func comVersion() *dcom.COMVersion { return &dcom.COMVersion{MajorVersion: 5, MinorVersion: 7} }

func (g guid) dtyp() *dtyp.GUID {
	return &dtyp.GUID{
		Data1: le.Uint32(g[:]), Data2: le.Uint16(g[4:]), Data3: le.Uint16(g[6:]), Data4: slices.Clone(g[8:]),
	}
}

// ofDtyp is the reverse; nothing gives the null GUID.
func ofDtyp(d *dtyp.GUID) guid {
	var g guid
	if d == nil {
		return g
	}
	le.PutUint32(g[:], d.Data1)
	le.PutUint16(g[4:], d.Data2)
	le.PutUint16(g[6:], d.Data3)
	copy(g[8:], d.Data4)
	return g
}
