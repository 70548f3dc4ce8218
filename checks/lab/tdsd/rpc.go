package tdsd

import (
	"fmt"
	"strings"
)

// call is an RPC request (MS-TDS 2.2.6.6).
type call struct {
	name   string
	params []Param
}

// procedureName returns the name of a procedure that is called by number.
func procedureName(id uint16) string {
	names := []string{
		1: "sp_cursor", 2: "sp_cursoropen", 3: "sp_cursorprepare", 4: "sp_cursorexecute",
		5: "sp_cursorprepexec", 6: "sp_cursorunprepare", 7: "sp_cursorfetch", 8: "sp_cursoroption",
		9: "sp_cursorclose", 10: "sp_executesql", 11: "sp_prepare", 12: "sp_execute",
		13: "sp_prepexec", 14: "sp_prepexecrpc", 15: "sp_unprepare",
	}
	if id > 0 && int(id) < len(names) {
		return names[id]
	}
	return fmt.Sprintf("procedure %d", id)
}

// parseBatch returns the text of a SQLBatch (MS-TDS 2.2.6.7).
func parseBatch(data []byte, l Layout) (string, error) {
	c := &cursor{rest: data}
	l.skipHeaders(c)
	if c.err != nil {
		return "", fmt.Errorf("parse batch: %w", c.err)
	}
	if len(c.rest)%2 != 0 {
		return "", fmt.Errorf("parse batch: %w: text of %d bytes", errProtocol, len(c.rest))
	}
	return decodeUTF16(c.rest), nil
}

// parseCall reads an RPC request. The error is an *Error when the request can
// be told from the next but has a parameter of a type that is not known.
func parseCall(data []byte, l Layout) (call, error) {
	const byNumber = 0xFFFF
	var rpc call
	c := &cursor{rest: data}
	l.skipHeaders(c)
	if n := c.u16(); n == byNumber {
		rpc.name = procedureName(c.u16())
	} else {
		rpc.name = c.text(int(n))
	}
	c.u16() // flags: recompile, no metadata
	for c.err == nil && len(c.rest) > 0 {
		// A batch of several calls has a separator here, which as a length
		// is longer than any name.
		n := int(c.u8())
		if n > maxName {
			c.fail("several calls in one request")
			break
		}
		p := Param{Name: c.text(n)}
		c.u8() // flags: output, default
		var err *Error
		if p.Value, err = readParam(c, l); err != nil {
			err.Message = fmt.Sprintf(err.Message, len(rpc.params)+1, p.Name)
			return rpc, err
		}
		rpc.params = append(rpc.params, p)
	}
	if c.err != nil {
		return rpc, fmt.Errorf("parse rpc: %w", c.err)
	}
	return rpc, nil
}

// statement returns the text and the parameters of an sp_executesql call.
// Parameters without a name have that of their declaration.
func (rpc call) statement() (string, []Param, *Error) {
	var text string
	var ok bool
	if len(rpc.params) > 0 {
		text, ok = rpc.params[0].Value.(string)
	}
	if !ok {
		return "", nil, &Error{Number: 214, State: 2, Class: 16,
			Message: "Procedure expects parameter '@statement' of type 'ntext/nchar/nvarchar'."}
	}
	if len(rpc.params) < 2 {
		return text, nil, nil
	}
	declared, _ := rpc.params[1].Value.(string)
	names := declaredNames(declared)
	params := rpc.params[2:]
	for i := range params {
		if params[i].Name == "" && i < len(names) {
			params[i].Name = names[i]
		}
	}
	return text, params, nil
}

// isExecuteSQL reports whether a call has a statement to run.
func (rpc call) isExecuteSQL() bool {
	name := strings.NewReplacer("[", "", "]", "").Replace(strings.ToLower(rpc.name))
	return name[strings.LastIndex(name, ".")+1:] == "sp_executesql"
}

// declaredNames returns the names in a list such as "@a int, @b decimal(5,2)".
func declaredNames(declaration string) []string {
	var names []string
	depth := 0
	for part := range strings.SplitSeq(declaration, ",") {
		if fields := strings.Fields(part); depth == 0 && len(fields) > 0 {
			names = append(names, fields[0])
		}
		depth += strings.Count(part, "(") - strings.Count(part, ")")
	}
	return names
}
