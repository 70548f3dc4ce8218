package clientlog

import (
	"fmt"
	"strings"

	"lcshealth/checks/sip/trace"
)

// frameOf writes an exchange with what stands around it, in lines that end in
// LF.
func frameOf(b *strings.Builder, frame trace.Frame, e Exchange, o Options, number int) {
	text := strings.ReplaceAll(e.Text, "\r\n", "\n")
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	switch frame {
	case trace.RTC:
		if e.Fault == nil {
			fmt.Fprintf(b, "%s %X:%X INFO  :: %s\n\n", e.At.Format("15:04:05.000"), o.PID, o.TID, text)
		}
	case trace.UCCAPI:
		if e.Fault == nil {
			uccapi(b, e, o, text)
		}
	case trace.SIPStack:
		stack(b, e, o, text, number)
	default:
		if e.Fault == nil {
			b.WriteString(text + "\n")
		}
	}
}

// uccapi writes the lines of later clients, as far as they are known.
func uccapi(b *strings.Builder, e Exchange, o Options, text string) {
	stamp := fmt.Sprintf("%s %X:%X INFO  :: ", e.At.Format("01/02/2006|15:04:05.000"), o.PID, o.TID)
	what := fmt.Sprintf("Data Received - %s (To Local Address: %s) %d bytes", e.Peer, e.Local, len(e.Text))
	if e.Sent {
		what = fmt.Sprintf("Sending Packet - %s (From Local Address: %s) %d bytes", e.Peer, e.Local, len(e.Text))
	}
	fmt.Fprintf(b, "%s%s:\n%s%s\n\n%sEnd of %s\n", stamp, what, stamp, text, stamp, what)
}

func stack(b *strings.Builder, e Exchange, o Options, text string, number int) {
	part, level := "TF_PROTOCOL", "TL_INFO"
	if e.Fault != nil {
		part, level = e.Fault.Component, e.Fault.Level
	}
	fmt.Fprintf(b, "%s(%s) [0]%04X.%04X::%s.%08x (SIPStack,SIPAdminLog::TraceProtocolRecord:SIPAdminLog.cpp(125))$$begin_record\n",
		level, part, o.PID, o.TID, e.At.Format("01/02/2006-15:04:05.000"), number+1)
	if e.Fault != nil {
		fmt.Fprintf(b, "LogType: diagnostic\nSeverity: error\nText: %s\nResult-Code: %#08x %s\nSIP-Start-Line: %s\nSIP-Call-ID: %s\nSIP-CSeq: %s\nPeer: %s\nData: %s\n$$end_record\n\n",
			e.Fault.Text, e.Fault.Code, e.Fault.Name, e.Fault.StartLine, e.Fault.CallID, e.Fault.CSeq, e.Fault.Peer, e.Data)
		return
	}
	direction, kind := "incoming", "request"
	if e.Sent {
		direction = "outgoing"
	}
	if strings.HasPrefix(text, "SIP/") {
		kind = "response"
	}
	head, body, _ := strings.Cut(text, "\n\n")
	fmt.Fprintf(b, "Trace-Correlation-Id: %d\nDirection: %s\nPeer: %s\nMessage-Type: %s\nStart-Line: %s\nMessage-Body: %s\n$$end_record\n\n",
		number+1, direction, e.Peer, kind, strings.TrimSuffix(head, "\n"), body)
}
