// Package wmid is a small WMI server over DCOM, as a Windows Server 2003 host
// shows it to the network.
//
// It stands for the WMI of a simulated Live Communications Server. A client
// finds the object exporter on one listener (port 135 of a real host), logs in
// there with NTLM, activates IWbemLevel1Login, and goes on to a second listener
// (a dynamic port), where it logs in to root\cimv2 or root\default, asks
// questions in WQL and calls the reading methods of StdRegProv. What there is
// to be read is a [Host]; what goes wrong is a list of [Fault]; what a client
// did is [Server.Operations].
//
// Spoken are the connection-oriented RPC of MS-RPCE with NDR 2.0, little
// endian; of MS-DCOM the interfaces IObjectExporter, IActivation,
// IRemoteSCMActivator, IRemUnknown and IRemUnknown2; of MS-WMI
// IWbemLevel1Login, IWbemServices and IEnumWbemClassObject; the objects of
// MS-WMIO; and version 2 of NTLM with extended session security (MS-NLMP).
//
// Left out, because nothing that only reads settings needs it: Kerberos and
// SPNEGO, calls with an object sink, enumeration of classes, embedded objects,
// IWbemFetchSmartEnum (E_NOINTERFACE, as before Windows XP), and everything
// that writes, which is recorded and refused.
package wmid

import "fmt"

// Host is what the WMI of a host has to tell.
type Host struct {
	// Computer is the NetBIOS name, such as LCS01.
	Computer string

	// Domain, User and Password are the account that may log in. The names are
	// compared without regard to case.
	Domain, User, Password string

	// Classes are the classes of root\cimv2 by name, which is compared without
	// regard to case.
	Classes map[string]Class

	// Registry holds the values of each key, by its path, such as
	// HKLM\SOFTWARE\Microsoft\Real-Time Communications. The keys above it are
	// there as well. Names are compared without regard to case.
	Registry map[string]Values

	// RegistryDenied lists the keys that may not be opened, with those below.
	RegistryDenied []string

	// Faults are what goes wrong.
	Faults []Fault

	// DynamicPort, when not zero, is given to clients as the port of the
	// object server, whatever port it really has. Nobody listens there, or a
	// firewall of the test does.
	DynamicPort uint16
}

// Class is a class of WMI and its instances.
type Class struct {
	// Properties are in the order of declaration.
	Properties []Property
	Instances  []Instance

	// Derivation names the parent class, its parent and so on.
	Derivation []string

	// PoolLevel marks a class of LCS 2005 whose instances belong to a pool. A
	// query that does not ask for Backend = '...' fails with PoolStatus, or
	// gives nothing when that is zero.
	PoolLevel  bool
	PoolStatus uint32
}

// Property is a property of a class.
type Property struct {
	Name string
	Type Type
	Key  bool
}

// Instance holds the values of properties by name, spelled as in the class. A
// value that is nil or missing is NULL. Otherwise it is a string for String
// and DateTime (in the form yyyymmddHHMMSS.mmmmmm+UUU), a bool, an integer of
// any type that fits, or a slice: of byte for Uint8|Array, of string, of bool
// or of the integer type that the property has.
type Instance map[string]any

// Values holds the values of a registry key by name: string (REG_SZ), []byte
// (REG_BINARY), uint32 (REG_DWORD) or []string (REG_MULTI_SZ). The name of the
// default value is empty.
type Values map[string]any

// Operation is one call of a client.
type Operation struct {
	Interface string // such as IWbemServices
	Opnum     uint16
	Method    string // such as ExecQuery; empty when the number is not known
	Text      string // the query, the namespace, the path of an object or class.method
	User      string // DOMAIN\user, empty when the caller has not logged in
}

// String gives the operation as IWbemServices.ExecQuery(SELECT ...).
func (o Operation) String() string {
	method := o.Method
	if method == "" {
		method = fmt.Sprintf("opnum%d", o.Opnum)
	}
	return fmt.Sprintf("%s.%s(%s)", o.Interface, method, o.Text)
}

// The status codes of WMI and COM that the server answers with by itself
// (MS-WMI 2.2.11, MS-ERREF 2.1).
const (
	statusFalse         = 0x00000001
	statusNoInterface   = 0x80004002
	statusAccessDenied  = 0x80070005
	statusClassNotReg   = 0x80040154
	statusDisconnected  = 0x80010108
	statusNotFound      = 0x80041002
	statusTypeMismatch  = 0x80041005
	statusInvalidParam  = 0x80041008
	statusNamespace     = 0x8004100E
	statusInvalidClass  = 0x80041010
	statusInvalidQuery  = 0x80041017
	statusInvalidMethod = 0x8004102E
)
