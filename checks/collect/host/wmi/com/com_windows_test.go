package com

import (
	"errors"
	"os"
	"strings"
	"testing"

	"lcshealth/checks/collect/host/wmi"
)

// The tests of this file run one after the other: Wine's WMI does not bear several
// threads, and ends the process now and then.

func local(t *testing.T) wmi.Conn {
	t.Helper()
	c, err := Dial(t.Context(), Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func ask(t *testing.T, c wmi.Conn, wql string) (all []map[string]any) {
	t.Helper()
	err := c.Query(t.Context(), wql, func(properties map[string]any) error {
		all = append(all, properties)
		return nil
	})
	if err != nil {
		t.Fatalf("%s: %v", wql, err)
	}
	return all
}

// property finds a property as WMI does: Wine spells some in its own way.
func property(p map[string]any, name string) any {
	for n, v := range p {
		if strings.EqualFold(n, name) {
			return v
		}
	}
	return nil
}

func TestServices(t *testing.T) {
	expected := os.Getenv(servicesVariable)
	if expected == "" {
		t.Skip("nothing says which services there are: " + servicesVariable + " is not set")
	}
	c := local(t)
	for range 2 { // one connection, several queries
		services := map[string]map[string]any{}
		for _, s := range ask(t, c, "SELECT * FROM Win32_Service") {
			name, _ := s["Name"].(string)
			services[name] = s
			for property := range s {
				if strings.HasPrefix(property, "__") {
					t.Errorf("%s has the property %s", name, property)
				}
			}
		}
		for want := range strings.SplitSeq(expected, ",") {
			field := strings.Split(want, "|")
			s := services[field[0]]
			if s["State"] != field[1] || s["StartMode"] != field[2] {
				t.Errorf("want %s, got %v", want, s)
			}
			if id, ok := property(s, "ProcessId").(uint32); !ok || (id == 0) != (field[1] == "Stopped") {
				t.Errorf("%s: ProcessId is %T in %v", want, property(s, "ProcessId"), s)
			}
			if _, ok := s["AcceptStop"].(bool); !ok {
				t.Errorf("%s: AcceptStop is %T", want, s["AcceptStop"])
			}
		}
	}
}

func TestProcesses(t *testing.T) {
	found := false
	for _, p := range ask(t, local(t), "SELECT * FROM Win32_Process") {
		if id, ok := property(p, "ProcessId").(uint32); !ok {
			t.Errorf("ProcessId is %T of %[2]v", property(p, "ProcessId"), p)
		} else if int(id) == os.Getpid() {
			found = true
			if name, _ := p["Name"].(string); !strings.HasSuffix(name, ".exe") {
				t.Errorf("this process is named %q", name)
			}
		}
	}
	if !found {
		t.Error("this process is not among them")
	}
}

func TestARowThatIsRefused(t *testing.T) {
	c := local(t)
	enough := errors.New("enough")
	n := 0
	err := c.Query(t.Context(), "SELECT * FROM Win32_Service", func(map[string]any) error { n++; return enough })
	if !errors.Is(err, enough) || n != 1 {
		t.Errorf("%d rows, %v", n, err)
	}
	if all := ask(t, c, "SELECT * FROM Win32_Service"); len(all) < 2 {
		t.Errorf("then %d services", len(all))
	}
}

// Arrays, and values of 64 bits.
func TestOtherTypes(t *testing.T) {
	c := local(t)
	for _, s := range ask(t, c, "SELECT * FROM Win32_ComputerSystem") {
		if _, ok := s["TotalPhysicalMemory"].(uint64); !ok {
			t.Errorf("TotalPhysicalMemory is %T", s["TotalPhysicalMemory"])
		}
	}
	for _, s := range ask(t, c, "SELECT * FROM Win32_OperatingSystem") {
		if date, ok := s["LastBootUpTime"].(string); !ok || len(date) != len("20261121003000.000000+060") {
			t.Errorf("LastBootUpTime is %T %[1]v", s["LastBootUpTime"])
		}
	}
	for _, a := range ask(t, c, "SELECT * FROM Win32_NetworkAdapterConfiguration") {
		switch v := a["IPAddress"].(type) {
		case nil:
		case []any:
			for _, e := range v {
				if _, ok := e.(string); !ok {
					t.Errorf("an address is %T", e)
				}
			}
		default:
			t.Errorf("IPAddress is %T", v)
		}
	}
}

// Windows answers that there is no such class, Wine that it has no instances.
func TestUnknownClass(t *testing.T) {
	c := local(t)
	err := c.Query(t.Context(), "SELECT * FROM MSFT_SIPNoSuchClass", func(p map[string]any) error {
		t.Errorf("an instance came: %v", p)
		return nil
	})
	if err != nil && codeOf(err) != 0x80041010 {
		t.Errorf("%v", err)
	}
	if len(ask(t, c, "SELECT * FROM Win32_Service")) == 0 {
		t.Error("the connection does not work any more")
	}
}

func TestInvalidQuery(t *testing.T) {
	err := local(t).Query(t.Context(), "SELEKT", func(map[string]any) error { return nil })
	if codeOf(err) != 0x80041017 || errors.Is(err, wmi.ErrBroken) {
		t.Errorf("%v", err)
	}
}

const hklm = uint32(0x80000002)

func TestRegistry(t *testing.T) {
	c := local(t)
	const key = `SOFTWARE\Microsoft\Windows NT\CurrentVersion`
	out, err := c.Registry(t.Context(), "EnumKey", map[string]any{"hDefKey": hklm, "sSubKeyName": "SOFTWARE"})
	if err != nil {
		t.Fatal(err)
	}
	names, _ := out["sNames"].([]any)
	found := false
	for _, name := range names {
		found = found || name == "Microsoft"
	}
	if out["ReturnValue"] != uint32(0) || !found {
		t.Errorf("EnumKey: %v", out)
	}
	out, err = c.Registry(t.Context(), "GetStringValue", map[string]any{"hDefKey": hklm, "sSubKeyName": key, "sValueName": "CurrentVersion"})
	if version, _ := out["sValue"].(string); err != nil || out["ReturnValue"] != uint32(0) || !strings.Contains(version, ".") {
		t.Errorf("GetStringValue: %v, %v", out, err)
	}
	out, err = c.Registry(t.Context(), "EnumKey", map[string]any{"hDefKey": hklm, "sSubKeyName": `SOFTWARE\contoso.com`})
	if err != nil || out["ReturnValue"] != uint32(2) {
		t.Errorf("a key that is not there: %v, %v", out, err)
	}
	// A method that is not there.
	_, err = c.Registry(t.Context(), "GetNoSuchValue", map[string]any{"hDefKey": hklm})
	if codeOf(err) != 0x80041002 || errors.Is(err, wmi.ErrBroken) {
		t.Errorf("no such method: %v", err)
	}
	// An argument that is not there.
	if _, err = c.Registry(t.Context(), "EnumKey", map[string]any{"noSuchArgument": "x"}); codeOf(err) == 0 {
		t.Errorf("no such argument: %v", err)
	}
}

func TestAnotherHost(t *testing.T) {
	_, err := Dial(t.Context(), Config{Host: "lcs02.invalid"})
	if codeOf(err) == 0 || !strings.Contains(err.Error(), "lcs02.invalid") {
		t.Errorf("%v", err)
	}
	t.Log(err)
}

func TestOwnNames(t *testing.T) {
	names := ownNames()
	if len(names) < 2 {
		t.Fatalf("%q", names)
	}
	c, err := Dial(t.Context(), Config{Host: names[0], Username: "nobody"}) // who asks does not matter here
	if err != nil {
		t.Fatal(err)
	}
	_ = c.Close()
}

func codeOf(err error) uint32 {
	if status, ok := errors.AsType[*wmi.Status](err); ok {
		return status.Code
	}
	return 0
}
