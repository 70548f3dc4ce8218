"""A mail server for the tests. Its one argument is JSON: what it is to do.

The first line on stdout is its port; each mail that it takes is one line of
JSON. It ends when stdin does.
"""
import asyncio, base64, hashlib, hmac, json, ssl, sys

from aiosmtpd.smtp import SMTP, AuthResult

want = json.loads(sys.argv[1])
context = None
if want.get("cert"):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(want["cert"], want["key"])


def say(what):
    print(json.dumps(what), flush=True)


def knows(server, session, envelope, mechanism, data):
    known = (data.login, data.password) == (b"audit", want["password"].encode())
    return AuthResult(success=known, handled=False)  # it has not been answered yet


class Handler:
    mails = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in want.get("refuse", {}):
            return want["refuse"][address]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        Handler.mails += 1
        if Handler.mails <= len(want.get("data", [])):
            return want["data"][Handler.mails - 1]
        say({
            "from": envelope.mail_from, "to": envelope.rcpt_tos, "hello": session.host_name, "tls": session.ssl is not None or bool(want.get("tls")),
            "login": bool(session.authenticated), "data": base64.b64encode(envelope.original_content).decode(),
        })
        return "250 2.0.0 queued as X%d" % Handler.mails

    async def auth_CRAM__MD5(self, server, args):
        challenge = b"<1896.697170952@mail.contoso.com>"
        answer = await server.challenge_auth(challenge)
        digest = hmac.new(want["password"].encode(), challenge, hashlib.md5).hexdigest()
        return AuthResult(success=answer == b"audit " + digest.encode(), handled=False)


class Server(SMTP):
    deaths = 0

    async def smtp_DATA(self, arg):
        if Server.deaths >= want.get("die", 0):
            return await super().smtp_DATA(arg)
        Server.deaths += 1
        await self.push("354 go on")
        await self._reader.readline()
        self.transport.abort()


def factory():
    more = {}
    if want.get("password"):
        more = dict(authenticator=knows, auth_required=True, auth_require_tls=bool(want.get("tls")) is False and bool(context), auth_exclude_mechanism=want.get("without", []))
        if want.get("plain"):
            more["auth_require_tls"] = False
    return Server(Handler(), hostname="mail.contoso.com", tls_context=None if want.get("tls") else context, enable_SMTPUTF8=True, loop=asyncio.get_event_loop(), **more)


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(factory, "127.0.0.1", 0, ssl=context if want.get("tls") else None)
    say(server.sockets[0].getsockname()[1])
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


asyncio.run(main())
