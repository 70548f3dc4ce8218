package dcom

import (
	"context"
	"fmt"
	"strings"

	"github.com/oiweiwei/go-msrpc/midl/uuid"
	"github.com/oiweiwei/go-msrpc/msrpc/dcom/oaut"
	rpcwmi "github.com/oiweiwei/go-msrpc/msrpc/dcom/wmi"
	"github.com/oiweiwei/go-msrpc/msrpc/dcom/wmi/iwbemservices/v0"
)

// registry is the class that reads the registry.
type registry struct {
	services uuid.UUID         // IWbemServices of root\default
	methods  map[string]*class // their arguments, by name in lower case
}

const registryClass = "StdRegProv"

// readers are the methods that are called: those that only read.
var readers = map[string]bool{
	"enumkey": true, "enumvalues": true, "getbinaryvalue": true, "getdwordvalue": true, "getqwordvalue": true,
	"getstringvalue": true, "getexpandedstringvalue": true, "getmultistringvalue": true, "checkaccess": true,
}

// classObject is the interface of instances, and unmarshaler the class that
// puts them together (MS-WMI 2.2.14).
var (
	classObject = *uuid.MustParse("dc12a681-737f-11cf-884d-00aa004b2e24")
	unmarshaler = *uuid.MustParse("4590f812-1d3a-11d0-891f-00aa004b2e24")
)

// Registry calls a method that reads the registry (see [wmi.Conn]).
func (c *conn) Registry(ctx context.Context, method string, in map[string]any) (map[string]any, error) {
	name := strings.ToLower(method)
	if !readers[name] {
		return nil, fmt.Errorf("%s.%s is not called: it does not only read", registryClass, method)
	}
	if c.registry == nil {
		r, err := c.openRegistry(ctx)
		if err != nil {
			return nil, err
		}
		c.registry = r
	}
	arguments := c.registry.methods[name]
	if arguments == nil {
		return nil, fmt.Errorf("%s has no method %s with arguments", registryClass, method)
	}
	unit, err := arguments.encodeInstance(in)
	if err != nil {
		return nil, fmt.Errorf("call %s.%s: %w", registryClass, method, err)
	}
	out, err := c.execute(ctx, method, unit)
	if err != nil {
		return nil, fmt.Errorf("call %s.%s: %w", registryClass, method, err)
	}
	return out, nil
}

// openRegistry opens the namespace and reads the class.
func (c *conn) openRegistry(ctx context.Context) (*registry, error) {
	services, err := c.open(ctx, `//./root/default`)
	if err != nil {
		return nil, fmt.Errorf(`open root\default: %w`, err)
	}
	in := &iwbemservices.GetObjectRequest{This: c.this(), ObjectPath: &oaut.String{Data: registryClass}}
	out := &iwbemservices.GetObjectResponse{}
	if err := call(ctx, c.rpc, iwbemservices.ServicesSyntaxV0_0, &services, in, out); err != nil {
		return nil, fmt.Errorf("read the class %s: %w", registryClass, err)
	}
	if err := checked(out.Return); err != nil {
		return nil, fmt.Errorf("read the class %s: %w", registryClass, err)
	}
	if out.Object == nil {
		return nil, fmt.Errorf("read the class %s: %w", registryClass, errNothing)
	}
	unit, err := parseCustom(out.Object.Data)
	if err != nil {
		return nil, fmt.Errorf("read the class %s: %w", registryClass, err)
	}
	methods, err := parseMethods(unit)
	if err != nil {
		return nil, fmt.Errorf("read the class %s: %w", registryClass, err)
	}
	return &registry{services, methods}, nil
}

// execute calls a method of the class with its arguments.
func (c *conn) execute(ctx context.Context, method string, arguments []byte) (map[string]any, error) {
	in := &iwbemservices.ExecMethodRequest{
		This: c.this(), ObjectPath: &oaut.String{Data: registryClass}, MethodName: &oaut.String{Data: method},
		InParams: &rpcwmi.ClassObject{Data: appendCustom(classObject, unmarshaler, arguments)},
	}
	out := &iwbemservices.ExecMethodResponse{}
	if err := call(ctx, c.rpc, iwbemservices.ServicesSyntaxV0_0, &c.registry.services, in, out); err != nil {
		return nil, err
	}
	if err := checked(out.Return); err != nil {
		return nil, err
	}
	return decodeObject(out.OutParams)
}
