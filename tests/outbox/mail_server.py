"""A mail server on this machine that answers as a test wants, so that the real client meets real refusals."""

import socketserver
import threading
from contextlib import contextmanager
from email import message_from_bytes, policy

from django.test import override_settings


class Dialogue(socketserver.StreamRequestHandler):
    def handle(self):
        self.server.connections += 1
        self.say("220 mail.example")
        for line in self.rfile:
            command = line[:4].decode().upper()
            if command == "QUIT":
                self.say("221 bye")
                break
            if command == "DATA" and "DATA" not in self.server.answers:
                self.say("354 go on")
                self.server.take(b"".join(iter(self.rfile.readline, b".\r\n")))
            if command in self.server.answers:
                answer = self.server.answers[command]
                if answer is None:
                    break  # hang up
                if callable(answer):
                    answer = answer(line.decode())
                self.say(answer)
            else:
                self.say("250 fine")

    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")


class MailServer(socketserver.ThreadingTCPServer):
    """``answers``: {command: what to answer to it; None hangs up; a function is given the line}; ``mails``: what came."""

    daemon_threads = True

    def __init__(self, answers):
        super().__init__(("127.0.0.1", 0), Dialogue)
        self.answers, self.mails, self.connections = answers, [], 0

    def take(self, content):
        self.mails.append(message_from_bytes(content, policy=policy.default))


@contextmanager
def mail_server(**answers):
    """Run a MailServer that the portal sends to; give it."""
    with MailServer(answers) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            with portal_sends_to(server.server_address[1]):
                yield server
        finally:
            server.shutdown()
            thread.join()


def portal_sends_to(port):
    backend = "django.core.mail.backends.smtp.EmailBackend"
    return override_settings(EMAIL_BACKEND=backend, EMAIL_HOST="127.0.0.1", EMAIL_PORT=port, EMAIL_TIMEOUT=5)


def no_mail_server():
    """Let the portal send to a port where nobody listens."""
    return portal_sends_to(1)
