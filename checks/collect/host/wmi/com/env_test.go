package com

// servicesVariable tells the tests that run in Windows which services there are, as
// name|state|start mode, separated by commas.
const servicesVariable = "LCSHEALTH_TEST_SERVICES"
