package dcom

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/oiweiwei/go-msrpc/msrpc/dcom/wmio"
)

// thing is a class with a property of every type that is asked for. It is
// encoded by go-msrpc, which knows nothing of the decoder under test.
func thing() *wmio.Class {
	c := &wmio.Class{Name: "Thing", Derivation: []string{"CIM_Thing"}}
	for i, p := range []struct {
		name string
		kind wmio.CIMType
	}{
		{"Name", wmio.String}, {"Müßig", wmio.String}, {"None", wmio.String}, {"Enabled", wmio.Bool}, {"Small", wmio.Int8}, {"Octet", wmio.Uint8},
		{"Short", wmio.Int16}, {"Port", wmio.Uint16}, {"Exit", wmio.Int32}, {"Code", wmio.Uint32}, {"Long", wmio.Int64}, {"Big", wmio.Uint64},
		{"Real", wmio.Float64}, {"When", wmio.DateTime}, {"Serial", wmio.Uint8Array}, {"Members", wmio.StringArray}, {"Ports", wmio.Uint32Array},
		{"__PATH", wmio.String},
	} {
		c.Properties = append(c.Properties, &wmio.Property{
			Name: p.name, Order: uint16(i), Nullable: true, InheritDefault: true, Value: wmio.Value{Type: p.kind},
			Qualifiers: []*wmio.Qualifier{{Name: "CIMTYPE", Value: wmio.Value{Type: wmio.String, Value: "string"}}},
		})
	}
	return c
}

var thingValues = map[string]any{
	"Name": "rtcsrv", "Müßig": "Bürö \u4e2d", "None": nil, "Enabled": true, "Small": int8(-1), "Octet": uint8(200),
	"Short": int16(-300), "Port": uint16(5061), "Exit": int32(-2), "Code": uint32(0xC0000005), "Long": int64(-1) << 40, "Big": uint64(1) << 63,
	"Real": 0.5, "When": "20261122100000.000000+060", "Serial": []byte{1, 0, 255}, "Members": []any{"a", "b\u00e9"}, "Ports": []any{uint32(5060), uint32(5061)},
}

// encoded is an instance of thing.
func encoded(t testing.TB) []byte {
	t.Helper()
	values := wmio.Values{"__PATH": "x"}
	for name, v := range thingValues {
		switch name {
		case "Members":
			v = []string{"a", "b\u00e9"}
		case "Ports":
			v = []uint32{5060, 5061}
		}
		values[name] = v
	}
	source := &wmio.Object{Class: &wmio.ObjectClass{CurrentClass: *thing()}}
	o, err := source.New(values, func(v any, kind wmio.CIMType) (any, bool) { return v, true })
	if err != nil {
		t.Fatal(err)
	}
	o.Decoration = &wmio.Decoration{ServerName: "LCS01", Namespace: `ROOT\CIMV2`}
	b, err := wmio.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestInstance(t *testing.T) {
	t.Parallel()
	got, err := decodeInstance(encoded(t))
	if err != nil {
		t.Fatal(err)
	}
	if got["__PATH"] != "x" {
		t.Errorf("__PATH: %v", got["__PATH"])
	}
	delete(got, "__PATH")
	if diff := cmp.Diff(thingValues, got); diff != "" {
		t.Error(diff)
	}
}

// TestCutInstance holds that an instance that is cut anywhere is an error, and
// never one with other values.
func TestCutInstance(t *testing.T) {
	t.Parallel()
	whole := encoded(t)
	for n := range whole {
		if got, err := decodeInstance(whole[:n]); err == nil {
			t.Fatalf("cut after %d of %d octets: %v", n, len(whole), got)
		}
	}
	if _, err := decodeInstance(append(bytes.Clone(whole), 1, 2, 3)); err != nil {
		t.Errorf("with something behind it: %v", err)
	}
}

// TestDefaults holds that a property without a value of its own has the one of
// the class, and that NULL is NULL even if the class has a default.
func TestDefaults(t *testing.T) {
	t.Parallel()
	c := &wmio.Class{Name: "Thing"}
	for i, name := range []string{"A", "B", "C"} {
		c.Properties = append(c.Properties, &wmio.Property{Name: name, Order: uint16(i), Value: wmio.Value{Type: wmio.Uint32, Value: uint32(7)}})
	}
	source := &wmio.Object{Class: &wmio.ObjectClass{CurrentClass: *c}}
	o, err := source.New(wmio.Values{"A": uint32(1), "B": nil})
	if err != nil {
		t.Fatal(err)
	}
	b, err := wmio.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	got, err := decodeInstance(b)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]any{"A": uint32(1), "B": nil, "C": uint32(7)}, got); diff != "" {
		t.Error(diff)
	}
}

func TestNoInstance(t *testing.T) {
	t.Parallel()
	class, err := wmio.Marshal(&wmio.Object{Class: &wmio.ObjectClass{CurrentClass: *thing(), ParentClass: wmio.Class{}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := decodeInstance(class); err == nil || !strings.Contains(err.Error(), "class and not an instance") {
		t.Errorf("a class: %v", err)
	}
	if _, err := decodeInstance([]byte("HTTP/1.1 400 Bad Request")); err == nil {
		t.Error("text was decoded")
	}
}

// provider is a class with methods, as StdRegProv is.
func provider(t testing.TB) []byte {
	t.Helper()
	arguments := wmio.Class{Name: "__PARAMETERS"}
	for i, p := range []struct {
		name string
		kind wmio.CIMType
	}{{"hDefKey", wmio.Uint32}, {"sSubKeyName", wmio.String}, {"sValueName", wmio.String}} {
		arguments.Properties = append(arguments.Properties, &wmio.Property{
			Name: p.name, Order: uint16(i), Nullable: true, InheritDefault: true, Value: wmio.Value{Type: p.kind},
		})
	}
	signature := wmio.Object{Class: &wmio.ObjectClass{CurrentClass: arguments}}
	b, err := wmio.Marshal(&wmio.Object{Class: &wmio.ObjectClass{
		CurrentClass: wmio.Class{Name: "StdRegProv"},
		CurrentClassMethods: wmio.Methods{Methods: []*wmio.Method{
			{Name: "GetBinaryValue", InputSignature: signature, OutputSignature: signature},
			{Name: "EnumKey", InputSignature: signature, OutputSignature: signature},
		}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestMethods(t *testing.T) {
	t.Parallel()
	methods, err := parseMethods(provider(t))
	if err != nil {
		t.Fatal(err)
	}
	c := methods["getbinaryvalue"]
	if c == nil || methods["enumkey"] == nil || len(methods) != 2 {
		t.Fatalf("%v", methods)
	}
	for _, test := range []struct {
		name string
		in   map[string]any
		want wmio.Values // nil if it is refused
	}{
		{"all", map[string]any{"hDefKey": uint32(0x80000002), "ssubkeyname": `SOFTWARE\Übung`, "sValueName": "Blob"},
			wmio.Values{"hDefKey": uint32(0x80000002), "sSubKeyName": `SOFTWARE\Übung`, "sValueName": "Blob"}},
		{"some", map[string]any{"hDefKey": uint32(1)}, wmio.Values{"hDefKey": uint32(1), "sSubKeyName": nil, "sValueName": nil}},
		{"another", map[string]any{"hDefKey": uint32(1), "nothing": "x"}, nil},
		{"another type", map[string]any{"hDefKey": "x"}, nil},
		{"no text", map[string]any{"sValueName": uint32(1)}, nil},
	} {
		b, err := c.encodeInstance(test.in)
		if test.want == nil {
			if err == nil {
				t.Errorf("%s: encoded", test.name)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		o, err := wmio.Unmarshal(b)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, o.Values()); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
		if o.Instance.ClassName != "__PARAMETERS" {
			t.Errorf("class %s", o.Instance.ClassName)
		}
		own, err := decodeInstance(b)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[string]any(test.want), own); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

func TestCutMethods(t *testing.T) {
	t.Parallel()
	whole := provider(t)
	for n := range whole {
		if _, err := parseMethods(whole[:n]); err == nil {
			t.Fatalf("cut after %d of %d octets", n, len(whole))
		}
	}
	if _, err := parseMethods(encoded(t)); err == nil {
		t.Error("an instance has methods")
	}
}

func FuzzInstance(f *testing.F) {
	f.Add(encoded(f))
	f.Add(provider(f))
	f.Add([]byte{0x78, 0x56, 0x34, 0x12, 0xff, 0xff, 0xff, 0x7f, 2})
	f.Fuzz(func(t *testing.T, b []byte) {
		properties, err := decodeInstance(b)
		if err == nil && properties == nil {
			t.Error("neither properties nor an error")
		}
		for name, v := range properties {
			switch list := v.(type) {
			case []any:
				if len(list) > len(b) {
					t.Errorf("%s has %d values in %d octets", name, len(list), len(b))
				}
			case string:
				if len(list) > 3*len(b) {
					t.Errorf("%s has %d octets", name, len(list))
				}
			}
		}
		methods, err := parseMethods(b)
		if err != nil {
			return
		}
		for name, c := range methods {
			if c == nil {
				continue
			}
			if out, err := c.encodeInstance(map[string]any{"hDefKey": uint32(1)}); err == nil {
				if _, err := decodeInstance(out); err != nil && c.name != "" {
					t.Logf("%s: %v", name, err)
				}
			}
		}
	})
}
