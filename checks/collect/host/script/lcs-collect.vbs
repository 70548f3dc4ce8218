' lcs-collect.vbs @VERSION@
'
' Reads what lcshealth has to know of this host, a Live Communications Server
' 2003 or 2005 on Windows Server 2003. Run it on the host as an administrator:
'
'   cscript //nologo //T:900 lcs-collect.vbs /out:lcs01.ndjson
'
' It changes nothing and installs nothing. All that it writes is its output: a
' text of one JSON object a line, whose format lcshealth documents. It reads
'   - through WMI: the operating system, services, processes, updates, network
'     adapters, the settings and states of Live Communications Server
'     (MSFT_SIP...), and the event logs' records of Live Communications Server,
'     of its database, and errors and warnings of the service control manager;
'   - from the registry: certificates (never private keys), the host's name,
'     SynAttackProtect, where rtcsrv is, and which updates are listed;
'   - from netstat: the listening TCP ports;
'   - from the database rtc of the local instance RTC, with SELECT only: the
'     structure of its tables, and the users' addresses, SIDs and GUIDs.
' Passwords, contacts, messages and access lists are not read.
'
' What cannot be read gets a line that says why, and the rest goes on.
Option Explicit

Const Version = "@VERSION@"
Const Usage = "usage: cscript //nologo lcs-collect.vbs [/out:FILE] [/days:N] [/host:FQDN] [/nodb]"
Const HKLM = "HKEY_LOCAL_MACHINE"
Const Windows = "HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Windows\CurrentVersion"
Const Plain = " !#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~"
Const ForwardOnly = 48 ' wbemFlagForwardOnly + wbemFlagReturnImmediately

Dim days, hostName, readDatabase, outName ' as the switches say
Dim shell, wmi, registry, outFile
Dim lineCount  ' lines written
Dim lost       ' parts that could not be read
Dim why, reason ' of what failed last: an HRESULT and words
Dim backend, backendKnown ' the condition to ask for settings of the pool with, and whether it is proven

Main

Sub Main()
  If LCase(Right(WScript.FullName, 11)) <> "cscript.exe" Then Fail Usage
  ReadArguments
  Set shell = CreateObject("WScript.Shell")
  ConnectWMI
  OpenOutput
  Header
  Hotfixes
  Classes
  Events
  RegistryValues
  LocalStore "MY", Array("SOFTWARE\Microsoft\SystemCertificates\MY")
  LocalStore "CA", Array("SOFTWARE\Microsoft\SystemCertificates\CA", _
    "SOFTWARE\Microsoft\EnterpriseCertificates\CA", "SOFTWARE\Policies\Microsoft\SystemCertificates\CA")
  LocalStore "ROOT", Array("SOFTWARE\Microsoft\SystemCertificates\ROOT", "SOFTWARE\Microsoft\SystemCertificates\AuthRoot", _
    "SOFTWARE\Microsoft\EnterpriseCertificates\Root", "SOFTWARE\Policies\Microsoft\SystemCertificates\Root")
  UserStores
  Ports
  If readDatabase Then Database
  Line "trailer", """lines"":" & lineCount & ",""endedAt"":" & Quote(Stamp(UTC()))
  CloseOutput
End Sub

' --- Arguments, output and time ---------------------------------------------

Sub ReadArguments()
  Dim i, argument, name, value, colon
  days = 30 : readDatabase = True : outName = "" : hostName = ""
  For i = 0 To WScript.Arguments.Count - 1
    argument = WScript.Arguments(i)
    colon = InStr(argument, ":")
    If colon = 0 Then colon = Len(argument) + 1
    name = LCase(Left(argument, colon - 1))
    value = Mid(argument, colon + 1)
    Select Case name
      Case "/out" : outName = value
      Case "/host" : hostName = value
      Case "/nodb" : readDatabase = False
      Case "/days"
        If IsNumeric(value) And Len(value) < 5 Then days = CLng(value) Else days = 0
        If days < 1 Then Fail "/days:" & value & " is not a number of days" & vbCrLf & Usage
      Case "/help", "/?", "-h", "--help"
        WScript.Echo Usage & vbCrLf & vbCrLf & _
          "  /out:FILE   write to FILE instead of standard output" & vbCrLf & _
          "  /days:N     how many days of the event logs are read (30)" & vbCrLf & _
          "  /host:FQDN  this server's name in Active Directory, if it is not the host's own" & vbCrLf & _
          "  /nodb       do not read the database"
        WScript.Quit 0
      Case Else : Fail "unknown argument " & argument & vbCrLf & Usage
    End Select
  Next
End Sub

Sub Fail(message)
  WScript.Echo "lcs-collect: " & message
  WScript.Quit 2
End Sub

Sub OpenOutput()
  lineCount = 0 : lost = ""
  Set outFile = Nothing
  If outName = "" Then Exit Sub
  On Error Resume Next
  Set outFile = CreateObject("Scripting.FileSystemObject").CreateTextFile(outName, True, False)
  If Err.Number <> 0 Then Fail "create " & outName & ": " & Err.Description
End Sub

Sub CloseOutput()
  If outFile Is Nothing Then Exit Sub
  outFile.Close
  WScript.Echo outName & ": " & lineCount & " lines of " & hostName
  If lost <> "" Then WScript.Echo "could not be read: " & Mid(lost, 3)
End Sub

' Line writes one line. fields are the members of its object after kind.
Sub Line(kind, fields)
  Dim text
  text = "{""kind"":""" & kind & """," & fields & "}"
  lineCount = lineCount + 1
  On Error Resume Next
  If outFile Is Nothing Then WScript.Echo text Else outFile.WriteLine text
  If Err.Number <> 0 Then Fail "write line " & lineCount & ": " & Err.Description
End Sub

Sub Header()
  If hostName = "" Then hostName = OwnName()
  Line "header", """product"":""lcshealth-host"",""format"":1,""tool"":" & Quote("lcs-collect.vbs " & Version) & _
    ",""host"":" & Quote(hostName) & ",""startedAt"":" & Quote(Stamp(UTC()))
End Sub

' OwnName is the host's name with its primary DNS suffix.
Function OwnName()
  Dim name, domain
  name = RegValue(HKLM & "\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters\Hostname")
  domain = RegValue(HKLM & "\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters\Domain")
  If name = "" Then Fail "the host's own name is not in the registry: give it with /host:FQDN"
  OwnName = LCase(name)
  If domain <> "" Then OwnName = LCase(name & "." & domain)
End Function

' UTC is the present time. Windows keeps the minutes from local time to it.
Function UTC()
  Dim bias, system
  bias = RegValue(HKLM & "\SYSTEM\CurrentControlSet\Control\TimeZoneInformation\ActiveTimeBias")
  On Error Resume Next
  If bias = "" Then
    For Each system In wmi.ExecQuery("SELECT CurrentTimeZone FROM Win32_OperatingSystem")
      If Err.Number = 0 Then bias = -system.CurrentTimeZone
    Next
  End If
  If bias = "" Then Fail "the host's time zone is neither in the registry nor in WMI"
  UTC = DateAdd("n", bias, Now)
End Function

Function Stamp(t)
  Stamp = Year(t) & "-" & Two(Month(t)) & "-" & Two(Day(t)) & "T" & Two(Hour(t)) & ":" & Two(Minute(t)) & ":" & Two(Second(t)) & "Z"
End Function

Function Two(n)
  Two = Right("0" & n, 2)
End Function

' --- JSON ---------------------------------------------------------------------

' Quote is a JSON string in ASCII, which every code page leaves as it is.
Function Quote(text)
  Dim i, c, result
  For i = 1 To Len(text)
    c = Mid(text, i, 1)
    If InStr(1, Plain, c, vbBinaryCompare) = 0 Then c = Escaped(c)
    result = result & c
  Next
  Quote = """" & result & """"
End Function

Function Escaped(c)
  Select Case c
    Case """", "\" : Escaped = "\" & c
    Case vbCr : Escaped = "\r"
    Case vbLf : Escaped = "\n"
    Case vbTab : Escaped = "\t"
    Case Else : Escaped = "\u" & Right("000" & LCase(Hex(AscW(c) And 65535)), 4) ' AscW is negative from 8000 on
  End Select
End Function

Function Json(value)
  Dim i, item, result
  If IsObject(value) Then
    Json = "null"
  ElseIf IsNull(value) Or IsEmpty(value) Then
    Json = "null"
  ElseIf VarType(value) = vbArray + vbByte Then ' octets of ADO, of which VBScript has no elements
    For i = 1 To LenB(value)
      result = result & Right("0" & Hex(AscB(MidB(value, i, 1))), 2)
    Next
    Json = """0x" & result & """"
  ElseIf IsArray(value) Then
    For Each item In value
      result = result & "," & Json(item)
    Next
    Json = "[" & Mid(result, 2) & "]"
  Else
    Select Case VarType(value)
      Case vbBoolean : If value Then Json = "true" Else Json = "false"
      Case vbByte, vbInteger, vbLong : Json = CStr(value)
      Case vbString : Json = Quote(value)
      Case Else : Json = Quote(Replace(CStr(value), ",", ".")) ' some languages have a decimal comma
    End Select
  End If
End Function

' --- Parts ----------------------------------------------------------------------

' PartName are the fields of a part: a class, and the store or table of it.
Function PartName(className, field, value)
  PartName = """class"":" & Quote(className)
  If field <> "" Then PartName = PartName & ",""" & field & """:" & Quote(value)
End Function

' PartEnd ends a part, or says why it could not be read whole if count is -1.
Sub PartEnd(name, count)
  If count >= 0 Then
    Line "end", name & ",""count"":" & count
  Else
    Line "missing", name & ",""code"":" & why & ",""reason"":" & Quote(reason)
    lost = lost & ", " & Replace(Mid(name, Len("""class"":") + 1), """", "")
  End If
End Sub

' Failed remembers an error for PartEnd, and returns -1. Not every error comes
' with a description.
Function Failed(number, words)
  why = number : reason = words
  If words = "" Or Right(words, 2) = ": " Then reason = words & "error " & Hex(number)
  Failed = -1
End Function

' --- WMI ------------------------------------------------------------------------

Sub ConnectWMI()
  Set wmi = Nothing : Set registry = Nothing
  On Error Resume Next
  Set wmi = GetObject("winmgmts:{impersonationLevel=impersonate}!\\.\root\cimv2")
  Set registry = GetObject("winmgmts:{impersonationLevel=impersonate}!\\.\root\default:StdRegProv")
End Sub

Sub Classes()
  Dim name
  WMIClass "Win32_OperatingSystem", ""
  WMIClass "Win32_ComputerSystem", ""
  WMIClass "Win32_TimeZone", ""
  WMIClass "Win32_Service", ""
  WMIClass "Win32_Process", ""
  WMIClass "Win32_NetworkAdapterConfiguration", "IPEnabled = TRUE"
  For Each name In Array("MSFT_SIPESServerSetting", "MSFT_SIPPoolSetting", "MSFT_SIPListeningAddressData", _
    "MSFT_SIPRoutingSetting", "MSFT_SIPESTrustedServerSetting", "MSFT_SIPDomainData", _
    "MSFT_SIPLoadedExtensionModuleElement", "MSFT_SIPApplicationSetting", "MSFT_SIPApplicationElement", _
    "MSFT_SIPApplicationPriorityList", "MSFT_SIPESGlobalRegistrarSetting", "MSFT_SIPESGlobalSearchSetting", _
    "MSFT_SIPLogServiceSetting", "MSFT_SIPArchivingServerSetting", "MSFT_SIPGlobalArchivingSetting", _
    "MSFT_SIPTroubleShootingSetting", "MSFT_SIPFederationInternalDomainData", "MSFT_SIPFederationInternalServerData", _
    "MSFT_SIPFederationListeningAddressSetting", "MSFT_SIPFederationExternalEdgeListeningAddressSetting", _
    "MSTF_SIPEdgeProxySetting", "MSFT_SIPProxyServerSetting")
    WMIClass name, ""
  Next
  WMIClass "MSFT_SIPESUserSetting", "TargetServerDNIfMoving IS NOT NULL" ' only users being moved
  FindBackend
  For Each name In Array("MSFT_SIPProxySetting", "MSFT_SIPProxySecuritySetting", "MSFT_SIPRoutingTableData", _
    "MSFT_SIPRemoteAddressData", "MSFT_SIPUserReplicatorSetting", "MSFT_SIPLogSetting", "MSFT_SIPEsEmSetting", _
    "MSFT_SIPAddressBookURLData")
    PoolClass name
  Next
End Sub

' WMIClass writes the instances of a class that meet a condition.
Sub WMIClass(name, condition)
  PartEnd PartName(name, "", ""), Instances(name, condition)
End Sub

' PoolClass writes a class of settings that LCS 2005 keeps in the database. If
' it is not known which Backend to ask for, an empty answer proves nothing.
Sub PoolClass(name)
  Dim count
  count = Instances(name, backend)
  If count = 0 And Not backendKnown Then count = Failed(&H80041002, _
    "no instance came, and no Backend to ask with could be found, so that this proves nothing")
  PartEnd PartName(name, "", ""), count
End Sub

' FindBackend finds the condition on Backend by which a class gives an instance
' that always has one. A Standard Edition server has (local)\rtc there, a pool
' its back end, and a proxy nothing.
Sub FindBackend()
  Dim candidate, candidates, setting, pool
  backend = "" : backendKnown = False
  candidates = vbLf & "Backend = '(local)\\rtc'"
  On Error Resume Next
  For Each pool In wmi.ExecQuery("SELECT * FROM MSFT_SIPPoolSetting", "WQL", ForwardOnly)
    If Err.Number <> 0 Then Exit For
    candidates = candidates & vbLf & "Backend = '" & WQLText(pool.BackEndDBPath) & "'"
  Next
  For Each candidate In Split(candidates & vbLf & "Backend = ''", vbLf)
    Err.Clear
    For Each setting In wmi.ExecQuery("SELECT * FROM MSFT_SIPProxySetting" & Condition(candidate), "WQL", ForwardOnly)
      If Err.Number <> 0 Then Exit For
      backend = candidate
      If candidate = "" Then backend = "Backend = '" & WQLText(setting.Backend) & "'"
      If backend = "Backend = ''" Then backend = candidate
      backendKnown = True
      Exit Sub
    Next
  Next
End Sub

Function Condition(text)
  If text <> "" Then Condition = " WHERE " & text
End Function

Function WQLText(text)
  WQLText = Replace(Replace(text & "", "\", "\\"), "'", "\'")
End Function

' Instances writes the instances of a class, and returns how many or Failed.
Function Instances(name, restriction)
  Dim found, values, count
  On Error Resume Next
  wmi.Get name ' some versions answer a query for a class that they lack with nothing
  If Err.Number <> 0 Then
    Instances = Failed(Err.Number, Err.Description)
    Exit Function
  End If
  count = 0
  For Each found In wmi.ExecQuery("SELECT * FROM " & name & Condition(restriction), "WQL", ForwardOnly)
    If Err.Number <> 0 Then Exit For
    values = Properties(found)
    If IsNull(values) Then
      Instances = -1
      Exit Function
    End If
    Line "wmi", """class"":" & Quote(name) & ",""properties"":{" & Mid(values & Owner(name, found), 2) & "}"
    count = count + 1
  Next
  If Err.Number <> 0 Then count = Failed(Err.Number, Err.Description)
  Instances = count
End Function

' Properties are all properties of an instance, or Null after Failed. Where
' they cannot be walked, their names are taken from the instance's text.
Function Properties(found)
  Dim entry, result
  On Error Resume Next
  For Each entry In found.Properties_
    If Err.Number <> 0 Then Exit For
    result = result & "," & Quote(entry.Name) & ":" & Json(entry.Value)
  Next
  If Err.Number <> 0 Then
    Err.Clear
    result = ""
    For Each entry In Split(found.GetObjectText_, vbLf)
      entry = Trim(Replace(entry, vbTab, " "))
      entry = Left(entry, InStr(entry & " = ", " = ") - 1)
      If entry <> "" And InStr(entry, " ") + InStr(entry, "{") + InStr(entry, "}") = 0 Then
        result = result & "," & Quote(entry) & ":" & Json(found.Properties_.Item(entry).Value)
      End If
    Next
  End If
  Properties = result
  If Err.Number <> 0 Then
    Failed Err.Number, "read a property: " & Err.Description
    Properties = Null
  End If
End Function

' Owner adds to a process as whom it runs, if that is told.
Function Owner(className, process)
  Dim user, domain
  If className <> "Win32_Process" Then Exit Function
  On Error Resume Next
  If process.GetOwner(user, domain) = 0 Then
    If Err.Number = 0 And user <> "" Then Owner = ",""Owner"":" & Quote(domain & "\" & user)
  End If
  Err.Clear
End Function

Sub Events()
  Dim since, restriction, count, total
  since = Replace(Replace(Replace(Replace(Stamp(DateAdd("d", -days, UTC())), "-", ""), "T", ""), ":", ""), "Z", ".000000+000")
  For Each restriction In Array("Logfile = 'Application' AND SourceName LIKE 'Live Communications%'", _
    "Logfile = 'Application' AND SourceName LIKE 'MSSQL$RTC%'", _
    "Logfile = 'System' AND SourceName = 'Service Control Manager' AND EventType <= 2")
    count = Instances("Win32_NTLogEvent", "TimeGenerated >= '" & since & "' AND " & restriction)
    If count < 0 Then
      PartEnd PartName("event", "", ""), count
      Exit Sub
    End If
    total = total + count
  Next
  PartEnd PartName("event", "", ""), total
End Sub

' Hotfixes are the updates of Windows, and those that are in the list of
' installed programs, where updates of Live Communications Server are.
Sub Hotfixes()
  Dim count, names, name, title
  count = Instances("Win32_QuickFixEngineering", "")
  If count >= 0 Then
    If Subkeys(Windows & "\Uninstall", names) Then
      For Each name In names
        title = RegValue(Windows & "\Uninstall\" & name & "\DisplayName")
        If UCase(Left(name, 2)) = "KB" Or InStr(1, title, "Live Communications", vbTextCompare) > 0 Then
          Line "hotfix", """id"":" & Quote(name) & ",""title"":" & Quote(title)
          count = count + 1
        End If
      Next
    Else
      count = -1
    End If
  End If
  PartEnd PartName("hotfix", "", ""), count
End Sub

' --- Registry -------------------------------------------------------------------

' RegValue is a value, or empty if there is none.
Function RegValue(path)
  On Error Resume Next
  RegValue = shell.RegRead(path)
  If Err.Number <> 0 Then RegValue = ""
  Err.Clear
End Function

Sub RegistryValues()
  Dim services
  services = HKLM & "\SYSTEM\CurrentControlSet\Services\"
  RegistryLine services & "Tcpip\Parameters", "SynAttackProtect"
  RegistryLine services & "rtcsrv", "ImagePath"
End Sub

Sub RegistryLine(key, name)
  Dim value
  value = RegValue(key & "\" & name)
  If value <> "" Then Line "registry", """key"":" & Quote(key) & ",""name"":" & Quote(name) & ",""value"":" & Json(value)
End Sub

' Subkeys lists the keys below a key, none if it is not there. It returns False
' if neither StdRegProv nor reg.exe could tell them.
Function Subkeys(path, names)
  Dim hive, below, answer
  Subkeys = False
  hive = &H80000002
  below = Mid(path, InStr(path & "\", "\") + 1)
  If Left(path, 10) = "HKEY_USERS" Then hive = &H80000003
  On Error Resume Next
  answer = registry.EnumKey(hive, below, names)
  If Err.Number <> 0 Then
    Err.Clear
    Subkeys = SubkeysByReg(path, names)
  ElseIf answer = 0 Or answer = 2 Then ' 2: there is no such key
    If answer = 2 Or Not IsArray(names) Then names = Array()
    Subkeys = True
  Else
    Failed &H80070000 + answer, "list the registry key " & path
  End If
End Function

' SubkeysByReg asks reg.exe. That fails in the same way for a key that is not
' there and for one that may not be read, so the key above tells which it is.
Function SubkeysByReg(path, names)
  Dim text, found, above, leaf, brothers, brother, number, words
  SubkeysByReg = False
  If CommandOutput("reg.exe query """ & path & """", text) Then
    For Each found In Split(Replace(text, vbCr, ""), vbLf)
      If LCase(Left(found, Len(path) + 1)) = LCase(path & "\") Then
        If InStr(Len(path) + 2, found, "\") = 0 Then names = names & vbLf & Mid(found, Len(path) + 2)
      End If
    Next
    If names = "" Then names = Array() Else names = Split(Mid(names, 2), vbLf)
    SubkeysByReg = True
    Exit Function
  End If
  If InStr(path, "\") = 0 Then Exit Function
  number = why : words = reason
  above = Left(path, InStrRev(path, "\") - 1)
  leaf = Mid(path, InStrRev(path, "\") + 1)
  If Not SubkeysByReg(above, brothers) Then
    Failed number, words
    Exit Function
  End If
  For Each brother In brothers
    If LCase(brother) = LCase(leaf) Then
      Failed &H80070005, "reg.exe does not list the registry key " & path
      Exit Function
    End If
  Next
  names = Array()
  SubkeysByReg = True
End Function

' CommandOutput is what a program of Windows prints.
Function CommandOutput(command, text)
  Dim run
  CommandOutput = False
  On Error Resume Next
  Set run = shell.Exec(shell.ExpandEnvironmentStrings("%SystemRoot%\system32\") & command)
  text = run.StdOut.ReadAll
  If Err.Number <> 0 Then
    Failed Err.Number, command & ": " & Err.Description
  ElseIf run.ExitCode <> 0 Then
    Failed &H80070002, command & " failed"
  Else
    CommandOutput = True
  End If
  Err.Clear
End Function

' --- Certificates ---------------------------------------------------------------

Sub LocalStore(name, keys)
  Dim key, count, total
  For Each key In keys
    count = Certificates("LocalMachine\" & name, "", HKLM & "\" & key)
    If count < 0 Then
      PartEnd PartName("certificate", "store", "LocalMachine\" & name), count
      Exit Sub
    End If
    total = total + count
  Next
  PartEnd PartName("certificate", "store", "LocalMachine\" & name), total
End Sub

' UserStores are the Trusted Root stores of the profiles that are loaded, those
' of people who are logged on and of accounts that services run as.
Sub UserStores()
  Dim part, sid, sids, count, total, profile
  part = PartName("certificate", "store", "CurrentUser\ROOT")
  If Not Subkeys("HKEY_USERS", sids) Then
    PartEnd part, -1
    Exit Sub
  End If
  For Each sid In sids
    If LCase(Right(sid, 8)) <> "_classes" And UCase(sid) <> ".DEFAULT" Then ' .DEFAULT is another name of S-1-5-18
      profile = RegValue(HKLM & "\SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList\" & sid & "\ProfileImagePath")
      profile = Mid(profile, InStrRev(profile, "\") + 1)
      If profile = "" Then profile = sid
      count = Certificates("CurrentUser\ROOT", profile, "HKEY_USERS\" & sid & "\Software\Microsoft\SystemCertificates\Root")
      If count < 0 Then
        PartEnd part, count
        Exit Sub
      End If
      total = total + count
    End If
  Next
  PartEnd part, total
End Sub

' Certificates writes the certificates of one store below a key of the registry.
' The value Blob of each says whether it has a private key, and not which.
Function Certificates(store, profile, key)
  Dim names, name, blob, count
  If Not Subkeys(key & "\Certificates", names) Then
    Certificates = -1
    Exit Function
  End If
  count = 0
  On Error Resume Next
  For Each name In names
    blob = shell.RegRead(key & "\Certificates\" & name & "\Blob")
    If Err.Number <> 0 Then
      Certificates = Failed(Err.Number, "read the certificate " & name & " in " & key & ": " & Err.Description)
      Exit Function
    End If
    Line "certificate", """store"":" & Quote(store) & ",""profile"":" & Quote(profile) & ",""blob"":" & Json(blob)
    count = count + 1
  Next
  Certificates = count
End Function

' --- Ports ------------------------------------------------------------------------

' Ports are the listening TCP ports. The word for listening is in the language
' of the host, so a port is known by the remote address that it does not have.
Sub Ports()
  Dim text, found, listening, matches, count
  count = -1
  If CommandOutput("netstat.exe -ano", text) Then
    Set listening = New RegExp
    listening.IgnoreCase = True
    listening.Pattern = "^\s*TCP\s+(\S+):(\d+)\s+(0\.0\.0\.0|\[::\]):0\s+.*\s(\d+)\s*$"
    count = 0
    For Each found In Split(Replace(text, vbCr, ""), vbLf)
      If listening.Test(found) Then
        Set matches = listening.Execute(found)
        Line "port", """address"":" & Quote(matches(0).SubMatches(0)) & ",""port"":" & matches(0).SubMatches(1) & _
          ",""pid"":" & matches(0).SubMatches(3)
        count = count + 1
      End If
    Next
    If count = 0 Then count = Failed(&H80004005, "netstat -ano names no listening port, which no running host can say")
  End If
  PartEnd PartName("port", "", ""), count
End Sub

' --- Database ---------------------------------------------------------------------

' Database reads the database of the local instance RTC, if there is one. A
' pool of LCS 2005 has its database on another host, and a proxy has none.
Sub Database()
  Dim connection, product
  If RegValue(HKLM & "\SYSTEM\CurrentControlSet\Services\MSSQL$RTC\ImagePath") = "" Then Exit Sub
  On Error Resume Next
  Set connection = CreateObject("ADODB.Connection")
  connection.Mode = 1 ' adModeRead
  connection.ConnectionTimeout = 15
  connection.CommandTimeout = 300
  connection.Open "Provider=SQLOLEDB;Data Source=(local)\rtc;Initial Catalog=rtc;Integrated Security=SSPI;Application Name=lcs-collect"
  If Err.Number = 0 Then product = connection.Execute("SELECT CONVERT(nvarchar(128), SERVERPROPERTY('ProductVersion'))").Fields(0).Value
  If Err.Number <> 0 Then
    PartEnd PartName("database", "", ""), Failed(Err.Number, Err.Description)
    Exit Sub
  End If
  Line "database", """product"":" & Quote(product)
  Tables connection
  connection.Close
End Sub

' Tables writes the columns of all tables, and then the rows of those that may
' say something of users: their key is ResourceId.
Sub Tables(connection)
  Dim columns, wanted, table, name, lower, count
  Set wanted = CreateObject("Scripting.Dictionary") ' which columns of a table are read
  count = 0
  On Error Resume Next
  Set columns = connection.Execute("SELECT o.name, c.name, t.name, c.length FROM sysobjects o" & _
    " INNER JOIN syscolumns c ON c.id = o.id INNER JOIN systypes t ON t.xusertype = c.xtype" & _
    " WHERE o.uid = 1 AND o.xtype = 'U' ORDER BY o.name, c.colid")
  Do While Err.Number = 0
    If columns.EOF Then Exit Do
    table = columns.Fields(0).Value
    name = columns.Fields(1).Value
    Line "dbcolumn", """table"":" & Quote(table) & ",""column"":" & Quote(name) & ",""type"":" & _
      Quote(columns.Fields(2).Value) & ",""length"":" & columns.Fields(3).Value
    lower = LCase(name)
    If lower = "resourceid" Or lower = "userathost" Or InStr(lower, "sid") > 0 Or InStr(lower, "guid") > 0 Then
      wanted(table) = wanted(table) & ", [" & Replace(name, "]", "]]") & "]"
    End If
    count = count + 1
    columns.MoveNext
  Loop
  If Err.Number <> 0 Then count = Failed(Err.Number, Err.Description)
  PartEnd PartName("dbcolumn", "", ""), count
  If count < 0 Then Exit Sub
  For Each table In wanted.Keys
    If InStr(1, wanted(table), "[ResourceId]", vbTextCompare) > 0 Then
      PartEnd PartName("dbrow", "table", table), TableRows(connection, table, Mid(wanted(table), 3))
    End If
  Next
End Sub

' TableRows writes the rows of one table, and returns how many or Failed.
Function TableRows(connection, table, columns)
  Dim rows, field, values, count
  count = 0
  On Error Resume Next
  Set rows = connection.Execute("SELECT " & columns & " FROM [dbo].[" & Replace(table, "]", "]]") & "]")
  Do While Err.Number = 0
    If rows.EOF Then Exit Do
    values = ""
    For Each field In rows.Fields
      values = values & "," & Quote(field.Name) & ":" & Json(field.Value)
    Next
    If Err.Number <> 0 Then Exit Do
    Line "dbrow", """table"":" & Quote(table) & ",""values"":{" & Mid(values, 2) & "}"
    count = count + 1
    rows.MoveNext
  Loop
  If Err.Number <> 0 Then count = Failed(Err.Number, Err.Description)
  TableRows = count
End Function
