package web_test

import (
	"os"
	"testing"

	"lcshealth/report/internal/reporttest"
)

var browser reporttest.Browser

func TestMain(m *testing.M) { os.Exit(browser.Main(m)) }
