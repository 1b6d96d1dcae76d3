"""A service manager for a test: says what arrives on its datagram socket, and lets go of a barrier when told to by a line."""
import os, socket, sys

path = sys.argv[1]
channel = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
channel.bind("\0" + path[1:] if path[0] == "@" else path)
print("listening", flush=True)
while True:
    message, descriptors, _, _ = socket.recv_fds(channel, 8192, 4)
    print(message.decode().replace("\n", "|"), flush=True)
    if descriptors:
        sys.stdin.readline()
        for descriptor in descriptors:
            os.close(descriptor)
