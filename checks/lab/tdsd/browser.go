package tdsd

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"strings"
)

// Instance is an instance of SQL Server as its host's browser describes it.
type Instance struct {
	Name string // RTC
	Port int    // 0 if it accepts no TCP connections
}

// Requests and the answer of the SQL Server Resolution Protocol (MC-SQLR 2.2).
const (
	clntBcastEx   = 0x02
	clntUcastEx   = 0x03
	clntUcastInst = 0x04
	svrResp       = 0x05
)

// ServeBrowser answers on conn, for which port 1434 is usual, which instances
// server has, until conn is closed. With SQL Server 2000 the instances do so
// themselves, later the SQL Server Browser service does.
func ServeBrowser(conn net.PacketConn, server, version string, instances ...Instance) error {
	request := make([]byte, 512)
	for {
		n, from, err := conn.ReadFrom(request)
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return err
		}
		answer := describe(request[:n], server, version, instances)
		if answer == "" {
			continue // as they do: what cannot be answered is passed over
		}
		packet := binary.LittleEndian.AppendUint16([]byte{svrResp}, uint16(len(answer)))
		if _, err := conn.WriteTo(append(packet, answer...), from); err != nil && !errors.Is(err, net.ErrClosed) {
			return err
		}
	}
}

// describe is the text that answers a request; empty if there is none.
func describe(request []byte, server, version string, instances []Instance) string {
	if len(request) == 0 {
		return ""
	}
	wanted := ""
	switch request[0] {
	case clntBcastEx, clntUcastEx:
	case clntUcastInst:
		if wanted, _, _ = strings.Cut(string(request[1:]), "\x00"); wanted == "" {
			return ""
		}
	default:
		return ""
	}
	var out strings.Builder
	for _, in := range instances {
		if wanted != "" && !strings.EqualFold(wanted, in.Name) {
			continue
		}
		fmt.Fprintf(&out, "ServerName;%s;InstanceName;%s;IsClustered;No;Version;%s", server, in.Name, version)
		if in.Port != 0 {
			fmt.Fprintf(&out, ";tcp;%d", in.Port)
		}
		out.WriteString(";;")
	}
	return out.String()
}
