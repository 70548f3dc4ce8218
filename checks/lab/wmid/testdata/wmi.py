"""Reads a WMI server with impacket, and prints what it gave as JSON.

usage: wmi.py HOST PORT DOMAIN USER PASSWORD integrity|privacy < questions

The questions are {"queries": [...], "registry": [[method, argument, ...], ...]}.
"""
import json
import os
import sys

from impacket.dcerpc.v5.dcom import wmi
from impacket.dcerpc.v5.dcomrt import DCOMConnection
from impacket.dcerpc.v5.dtypes import NULL
from impacket.dcerpc.v5.rpcrt import RPC_C_AUTHN_LEVEL_PKT_INTEGRITY, RPC_C_AUTHN_LEVEL_PKT_PRIVACY

host, port, domain, user, password, level = sys.argv[1:7]
levels = {"integrity": RPC_C_AUTHN_LEVEL_PKT_INTEGRITY, "privacy": RPC_C_AUTHN_LEVEL_PKT_PRIVACY}


def plain(value):
    return value.decode("latin-1") if isinstance(value, bytes) else value


def properties(obj):
    out = {}
    for name, p in obj.getProperties().items():
        value = p["value"]
        out[name] = [plain(v) for v in value] if isinstance(value, list) else plain(value)
    return out


def query(services, text):
    rows = []
    try:
        enum = services.ExecQuery(text)
        while True:
            rows.append(properties(enum.Next(0xFFFFFFFF, 1)[0]))
    except wmi.DCERPCSessionError as e:
        if e.get_error_code() != 1:  # the end
            return {"rows": rows, "error": "0x%08x" % e.get_error_code()}
    enum.RemRelease()
    return {"rows": rows}


def connect():
    target = "%s[%s]" % (host, port)  # else it is port 135
    connection = DCOMConnection(target, user, password, domain, authLevel=levels[level], oxidResolver=False)
    DCOMConnection.PORTMAPS[host] = DCOMConnection.PORTMAPS[target]
    return connection


questions = json.load(sys.stdin)
answers = {}
connection = connect()
try:
    interface = connection.CoCreateInstanceEx(wmi.CLSID_WbemLevel1Login, wmi.IID_IWbemLevel1Login)
    login = wmi.IWbemLevel1Login(interface)
    login.EstablishPosition()
    services = login.NTLMLogin("//./root/cimv2", NULL, NULL)
    services.RemAddRef()
    again = services.RemQueryInterface(1, (wmi.IID_IWbemServices,))
    if again.get_iPid() != services.get_iPid():
        raise ValueError("another object by RemQueryInterface")
    answers["queries"] = [query(services, text) for text in questions["queries"]]
    if questions.get("registry"):
        services = login.NTLMLogin("//./root/default", NULL, NULL)
        provider, _ = services.GetObject("StdRegProv")
        answers["registry"] = [properties(getattr(provider, c[0])(*c[1:])) for c in questions["registry"]]
    login.RemRelease()
except Exception as e:
    answers["error"] = "%s: %s" % (type(e).__name__, e)
json.dump(answers, sys.stdout)
sys.stdout.flush()
os._exit(0)  # does not wait for the connections and the timer of impacket
