"""See smtpd, which finds a Python for this."""
import asyncio
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult


class Keeper:
    def __init__(self, directory):
        self.directory = directory
        self.count = 0

    def write(self, name, content):
        path = os.path.join(self.directory, name)
        with open(path + ".new", "wb") as f:
            f.write(content)
        os.rename(path + ".new", path)

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("refused"):
            return "550 5.1.1 No such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.count += 1
        self.write("%d.envelope" % self.count, ("%s %s %s %s\n" % (
            session.auth_data or "-",
            "tls" if session.ssl is not None else "plain",
            envelope.mail_from, " ".join(envelope.rcpt_tos))).encode())
        self.write("%d" % self.count, envelope.original_content)
        return "250 OK"


def options(cert, key, user, password):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)

    def authenticate(server, session, envelope, mechanism, data):
        good = (data.login == user.encode() and
                data.password == password.encode())
        return AuthResult(success=good, handled=False,
                          auth_data=user if good else None)

    return dict(tls_context=context, require_starttls=True,
                auth_required=True, auth_require_tls=True,
                authenticator=authenticate)


async def main(directory, port="0", *secure):
    keeper = Keeper(directory)
    extra = options(*secure) if secure else {}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(keeper, hostname="localhost", loop=loop, **extra),
        "127.0.0.1", int(port))
    port = server.sockets[0].getsockname()[1]
    keeper.write("port", b"%d\n" % port)
    await server.serve_forever()


asyncio.run(main(*sys.argv[1:]))
