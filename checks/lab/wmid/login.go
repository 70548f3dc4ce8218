package wmid

import (
	"strings"

	"github.com/oiweiwei/go-msrpc/msrpc/dcom/wmi"
	"github.com/oiweiwei/go-msrpc/msrpc/dcom/wmi/iwbemlevel1login/v0"
)

// The namespaces, as objects say that they are of them.
const (
	cimv2       = `ROOT\CIMV2`
	rootDefault = `ROOT\DEFAULT`
)

// loginService leads to the namespaces (MS-WMI 3.1.4.1).
var loginService = service{
	name:  "IWbemLevel1Login",
	ids:   []guid{iidLevel1Login},
	names: []string{"", "", "", "EstablishPosition", "RequestChallenge", "WBEMLogin"},
	methods: map[uint16]operation{
		3: newMethod("EstablishPosition", "", nil,
			func(*call, *iwbemlevel1login.EstablishPositionRequest, *iwbemlevel1login.EstablishPositionResponse) uint32 {
				return 0
			}, func(r *iwbemlevel1login.EstablishPositionResponse, code uint32) { r.Return = int32(code) }),
		6: newMethod("NTLMLogin", StepLogin,
			func(_ *call, q *iwbemlevel1login.NTLMLoginRequest) (string, string) {
				return q.NetworkResource, namespace(q.NetworkResource)
			},
			func(c *call, q *iwbemlevel1login.NTLMLoginRequest, r *iwbemlevel1login.NTLMLoginResponse) uint32 {
				ns := namespace(q.NetworkResource)
				if ns != cimv2 && ns != rootDefault {
					return statusNamespace
				}
				pointer := c.interfacePointer(c.server.objects.add(object{iid: iidServices, namespace: ns}))
				r.Namespace = (*wmi.Services)(pointer)
				return 0
			}, func(r *iwbemlevel1login.NTLMLoginResponse, code uint32) { r.Return = int32(code) }),
	},
}

// namespace takes the host off \\HOST\root\cimv2 or //./root/cimv2, and a
// client's default for nothing is that of the host.
func namespace(resource string) string {
	s := strings.ToUpper(strings.ReplaceAll(resource, "/", `\`))
	if rest, ok := strings.CutPrefix(s, `\\`); ok {
		_, s, _ = strings.Cut(rest, `\`)
	}
	if s == "" {
		return cimv2
	}
	return s
}
