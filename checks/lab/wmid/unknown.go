package wmid

import (
	"github.com/oiweiwei/go-msrpc/msrpc/dcom"
	"github.com/oiweiwei/go-msrpc/msrpc/dcom/iremunknown/v0"
	"github.com/oiweiwei/go-msrpc/msrpc/dcom/iremunknown2/v0"
)

// The reference counts of objects, and their other interfaces (MS-DCOM
// 3.1.1.5.6). No object has another one than it was given out with, but for
// IUnknown.

var unknownMethods = map[uint16]operation{
	3: newMethod("RemQueryInterface", StepQueryInterface,
		func(_ *call, q *iremunknown.RemoteQueryInterfaceRequest) (string, string) { return iidText(q.IIDs), "" },
		func(c *call, q *iremunknown.RemoteQueryInterfaceRequest, r *iremunknown.RemoteQueryInterfaceResponse) uint32 {
			first := uint32(statusInvalidParam)
			for i, iid := range q.IIDs {
				o, code := c.queryInterface(ofDtyp(q.IPID), ofDtyp(iid.GUID()))
				result := &dcom.RemoteQueryInterfaceResult{HResult: int32(code), Std: &dcom.StdObjectReference{IPID: &dcom.IPID{}}}
				if code == 0 {
					result.Std = &dcom.StdObjectReference{
						PublicReferencesCount: q.ReferencesCount, OXID: c.server.objects.oxid,
						OID: o.oid, IPID: (*dcom.IPID)(o.ipid.dtyp()),
					}
				}
				if i == 0 || code == 0 {
					first = code
				}
				r.QueryInterfaceResults = append(r.QueryInterfaceResults, result)
			}
			r.IIDsCount = uint16(len(q.IIDs))
			return first
		}, func(r *iremunknown.RemoteQueryInterfaceResponse, code uint32) { r.Return = int32(code) }),
	4: newMethod("RemAddRef", "", nil,
		func(_ *call, q *iremunknown.RemoteAddReferenceRequest, r *iremunknown.RemoteAddReferenceResponse) uint32 {
			r.InterfaceReferencesCount = q.InterfaceReferencesCount
			r.Results = make([]int32, len(q.InterfaceReferences))
			return 0
		}, func(r *iremunknown.RemoteAddReferenceResponse, code uint32) { r.Return = int32(code) }),
	5: newMethod("RemRelease", "", nil,
		func(c *call, q *iremunknown.RemoteReleaseRequest, _ *iremunknown.RemoteReleaseResponse) uint32 {
			for _, ref := range q.InterfaceReferences {
				if ref != nil && ref.IPID != nil {
					c.server.objects.release(ofDtyp(ref.IPID.GUID()))
				}
			}
			return 0
		}, func(r *iremunknown.RemoteReleaseResponse, code uint32) { r.Return = int32(code) }),
}

var (
	remUnknownIDs  = []guid{iidRemUnknown}
	unknownService = service{name: "IRemUnknown", ids: remUnknownIDs, methods: unknownMethods}

	unknown2Service = service{name: "IRemUnknown2", ids: remUnknownIDs, methods: map[uint16]operation{
		3: unknownMethods[3], 4: unknownMethods[4], 5: unknownMethods[5],
		6: newMethod("RemQueryInterface2", StepQueryInterface,
			func(_ *call, q *iremunknown2.RemoteQueryInterface2Request) (string, string) {
				return iidText(q.IIDs), ""
			},
			func(c *call, q *iremunknown2.RemoteQueryInterface2Request, r *iremunknown2.RemoteQueryInterface2Response) uint32 {
				first := uint32(statusInvalidParam)
				for i, iid := range q.IIDs {
					o, code := c.queryInterface(ofDtyp(q.IPID), ofDtyp(iid.GUID()))
					var pointer *dcom.InterfacePointer
					if code == 0 {
						pointer = c.interfacePointer(o)
					}
					if i == 0 || code == 0 {
						first = code
					}
					r.HResult = append(r.HResult, int32(code))
					r.Interface = append(r.Interface, pointer)
				}
				r.IIDsCount = uint16(len(q.IIDs))
				return first
			}, func(r *iremunknown2.RemoteQueryInterface2Response, code uint32) { r.Return = int32(code) }),
	}}
)

func iidText(iids []*dcom.IID) string {
	text := ""
	for i, iid := range iids {
		if i > 0 {
			text += " "
		}
		text += ofDtyp(iid.GUID()).String()
	}
	return text
}

func (c *call) queryInterface(ipid, iid guid) (*object, uint32) {
	o := c.server.objects.find(ipid, nil)
	switch {
	case o == nil:
		return nil, statusDisconnected
	case o.iid == iid:
		return o, 0
	case iid == iidUnknown || o.iid == iidUnknown && iid == iidLevel1Login:
		other := *o
		other.iid = iid
		return c.server.objects.add(other), 0
	}
	return nil, statusNoInterface
}
