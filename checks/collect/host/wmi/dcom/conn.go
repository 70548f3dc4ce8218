package dcom

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"lcshealth/checks/collect/host/wmi"

	"github.com/oiweiwei/go-msrpc/midl/uuid"
	"github.com/oiweiwei/go-msrpc/msrpc/dcom"
	"github.com/oiweiwei/go-msrpc/msrpc/dcom/iremunknown/v0"
	"github.com/oiweiwei/go-msrpc/msrpc/dcom/oaut"
	rpcwmi "github.com/oiweiwei/go-msrpc/msrpc/dcom/wmi"
	"github.com/oiweiwei/go-msrpc/msrpc/dcom/wmi/ienumwbemclassobject/v0"
	"github.com/oiweiwei/go-msrpc/msrpc/dcom/wmi/iwbemlevel1login/v0"
	"github.com/oiweiwei/go-msrpc/msrpc/dcom/wmi/iwbemservices/v0"
	"github.com/oiweiwei/go-msrpc/msrpc/dtyp"
)

// conn is a connection to the WMI of a host.
type conn struct {
	orpc
	login    uuid.UUID // IWbemLevel1Login
	cimv2    uuid.UUID // IWbemServices of root\cimv2
	registry *registry // of root\default, if it was opened
}

var _ wmi.Conn = (*conn)(nil)

// open opens a namespace.
func (c *conn) open(ctx context.Context, namespace string) (uuid.UUID, error) {
	in := &iwbemlevel1login.NTLMLoginRequest{This: c.this(), NetworkResource: namespace}
	out := &iwbemlevel1login.NTLMLoginResponse{}
	if err := call(ctx, c.rpc, iwbemlevel1login.Level1LoginSyntaxV0_0, &c.login, in, out); err != nil {
		return uuid.UUID{}, err
	}
	if err := checked(out.Return); err != nil {
		return uuid.UUID{}, err
	}
	if out.Namespace == nil {
		return uuid.UUID{}, errNothing
	}
	services, err := parseReference(out.Namespace.Data)
	return services.object, err
}

// Flags of a query: its rows are handed out once, and as they are found.
const queryFlags = 0x20 | 0x10

// batch is how many rows are asked for at once.
const batch = 50

// Query asks a question in WQL (see [wmi.Conn]). When the context ends while
// the host is still at work, the connection is of use for other questions if
// the host says that it is at work.
func (c *conn) Query(ctx context.Context, wql string, row func(properties map[string]any) error) error {
	in := &iwbemservices.ExecQueryRequest{
		This: c.this(), QueryLanguage: &oaut.String{Data: "WQL"}, Query: &oaut.String{Data: wql}, Flags: queryFlags,
	}
	out := &iwbemservices.ExecQueryResponse{}
	if err := call(ctx, c.rpc, iwbemservices.ServicesSyntaxV0_0, &c.cimv2, in, out); err != nil {
		return fmt.Errorf("ask %s: %w", wql, err)
	}
	if err := checked(out.Return); err != nil {
		return fmt.Errorf("ask %s: %w", wql, err)
	}
	if out.Enum == nil {
		return fmt.Errorf("ask %s: %w", wql, errNothing)
	}
	rows, err := parseReference(out.Enum.Data)
	if err != nil {
		return fmt.Errorf("ask %s: %w", wql, err)
	}
	defer c.release(ctx, rows)
	for done := false; !done; {
		var objects []*rpcwmi.ClassObject
		if objects, done, err = c.next(ctx, rows); err != nil {
			return fmt.Errorf("read the rows of %s: %w", wql, err)
		}
		for _, object := range objects {
			properties, err := decodeObject(object)
			if err != nil {
				return fmt.Errorf("read the rows of %s: %w", wql, err)
			}
			if err := row(properties); err != nil {
				return err
			}
		}
	}
	return nil
}

// What Next returns besides errors.
const (
	wbemFalse    = 1       // there are no more rows
	wbemTimedOut = 0x40004 // there may be, but not yet
)

// patience is how long the host may look for rows before it says that it is
// still at it.
const patience = 5 * time.Second

// next reads rows.
func (c *conn) next(ctx context.Context, rows reference) (objects []*rpcwmi.ClassObject, done bool, err error) {
	wait := min(patience, c.rpc.timeout/2)
	if end, ok := ctx.Deadline(); ok {
		wait = min(wait, time.Until(end)/2)
		if wait < 20*time.Millisecond {
			// So near its end, the answer would come too late, and the
			// connection would be lost for it.
			return nil, false, context.DeadlineExceeded
		}
	}
	in := &ienumwbemclassobject.NextRequest{This: c.this(), Timeout: int32(wait.Milliseconds()), Count: batch}
	out := &ienumwbemclassobject.NextResponse{}
	if err := call(ctx, c.rpc, ienumwbemclassobject.EnumClassObjectSyntaxV0_0, &rows.object, in, out); err != nil {
		return nil, false, err
	}
	if err := checked(out.Return); err != nil {
		return nil, false, err
	}
	if int(out.Returned) != len(out.Objects) {
		return nil, false, fmt.Errorf("the host says that %d rows come, and sends %d", out.Returned, len(out.Objects))
	}
	switch out.Return {
	case wbemFalse:
		return out.Objects, true, nil
	case 0:
		if len(out.Objects) == 0 {
			return nil, false, errors.New("the host says neither that there are more rows nor that there are none")
		}
	case wbemTimedOut:
	default:
		return nil, false, fmt.Errorf("the host answers with 0x%08X, which says nothing", uint32(out.Return))
	}
	return out.Objects, false, nil
}

// release tells the host that its enumerator is not needed any more. It is not
// worth an error if that fails: the host gives it up by itself some minutes
// after the connection has gone.
func (c *conn) release(ctx context.Context, what reference) {
	if c.rpc.err != nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), min(c.rpc.timeout, 5*time.Second))
	defer cancel()
	in := &iremunknown.RemoteReleaseRequest{This: c.this(), InterfaceReferences: []*dcom.RemoteInterfaceReference{
		{IPID: (*dcom.IPID)(dtyp.GUIDFromUUID(&what.object)), PublicReferencesCount: max(what.counts, 1)},
	}}
	_ = call(ctx, c.rpc, iremunknown.RemoteUnknownSyntaxV0_0, &c.unknown, in, &iremunknown.RemoteReleaseResponse{})
}

// decodeObject reads the properties of an instance.
func decodeObject(object *rpcwmi.ClassObject) (map[string]any, error) {
	if object == nil {
		return nil, errNothing
	}
	unit, err := parseCustom(object.Data)
	if err != nil {
		return nil, err
	}
	properties, err := decodeInstance(unit)
	for name := range properties {
		if strings.HasPrefix(name, "__") {
			delete(properties, name)
		}
	}
	return properties, err
}

// Close closes the connection. What the host keeps for it, it gives up by
// itself.
func (c *conn) Close() error {
	c.rpc.close()
	return nil
}
