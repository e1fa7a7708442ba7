"""Runs a command on a terminal of its own, answers one question, and passes on what it prints.

Usage: terminal.py <question> <answer> <command> [argument ...]
"""
import os
import pty
import sys

question, answer, *command = sys.argv[1:]
process, terminal = pty.fork()
if process == 0:
    os.execvp(command[0], command)

seen, is_answered = b"", False
while True:
    try:
        part = os.read(terminal, 65536)
    except OSError:  # Linux says so when the other end is closed.
        part = b""
    if not part:
        break
    sys.stdout.buffer.write(part)
    sys.stdout.buffer.flush()
    seen = (seen + part)[-4096:]
    if not is_answered and question.encode() in seen:
        os.write(terminal, answer.encode() + b"\n")
        is_answered = True
_, status = os.waitpid(process, 0)
sys.exit(os.waitstatus_to_exitcode(status))
