"""Runs a command at a terminal of its own, and types when it is asked to: argv[1] is JSON, [[words to wait for, keys to type], ...].
Keys that are null are a line of standard input.

Ends with the command's exit code; its output, terminal codes and all, goes to standard output.
"""
import fcntl, json, os, pty, struct, sys, termios

steps = json.loads(sys.argv[1])
child, terminal = pty.fork()
if child == 0:
    os.execvp(sys.argv[2], sys.argv[2:])
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
seen = b""
while True:
    try:
        data = os.read(terminal, 65536)
    except OSError:  # Linux: the other end is closed
        break
    if not data:
        break
    sys.stdout.buffer.write(data)
    sys.stdout.flush()
    seen += data
    if steps and steps[0][0].encode() in seen:
        keys = steps.pop(0)[1]
        os.write(terminal, (sys.stdin.readline() if keys is None else keys).encode())
        seen = b""
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
