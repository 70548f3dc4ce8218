package wmi

import "fmt"

// Status is an HRESULT that WMI, or the system below it, answered with.
type Status struct {
	Code uint32 // such as 0x80041010, WBEM_E_INVALID_CLASS
	Text string // what it means, as far as known
}

// Error gives the text and the code.
func (s *Status) Error() string {
	if s.Text == "" {
		return fmt.Sprintf("HRESULT 0x%08X", s.Code)
	}
	return fmt.Sprintf("%s (0x%08X)", s.Text, s.Code)
}
