package wmid_test

import (
	"context"
	"fmt"
	"net"
	"testing"

	"github.com/oiweiwei/go-msrpc/dcerpc"
	"github.com/oiweiwei/go-msrpc/msrpc/dcom"
	"github.com/oiweiwei/go-msrpc/msrpc/dcom/iactivation/v0"
	"github.com/oiweiwei/go-msrpc/msrpc/dcom/iobjectexporter/v0"
	"github.com/oiweiwei/go-msrpc/msrpc/dcom/oaut"
	"github.com/oiweiwei/go-msrpc/msrpc/dcom/wmi"
	"github.com/oiweiwei/go-msrpc/msrpc/dcom/wmi/ienumwbemclassobject/v0"
	"github.com/oiweiwei/go-msrpc/msrpc/dcom/wmi/iwbemlevel1login/v0"
	"github.com/oiweiwei/go-msrpc/msrpc/dcom/wmi/iwbemservices/v0"
	"github.com/oiweiwei/go-msrpc/msrpc/dcom/wmio"
	"github.com/oiweiwei/go-msrpc/ssp"
	"github.com/oiweiwei/go-msrpc/ssp/credential"
	"github.com/oiweiwei/go-msrpc/ssp/gssapi"

	"lcshealth/checks/lab/wmid"
)

// client is a client in Go that got as far as the login object.
type client struct {
	conn   dcerpc.Conn
	login  iwbemlevel1login.Level1LoginClient
	remote *dcom.IPID
	this   *dcom.ORPCThis
}

// security is what a bind needs to log in.
func security(password string, level dcerpc.Option) []dcerpc.Option {
	return []dcerpc.Option{
		level, dcerpc.WithMechanism(ssp.NTLM),
		dcerpc.WithCredentials(credential.NewFromPassword(testDomain+`\`+testUser, password)),
	}
}

// shared holds the login to the object server, for all its interfaces.
func shared(t testing.TB, password string) context.Context {
	return gssapi.NewSecurityContext(t.Context(),
		gssapi.WithCredential(credential.NewFromPassword(testDomain+`\`+testUser, password)),
		gssapi.WithMechanismFactory(ssp.NTLM))
}

// dial goes the way of IActivation.
func dial(ctx context.Context, t testing.TB, s server, password string, level dcerpc.Option) (*client, error) {
	t.Helper()
	secure := security(password, level)
	resolver, err := dcerpc.Dial(ctx, s.resolver)
	if err != nil {
		return nil, fmt.Errorf("dial resolver: %w", err)
	}
	t.Cleanup(func() { _ = resolver.Close(context.WithoutCancel(ctx)) })
	exporter, err := iobjectexporter.NewObjectExporterClient(ctx, resolver, secure...)
	if err != nil {
		return nil, fmt.Errorf("bind exporter: %w", err)
	}
	alive, err := exporter.ServerAlive2(ctx, &iobjectexporter.ServerAlive2Request{})
	if err != nil {
		return nil, fmt.Errorf("server alive: %w", err)
	}
	activation, err := iactivation.NewActivationClient(ctx, resolver, secure...)
	if err != nil {
		return nil, fmt.Errorf("bind activation: %w", err)
	}
	c := &client{this: &dcom.ORPCThis{Version: alive.COMVersion}}
	act, err := activation.RemoteActivation(ctx, &iactivation.RemoteActivationRequest{
		ORPCThis: c.this, ClassID: wmi.Level1LoginClassID.GUID(),
		IIDs: []*dcom.IID{iwbemlevel1login.Level1LoginIID}, RequestedProtocolSequences: []uint16{7},
	})
	if err != nil {
		return nil, fmt.Errorf("activate: %w", err)
	}
	if act.HResult != 0 {
		return nil, fmt.Errorf("activate: 0x%08x", uint32(act.HResult))
	}
	c.remote = act.RemoteUnknown
	host, _, _ := net.SplitHostPort(s.resolver)
	if c.conn, err = dcerpc.Dial(ctx, host, act.OXIDBindings.EndpointsByProtocol("ncacn_ip_tcp")...); err != nil {
		return nil, fmt.Errorf("dial objects: %w", err)
	}
	t.Cleanup(func() { _ = c.conn.Close(context.WithoutCancel(ctx)) })
	c.login, err = iwbemlevel1login.NewLevel1LoginClient(ctx, c.conn, dcom.WithIPID(act.InterfaceData[0].IPID()), level)
	if err != nil {
		return nil, fmt.Errorf("bind objects: %w", err)
	}
	return c, nil
}

func (c *client) namespace(ctx context.Context, name string) (iwbemservices.ServicesClient, error) {
	login, err := c.login.NTLMLogin(ctx, &iwbemlevel1login.NTLMLoginRequest{This: c.this, NetworkResource: name})
	if err != nil {
		return nil, fmt.Errorf("login: %w", err)
	}
	return iwbemservices.NewServicesClient(ctx, c.conn, dcom.WithIPID(login.Namespace.InterfacePointer().IPID()))
}

// status is what the last method returned that failed.
type status uint32

func (s status) Error() string { return fmt.Sprintf("status 0x%08x", uint32(s)) }

// query reads rows in portions, and asks again for those that timed out.
func (c *client) query(ctx context.Context, services iwbemservices.ServicesClient, wql string, flags int32, portion uint32) ([]wmio.Values, error) {
	enum, err := services.ExecQuery(ctx, &iwbemservices.ExecQueryRequest{
		This: c.this, QueryLanguage: &oaut.String{Data: "WQL"}, Query: &oaut.String{Data: wql}, Flags: flags,
	})
	if err != nil {
		if enum != nil && enum.Return != 0 {
			err = status(enum.Return)
		}
		return nil, fmt.Errorf("query: %w", err)
	}
	pointer := enum.Enum.InterfacePointer()
	rows, err := ienumwbemclassobject.NewEnumClassObjectClient(ctx, c.conn, dcom.WithIPID(pointer.IPID()))
	if err != nil {
		return nil, fmt.Errorf("bind enum: %w", err)
	}
	if _, err := rows.Reset(ctx, &ienumwbemclassobject.ResetRequest{This: c.this}); err != nil {
		return nil, fmt.Errorf("reset: %w", err)
	}
	var out []wmio.Values
	for range 100 {
		next, err := rows.Next(ctx, &ienumwbemclassobject.NextRequest{This: c.this, Timeout: -1, Count: portion})
		if err != nil && (next == nil || next.Return == 0) {
			return out, fmt.Errorf("next: %w", err)
		}
		for _, o := range next.Objects {
			data := (*dcom.InterfacePointer)(o).GetCustomObjectReference().ObjectData
			object, err := wmio.Unmarshal(data)
			if err != nil {
				return out, fmt.Errorf("object: %w", err)
			}
			out = append(out, object.Values())
		}
		switch uint32(next.Return) {
		case 0, wmid.TimedOut:
		case 1:
			return out, nil
		default:
			return out, fmt.Errorf("next: %w", status(next.Return))
		}
	}
	return out, fmt.Errorf("next: no end")
}
