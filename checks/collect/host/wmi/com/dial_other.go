//go:build !windows

package com

import (
	"context"
	"errors"

	"lcshealth/checks/collect"
	"lcshealth/checks/collect/host/wmi"
	"lcshealth/checks/facts"
)

func dial(context.Context, Config) (wmi.Conn, error) {
	return nil, &collect.Error{
		Class:  facts.NotAsked,
		Settle: "run lcshealth on Windows",
		Err:    errors.New("COM is there on Windows only"),
	}
}

func systemText(uint32) string { return "" }
