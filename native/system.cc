// What Node cannot ask of the system by itself, for src/machine/executable/system-addon.ts: datagrams to a service manager's socket,
// who is at the other end of one, descriptors that must not leak into children, and how the C library keeps memory. Built by scripts/native.ts. Nothing is decided here: every function
// does one thing and returns what the kernel said, a negative error number when it failed.
#define NAPI_VERSION 9
#include <node_api.h>

#include <cerrno>
#include <cstddef>
#include <cinttypes>
#include <cstdint>
#include <cstring>
#include <cstdio>
#include <fcntl.h>
#include <malloc.h>
#include <new>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace {

constexpr size_t stateBytesMax = 4096;
constexpr size_t groupsMax = 1024;

napi_value number(napi_env env, int value) {
  napi_value result = nullptr;
  napi_create_int32(env, value, &result);
  return result;
}

/** The arguments of a call, as far as they are what was asked for. */
struct Arguments {
  napi_env env;
  napi_value values[2] = {nullptr, nullptr};

  Arguments(napi_env environment, napi_callback_info info) : env(environment) {
    size_t count = 2;
    napi_get_cb_info(env, info, &count, values, nullptr, nullptr);
  }

  /** Length of the text, without the zero behind it; -1 when it is none, or too long to be whole in the buffer. */
  ssize_t text(int index, char *buffer, size_t bytes) const {
    size_t length = 0;
    if (napi_get_value_string_utf8(env, values[index], nullptr, 0, &length) != napi_ok || length >= bytes) return -1;
    napi_get_value_string_utf8(env, values[index], buffer, bytes, &length);
    return static_cast<ssize_t>(length);
  }

  bool integer(int index, int *value) const { return napi_get_value_int32(env, values[index], value) == napi_ok; }
};

/** One datagram to the socket at `path` (`@name` is an abstract one), with a descriptor when it is not -1. */
int sendState(const char *path, size_t pathBytes, const char *state, size_t stateBytes, int descriptor) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (pathBytes == 0 || pathBytes >= sizeof address.sun_path) return -ENAMETOOLONG;
  memcpy(address.sun_path, path, pathBytes);
  if (path[0] == '@') address.sun_path[0] = '\0';
  iovec body{const_cast<char *>(state), stateBytes};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof descriptor)] = {};
  msghdr message{};
  message.msg_name = &address;
  message.msg_namelen = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + pathBytes);
  message.msg_iov = &body;
  message.msg_iovlen = 1;
  if (descriptor >= 0) {
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof descriptor);
    memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
  }
  // A manager whose queue is full must not hold up the bell: then the message is lost, and the next one is sent.
  int channel = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (channel < 0) return -errno;
  ssize_t sent = sendmsg(channel, &message, MSG_NOSIGNAL);
  int result = sent == static_cast<ssize_t>(stateBytes) ? 0 : -errno;
  close(channel);
  return result;
}

/** notify(path, state): 0, or a negative error number. */
napi_value notify(napi_env env, napi_callback_info info) {
  Arguments given(env, info);
  char path[sizeof(sockaddr_un::sun_path)];
  char state[stateBytesMax];
  ssize_t pathBytes = given.text(0, path, sizeof path);
  ssize_t stateBytes = given.text(1, state, sizeof state);
  if (pathBytes < 0 || stateBytes < 0) return number(env, -EINVAL);
  return number(env, sendState(path, static_cast<size_t>(pathBytes), state, static_cast<size_t>(stateBytes), -1));
}

/** barrier(path): the end of a pipe that ends when the manager has read everything sent before, or a negative number. */
napi_value barrier(napi_env env, napi_callback_info info) {
  Arguments given(env, info);
  char path[sizeof(sockaddr_un::sun_path)];
  ssize_t pathBytes = given.text(0, path, sizeof path);
  if (pathBytes < 0) return number(env, -EINVAL);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) return number(env, -errno);
  static constexpr char state[] = "BARRIER=1";
  int result = sendState(path, static_cast<size_t>(pathBytes), state, sizeof state - 1, ends[1]);
  close(ends[1]);
  if (result == 0) return number(env, ends[0]);
  close(ends[0]);
  return number(env, result);
}

/** peer(descriptor): of the process that made a unix connection [pid, uid, gid, more groups...], or a negative number. */
napi_value peer(napi_env env, napi_callback_info info) {
  Arguments given(env, info);
  int descriptor = -1;
  if (!given.integer(0, &descriptor)) return number(env, -EINVAL);
  ucred who{};
  socklen_t bytes = sizeof who;
  if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &who, &bytes) < 0) return number(env, -errno);
  static gid_t groups[groupsMax];
  socklen_t groupBytes = sizeof groups;
  if (getsockopt(descriptor, SOL_SOCKET, SO_PEERGROUPS, groups, &groupBytes) < 0) groupBytes = 0; // Before Linux 4.13, or too many.
  napi_value result = nullptr;
  napi_create_array(env, &result);
  uint32_t count = 0;
  auto add = [&](uint32_t value) {
    napi_value entry = nullptr;
    napi_create_uint32(env, value, &entry);
    napi_set_element(env, result, count++, entry);
  };
  add(static_cast<uint32_t>(who.pid));
  add(who.uid);
  add(who.gid);
  for (size_t index = 0; index < groupBytes / sizeof(gid_t); index += 1) add(groups[index]);
  return result;
}

/** closeOnExec(descriptor): children do not inherit it from now on. */
napi_value closeOnExec(napi_env env, napi_callback_info info) {
  Arguments given(env, info);
  int descriptor = -1;
  if (!given.integer(0, &descriptor)) return number(env, -EINVAL);
  int flags = fcntl(descriptor, F_GETFD);
  if (flags < 0 || fcntl(descriptor, F_SETFD, flags | FD_CLOEXEC) < 0) return number(env, -errno);
  return number(env, 0);
}

/** keepLittleMemory(bytes): mallopt(3): one arena, blocks of `bytes` and more apart, and as much kept for later. */
napi_value keepLittleMemory(napi_env env, napi_callback_info info) {
  Arguments given(env, info);
  int bytes = 0;
  if (!given.integer(0, &bytes)) return number(env, -EINVAL);
  bool isDone = mallopt(M_ARENA_MAX, 1) == 1 && mallopt(M_MMAP_THRESHOLD, bytes) == 1 && mallopt(M_TRIM_THRESHOLD, bytes) == 1;
  return number(env, isDone ? 0 : -EINVAL);
}

/** Lets go of pages of files that nobody has written to. Mappings that hold a page of our own are left alone. */
void letGoOfFilePages(napi_env, void *) {
  FILE *maps = fopen("/proc/self/smaps", "re");
  if (maps == nullptr) return;
  char line[512];
  uintptr_t begin = 0, end = 0;
  bool isOfFile = false;
  while (fgets(line, sizeof line, maps) != nullptr) {
    uintptr_t from = 0, to = 0;
    unsigned long kilobytes = 0;
    char rights[5] = "", path[2] = "";
    if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s %*s %*s %*s %1s", &from, &to, rights, path) >= 3) {
      begin = from, end = to;
      isOfFile = path[0] == '/' && rights[0] == 'r' && rights[1] == '-' && rights[3] == 'p';
    } else if (isOfFile && sscanf(line, "Anonymous: %lu kB", &kilobytes) == 1 && kilobytes == 0) {
      madvise(reinterpret_cast<void *>(begin), end - begin, MADV_DONTNEED);
    }
  }
  fclose(maps);
}

/**
 * forgetFilePages(): this process lets go of the pages of its program and libraries; those that it needs again come back
 * from the kernel's memory (madvise(2), MADV_DONTNEED). On a thread of its own: reading the mappings takes milliseconds.
 */
napi_value forgetFilePages(napi_env env, napi_callback_info) {
  napi_value name;
  auto *work = new (std::nothrow) napi_async_work();
  if (work == nullptr) return number(env, -ENOMEM);
  auto done = [](napi_env freeEnv, napi_status, void *data) {
    auto *finished = static_cast<napi_async_work *>(data);
    napi_delete_async_work(freeEnv, *finished);
    delete finished;
  };
  bool isQueued = napi_create_string_utf8(env, "forgetFilePages", NAPI_AUTO_LENGTH, &name) == napi_ok &&
                  napi_create_async_work(env, nullptr, name, letGoOfFilePages, done, work, work) == napi_ok &&
                  napi_queue_async_work(env, *work) == napi_ok;
  return number(env, isQueued ? 0 : -EAGAIN);
}

}  // namespace

NAPI_MODULE_INIT() {
  const napi_property_descriptor functions[] = {
      {"notify", nullptr, notify, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"barrier", nullptr, barrier, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"keepLittleMemory", nullptr, keepLittleMemory, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"forgetFilePages", nullptr, forgetFilePages, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"peer", nullptr, peer, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
      {"closeOnExec", nullptr, closeOnExec, nullptr, nullptr, nullptr, napi_enumerable, nullptr},
  };
  napi_define_properties(env, exports, sizeof functions / sizeof functions[0], functions);
  return exports;
}
