package wmid

import (
	"slices"

	"github.com/oiweiwei/go-msrpc/msrpc/dcom"
	"github.com/oiweiwei/go-msrpc/msrpc/dcom/iactivation/v0"
	"github.com/oiweiwei/go-msrpc/msrpc/dcom/iobjectexporter/v0"
	"github.com/oiweiwei/go-msrpc/msrpc/dcom/iremotescmactivator/v0"
)

// The object resolver (MS-DCOM 3.1.2.5): where objects are, and how to come by
// the first one.

const errorInvalidOXID = 1910 // OR_INVALID_OXID

var exporterService = service{name: "IObjectExporter", methods: map[uint16]operation{
	0: newMethod("ResolveOxid", "", nil,
		func(c *call, q *iobjectexporter.ResolveOXIDRequest, r *iobjectexporter.ResolveOXIDResponse) uint32 {
			r.OXIDBindings, r.RemoteUnknown, r.AuthnHint = &dcom.DualStringArray{}, &dcom.IPID{}, levelIntegrity
			if q.OXID != c.server.objects.oxid {
				return errorInvalidOXID
			}
			r.OXIDBindings = c.exporterBindings()
			r.RemoteUnknown = (*dcom.IPID)(c.server.objects.remUnknown.dtyp())
			return 0
		}, func(r *iobjectexporter.ResolveOXIDResponse, code uint32) { r.Return = code }),
	1: newMethod("SimplePing", "", nil,
		func(*call, *iobjectexporter.SimplePingRequest, *iobjectexporter.SimplePingResponse) uint32 { return 0 },
		func(r *iobjectexporter.SimplePingResponse, code uint32) { r.Return = code }),
	2: newMethod("ComplexPing", "", nil,
		func(_ *call, _ *iobjectexporter.ComplexPingRequest, r *iobjectexporter.ComplexPingResponse) uint32 {
			r.SetID = 1
			return 0
		}, func(r *iobjectexporter.ComplexPingResponse, code uint32) { r.Return = code }),
	3: anonymous(newMethod("ServerAlive", StepServerAlive, nil,
		func(*call, *iobjectexporter.ServerAliveRequest, *iobjectexporter.ServerAliveResponse) uint32 {
			return 0
		},
		func(r *iobjectexporter.ServerAliveResponse, code uint32) { r.Return = code })),
	4: newMethod("ResolveOxid2", "", nil,
		func(c *call, q *iobjectexporter.ResolveOxid2Request, r *iobjectexporter.ResolveOxid2Response) uint32 {
			r.OXIDBindings, r.RemoteUnknown, r.AuthnHint = &dcom.DualStringArray{}, &dcom.IPID{}, levelIntegrity
			r.COMVersion = comVersion()
			if q.OXID != c.server.objects.oxid {
				return errorInvalidOXID
			}
			r.OXIDBindings = c.exporterBindings()
			r.RemoteUnknown = (*dcom.IPID)(c.server.objects.remUnknown.dtyp())
			return 0
		}, func(r *iobjectexporter.ResolveOxid2Response, code uint32) { r.Return = code }),
	5: anonymous(newMethod("ServerAlive2", StepServerAlive, nil,
		func(c *call, _ *iobjectexporter.ServerAlive2Request, r *iobjectexporter.ServerAlive2Response) uint32 {
			r.COMVersion, r.ObjectResolverBindings = comVersion(), c.bindings("")
			return 0
		}, func(r *iobjectexporter.ServerAlive2Response, code uint32) { r.Return = code })),
}}

func anonymous(op operation) operation {
	op.anonymous = true
	return op
}

// activationService is the activation of before Windows 2000 (3.1.2.5.2.3.1).
var activationService = service{name: "IActivation", methods: map[uint16]operation{
	0: newMethod("RemoteActivation", StepActivate,
		func(_ *call, q *iactivation.RemoteActivationRequest) (string, string) {
			return ofDtyp(q.ClassID).String(), ""
		},
		func(c *call, q *iactivation.RemoteActivationRequest, r *iactivation.RemoteActivationResponse) uint32 {
			if code := activatable(ofDtyp(q.ClassID)); code != 0 {
				return code
			}
			r.ORPCThat = &dcom.ORPCThat{}
			r.OXID, r.OXIDBindings = c.server.objects.oxid, c.exporterBindings()
			r.RemoteUnknown = (*dcom.IPID)(c.server.objects.remUnknown.dtyp())
			r.AuthnHint, r.ServerVersion = levelIntegrity, comVersion()
			for _, iid := range q.IIDs {
				pointer, code := c.activate(ofDtyp(iid.GUID()))
				r.InterfaceData = append(r.InterfaceData, pointer)
				r.Results = append(r.Results, int32(code))
			}
			r.Interfaces = uint32(len(r.Results))
			return 0
		}, func(r *iactivation.RemoteActivationResponse, code uint32) { r.HResult = int32(code) }),
}}

// scmService is the activation of later systems (3.1.2.5.2.3.3).
var scmService = service{
	name:  "IRemoteSCMActivator",
	names: []string{"", "", "", "RemoteGetClassObject"},
	methods: map[uint16]operation{
		4: newMethod("RemoteCreateInstance", StepActivate,
			func(c *call, q *iremotescmactivator.RemoteCreateInstanceRequest) (string, string) {
				class, _ := instantiation(c.ctx, q.ActPropertiesIn)
				return class.String(), ""
			},
			func(c *call, q *iremotescmactivator.RemoteCreateInstanceRequest, r *iremotescmactivator.RemoteCreateInstanceResponse) uint32 {
				class, iids := instantiation(c.ctx, q.ActPropertiesIn)
				if code := activatable(class); code != 0 {
					return code
				}
				out, reply := &dcom.PropertiesOutInfo{}, &dcom.CustomRemoteReplySCMInfo{
					OXID: c.server.objects.oxid, OXIDBindings: c.exporterBindings(),
					IPIDRemoteUnknown: (*dcom.IPID)(c.server.objects.remUnknown.dtyp()),
					AuthnHint:         levelIntegrity, ServerVersion: comVersion(),
				}
				for _, iid := range iids {
					pointer, code := c.activate(iid)
					out.IIDs = append(out.IIDs, (*dcom.IID)(iid.dtyp()))
					out.InterfaceData = append(out.InterfaceData, pointer)
					out.HResults = append(out.HResults, int32(code))
				}
				out.InterfacesCount = uint32(len(iids))
				properties := dcom.ActivationProperties{
					DestinationContext: 2,
					Properties:         []dcom.ActivationProperty{out, &dcom.SCMReplyInfoData{RemoteReply: reply}},
				}
				blob, err := properties.Marshal()
				if err != nil {
					return statusInvalidParam
				}
				r.ActPropertiesOut = customPointer(iidPropertiesOut, clsidPropertiesOut, blob)
				return 0
			}, func(r *iremotescmactivator.RemoteCreateInstanceResponse, code uint32) { r.Return = int32(code) }),
	},
}

func activatable(class guid) uint32 {
	if class != clsidLevel1Login {
		return statusClassNotReg
	}
	return 0
}

// activate gives the login object by one of its interfaces.
func (c *call) activate(iid guid) (*dcom.InterfacePointer, uint32) {
	if !slices.Contains([]guid{iidLevel1Login, iidUnknown}, iid) {
		return nil, statusNoInterface
	}
	return c.interfacePointer(c.server.objects.add(object{iid: iid})), 0
}
