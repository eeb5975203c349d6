"""A list of guests: shows it, and takes entries. Connects to its database without a password."""

import html
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import boto3
import psycopg

HOST, PORT, NAME, USER = (os.environ["DATABASE_" + key] for key in ("HOST", "PORT", "NAME", "USER"))
RDS = boto3.client("rds")


def connect():
    """A connection with a token that the role of the task gets, valid for a quarter of an hour."""
    token = RDS.generate_db_auth_token(DBHostname=HOST, Port=int(PORT), DBUsername=USER)
    return psycopg.connect(host=HOST, port=PORT, dbname=NAME, user=USER, password=token, sslmode="require")


class Guestbook(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/health":
            # Not of the database: the load balancer must not take every task away when it is busy.
            return self.answer(200, "ok")
        with connect() as database:
            guests = database.execute("SELECT name FROM guests ORDER BY id DESC LIMIT 100").fetchall()
        names = "".join(f"<li>{html.escape(name)}</li>" for (name,) in guests)
        form = '<form method="post"><input name="name" maxlength="80" required><button>Sign</button></form>'
        self.answer(200, f"<!doctype html><title>Guests</title><h1>Guests</h1>{form}<ul>{names}</ul>")

    def do_POST(self):
        length = min(int(self.headers.get("content-length", 0)), 4096)
        name = parse_qs(self.rfile.read(length).decode()).get("name", [""])[0].strip()[:80]
        if not name:
            return self.answer(400, "a guest has a name")
        with connect() as database:
            database.execute("INSERT INTO guests (name) VALUES (%s)", (name,))
        self.send_response(303)
        self.send_header("location", "/")
        self.end_headers()

    def answer(self, status, text):
        body = text.encode()
        self.send_response(status)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    ThreadingHTTPServer(("", 8080), Guestbook).serve_forever()
