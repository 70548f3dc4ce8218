package dcom

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/oiweiwei/go-msrpc/midl/uuid"
	"github.com/oiweiwei/go-msrpc/msrpc/dcom"
	"github.com/oiweiwei/go-msrpc/msrpc/dcom/iactivation/v0"
	"github.com/oiweiwei/go-msrpc/msrpc/dcom/iobjectexporter/v0"
	"github.com/oiweiwei/go-msrpc/msrpc/dcom/wmi"
	"github.com/oiweiwei/go-msrpc/msrpc/dcom/wmi/iwbemlevel1login/v0"
)

// activated is where WMI is to be found.
type activated struct {
	version *dcom.COMVersion
	ports   []uint16
	object  uuid.UUID // IWbemLevel1Login
	unknown uuid.UUID // IRemUnknown
}

// activate asks the object resolver to start WMI. It is asked first which
// version of DCOM it speaks, since it refuses others.
func activate(ctx context.Context, r *rpc) (*activated, error) {
	alive := &iobjectexporter.ServerAlive2Response{}
	if err := call(ctx, r, iobjectexporter.ObjectExporterSyntaxV0_0, nil, &iobjectexporter.ServerAlive2Request{}, alive); err != nil {
		return nil, err
	}
	if err := checkedWin32(alive.Return); err != nil {
		return nil, err
	}
	if alive.COMVersion == nil || alive.COMVersion.MajorVersion != 5 {
		return nil, errors.New("the host does not speak version 5 of DCOM")
	}
	in := &iactivation.RemoteActivationRequest{
		ORPCThis: &dcom.ORPCThis{Version: alive.COMVersion}, ClassID: wmi.Level1LoginClassID.GUID(),
		ClientImpLevel: 2, IIDs: []*dcom.IID{iwbemlevel1login.Level1LoginIID}, RequestedProtocolSequences: []uint16{towerTCP},
	}
	out := &iactivation.RemoteActivationResponse{}
	if err := call(ctx, r, iactivation.ActivationSyntaxV0_0, nil, in, out); err != nil {
		return nil, err
	}
	if err := checkedWin32(out.Return); err != nil {
		return nil, err
	}
	if err := checked(out.HResult); err != nil {
		return nil, err
	}
	if len(out.Results) != 1 || len(out.InterfaceData) != 1 {
		return nil, fmt.Errorf("%d interfaces were activated, not one", len(out.InterfaceData))
	}
	if err := checked(out.Results[0]); err != nil {
		return nil, err
	}
	if out.InterfaceData[0] == nil || out.RemoteUnknown == nil || out.OXIDBindings == nil {
		return nil, errNothing
	}
	object, err := parseReference(out.InterfaceData[0].Data)
	if err != nil {
		return nil, err
	}
	found := &activated{version: alive.COMVersion, object: object.object, unknown: *out.RemoteUnknown.UUID()}
	found.ports = tcpPorts(out.OXIDBindings.StringArray, int(out.OXIDBindings.SecurityOffset))
	return found, nil
}

// checkedWin32 turns an error number of Windows, or an HRESULT, into an error.
func checkedWin32(code uint32) error {
	if code != 0 && code < 0x10000 {
		code |= 0x80070000
	}
	return checked(int32(code))
}

// towerTCP is the identifier of ncacn_ip_tcp (C706 appendix I).
const towerTCP = 7

// tcpPorts are the TCP ports in the bindings of an object, which read
// name[port] (MS-DCOM 2.2.19). The bindings end where those of security begin.
func tcpPorts(words []uint16, end int) []uint16 {
	words = words[:min(max(end, 0), len(words))]
	var ports []uint16
	for len(words) > 0 && words[0] != 0 {
		length := slices.Index(words, 0)
		if length < 0 {
			length = len(words)
		}
		binding := string(utf16.Decode(words[1:length]))
		_, port, _ := strings.Cut(binding, "[")
		n, err := strconv.ParseUint(strings.TrimSuffix(port, "]"), 10, 16)
		if words[0] == towerTCP && err == nil && n != 0 && !slices.Contains(ports, uint16(n)) {
			ports = append(ports, uint16(n))
		}
		words = words[min(length+1, len(words)):]
	}
	return ports
}
