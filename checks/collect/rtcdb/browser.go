package rtcdb

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"lcshealth/checks/collect"
	"lcshealth/checks/facts"
)

// The SQL Server Resolution Protocol (MC-SQLR) tells on UDP port 1434 which
// port an instance listens on. With SQL Server 2000 and MSDE the instances
// themselves answer, later the SQL Server Browser service.
const (
	browserPort     = "1434"
	browserTries    = 3
	browserPatience = time.Second // for each try, since UDP loses packets

	clntUcastEx = 0x03 // MC-SQLR 2.2.2: asks for all instances
	svrResp     = 0x05 // MC-SQLR 2.2.5
)

// instance is a database instance as the browser describes it.
type instance struct {
	name string
	port int // 0 if it accepts no TCP connections
}

// resolve returns the address with the port of its instance.
func (a address) resolve(ctx context.Context, dial DialFunc) (address, error) {
	if a.port != 0 {
		return a, nil
	}
	instances, err := askBrowser(ctx, dial, a.host)
	if _, unknown := errors.AsType[*net.DNSError](err); unknown {
		return a, err
	}
	if err != nil {
		settle := fmt.Sprintf(`give a fixed port, as in %s\%s:1433, or open UDP port 1434 and start the instance or its SQL Server Browser`, a.host, a.instance)
		return a, collect.Fail(facts.Unreachable, settle,
			"the instance browser of %s (UDP port 1434) does not tell the port of instance %s: %w", a.host, a.instance, err)
	}
	names := make([]string, len(instances))
	for i, in := range instances {
		names[i] = in.name
		if !strings.EqualFold(in.name, a.instance) {
			continue
		}
		if in.port == 0 {
			return a, collect.Fail(facts.Unreachable,
				"enable TCP/IP for the instance with the SQL Server Network Utility (svrnetcn.exe) and restart it, or bring the rows in a host file",
				"instance %s of %s accepts no TCP connections", in.name, a.host)
		}
		a.port = in.port
		return a, nil
	}
	return a, collect.Fail(facts.Missing, "name one of these instances, or start the missing one",
		"%s has no running instance %s: its browser names %s", a.host, a.instance, list(names))
}

func list(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// askBrowser returns the instances of a host.
func askBrowser(ctx context.Context, dial DialFunc, host string) ([]instance, error) {
	conn, err := dial(ctx, "udp", net.JoinHostPort(host, browserPort))
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()

	answer := make([]byte, 64<<10)
	for range browserTries {
		n, err := ask(ctx, conn, answer)
		switch {
		case err == nil:
			return parseInstances(answer[:n])
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case !errors.Is(err, os.ErrDeadlineExceeded):
			return nil, err
		}
	}
	return nil, fmt.Errorf("no answer to %d questions", browserTries)
}

// ask asks once.
func ask(ctx context.Context, conn net.Conn, answer []byte) (int, error) {
	_ = conn.SetDeadline(time.Now().Add(browserPatience))
	if ctx.Err() != nil {
		return 0, ctx.Err() // the deadline may have replaced that of the end of ctx
	}
	if _, err := conn.Write([]byte{clntUcastEx}); err != nil {
		return 0, err
	}
	return conn.Read(answer)
}

// parseInstances reads an answer: a type, a length in two octets, and text of
// the form ServerName;LCS01;InstanceName;RTC;…;tcp;1433;np;…;; for each
// instance.
func parseInstances(answer []byte) ([]instance, error) {
	if len(answer) < 3 || answer[0] != svrResp {
		return nil, errors.New("the answer is not that of an instance browser")
	}
	body := answer[3:]
	if n := int(binary.LittleEndian.Uint16(answer[1:])); n <= len(body) {
		body = body[:n]
	} else {
		return nil, fmt.Errorf("the answer is cut short: %d octets of %d", len(body), n)
	}
	var out []instance
	for record := range strings.SplitSeq(strings.TrimRight(string(body), "\x00"), ";;") {
		fields := strings.Split(record, ";")
		var in instance
		for i := 0; i+1 < len(fields); i += 2 {
			switch value := fields[i+1]; strings.ToLower(fields[i]) {
			case "instancename":
				in.name = value
			case "tcp":
				port, err := strconv.ParseUint(value, 10, 16)
				if err != nil {
					return nil, fmt.Errorf("the answer has a port %q", value)
				}
				in.port = int(port)
			}
		}
		if in.name != "" {
			out = append(out, in)
		}
	}
	return out, nil
}
