package wmid

import (
	"strings"
	"sync"

	"github.com/oiweiwei/go-msrpc/msrpc/dcom/oaut"
	"github.com/oiweiwei/go-msrpc/msrpc/dcom/wmi"
	"github.com/oiweiwei/go-msrpc/msrpc/dcom/wmi/ienumwbemclassobject/v0"
	"github.com/oiweiwei/go-msrpc/msrpc/dcom/wmi/iwbemservices/v0"
)

// flagReturnImmediately lets the query go on while the client asks for rows.
const flagReturnImmediately = 0x10

// servicesService is a namespace (MS-WMI 3.1.4.3). What it does not answer is
// named here for the record.
var servicesService = service{
	name: "IWbemServices",
	ids:  []guid{iidServices},
	names: strings.Split(",,,OpenNamespace,CancelAsyncCall,QueryObjectSink,GetObject,GetObjectAsync,PutClass,PutClassAsync,"+
		"DeleteClass,DeleteClassAsync,CreateClassEnum,CreateClassEnumAsync,PutInstance,PutInstanceAsync,DeleteInstance,"+
		"DeleteInstanceAsync,CreateInstanceEnum,CreateInstanceEnumAsync,ExecQuery,ExecQueryAsync,ExecNotificationQuery,"+
		"ExecNotificationQueryAsync,ExecMethod,ExecMethodAsync", ","),
	methods: map[uint16]operation{
		6: newMethod("GetObject", StepGetObject,
			func(_ *call, q *iwbemservices.GetObjectRequest) (string, string) {
				return text(q.ObjectPath), text(q.ObjectPath)
			},
			func(c *call, q *iwbemservices.GetObjectRequest, r *iwbemservices.GetObjectResponse) uint32 {
				s, ok := c.schema(text(q.ObjectPath))
				if !ok {
					return statusNotFound
				}
				block := s.classBlock(c.server.host.Computer, c.target.namespace)
				r.Object = classObject(block)
				return 0
			}, func(r *iwbemservices.GetObjectResponse, code uint32) { r.Return = int32(code) }),
		20: newMethod("ExecQuery", StepQuery,
			func(_ *call, q *iwbemservices.ExecQueryRequest) (string, string) {
				parsed, _ := parseQuery(text(q.Query))
				return text(q.Query), parsed.class
			},
			execQuery, func(r *iwbemservices.ExecQueryResponse, code uint32) { r.Return = int32(code) }),
		24: newMethod("ExecMethod", StepMethod,
			func(_ *call, q *iwbemservices.ExecMethodRequest) (string, string) {
				return text(q.ObjectPath) + "." + text(q.MethodName), text(q.MethodName)
			},
			func(c *call, q *iwbemservices.ExecMethodRequest, r *iwbemservices.ExecMethodResponse) uint32 {
				if c.target.namespace != rootDefault || !strings.EqualFold(text(q.ObjectPath), registryClass) {
					return statusNotFound
				}
				var in []byte
				if q.InParams != nil {
					in = q.InParams.Data
				}
				block, code := c.server.registryCall(text(q.MethodName), in)
				if code != 0 {
					return code
				}
				r.OutParams = classObject(block)
				return 0
			}, func(r *iwbemservices.ExecMethodResponse, code uint32) { r.Return = int32(code) }),
	},
}

func text(s *oaut.String) string {
	if s == nil {
		return ""
	}
	return s.Data
}

func classObject(block []byte) *wmi.ClassObject {
	return (*wmi.ClassObject)(customPointer(iidClassObject, clsidClassObject, encodingUnit(block)))
}

// schema is the class with that name in the namespace that is called.
func (c *call) schema(name string) (schema, bool) {
	if c.target.namespace == rootDefault {
		return registrySchema, strings.EqualFold(name, registryClass)
	}
	spelled, class, ok := c.server.class(name)
	return schema{name: spelled, derivation: class.Derivation, properties: class.Properties}, ok
}

// rows is what an enumerator goes through. Queries of several connections
// never share one, but a client may use one from several connections.
type rows struct {
	mu     sync.Mutex
	schema schema
	found  []Instance
	next   int
	status uint32 // of the query, when it is told with the first rows
}

func execQuery(c *call, q *iwbemservices.ExecQueryRequest, r *iwbemservices.ExecQueryResponse) uint32 {
	parsed, err := parseQuery(text(q.Query))
	if err != nil || !strings.EqualFold(text(q.QueryLanguage), "WQL") {
		return statusInvalidQuery
	}
	found := &rows{schema: schema{name: parsed.class}}
	if found.schema, found.found, found.status = c.find(parsed); found.status != 0 && q.Flags&flagReturnImmediately == 0 {
		return found.status
	}
	r.Enum = (*wmi.EnumClassObject)(c.interfacePointer(c.server.objects.add(object{iid: iidEnum, rows: found})))
	return 0
}

// find answers a query.
func (c *call) find(q query) (schema, []Instance, uint32) {
	s, ok := c.schema(q.class)
	if !ok {
		s.name = q.class
		return s, nil, statusInvalidClass
	}
	_, class, _ := c.server.class(q.class)
	if c.target.namespace == rootDefault {
		class = Class{} // of which there is no instance
	}
	if class.PoolLevel && !q.asksFor("Backend") {
		return s, nil, class.PoolStatus
	}
	if _, err := q.matches(s.properties, nil); err != nil {
		return s, nil, statusInvalidQuery
	}
	var found []Instance
	for _, row := range class.Instances {
		match, err := q.matches(s.properties, row)
		if err != nil {
			return s, nil, statusInvalidQuery
		}
		if match {
			found = append(found, row)
		}
	}
	selected, ok := q.project(s.properties)
	if !ok {
		return s, nil, statusInvalidQuery
	}
	s.properties = selected
	return s, found, 0
}

// enumService gives the rows of a query (MS-WMI 3.1.4.4).
var enumService = service{
	name:  "IEnumWbemClassObject",
	ids:   []guid{iidEnum},
	names: []string{"", "", "", "", "", "NextAsync", "Clone", "Skip"},
	methods: map[uint16]operation{
		3: newMethod("Reset", "", nil,
			func(c *call, _ *ienumwbemclassobject.ResetRequest, _ *ienumwbemclassobject.ResetResponse) uint32 {
				c.target.rows.mu.Lock()
				defer c.target.rows.mu.Unlock()
				c.target.rows.next = 0
				return 0
			}, func(r *ienumwbemclassobject.ResetResponse, code uint32) { r.Return = int32(code) }),
		4: newMethod("Next", StepNext,
			func(c *call, _ *ienumwbemclassobject.NextRequest) (string, string) {
				return c.target.rows.schema.name, c.target.rows.schema.name
			},
			next, func(r *ienumwbemclassobject.NextResponse, code uint32) { r.Return = int32(code) }),
	},
}

// next gives as many rows as were asked for, and statusFalse when they end.
func next(c *call, q *ienumwbemclassobject.NextRequest, r *ienumwbemclassobject.NextResponse) uint32 {
	e := c.target.rows
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.status != 0 {
		return e.status
	}
	count := int(min(uint64(q.Count), uint64(len(e.found)-e.next)))
	for _, row := range e.found[e.next : e.next+count] {
		block := e.schema.instanceBlock(c.server.host.Computer, cimv2, row)
		r.Objects = append(r.Objects, classObject(block))
	}
	e.next += count
	r.Count, r.Returned = q.Count, uint32(count)
	if uint32(count) < q.Count {
		return statusFalse
	}
	return 0
}
